"""Sorting finds the matches that counting finds."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lmbook.metrics.ngram_matches import ngram_matches, pick_rows

small = st.lists(st.integers(0, 3), max_size=8)


def counted(hypothesis, references, n):
    def grams(symbols):
        return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n + 1))

    best = Counter()
    for reference in references:
        best |= grams(reference)
    return (grams(hypothesis) & best).total()


def arrays(groups):
    rows = [each for group in groups for each in group]
    symbols = np.array([symbol for each in rows for symbol in each], dtype=np.int64)
    return symbols, np.array([len(each) for each in rows]), np.array([len(g) for g in groups])


@given(st.lists(st.lists(small, min_size=2, max_size=4), min_size=1, max_size=6), st.integers(1, 5))
def test_matches_equal_counted_ones(groups, order):
    found = ngram_matches(*arrays(groups), order)
    wanted = [[counted(g[0], g[1:], n) for n in range(1, order + 1)] for g in groups]
    assert found.tolist() == wanted


def test_every_split_into_blocks_gives_the_same():
    draw = np.random.default_rng(0)
    # from few symbols, which fit at once, to more in one pair than 63 bits hold
    for n_symbols in (3, 500, 9000, 200_000):
        groups = [[draw.integers(n_symbols, size=m).tolist() for m in (900, 800)] for _ in range(9)]
        groups = [[a, a[:400] + b] for a, b in groups]
        found = ngram_matches(*arrays(groups), 4)
        assert found.tolist() == [[counted(a, [b], n) for n in (1, 2, 3, 4)] for a, b in groups]


def test_one_pair_with_very_many_symbols_is_counted_by_the_definition():
    symbols = list(range(70_000))  # 17 bits, four times: too long for 63
    groups = [[symbols, symbols[1:]], [[1, 2], [1, 2]]]
    found = ngram_matches(*arrays(groups), 4)
    assert found.tolist() == [[69_999, 69_998, 69_997, 69_996], [2, 1, 0, 0]]


@given(st.lists(small, min_size=1, max_size=5), st.data())
def test_picked_rows_are_the_rows(rows, data):
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=1))
    symbols, lengths, _ = arrays([rows])
    found, found_lengths = pick_rows(symbols, lengths, np.array(chosen))
    assert found.tolist() == [symbol for i in chosen for symbol in rows[i]]
    assert found_lengths.tolist() == [len(rows[i]) for i in chosen]
