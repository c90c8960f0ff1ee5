"""Exact match and word F1 of answers."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.metrics.answers import (
    answer_f1,
    best_threshold,
    exact_match,
    normalize_answer,
    score_answers,
)

# prediction, right answers, exact match and F1 as SQuAD 2.0's published script gives them
PUBLISHED = [
    ("the U.S.", ["US"], 1.0, 1.0),
    ("5,000 km", ["5000 km", "about 5,000 km"], 1.0, 1.0),
    ("an apple", ["apple pie"], 0.0, 2 / 3),
    ("the", ["a"], 1.0, 1.0),
    ("", [], 1.0, 1.0),
    ("Paris", [], 0.0, 0.0),
    ("the cat the cat", ["cat"], 0.0, 2 / 3),
    ("Ngerulmud.", ["Ngerulmud"], 1.0, 1.0),
]


def test_articles_punctuation_case_and_spacing_do_not_count():
    assert normalize_answer("The  Quick, an A-OK\tfox!") == "quick aok fox"


def test_punctuation_goes_before_articles():
    # "the-end" loses its hyphen first: "theend" holds no article
    assert normalize_answer("the-end") == "theend"


@pytest.mark.parametrize(("prediction", "answers", "exact", "f1"), PUBLISHED)
def test_scores_are_those_of_the_published_script(prediction, answers, exact, f1):
    assert exact_match(prediction, answers) == exact
    assert answer_f1(prediction, answers) == pytest.approx(f1, abs=1e-12)


def test_words_are_counted_with_repetition():
    # common: one "b"; precision 1/2, recall 1/3: F1 = 2 · (1/2 · 1/3) / (1/2 + 1/3) = 0.4
    assert answer_f1("b b", ["b c d"]) == pytest.approx(0.4)


def test_the_best_of_several_answers_counts():
    assert answer_f1("King Charles", ["Charles III", "King Charles III", "nobody"]) == 0.8


def test_no_prediction_is_right_only_where_there_is_no_answer():
    scores = score_answers([None, None, "yes"], [[], ["yes"], []])
    assert scores.exact.tolist() == scores.f1.tolist() == [1.0, 0.0, 0.0]


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=3))
def test_f1_is_never_below_exact_match(prediction, answers):
    assert exact_match(prediction, answers) <= answer_f1(prediction, answers) <= 1


@given(
    st.lists(
        st.tuples(st.integers(-2, 2).map(float), st.sampled_from([0.0, 0.5, 1.0]), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_no_other_threshold_scores_better(rows):
    margins, answered, abstained = (
        torch.tensor([float(row[i]) for row in rows], dtype=torch.float64) for i in range(3)
    )
    found = best_threshold(margins, answered, abstained)

    def mean_above(value: float) -> float:
        return torch.where(margins > value, answered, abstained).mean().item()

    assert found.score == pytest.approx(mean_above(found.value))
    assert found.score == pytest.approx(max(map(mean_above, [*margins.tolist(), -torch.inf])))


def test_a_threshold_by_hand():
    # answering the two with margins above 0 earns 1 + 1, abstaining on the third earns 1
    margins = torch.tensor([3.0, 1.0, -2.0])
    found = best_threshold(margins, torch.tensor([1.0, 1.0, 0.0]), torch.tensor([0.0, 0.0, 1.0]))
    assert found == (-2.0, 1.0)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="2 predictions for 1 questions"):
        score_answers(["a", "b"], [["a"]])
    with pytest.raises(ValueError, match="0 predictions for 0 questions"):
        score_answers([], [])
    with pytest.raises(ValueError, match="answers='a' is one string"):
        exact_match("a", "a")
    one = torch.ones(1)
    with pytest.raises(ValueError, match="1 margins, 2 answered, 1 abstained"):
        best_threshold(one, torch.ones(2), one)
    with pytest.raises(ValueError, match="margins holds a value that is not a number"):
        best_threshold(one * torch.nan, one, one)
