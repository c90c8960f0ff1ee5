"""How many n-grams of a hypothesis stand in its references: the counts under BLEU, chrF and ROUGE.

One sort answers for all orders. The longest n-grams are written as whole numbers whose leading
bits are the pair and the first symbol, the next bits the second symbol, and so on: sorted by the
whole number they are sorted by every shorter prefix too.
"""

from collections import Counter

import numpy as np

_BLOCK = 256  # pairs at a time: few distinct symbols, so few bits for each, and arrays in cache
_BITS = 63  # of a whole number that is not negative


def ngram_matches(
    symbols: np.ndarray, lengths: np.ndarray, n_rows: np.ndarray, order: int
) -> np.ndarray:
    """Clipped matches of each pair and order 1 … ``order``, as an array (pairs, ``order``).

    ``symbols`` are whole numbers, row after row, ``lengths`` the lengths of the rows. The first
    row of a pair is its hypothesis, the others its references; a pair has ``n_rows`` rows. An
    n-gram matches as often as the hypothesis has it, and at most as often as the reference that
    has it most often. Source: Papineni et al. (2002), section 2.1.
    """
    rows = np.concatenate([[0], np.cumsum(n_rows)])
    ends = np.concatenate([[0], np.cumsum(lengths)])
    matches = np.zeros((len(n_rows), order), dtype=np.int64)
    blocks = [(b, min(b + _BLOCK, len(n_rows))) for b in range(0, len(n_rows), _BLOCK)]
    while blocks:
        begin, end = blocks.pop()
        first, last = rows[begin], rows[end]
        part = (symbols[ends[first] : ends[last]], lengths[first:last], n_rows[begin:end], order)
        found = _block(*part)
        if found is not None:
            matches[begin:end] = found
        elif end == begin + 1:
            matches[begin] = _one_pair(*part)
        else:
            middle = (begin + end) // 2
            blocks += [(begin, middle), (middle, end)]
    return matches


def pick_rows(
    symbols: np.ndarray, lengths: np.ndarray, chosen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The rows with the numbers ``chosen``, in that order, one after the other; their lengths."""
    if np.array_equal(chosen, np.arange(len(lengths))):
        return symbols, lengths
    picked = lengths[chosen]
    begins = (lengths.cumsum() - lengths)[chosen] - picked.cumsum() + picked
    return symbols[np.repeat(begins, picked) + np.arange(picked.sum())], picked


def _block(
    symbols: np.ndarray, lengths: np.ndarray, n_rows: np.ndarray, order: int
) -> np.ndarray | None:
    """The matches of some pairs, or None if their n-grams do not fit into whole numbers."""
    if not len(symbols):
        return np.zeros((len(n_rows), order), dtype=np.int64)
    codes, n_codes = _dense(symbols)
    bits = n_codes.bit_length()
    side_bits = (int(n_rows.max()) - 1).bit_length()
    if order * bits + side_bits + (len(n_rows) - 1).bit_length() > _BITS:
        return None
    pair_of_row = np.repeat(np.arange(len(n_rows)), n_rows)
    side_of_row = np.arange(len(lengths)) - np.repeat(n_rows.cumsum() - n_rows, n_rows)
    left = np.repeat(lengths.cumsum(), lengths) - np.arange(len(codes))
    keys = np.repeat(pair_of_row, lengths)
    for step in range(order):
        following = np.append(codes[step:], np.zeros(min(step, len(codes)), np.int64))
        keys = (keys << bits) | np.where(left > step, following, 0)  # 0: past the end of the row
    keys = (keys << side_bits) | np.repeat(side_of_row, lengths)
    keys.sort()
    sides = keys & ((1 << side_bits) - 1)
    return _count_runs(keys >> side_bits, sides, bits, order, len(n_rows))


def _count_runs(
    keys: np.ndarray, sides: np.ndarray, bits: int, order: int, n_pairs: int
) -> np.ndarray:
    """Matches from sorted n-grams; each order drops the last symbol of the one above."""
    before = [np.concatenate([[0], np.cumsum(sides == s)]) for s in range(int(sides.max()) + 1)]
    matches = np.zeros((n_pairs, order), dtype=np.int64)
    for n in range(order, 0, -1):
        begins = np.concatenate([[0], np.flatnonzero(keys[1:] != keys[:-1]) + 1])
        ends = np.append(begins[1:], len(keys))
        counts = [totals[ends] - totals[begins] for totals in before]
        best = counts[1] if len(counts) == 2 else np.max(counts[1:] or [0 * ends], axis=0)
        runs = keys[begins]
        whole = (runs & ((1 << bits) - 1)) != 0  # no n-gram, where the row ended before
        found = np.minimum(counts[0], best) * whole
        matches[:, n - 1] = np.bincount(runs >> (bits * n), found, n_pairs)
        keys = keys >> bits
    return matches


def _dense(symbols: np.ndarray) -> tuple[np.ndarray, int]:
    """The symbols as numbers from 1, none left out, and how many there are."""
    seen = np.zeros(int(symbols.max()) + 1, dtype=bool)
    seen[symbols] = True
    return seen.cumsum()[symbols], int(seen.sum())


def _one_pair(
    symbols: np.ndarray, lengths: np.ndarray, n_rows: np.ndarray, order: int
) -> list[int]:
    """The definition itself, for a pair with very many distinct symbols."""
    rows = np.split(symbols, lengths.cumsum()[:-1])
    matches = []
    for n in range(1, order + 1):
        hypothesis, *references = (
            Counter(zip(*(row[k:].tolist() for k in range(n)), strict=False)) for row in rows
        )
        best: Counter[tuple[int, ...]] = Counter()
        for reference in references:
            best |= reference
        matches.append((hypothesis & best).total())
    return matches
