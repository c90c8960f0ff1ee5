"""Verdicts of a judge, whatever order it sees the answers in."""

import pytest

from lmbook.tasks.chat_judge import judge_both_orders, read_verdict


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("A", "A"),
        (" B.", "B"),
        ("**A** is better", "A"),
        ("Answer B, because", "B"),
        ("b", "B"),
    ],
)
def test_a_verdict_is_what_the_text_begins_with(said, wanted):
    assert read_verdict(said) == wanted


@pytest.mark.parametrize("said", ["", "Both", "Neither A nor B", "C", "An answer", "I prefer A"])
def test_a_judge_that_answers_neither_is_refused(said):
    with pytest.raises(ValueError, match="the judge answers neither A nor B"):
        read_verdict(said)


def test_a_judge_with_a_taste_names_the_winner_in_both_orders():
    def longest(a, b):
        return "A" if len(a) > len(b) else "B"

    assert judge_both_orders(longest, "long one", "short") == (0, 1)
    assert judge_both_orders(longest, "short", "long one") == (1, 1)


@pytest.mark.parametrize(("always", "shown_first"), [("A", 2), ("B", 0)])
def test_a_judge_that_follows_the_order_names_nobody(always, shown_first):
    assert judge_both_orders(lambda a, b: always, "x", "y") == (None, shown_first)


def test_equal_answers_are_not_put_to_a_judge():
    with pytest.raises(ValueError, match="there is nothing to choose"):
        judge_both_orders(lambda a, b: "A", "x", "x")
