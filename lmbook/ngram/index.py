"""Sets of n-grams as sorted integers: the structure under the counts and under every model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Int, Int32, Int64

from lmbook.arguments import as_ids, check_type
from lmbook.ngram.hashing import hash_table, look_up

_MANY = 256  # from so many look-ups on, hashing beats binary search: its memory reads overlap


@dataclass(frozen=True, kw_only=True)
class NgramIndex:
    """The n-grams of length 1 … ``order`` that a table or a model holds.

    An n-gram is stored as one integer: the rank of its first n-1 tokens among the
    (n-1)-grams, times the alphabet size, plus its last token. Any order fits in 64
    bits this way, the keys of one level are sorted, and the n-grams that share a
    context stand side by side. ``keys[n - 1]`` holds level n.

    ``bos_id``, one above the last token's id, begins a sequence: it is a context and
    never a prediction. With ``bos=False`` sequences begin with nothing.
    """

    order: int
    vocab_size: int
    keys: tuple[Int64[np.ndarray, "_"], ...]
    bos: bool = True

    @property
    def bos_id(self) -> int:
        """The id of the beginning of a sequence, one above the last token's."""
        return self.vocab_size

    def n_types(self, n: int) -> int:
        """Number of different n-grams of length ``n``, those that begin with BOS included."""
        return len(self._level(n))

    def _level(self, n: int) -> Int64[np.ndarray, " ngrams"]:
        if n not in range(1, self.order + 1):
            raise ValueError(f"n={n!r} is not between 1 and order={self.order}")
        return self.keys[n - 1]

    def find(
        self, n: int, context_ranks: Int[np.ndarray, "*shape"], words: Int[np.ndarray, "*shape"]
    ) -> Int64[np.ndarray, "*shape"]:
        """Ranks at level ``n`` of the n-grams context + word; -1 where there is none.

        Raises ``ValueError`` for an ``n`` or a word out of range; BOS counts as a word.
        """
        self._level(n)
        self._check_below(np.asarray(words), self.bos_id + 1, "words")
        return self._find(n, np.asarray(context_ranks), np.asarray(words))

    def _find(
        self, n: int, context_ranks: Int[np.ndarray, "*shape"], words: Int[np.ndarray, "*shape"]
    ) -> Int64[np.ndarray, "*shape"]:
        """``find`` for words that are known to be in range."""
        level = self.keys[n - 1]
        if len(level) == 0:  # no sequence is this long
            return np.full(np.shape(words), -1, np.int64)
        if n == 1 and len(level) == self.vocab_size + 1:  # every token is listed: rank = id
            return np.where(context_ranks >= 0, words, -1)
        # an unknown context, rank -1, makes a negative key, which no level holds
        wanted = context_ranks * (self.vocab_size + 1) + words
        if np.size(wanted) >= _MANY:
            return look_up(self._tables[n - 1], level, wanted)
        ranks = np.minimum(np.searchsorted(level, wanted), len(level) - 1)
        return np.where(level[ranks] == wanted, ranks, -1)

    @cached_property
    def _tables(self) -> tuple[Int32[np.ndarray, "_"], ...]:
        """A hash table a level, built when the first large batch is looked up."""
        return tuple(hash_table(level) for level in self.keys)

    def rank(self, ngram: Sequence[int]) -> int:
        """Rank of one n-gram at its level, 0 for the empty one, -1 if it is not held.

        Raises ``ValueError`` for an n-gram too long or an id outside the vocabulary but BOS.
        """
        return self._rank(self._checked("ngram", ngram))

    def _rank(self, ngram: Sequence[int]) -> int:
        if len(ngram) > self.order:
            raise ValueError(f"an n-gram of length {len(ngram)} exceeds order={self.order}")
        rank = np.zeros((), np.int64)
        for n, token in enumerate(ngram, start=1):
            rank = self._find(n, rank, np.asarray(token))
        return int(rank)

    def _checked(self, name: str, ids: Sequence[int]) -> list[int]:
        """``ids`` as integers, each of them of the vocabulary or BOS."""
        return as_ids(name, ids, self.vocab_size, n_more=1)

    def context(self, prefix: Sequence[int]) -> tuple[int, ...]:
        """The tokens that the prediction after ``prefix`` looks at: the last, BOS in front.

        Raises ``ValueError`` for an id outside the vocabulary but BOS.
        """
        return self._context(self._checked("prefix", prefix))

    def _context(self, prefix: Sequence[int]) -> tuple[int, ...]:
        padded = (self.bos_id, *prefix) if self.bos else tuple(prefix)
        return padded[max(0, len(padded) - self.order + 1) :]

    def _tail(self, context: Sequence[int]) -> tuple[int, ...]:
        """The last tokens of ``context``, as many as a prediction may look at, and no BOS."""
        return tuple(context[max(0, len(context) - self.order + 1) :])

    def first_place(self, n: int) -> int:
        """The first position of a row that has n-1 tokens before it; BOS is one if there is one."""
        return max(0, n - 1 - self.bos)

    def extensions(self, context: Sequence[int]) -> slice:
        """Where the n-grams that begin with ``context`` stand at the next level: side by side."""
        return self._extensions(self._checked("context", context))

    def _extensions(self, context: Sequence[int]) -> slice:
        if len(context) >= self.order:
            raise ValueError(
                f"a context of {len(context)} tokens needs an order above {self.order}"
            )
        rank, alphabet = self._rank(context), self.vocab_size + 1
        if rank < 0:
            return slice(0, 0)
        bounds = np.array([rank * alphabet, (rank + 1) * alphabet])
        begin, end = np.searchsorted(self.keys[len(context)], bounds)
        return slice(int(begin), int(end))

    def contexts(self, n: int) -> Int64[np.ndarray, " ngrams"]:
        """For every n-gram of level ``n``, the rank of its first n-1 tokens."""
        return self._level(n) // (self.vocab_size + 1)

    def words(self, n: int) -> Int64[np.ndarray, " ngrams"]:
        """For every n-gram of level ``n``, its last token."""
        return self._level(n) % (self.vocab_size + 1)

    @cached_property
    def suffixes(self) -> tuple[Int64[np.ndarray, "_"], ...]:
        """For every n-gram, the rank of its last n-1 tokens one level below; -1 if not held."""
        links = [np.zeros(len(self.keys[0]), np.int64)]
        for n in range(2, self.order + 1):
            links.append(self._find(n - 1, links[-1][self.contexts(n)], self.words(n)))
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
        levels = [self._find(1, np.zeros_like(padded), padded)]
        for n in range(2, self.order + 1):
            before = np.pad(levels[-1][:, :-1], ((0, 0), (1, 0)), constant_values=-1)
            levels.append(self._find(n, before, padded))
        return levels

    def check_ids(self, ids: Int[np.ndarray, "*shape"], name: str = "ids") -> None:
        """Raise ``ValueError`` if an id is outside the vocabulary; BOS is outside too."""
        self._check_below(ids, self.vocab_size, name)

    def _check_below(self, ids: Int[np.ndarray, "*shape"], limit: int, name: str = "ids") -> None:
        check_type(name, ids, np.ndarray)
        if ids.size and ids.dtype.kind not in "iu":
            raise ValueError(f"{name} has dtype {ids.dtype}, not that of whole numbers")
        if ids.size and not 0 <= ids.min() <= ids.max() < limit:
            raise ValueError(
                f"{name} between {ids.min()} and {ids.max()} exceed vocab_size={self.vocab_size}"
            )

    def _select(self, kept: Sequence[Bool[np.ndarray, "_"]]) -> tuple[np.ndarray, ...]:
        """The keys of the chosen n-grams, renumbered; each must keep its context too."""
        keys, new_ranks = [], np.zeros(1, np.int64)
        for n, chosen in enumerate(kept, start=1):
            contexts, words = np.divmod(self.keys[n - 1][chosen], self.vocab_size + 1)
            keys.append(new_ranks[contexts] * (self.vocab_size + 1) + words)
            new_ranks = np.cumsum(chosen) - 1
        return tuple(keys)
