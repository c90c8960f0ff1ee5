"""Counts of every n-gram up to a given order, in sorted arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Int64


@dataclass(frozen=True, kw_only=True)
class NgramCounts:
    """How often each n-gram of length 1 … ``order`` occurs.

    An n-gram is stored as one integer: the rank of its first n-1 tokens among the
    (n-1)-grams, times the alphabet size, plus its last token. Any order fits in 64
    bits this way, the keys of one level are sorted, and the n-grams that share a
    context stand side by side. ``keys[n - 1]`` and ``counts[n - 1]`` hold level n.

    Every sequence begins with one ``bos_id``, a token outside the vocabulary that is
    a context and never a prediction.
    """

    order: int
    vocab_size: int
    keys: tuple[Int64[np.ndarray, "_"], ...]
    counts: tuple[Int64[np.ndarray, "_"], ...]

    @property
    def bos_id(self) -> int:
        """The id of the beginning of a sequence, one above the last token's."""
        return self.vocab_size

    @property
    def n_bytes(self) -> int:
        """Memory of keys and counts, in bytes."""
        return sum(array.nbytes for array in (*self.keys, *self.counts))

    def n_types(self, n: int) -> int:
        """Number of different n-grams of length ``n``, those that begin with BOS included."""
        if not 1 <= n <= self.order:
            raise ValueError(f"n={n} is not between 1 and order={self.order}")
        return len(self.keys[n - 1])

    def find(
        self, n: int, context_ranks: Int[np.ndarray, "*shape"], words: Int[np.ndarray, "*shape"]
    ) -> Int64[np.ndarray, "*shape"]:
        """Ranks at level ``n`` of the n-grams context + word; -1 where never seen."""
        level = self.keys[n - 1]
        if len(level) == 0:  # no sequence is this long
            return np.full_like(words, -1)
        wanted = context_ranks * (self.vocab_size + 1) + words
        ranks = np.searchsorted(level, wanted)
        found = level[np.minimum(ranks, len(level) - 1)] == wanted
        return np.where(found & (context_ranks >= 0), ranks, -1)

    def rank(self, ngram: Sequence[int]) -> int:
        """Rank of one n-gram at its level, 0 for the empty one, -1 if it was never seen."""
        if len(ngram) > self.order:
            raise ValueError(f"an n-gram of length {len(ngram)} exceeds order={self.order}")
        rank = np.zeros((), np.int64)
        for n, token in enumerate(ngram, start=1):
            rank = self.find(n, rank, np.asarray(token))
        return int(rank)

    def count(self, ngram: Sequence[int]) -> int:
        """How often ``ngram`` occurs; 0 if never."""
        if len(ngram) == 0:
            raise ValueError("the empty n-gram has no count")
        rank = self.rank(ngram)
        return int(self.counts[len(ngram) - 1][rank]) if rank >= 0 else 0

    def continuations(
        self, context: Sequence[int]
    ) -> tuple[Int64[np.ndarray, " seen"], Int64[np.ndarray, " seen"]]:
        """The words seen after ``context`` and their counts; empty arrays if none.

        One context's n-grams are neighbours, so this is two binary searches.
        """
        if len(context) >= self.order:
            raise ValueError(
                f"a context of {len(context)} tokens needs an order above {self.order}"
            )
        level, alphabet = self.keys[len(context)], self.vocab_size + 1
        rank = self.rank(context)
        if rank < 0:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        begin, end = np.searchsorted(level, [rank * alphabet, (rank + 1) * alphabet])
        words, counts = level[begin:end] - rank * alphabet, self.counts[len(context)][begin:end]
        predicted = words != self.bos_id
        return words[predicted], counts[predicted]

    def prune(self, min_count: int) -> "NgramCounts":
        """Drop the n-grams of length ≥ 2 seen fewer than ``min_count`` times.

        A context occurs at least as often as each of its continuations, so what is
        kept keeps its context too.
        """
        if min_count < 1:
            raise ValueError(f"min_count={min_count} is below 1")
        alphabet = self.vocab_size + 1
        keys, counts = [self.keys[0]], [self.counts[0]]
        new_ranks = np.arange(len(self.keys[0]))
        for level_keys, level_counts in zip(self.keys[1:], self.counts[1:], strict=True):
            kept = level_counts >= min_count
            contexts, words = np.divmod(level_keys[kept], alphabet)
            keys.append(new_ranks[contexts] * alphabet + words)
            counts.append(level_counts[kept])
            new_ranks = np.cumsum(kept) - 1
        return NgramCounts(
            order=self.order, vocab_size=self.vocab_size, keys=tuple(keys), counts=tuple(counts)
        )


def count_ngrams(sequences: Iterable[Sequence[int]], order: int, vocab_size: int) -> NgramCounts:
    """Count the n-grams of length 1 … ``order``; none crosses from one sequence to the next.

    Raises ``ValueError`` for order < 1, for no tokens at all, and for an id outside
    the vocabulary.
    """
    if order < 1:
        raise ValueError(f"order={order} is below 1")
    stream, offsets = _padded_stream(sequences, vocab_size)
    alphabet = vocab_size + 1
    keys, counts = [], []
    ranks = np.zeros(len(stream), np.int64)
    for n in range(1, order + 1):
        # window of n tokens ends here and began in this sequence
        ends = np.flatnonzero(offsets >= n - 1)
        windows = (ranks[ends - 1] if n > 1 else 0) * alphabet + stream[ends]
        level_keys, level_ranks, level_counts = np.unique(
            windows, return_inverse=True, return_counts=True
        )
        ranks = np.full(len(stream), -1, np.int64)
        ranks[ends] = level_ranks
        keys.append(level_keys)
        counts.append(level_counts.astype(np.int64))
    return NgramCounts(order=order, vocab_size=vocab_size, keys=tuple(keys), counts=tuple(counts))


def _padded_stream(
    sequences: Iterable[Sequence[int]], vocab_size: int
) -> tuple[Int64[np.ndarray, " time"], Int64[np.ndarray, " time"]]:
    """All sequences in a row, each after a BOS, and every token's offset in its sequence."""
    arrays = [np.asarray(sequence, np.int64) for sequence in sequences]
    if sum(map(len, arrays)) == 0:
        raise ValueError("there is no token to count: the text is empty")
    lengths = np.array([len(array) + 1 for array in arrays])
    starts = np.cumsum(lengths) - lengths
    stream = np.full(lengths.sum(), vocab_size, np.int64)
    offsets = np.arange(len(stream)) - np.repeat(starts, lengths)
    stream[offsets > 0] = np.concatenate(arrays)
    outside = (stream[offsets > 0] < 0) | (stream[offsets > 0] >= vocab_size)
    if outside.any():
        raise ValueError(
            f"token id {stream[offsets > 0][outside][0]} is outside vocab_size={vocab_size}"
        )
    return stream, offsets
