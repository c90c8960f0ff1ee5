"""Sets of n-grams as sorted integers: the structure under the counts and under every model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int, Int32, Int64

_MANY = 256  # from so many look-ups on, hashing beats binary search: its memory reads overlap


@dataclass(frozen=True, kw_only=True)
class NgramIndex:
    """The n-grams of length 1 … ``order`` that a table or a model holds.

    An n-gram is stored as one integer: the rank of its first n-1 tokens among the
    (n-1)-grams, times the alphabet size, plus its last token. Any order fits in 64
    bits this way, the keys of one level are sorted, and the n-grams that share a
    context stand side by side. ``keys[n - 1]`` holds level n.

    ``bos_id``, one above the last token's id, begins a sequence: it is a context and
    never a prediction.
    """

    order: int
    vocab_size: int
    keys: tuple[Int64[np.ndarray, "_"], ...]

    @property
    def bos_id(self) -> int:
        """The id of the beginning of a sequence, one above the last token's."""
        return self.vocab_size

    def n_types(self, n: int) -> int:
        """Number of different n-grams of length ``n``, those that begin with BOS included."""
        if not 1 <= n <= self.order:
            raise ValueError(f"n={n} is not between 1 and order={self.order}")
        return len(self.keys[n - 1])

    def find(
        self, n: int, context_ranks: Int[np.ndarray, "*shape"], words: Int[np.ndarray, "*shape"]
    ) -> Int64[np.ndarray, "*shape"]:
        """Ranks at level ``n`` of the n-grams context + word; -1 where there is none."""
        level = self.keys[n - 1]
        if len(level) == 0:  # no sequence is this long
            return np.full(np.shape(words), -1, np.int64)
        if n == 1 and len(level) == self.vocab_size + 1:  # every token is listed: rank = id
            return np.where(context_ranks >= 0, words, -1)
        # an unknown context, rank -1, makes a negative key, which no level holds
        wanted = context_ranks * (self.vocab_size + 1) + words
        if np.size(wanted) >= _MANY:
            return _look_up(self._tables[n - 1], level, wanted)
        ranks = np.minimum(np.searchsorted(level, wanted), len(level) - 1)
        return np.where(level[ranks] == wanted, ranks, -1)

    @cached_property
    def _tables(self) -> tuple[Int32[np.ndarray, "_"], ...]:
        """A hash table a level, built when the first large batch is looked up."""
        return tuple(_hash_table(level) for level in self.keys)

    def rank(self, ngram: Sequence[int]) -> int:
        """Rank of one n-gram at its level, 0 for the empty one, -1 if it is not held."""
        if len(ngram) > self.order:
            raise ValueError(f"an n-gram of length {len(ngram)} exceeds order={self.order}")
        rank = np.zeros((), np.int64)
        for n, token in enumerate(ngram, start=1):
            rank = self.find(n, rank, np.asarray(token))
        return int(rank)

    def context(self, prefix: Sequence[int]) -> tuple[int, ...]:
        """The tokens that the prediction after ``prefix`` looks at: the last, BOS in front."""
        padded = (self.bos_id, *prefix)
        return padded[max(0, len(padded) - self.order + 1) :]

    def extensions(self, context: Sequence[int]) -> slice:
        """Where the n-grams that begin with ``context`` stand at the next level: side by side."""
        if len(context) >= self.order:
            raise ValueError(
                f"a context of {len(context)} tokens needs an order above {self.order}"
            )
        rank, alphabet = self.rank(context), self.vocab_size + 1
        if rank < 0:
            return slice(0, 0)
        bounds = np.array([rank * alphabet, (rank + 1) * alphabet])
        begin, end = np.searchsorted(self.keys[len(context)], bounds)
        return slice(int(begin), int(end))

    def contexts(self, n: int) -> Int64[np.ndarray, " ngrams"]:
        """For every n-gram of level ``n``, the rank of its first n-1 tokens."""
        return self.keys[n - 1] // (self.vocab_size + 1)

    def words(self, n: int) -> Int64[np.ndarray, " ngrams"]:
        """For every n-gram of level ``n``, its last token."""
        return self.keys[n - 1] % (self.vocab_size + 1)

    @cached_property
    def suffixes(self) -> tuple[Int64[np.ndarray, "_"], ...]:
        """For every n-gram, the rank of its last n-1 tokens one level below; -1 if not held."""
        links = [np.zeros(len(self.keys[0]), np.int64)]
        for n in range(2, self.order + 1):
            links.append(self.find(n - 1, links[-1][self.contexts(n)], self.words(n)))
        return tuple(links)

    def ngrams(self, n: int) -> Int64[np.ndarray, "ngrams n"]:
        """Every n-gram of one level as a row of ids, read off the ranks from the last token."""
        ranks, columns = np.arange(self.n_types(n)), []
        for level in range(n, 0, -1):
            ranks, words = np.divmod(self.keys[level - 1][ranks], self.vocab_size + 1)
            columns.append(words)
        return np.stack(columns[::-1], axis=1)

    def ranks_along(
        self, ids: Int[np.ndarray, "batch time"]
    ) -> list[Int64[np.ndarray, "batch time+1"]]:
        """Ranks of the n-grams that end at BOS and at each token of ``ids``, level by level.

        The n-gram that ends here is the (n-1)-gram that ended one step before, plus this
        token: one look-up a level, for all positions at once. A ``bos_id`` inside a row
        begins a new sequence: no n-gram holds BOS but in front. Raises ``ValueError`` for
        any other id outside the vocabulary.
        """
        self._check_below(ids, self.bos_id + 1)
        padded = np.pad(ids.astype(np.int64), ((0, 0), (1, 0)), constant_values=self.bos_id)
        levels = [self.find(1, np.zeros_like(padded), padded)]
        for n in range(2, self.order + 1):
            before = np.pad(levels[-1][:, :-1], ((0, 0), (1, 0)), constant_values=-1)
            levels.append(self.find(n, before, padded))
        return levels

    def check_ids(self, ids: Int[np.ndarray, "*shape"]) -> None:
        """Raise ``ValueError`` if an id is outside the vocabulary; BOS is outside too."""
        self._check_below(ids, self.vocab_size)

    def _check_below(self, ids: Int[np.ndarray, "*shape"], limit: int) -> None:
        if ids.size and not 0 <= ids.min() <= ids.max() < limit:
            raise ValueError(
                f"ids between {ids.min()} and {ids.max()} exceed vocab_size={self.vocab_size}"
            )

    def _select(self, kept: Sequence[Bool[np.ndarray, "_"]]) -> tuple[np.ndarray, ...]:
        """The keys of the chosen n-grams, renumbered; each must keep its context too."""
        keys, new_ranks = [], np.zeros(1, np.int64)
        for n, chosen in enumerate(kept, start=1):
            contexts, words = np.divmod(self.keys[n - 1][chosen], self.vocab_size + 1)
            keys.append(new_ranks[contexts] * (self.vocab_size + 1) + words)
            new_ranks = np.cumsum(chosen) - 1
        return tuple(keys)


def _slots(keys: Int64[np.ndarray, "*shape"], table_size: int) -> Int64[np.ndarray, "*shape"]:
    """Fibonacci hashing: the top bits of the key times 2^64 / φ. Source: Knuth (1998), 6.4."""
    n_bits = table_size.bit_length() - 1
    product = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (product >> np.uint64(64 - n_bits)).astype(np.int64)


def _hash_table(keys: Int64[np.ndarray, " n"]) -> Int32[np.ndarray, " slots"]:
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


def _look_up(
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
