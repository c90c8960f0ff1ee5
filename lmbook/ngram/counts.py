"""Counts of every n-gram up to a given order, in sorted arrays."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from jaxtyping import Int64

from lmbook.arguments import check_several, check_whole
from lmbook.ngram.ids import token_array
from lmbook.ngram.index import NgramIndex

_TOKENS_A_CHUNK = 4_000_000  # what is counted at once; about 300 MB of working arrays


@dataclass(frozen=True, kw_only=True)
class NgramCounts(NgramIndex):
    """How often each n-gram of length 1 … ``order`` occurs: ``counts[n - 1]`` for level n.

    Every sequence begins with one ``bos_id``, a token outside the vocabulary, unless they were
    counted with ``bos=False``.
    """

    counts: tuple[Int64[np.ndarray, "_"], ...]

    @property
    def n_bytes(self) -> int:
        """Memory of keys and counts, in bytes."""
        return sum(array.nbytes for array in (*self.keys, *self.counts))

    def count(self, ngram: Sequence[int]) -> int:
        """How often ``ngram`` occurs; 0 if never.

        Raises ``ValueError`` for no token, too many, or an id outside the vocabulary but BOS.
        """
        ngram = self._checked("ngram", ngram)
        if len(ngram) == 0:
            raise ValueError("ngram=[] has no token: the empty n-gram has no count")
        rank = self._rank(ngram)
        return int(self.counts[len(ngram) - 1][rank]) if rank >= 0 else 0

    def continuations(
        self, context: Sequence[int]
    ) -> tuple[Int64[np.ndarray, " seen"], Int64[np.ndarray, " seen"]]:
        """The words seen after ``context`` and their counts; empty arrays if none.

        One context's n-grams are neighbours, so this is two binary searches. Raises
        ``ValueError`` for a context too long or an id outside the vocabulary but BOS.
        """
        return self._continuations(self._checked("context", context))

    def _continuations(
        self, context: Sequence[int]
    ) -> tuple[Int64[np.ndarray, " seen"], Int64[np.ndarray, " seen"]]:
        here = self._extensions(context)
        words = self.keys[len(context)][here] % (self.vocab_size + 1)
        predicted = words != self.bos_id
        return words[predicted], self.counts[len(context)][here][predicted]

    def prune(self, min_count: int) -> "NgramCounts":
        """Drop the n-grams of length ≥ 2 seen fewer than ``min_count`` times.

        A context occurs at least as often as each of its continuations, so what is
        kept keeps its context too.
        """
        check_whole("min_count", min_count, 1)
        kept = [level >= min_count for level in self.counts]
        kept[0][:] = True
        return replace(
            self,
            keys=self._select(kept),
            counts=tuple(c[k] for c, k in zip(self.counts, kept, strict=True)),
        )


def count_ngrams(
    sequences: Iterable[Sequence[int]], order: int, vocab_size: int, *, bos: bool = True
) -> NgramCounts:
    """Count the n-grams of length 1 … ``order``; none crosses from one sequence to the next.

    Without ``bos`` no n-gram begins before the first token: a model of such counts gives the
    first token its unigram probability, the second its bigram probability, and so on.

    ``sequences`` may be a stream of any length: it is read in chunks, and memory grows
    with the number of different n-grams only. Raises ``ValueError`` for order < 1, for no
    tokens at all, for one sequence in place of several, and for an id outside the vocabulary.
    """
    check_whole("order", order, 1)
    check_whole("vocab_size", vocab_size, 1)
    check_several("sequences", sequences)
    parts = (_count_chunk(chunk, order, vocab_size, bos) for chunk in _chunks(sequences))
    counts = reduce(_merge, parts, None)
    if counts is None or not (counts.keys[0] != vocab_size).any():
        raise ValueError("there is no token to count: the text is empty")
    return counts


def _chunks(sequences: Iterable[Sequence[int]]) -> Iterator[list[Int64[np.ndarray, "_"]]]:
    """Runs of whole sequences of at most ``_TOKENS_A_CHUNK`` tokens, or one longer sequence."""
    chunk, n_tokens = [], 0
    for i, sequence in enumerate(sequences):
        ids = token_array(f"sequences[{i}]", sequence)
        if chunk and n_tokens + len(ids) > _TOKENS_A_CHUNK:
            yield chunk
            chunk, n_tokens = [], 0
        chunk.append(ids)
        n_tokens += len(ids)
    if chunk:
        yield chunk


def _count_chunk(
    sequences: Sequence[Int64[np.ndarray, "_"]], order: int, vocab_size: int, bos: bool
) -> NgramCounts:
    stream, offsets = _padded_stream(sequences, vocab_size)
    if not bos:
        stream, offsets = stream[offsets > 0], offsets[offsets > 0] - 1
    keys, counts, suffixes = [], [], []
    ranks = np.zeros(len(stream), np.int64)
    for n in range(1, order + 1):
        # window of n tokens ends here and began in this sequence
        ends = np.flatnonzero(offsets >= n - 1)
        windows = (ranks[ends - 1] if n > 1 else 0) * (vocab_size + 1) + stream[ends]
        by_key, first = _sorted_order(windows)
        begins = np.flatnonzero(first)
        keys.append(windows[by_key[begins]])
        counts.append(np.diff(begins, append=len(windows)))
        # the n-gram's last n-1 tokens end at the same position, one level below
        suffixes.append(ranks[ends[by_key[begins]]])
        ranks = np.full(len(stream), -1, np.int64)
        ranks[ends[by_key]] = np.cumsum(first) - 1
    result = NgramCounts(
        order=order, vocab_size=vocab_size, keys=tuple(keys), counts=tuple(counts), bos=bos
    )
    result.__dict__["suffixes"] = tuple(suffixes)  # known already: the property need not search
    return result


def _sorted_order(
    values: Int64[np.ndarray, " n"],
) -> tuple[Int64[np.ndarray, " n"], np.ndarray]:
    """The order that sorts ``values``, and where each run of equal values begins in it.

    Sorting plain integers is several times faster than ``argsort``. So we append to each
    value its position, as the low bits of one integer, whenever both fit into 63 bits.
    """
    n_bits = len(values).bit_length()
    if len(values) == 0 or int(values.max()).bit_length() + n_bits > 63:
        order = np.argsort(values, kind="stable")
        ordered = values[order]
    else:
        ordered = (values << n_bits) | np.arange(len(values))
        ordered.sort()
        order = ordered & ((1 << n_bits) - 1)
        ordered >>= n_bits
    first = np.ones(len(values), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return order, first


def _merge(left: NgramCounts | None, right: NgramCounts) -> NgramCounts:
    """The counts of two texts, added."""
    if left is None:
        return right
    alphabet = left.vocab_size + 1
    keys, counts = [], []
    left_ranks = right_ranks = np.zeros(1, np.int64)
    for n in range(1, left.order + 1):
        left_keys = left_ranks[left.contexts(n)] * alphabet + left.words(n)
        right_keys = right_ranks[right.contexts(n)] * alphabet + right.words(n)
        keys.append(np.union1d(left_keys, right_keys))
        left_ranks = np.searchsorted(keys[-1], left_keys)
        right_ranks = np.searchsorted(keys[-1], right_keys)
        level = np.zeros(len(keys[-1]), np.int64)
        level[left_ranks] += left.counts[n - 1]
        level[right_ranks] += right.counts[n - 1]
        counts.append(level)
    return replace(left, keys=tuple(keys), counts=tuple(counts))


def _padded_stream(
    sequences: Sequence[Int64[np.ndarray, "_"]], vocab_size: int
) -> tuple[Int64[np.ndarray, " time"], Int64[np.ndarray, " time"]]:
    """All sequences in a row, each after a BOS, and every token's offset in its sequence."""
    lengths = np.array([len(sequence) + 1 for sequence in sequences])
    starts = np.cumsum(lengths) - lengths
    stream = np.full(lengths.sum(), vocab_size, np.int64)
    offsets = np.arange(len(stream)) - np.repeat(starts, lengths)
    tokens = np.concatenate(sequences)
    outside = (tokens < 0) | (tokens >= vocab_size)
    if outside.any():
        wrong = tokens[outside][0]
        raise ValueError(f"sequences: token id {wrong} is outside vocab_size={vocab_size}")
    stream[offsets > 0] = tokens
    return stream, offsets
