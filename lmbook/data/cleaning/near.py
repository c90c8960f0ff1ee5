"""Near copies, by banded signatures: pairs that may be alike are found without comparing all.

A signature is cut into bands of a few rows. Two texts of similarity s agree in a band of r rows
with probability sʳ, and in at least one of b bands with probability 1 − (1 − sʳ)ᵇ, a curve that
rises steeply around (1/b)^(1/r). Source: Leskovec, Rajaraman and Ullman (2020), chapter 3.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt64

from lmbook.arguments import check_number, check_several, check_type, check_whole, each_text
from lmbook.data.cleaning.exact import BloomFilter, Seen
from lmbook.data.cleaning.minhash import ODD, MinHasher, Signatures, similarity

_RECALL = 0.99
_HASHER = MinHasher()
_STREAM_HASHER = MinHasher(n_hashes=640)  # bands of eight: unlike texts hardly ever share one
_AT_ONCE = 1_000  # texts of a stream whose signatures are made together


class Bands(NamedTuple):
    """How a signature is cut: ``n_bands`` bands of ``n_rows`` entries each."""

    n_bands: int
    n_rows: int

    def probability(self, alike: float) -> float:
        """That two texts of this similarity share a band: 1 − (1 − sʳ)ᵇ."""
        check_number("alike", alike, 0.0, 1.0)
        return 1 - (1 - alike**self.n_rows) ** self.n_bands


class Pair(NamedTuple):
    """Places of two texts, the smaller first, and their Jaccard similarity."""

    first: int
    second: int
    similarity: float


def bands_for(threshold: float, n_hashes: int, recall: float = _RECALL) -> Bands:
    """The longest bands that find a pair of similarity ``threshold`` with probability ``recall``.

    Longer bands bring fewer pairs that have to be compared in vain.

    Raises ``ValueError`` if even bands of one row miss too many: take more hashes.
    """
    check_whole("n_hashes", n_hashes, 1)
    for name, value in {"threshold": threshold, "recall": recall}.items():
        check_number(name, value)
        if not 0 < value < 1:
            raise ValueError(f"{name}={value} is not between 0 and 1")
    for n_rows in range(n_hashes, 0, -1):
        bands = Bands(n_hashes // n_rows, n_rows)
        if bands.probability(threshold) >= recall:
            return bands
    needed = math.ceil(math.log(1 - recall) / math.log(1 - threshold))
    raise ValueError(
        f"n_hashes={n_hashes} is below {needed}, which threshold={threshold} needs for "
        f"recall={recall}"
    )


def near_pairs(
    texts: Sequence[str],
    threshold: float = 0.7,
    hasher: MinHasher = _HASHER,
    recall: float = _RECALL,
) -> list[Pair]:
    """Pairs of texts of Jaccard similarity ``threshold`` or more, by place.

    Signatures find the candidates, the sets of shingles decide: no pair below the threshold
    comes out, and one above it is missed with a probability of at most 1 − ``recall``. Take out
    exact copies first: n copies are n(n − 1)/2 pairs.

    Raises ``ValueError`` as ``bands_for`` and ``MinHasher.signatures`` do.
    """
    check_type("hasher", hasher, MinHasher)
    bands = bands_for(threshold, hasher.n_hashes, recall)
    keys = band_keys(hasher.signatures(texts), bands)
    candidates = sorted(set(_together(keys)))
    sets = {i: hasher.shingles(texts[i]) for i in {i for pair in candidates for i in pair}}
    found = [Pair(i, j, similarity(sets[i], sets[j])) for i, j in candidates]
    return [pair for pair in found if pair.similarity >= threshold]


def band_keys(signatures: Signatures, bands: Bands) -> UInt64[np.ndarray, "text n_bands"]:
    """One number for each band: equal where the band's entries are."""
    used = bands.n_bands * bands.n_rows
    cut = signatures[:, :used].reshape(len(signatures), bands.n_bands, bands.n_rows)
    keys = np.zeros(cut.shape[:2], np.uint64)
    for row in range(bands.n_rows):
        keys = (keys ^ cut[:, :, row]) * ODD
        keys ^= keys >> np.uint64(29)
    return keys


def _together(keys: UInt64[np.ndarray, "text n_bands"]) -> Iterator[tuple[int, int]]:
    """Pairs with the same key in a band, the smaller place first."""
    for band in keys.T:
        order = np.argsort(band, kind="stable")
        cuts = np.flatnonzero(np.diff(band[order])) + 1
        ends = np.append(cuts, len(order))
        begins = np.append(0, cuts)
        for begin, end in zip(begins[ends - begins > 1], ends[ends - begins > 1], strict=True):
            yield from combinations(order[begin:end].tolist(), 2)


def groups(pairs: Iterable[Pair], n_texts: int) -> list[list[int]]:
    """Places joined by chains of pairs, groups and places in rising order; no text alone.

    Raises ``ValueError`` for a place that is not below ``n_texts``.
    """
    check_several("pairs", pairs)
    check_whole("n_texts", n_texts, 0)
    root = list(range(n_texts))
    for first, second, *_ in pairs:
        if not 0 <= first < second < n_texts:
            raise ValueError(f"pair ({first}, {second}) is not two places below {n_texts}")
        low, high = sorted((_root(root, first), _root(root, second)))
        root[high] = low
    found: dict[int, list[int]] = {}
    for i in range(n_texts):
        found.setdefault(_root(root, i), []).append(i)
    return [group for group in found.values() if len(group) > 1]


def _root(root: list[int], i: int) -> int:
    while root[i] != i:
        root[i] = i = root[root[i]]  # halves the path on the way
    return i


def drop_near_copies(
    texts: Iterable[str],
    threshold: float = 0.7,
    hasher: MinHasher = _STREAM_HASHER,
    seen: Seen | None = None,
    recall: float = _RECALL,
) -> Iterator[str]:
    """The texts in order without those that share a band with a text before them.

    Texts are read a thousand at a time and none is kept, only the keys of its bands: in a ``set``
    of growing size, or in a ``BloomFilter`` of flat memory, for ``bands_for(…).n_bands`` keys a
    text. Nothing is compared. A text whose similarities to those before it are s₁, s₂, … is
    dropped by mistake with a probability of up to the sum of ``Bands.probability(sᵢ)``: short
    bands, harmless among few texts, lose many among thousands. More hashes make longer bands.

    Raises ``ValueError`` as ``near_pairs`` does.
    """
    check_type("hasher", hasher, MinHasher)
    bands = bands_for(threshold, hasher.n_hashes, recall)
    if seen is not None:
        check_type("seen", seen, set, BloomFilter)
    return _new_ones(each_text("texts", texts), hasher, bands, set() if seen is None else seen)


def _new_ones(texts: Iterator[str], hasher: MinHasher, bands: Bands, seen: Seen) -> Iterator[str]:
    while part := list(islice(texts, _AT_ONCE)):
        keys = band_keys(hasher.signatures(part), bands)
        for text, row in zip(part, keys, strict=True):
            marks = [band.to_bytes(2, "little") + key.tobytes() for band, key in enumerate(row)]
            if not any(mark in seen for mark in marks):
                yield text
            for mark in marks:  # a near copy's own near copies go too
                seen.add(mark)
