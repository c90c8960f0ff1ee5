"""Planted overlaps are found, and only those."""

import pytest

from lmbook.data.cleaning.contamination import Overlap, overlaps

TEST = ["To be, or not to be: that is the question.", "The rest is silence", "all the world"]


def test_shares_by_hand():
    train = ["he said: to be or not to be!", "nothing", "the rest is silence"]
    # six of ten words stand in a shared 4-gram; the second text is four words long
    assert overlaps(train, TEST, n=4) == [
        Overlap(1, 1.0, "the rest is silence"),
        Overlap(0, 0.6, "to be or not"),
    ]


def test_a_text_shorter_than_n_is_compared_as_a_whole():
    assert overlaps(["all the world's a stage"], TEST, n=8) == []
    assert overlaps(["in All the WORLD"], TEST, n=8) == [Overlap(2, 1.0, "all the world")]


def test_an_overlap_does_not_reach_over_two_training_texts():
    assert overlaps(["the rest", "is silence"], TEST, n=4) == []


def test_apostrophes_and_a_stream_of_training_texts():
    assert overlaps(iter(["that’s all"]), ["That's all"])[0].share == 1


def test_a_text_with_all_copies_planted_is_found_at_any_length():
    words = [f"w{i}" for i in range(40)]
    test = [" ".join(words)]
    for begin in (0, 13, 32):
        found = overlaps(["x " + " ".join(words[begin : begin + 8]) + " y"], test, n=8)
        assert found[0].share == 8 / 40
    assert overlaps(["x " + " ".join(words[3:10]) + " y"], test, n=8) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: overlaps([], TEST, 0), "n=0 is below 1"),
        (lambda: overlaps([], []), "test is empty"),
        (lambda: overlaps([], ["a", " – "]), r"test\[1\]=' – ' is empty"),
        (lambda: overlaps("to be", TEST), "train='to be' is one string"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
