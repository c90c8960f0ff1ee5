"""Edits that repair a transcript."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.metrics.error_rate import edit_distance, error_rate

WORDS = st.lists(st.integers(0, 3), max_size=6)


def slowly(a, b):
    """The definition: remove, add or replace the last symbol."""
    if not a or not b:
        return len(a) + len(b)
    replaced = slowly(a[:-1], b[:-1]) + (a[-1] != b[-1])
    return min(replaced, slowly(a[:-1], b) + 1, slowly(a, b[:-1]) + 1)


def test_kitten_becomes_sitting_by_three_edits():
    # k -> s, e -> i, and a g at the end
    assert edit_distance("kitten", "sitting") == 3
    assert edit_distance(["K", "AE", "T"], ("K", "AE", "T")) == 0


@given(WORDS, WORDS)
def test_it_is_the_least_number_of_edits(a, b):
    assert edit_distance(a, b) == slowly(a, b)


def test_the_rate_counts_symbols_of_all_references_together():
    # 1 edit in 4 words, and 2 in 1: 3 / 5; the mean of the rates would be 1.125
    heard = [["the", "cat", "sat", "down"], ["a", "b", "c"]]
    spoken = [["the", "cat", "sat", "up"], ["c"]]
    assert error_rate(heard, spoken) == pytest.approx(3 / 5)


@pytest.mark.parametrize(
    ("hypotheses", "references", "said"),
    [
        ([["a"]], [], "hypotheses has 1 texts, references 0"),
        ([["a"]], [[]], "references holds no symbol"),
    ],
)
def test_what_has_no_rate_is_named(hypotheses, references, said):
    with pytest.raises(ValueError, match=said):
        error_rate(hypotheses, references)
