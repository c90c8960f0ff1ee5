"""The recorded comparison of classifiers agrees with itself, and with what the book says of it."""

import pytest
import torch

from lmbook.data.sets.tasks import load_task
from lmbook.zoo import studies

STUDY = studies.results("classification")
ROWS = [(task, name) for task, rows in STUDY.items() for name in rows]


@pytest.mark.parametrize(("task", "name"), ROWS)
def test_a_recorded_accuracy_is_that_of_its_predictions(task, name):
    row, data = STUDY[task][name], load_task(task)
    test = data.test
    if "few" in name:
        test = [test[len(test) * i // 500] for i in range(500)]
    right = [data.labels[int(p)] == e.label for p, e in zip(row["predictions"], test, strict=True)]
    assert row["accuracy"] == pytest.approx(sum(right) / len(right), abs=1e-4)


def test_fine_tuning_reaches_nine_tenths_in_three_minutes_of_one_thread():
    for name in ("fine-tuned", "fine-tuned, seed 1"):
        row = STUDY["questions"][name]
        assert row["accuracy"] >= 0.90 and row["seconds"] <= 180


def test_the_recorded_logits_give_the_recorded_predictions():
    row = STUDY["questions"]["fine-tuned"]
    guesses = torch.tensor(row["logits"]["test"]).argmax(1).tolist()
    assert "".join(map(str, guesses)) == row["predictions"]
