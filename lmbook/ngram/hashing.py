"""A hash table of sorted integers in plain arrays, filled and searched by numpy all at once."""

import numpy as np
from jaxtyping import Int32, Int64


def _slots(keys: Int64[np.ndarray, "*shape"], table_size: int) -> Int64[np.ndarray, "*shape"]:
    """Fibonacci hashing: the top bits of the key times 2^64 / φ. Source: Knuth (1998), 6.4."""
    n_bits = table_size.bit_length() - 1
    product = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (product >> np.uint64(64 - n_bits)).astype(np.int64)


def hash_table(keys: Int64[np.ndarray, " n"]) -> Int32[np.ndarray, " slots"]:
    """Ranks of ``keys`` in at least twice as many slots; -1 is free. All keys move at once.

    A key that finds its slot taken tries the next one.
    """
    table = np.full(1 << (2 * len(keys)).bit_length(), -1, np.int32)
    ranks = np.arange(len(keys), dtype=np.int32)
    slots = _slots(keys, len(table))
    while len(ranks):
        free = table[slots] < 0
        table[slots[free]] = ranks[free]  # of several keys that want one slot, the last wins
        lost = table[slots] != ranks
        ranks, slots = ranks[lost], (slots[lost] + 1) & (len(table) - 1)
    return table


def look_up(
    table: Int32[np.ndarray, " slots"],
    keys: Int64[np.ndarray, " n"],
    wanted: Int64[np.ndarray, "*shape"],
) -> Int64[np.ndarray, "*shape"]:
    """The rank of each wanted key, -1 for one that is not there."""
    flat = wanted.ravel()
    slots = _slots(flat, len(table))
    ranks = table.take(slots).astype(np.int64)
    # a free slot, rank -1, compares with the last key: equal only if that key had been found
    missed = np.flatnonzero(keys.take(ranks) != flat)
    while len(missed):
        missed = missed[ranks[missed] >= 0]  # another key sits there: try the next slot
        slots[missed] = (slots[missed] + 1) & (len(table) - 1)
        ranks[missed] = table[slots[missed]]
        missed = missed[keys[ranks[missed]] != flat[missed]]
    return ranks.reshape(wanted.shape)
