"""The recorded answers of the decoder: what was read, and what chapter 24 says about them."""

import pytest
import torch

from lmbook.data.sets.reading import load_reading
from lmbook.metrics.significance import compare_means
from lmbook.tasks.answer_generated import holds
from lmbook.tasks.summarize_facts import unsupported
from lmbook.zoo import studies
from tools.studies import generated_answers as study


@pytest.fixture(scope="module")
def recorded():
    return studies.results("generated_answers")


@pytest.fixture(scope="module")
def asked():
    questions = load_reading().test[::8]
    return [questions[number] for number in study.asked(load_reading())]


def right(recorded, asked, name):
    pairs = zip(recorded[name]["answers"], asked, strict=True)
    return torch.tensor([float(holds(text, q.answer)) for text, q in pairs if q.answer])


def test_every_setting_answers_every_question(recorded, asked):
    assert list(recorded) == ["memory", "right", "three", "foreign"]
    assert len(asked) == 67 and sum(q.answer is not None for q in asked) >= 50
    for row in recorded.values():
        assert len(row["answers"]) == len(row["passages"]) == len(asked)
        assert all(row["answers"])
        assert row["seconds"] < 120


@pytest.mark.parametrize("name", list(study.SETTINGS))
def test_the_passages_are_those_of_the_setting(recorded, name):
    assert recorded[name]["passages"] == study.passages(load_reading(), name)


def test_a_foreign_passage_is_of_the_same_field_of_another_country(recorded):
    passages = load_reading().passages
    pairs = zip(recorded["foreign"]["passages"], recorded["right"]["passages"], strict=True)
    for (other,), (own,) in pairs:
        assert passages[other].field == passages[own].field
        assert passages[other].country != passages[own].country


def test_the_right_passage_helps_beyond_chance(recorded, asked):
    draw = torch.Generator().manual_seed(0)
    gap = compare_means(right(recorded, asked, "right"), right(recorded, asked, "memory"), draw)
    assert gap.low > 0


def supported(recorded, asked, name):
    passages = load_reading().passages
    row = recorded[name]
    triples = zip(row["answers"], row["passages"], asked, strict=True)
    return [
        not unsupported(text, " ".join([q.text, *(passages[i].text for i in read)]))
        for text, read, q in triples
    ]


def test_a_foreign_passage_is_copied_although_it_answers_nothing(recorded, asked):
    assert sum(supported(recorded, asked, "foreign")) > 2 * right(recorded, asked, "foreign").sum()
