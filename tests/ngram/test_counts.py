"""Counts against arithmetic by hand and against a Counter over tuples."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmbook.ngram.counts import count_ngrams

A, B, EOS = 2, 3, 1
SEQUENCES = [[A, B, A, EOS], [B, B, EOS]]
BOS = 4

texts = st.lists(st.lists(st.integers(0, 4), max_size=12), min_size=1, max_size=6).filter(any)


def tuples(sequences, n, vocab_size):
    """Every n-gram of padded sequences, counted one by one."""
    padded = [[vocab_size, *sequence] for sequence in sequences]
    return Counter(tuple(p[i : i + n]) for p in padded for i in range(len(p) - n + 1))


def test_counts_by_hand():
    counts = count_ngrams(SEQUENCES, order=3, vocab_size=4)
    assert counts.count([B]) == 3
    assert counts.count([A, B]) == 1
    assert counts.count([BOS, B]) == 1
    assert counts.count([B, B, EOS]) == 1
    assert counts.n_types(1) == 4  # a, b, </s> and the beginning of a sequence


def test_no_ngram_crosses_from_one_sequence_to_the_next():
    counts = count_ngrams(SEQUENCES, order=2, vocab_size=4)
    assert counts.count([EOS, B]) == 0
    assert counts.count([EOS, BOS]) == 0


def test_continuations_are_the_words_after_a_context_and_never_bos():
    counts = count_ngrams(SEQUENCES, order=2, vocab_size=4)
    words, numbers = counts.continuations([B])
    assert dict(zip(words.tolist(), numbers.tolist(), strict=True)) == {EOS: 1, A: 1, B: 1}
    words, _ = counts.continuations([])
    assert BOS not in words
    assert [len(part) for part in counts.continuations([0])] == [0, 0]


@given(texts, st.integers(1, 5))
def test_every_count_equals_the_counter_over_tuples(sequences, order):
    counts = count_ngrams(sequences, order, vocab_size=5)
    for n in range(1, order + 1):
        expected = tuples(sequences, n, 5)
        assert counts.n_types(n) == len(expected)
        for ngram, number in expected.items():
            assert counts.count(ngram) == number


@given(texts, st.integers(1, 4))
def test_pruning_keeps_exactly_the_frequent(sequences, min_count):
    pruned = count_ngrams(sequences, 3, vocab_size=5).prune(min_count)
    for n in (2, 3):
        kept = {g: c for g, c in tuples(sequences, n, 5).items() if c >= min_count}
        assert pruned.n_types(n) == len(kept)
        assert all(pruned.count(ngram) == number for ngram, number in kept.items())


def test_keys_of_a_level_are_sorted_and_their_memory_is_counted():
    counts = count_ngrams(SEQUENCES, order=3, vocab_size=4)
    assert all((np.diff(keys) > 0).all() for keys in counts.keys)
    assert counts.n_bytes == 16 * sum(counts.n_types(n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    ("sequences", "order", "message"),
    [
        ([[A]], 0, "order=0 is below 1"),
        ([], 1, "the text is empty"),
        ([[]], 1, "the text is empty"),
        ([[9]], 1, "token id 9 is outside vocab_size=4"),
        ([[-1]], 1, "token id -1 is outside vocab_size=4"),
    ],
)
def test_bad_input_is_named(sequences, order, message):
    with pytest.raises(ValueError, match=message):
        count_ngrams(sequences, order, vocab_size=4)


def test_questions_beyond_the_order_are_refused():
    counts = count_ngrams(SEQUENCES, order=2, vocab_size=4)
    with pytest.raises(ValueError, match="n=3 is not between 1 and order=2"):
        counts.n_types(3)
    with pytest.raises(ValueError, match="length 3 exceeds order=2"):
        counts.count([A, B, A])
    with pytest.raises(ValueError, match="needs an order above 2"):
        counts.continuations([A, B])
    with pytest.raises(ValueError, match="empty n-gram"):
        counts.count([])
    with pytest.raises(ValueError, match="min_count=0 is below 1"):
        counts.prune(0)
