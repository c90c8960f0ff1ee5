"""How a Unigram language model of pieces is learned: too many pieces first, then fewer.

Seed pieces are frequent substrings of the words. Expectation–maximisation (EM) fits their
probabilities; then the pieces whose loss would cost the least likelihood go. This repeats until the
wanted number is left. Source: Kudo (2018), section 3.2.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float, Int

from lmbook.arguments import each_text
from lmbook.tokenizers.unigram_lattice import (
    STOP,
    WordLattices,
    best_segmentation,
    join_words,
    prefix_table,
)

SPACE = "▁"
# A piece is never taken to occur less than half a time: no probability is 0, and a character that
# longer pieces always cover can still be used in a new word.
MIN_EXPECTED_COUNT = 0.5


def count_words(texts: Iterable[str]) -> Counter[str]:
    """The word table that pieces are learned from: what stands between spaces, with ``▁`` in front.

    Only the space separates words; a line end is a character like others. A literal ``▁`` counts
    as a space.
    """
    counts: Counter[str] = Counter()
    for text in filter(None, each_text("texts", texts)):
        counts.update(text.replace(SPACE, " ").split(" "))
    return Counter({SPACE + word: count for word, count in counts.items()})


def seed_pieces(
    word_counts: Mapping[str, int], size: int, max_piece_length: int = 16
) -> dict[str, int]:
    """All characters and the ``size`` best longer substrings of words, with their scores.

    The score of a substring is its number of occurrences times its length. Substrings that occur
    once are left out, and so is one that the same character follows every time: whatever it
    explains, the longer one explains too.
    """
    words = sorted(word_counts)
    code_points, word_of = join_words(words)
    substrings = _count_substrings(
        code_points, np.array([word_counts[word] for word in words])[word_of], max_piece_length
    )
    places, counts, is_seed = (np.concatenate(column) for column in zip(*substrings, strict=True))
    lengths = np.repeat(np.arange(len(substrings)) + 1, [len(level[0]) for level in substrings])
    n_characters = len(substrings[0][0])
    longer = n_characters + np.flatnonzero(is_seed[n_characters:])
    best = longer[np.argsort(-(counts * lengths)[longer], kind="stable")[:size]]
    word_start = np.searchsorted(word_of, np.arange(len(words)))
    seeds = {}
    for i in [*range(n_characters), *best.tolist()]:
        word = word_of[places[i]]
        start = places[i] - word_start[word]
        seeds[words[word][start : start + lengths[i]]] = int(counts[i] * lengths[i])
    return seeds


def _count_substrings(
    code_points: Int[np.ndarray, " places"], weights: Int[np.ndarray, " places"], max_length: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """By length from 1 on: one place of each substring, its count, and whether it may be a seed.

    Equal substrings of a length share a number: that of the beginning and the last character give
    it. Only frequent beginnings are read on, as what is longer cannot be more frequent.
    """
    _, codes = np.unique(code_points, return_inverse=True)
    n_codes = codes.max() + 1
    places = np.flatnonzero(code_points != STOP)
    numbers = np.zeros(len(places), dtype=np.int64)
    shorter_counts = np.array([np.inf])
    levels = []
    for length in range(1, max_length + 1):
        alive = code_points[places + length - 1] != STOP
        places, numbers = places[alive], numbers[alive]
        key = numbers * n_codes + codes[places + length - 1]
        keys, first, numbers = np.unique(key, return_index=True, return_inverse=True)
        counts = np.bincount(numbers, weights=weights[places], minlength=len(keys))
        beginnings = keys // n_codes
        if levels:
            levels[-1][2][beginnings[counts == shorter_counts[beginnings]]] = False
        levels.append((places[first], counts, counts > 1))
        frequent = counts[numbers] > 1
        places, numbers, shorter_counts = places[frequent], numbers[frequent], counts
    return levels


def maximise(expected_counts: Float[np.ndarray, " pieces"]) -> Float[np.ndarray, " pieces"]:
    """The M-step: log-probabilities in proportion to the expected counts.

    This is the maximum-likelihood step of EM, but for the floor ``MIN_EXPECTED_COUNT``.
    SentencePiece and Hugging Face put exp(digamma(count)) in the place of the count.
    """
    counts = np.maximum(expected_counts, MIN_EXPECTED_COUNT)
    return np.log(counts / counts.sum())


def removal_losses(
    pieces: Sequence[str],
    log_probs: Float[np.ndarray, " pieces"],
    expected_counts: Float[np.ndarray, " pieces"],
) -> Float[np.ndarray, " pieces"]:
    """By how many nats the log-likelihood falls if a piece goes and the next best path stands in.

    The stand-in is the best segmentation of the piece into other pieces, whose counts then grow by
    the count of the piece. Nothing can stand in for a single character: its loss is infinite.
    A piece that is expected less than ``MIN_EXPECTED_COUNT`` times loses nothing.
    """
    losses = np.zeros(len(pieces))
    number = {piece: i for i, piece in enumerate(pieces)}
    counts = expected_counts.tolist()
    total = sum(counts)
    table = prefix_table(pieces, log_probs.tolist())
    for i, piece in enumerate(pieces):
        if len(piece) == 1:
            losses[i] = math.inf
        elif counts[i] >= MIN_EXPECTED_COUNT:
            others = [number[p] for p in best_segmentation(piece, table, allow_whole=False)]
            log_total = math.log(total + counts[i] * (len(others) - 1))
            stand_in = sum(math.log(counts[other] + counts[i]) - log_total for other in others)
            losses[i] = counts[i] * (math.log(counts[i] / total) - stand_in)
    return losses


def choose_pieces(
    losses: Float[np.ndarray, " pieces"], shrink: float, n_pieces: int
) -> Bool[np.ndarray, " pieces"]:
    """True for the pieces that stay: the fraction ``shrink`` with the greatest losses.

    Pieces whose removal costs nothing (or helps) go at once, but never so many that fewer than
    ``n_pieces`` stay.
    """
    n_kept = max(n_pieces, min(int(shrink * len(losses)), np.count_nonzero(losses > 0)))
    kept = np.zeros(len(losses), dtype=bool)
    kept[np.argsort(-losses, kind="stable")[:n_kept]] = True
    return kept


def train_pieces(
    word_counts: Mapping[str, int],
    n_pieces: int,
    *,
    seed_size: int,
    max_piece_length: int = 16,
    shrink: float = 0.75,
    n_em: int = 2,
    reserved: Collection[str] = (),
) -> dict[str, float]:
    """Log-probability by piece, the most probable first.

    Every character of the words is a piece; no longer piece is spelt like a ``reserved`` token.
    There are fewer than ``n_pieces`` if the words do not have that many substrings to begin with.
    Raises ``ValueError`` if there are more characters than ``n_pieces``.
    """
    n_characters = len(set().union(*word_counts))
    if n_pieces < n_characters:
        raise ValueError(f"n_pieces={n_pieces} is below the {n_characters} characters")
    seeds = seed_pieces(word_counts, seed_size, max_piece_length)
    for token in reserved:
        if len(token) > 1:
            seeds.pop(token, None)
    pieces = list(seeds)
    log_probs = maximise(np.array(list(seeds.values()), dtype=np.float64))
    lattices = WordLattices(word_counts, pieces)
    while True:
        for _ in range(n_em):
            counts, _ = lattices.expected_counts(log_probs)
            log_probs = maximise(counts)
        if len(pieces) <= n_pieces:
            break
        kept = choose_pieces(removal_losses(pieces, log_probs, counts), shrink, n_pieces)
        lattices.keep_pieces(kept)
        pieces = [piece for piece, stays in zip(pieces, kept, strict=True) if stays]
        log_probs = log_probs[kept]
    order = sorted(range(len(pieces)), key=lambda i: (-log_probs[i], pieces[i]))
    return {pieces[i]: float(log_probs[i]) for i in order}
