import math

import pytest
import torch

from lmbook.adapt.active import label_actively, uncertainty

PROBABILITIES = torch.tensor([[0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.9, 0.05, 0.05]])


def test_three_measures_by_hand():
    margin = uncertainty(PROBABILITIES)
    torch.testing.assert_close(margin, torch.tensor([-0.2, 0.0, -0.85]))
    torch.testing.assert_close(
        uncertainty(PROBABILITIES, "confidence"), torch.tensor([0.5, 0.6, 0.1])
    )
    entropy = -sum(p * math.log(p) for p in (0.5, 0.3, 0.2))
    assert uncertainty(PROBABILITIES, "entropy")[0].item() == pytest.approx(entropy)
    even = uncertainty(torch.tensor([[1.0, 0.0]]), "entropy")
    assert even.item() == 0


def boundary(rows, targets):
    """Halfway between the greatest row of class 0 and the smallest of class 1."""
    middle = (rows[targets == 0].max() + rows[targets == 1].min()) / 2
    return lambda more: torch.cat([middle - more, more - middle], 1).sigmoid()


def test_asking_at_the_boundary_is_bisection():
    # rows 0 … 1, the classes part at 0.317: every question halves the interval
    rows = torch.linspace(0, 1, 1001)[:, None]
    truth = (rows[:, 0] > 0.317).long()
    asked = []

    def ask(places):
        asked.extend(places)
        return truth[places]

    predict, chosen = label_actively(boundary, rows, ask, [0, 1000], 12, n_each=1)
    assert asked == chosen and chosen[:4] == [0, 1000, 500, 250] and len(set(chosen)) == 12
    assert (predict(rows).argmax(1) == truth).all()


def test_the_last_batch_is_cut_to_the_number_of_labels():
    rows = torch.linspace(0, 1, 50)[:, None]
    truth = (rows[:, 0] > 0.5).long()
    _, chosen = label_actively(boundary, rows, lambda i: truth[i], [0, 49], 9, n_each=4)
    assert len(chosen) == len(set(chosen)) == 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_labels": 1}, "n_labels=1 is not between 2, those that start, and 5 rows"),
        ({"n_labels": 6}, "n_labels=6 is not between 2, those that start, and 5 rows"),
        ({"n_each": 0}, "n_each=0 is below 1"),
        (
            {"measure": "luck"},
            "measure='luck' is not one of margin, entropy, confidence",
        ),
    ],
)
def test_wrong_arguments_are_named(change, message):
    rows = torch.linspace(0, 1, 5)[:, None]
    truth = torch.tensor([0, 0, 0, 1, 1])
    arguments = {"start": [0, 4], "n_labels": 4} | change
    with pytest.raises(ValueError, match=f"^{message}$"):
        label_actively(boundary, rows, lambda i: truth[i], **arguments)


def test_one_label_leaves_nothing_to_doubt():
    with pytest.raises(ValueError, match="^number of labels=1 is below 2$"):
        uncertainty(torch.ones(2, 1))
