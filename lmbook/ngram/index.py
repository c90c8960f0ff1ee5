"""Sets of n-grams as sorted integers: the structure under the counts and under every model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int, Int64


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
        wanted = context_ranks * (self.vocab_size + 1) + words
        ranks = np.searchsorted(level, wanted)
        found = level[np.minimum(ranks, len(level) - 1)] == wanted
        return np.where(found & (context_ranks >= 0), ranks, -1)

    def rank(self, ngram: Sequence[int]) -> int:
        """Rank of one n-gram at its level, 0 for the empty one, -1 if it is not held."""
        if len(ngram) > self.order:
            raise ValueError(f"an n-gram of length {len(ngram)} exceeds order={self.order}")
        rank = np.zeros((), np.int64)
        for n, token in enumerate(ngram, start=1):
            rank = self.find(n, rank, np.asarray(token))
        return int(rank)

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
        token: one look-up a level, for all positions at once. Raises ``ValueError`` for an
        id outside the vocabulary.
        """
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocab_size:
            raise ValueError(
                f"ids between {ids.min()} and {ids.max()} exceed vocab_size={self.vocab_size}"
            )
        padded = np.pad(ids.astype(np.int64), ((0, 0), (1, 0)), constant_values=self.bos_id)
        levels = [self.find(1, np.zeros_like(padded), padded)]
        for n in range(2, self.order + 1):
            before = np.pad(levels[-1][:, :-1], ((0, 0), (1, 0)), constant_values=-1)
            levels.append(self.find(n, before, padded))
        return levels

    def _select(self, kept: Sequence[Bool[np.ndarray, "_"]]) -> tuple[np.ndarray, ...]:
        """The keys of the chosen n-grams, renumbered; each must keep its context too."""
        keys, new_ranks = [], np.zeros(1, np.int64)
        for n, chosen in enumerate(kept, start=1):
            contexts, words = np.divmod(self.keys[n - 1][chosen], self.vocab_size + 1)
            keys.append(new_ranks[contexts] * (self.vocab_size + 1) + words)
            new_ranks = np.cumsum(chosen) - 1
        return tuple(keys)
