"""MinHash: signatures of texts that agree in as large a share as the texts' pieces do.

A text is the set of its shingles, here all runs of a few characters. The share that two sets A and
B have in common, the size of A ∩ B over that of A ∪ B, is their Jaccard similarity. Order all
possible shingles at random: the first of A ∪ B is also in A ∩ B with just that probability, and
then both sets have the same first shingle. A signature holds the first shingle of a set in many
such orders. Source: Broder (1997).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import UInt32

from lmbook.arguments import check_text, check_type, check_whole, each_text
from lmbook.data.cleaning.exact import plain

ODD = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ divided by the golden ratio. Multiplying by it spreads the bits of a number."""

_CELLS = 2**16  # shingles at a time: four bytes each, they stay in the processor's cache

Signatures = UInt32[np.ndarray, "text n_hashes"]


@dataclass(frozen=True, kw_only=True)
class MinHasher:
    """What makes signatures: the size of a shingle in characters, and the random orders.

    Case, the amount of white space and the Unicode form do not count; a text that is shorter than
    a shingle is one shingle. An order of 32-bit hashes x is that of a·x + b modulo 2³², a odd. The
    estimate of a similarity s has the standard deviation √(s(1 − s) / ``n_hashes``).

    Raises ``ValueError`` if a size is below 1 or the seed is negative.
    """

    n_hashes: int = 128
    shingle_size: int = 5
    seed: int = 1

    def __post_init__(self) -> None:
        check_whole("n_hashes", self.n_hashes, 1)
        check_whole("shingle_size", self.shingle_size, 1)
        check_whole("seed", self.seed, 0)

    def shingles(self, text: str) -> UInt32[np.ndarray, " shingle"]:
        """The hashes of the text's shingles, each once, in rising order.

        Raises ``ValueError`` for a text without a character that is not white space.
        """
        check_text("text", text)
        return np.unique(self._hashed([self._plain("text", text)]))

    def signatures(self, texts: Sequence[str]) -> Signatures:
        """The smallest hash of each text in each order.

        Raises ``ValueError`` for a text without a character that is not white space, naming its
        place, and for one string in place of several.
        """
        rows = [
            self._plain(f"texts[{i}]", text) for i, text in enumerate(each_text("texts", texts))
        ]
        signatures = np.empty((len(rows), self.n_hashes), np.uint32)
        if not rows:
            return signatures
        hashes = self._hashed(rows)
        lengths = np.array([len(text) for text in rows])
        begins, counts = np.cumsum(lengths) - lengths, lengths - self.shingle_size + 1
        for places in _like_lengths(counts):
            # column j holds the shingles of text places[j]; its last one fills it up
            steps = np.arange(int(counts[places[-1]]))[:, None]
            columns = hashes[begins[places] + np.minimum(steps, counts[places] - 1)]
            signatures[places] = self._smallest(columns)
        return signatures

    @cached_property
    def _orders(self) -> UInt32[np.ndarray, "2 n_hashes"]:
        draw = np.random.default_rng(self.seed)
        orders = draw.integers(0, 2**32, (2, self.n_hashes), dtype=np.uint32)
        orders[0] |= 1  # an odd factor makes the order a permutation of all 32-bit numbers
        return orders

    def _plain(self, name: str, text: str) -> str:
        folded = plain(text)
        if not folded:
            raise ValueError(f"{name}={text!r} is empty: it has no shingle")
        return folded.ljust(self.shingle_size, "\0")

    def _hashed(self, plain: Sequence[str]) -> UInt32[np.ndarray, " place"]:
        """The shingle that begins at each character of all texts in one line.

        A polynomial of the characters, mixed; those that reach into the next text are not used.
        """
        line = "".join(plain).encode("utf-32-le", "surrogatepass")
        points = np.frombuffer(line, np.uint32).astype(np.uint64)
        n_places = len(points) - self.shingle_size + 1
        hashes = np.zeros(n_places, np.uint64)
        for i in range(self.shingle_size):
            hashes = hashes * ODD + points[i : i + n_places]
        hashes = (hashes ^ (hashes >> np.uint64(32))) * ODD
        return (hashes >> np.uint64(32)).astype(np.uint32)

    def _smallest(self, columns: UInt32[np.ndarray, "shingle text"]) -> Signatures:
        ordered, smallest = (
            np.empty_like(columns),
            np.empty((self.n_hashes, columns.shape[1]), "u4"),
        )
        for i, (factor, shift) in enumerate(self._orders.T):
            np.multiply(columns, factor, out=ordered)
            np.add(ordered, shift, out=ordered)
            ordered.min(axis=0, out=smallest[i])
        return smallest.T


def estimated_similarity(
    first: UInt32[np.ndarray, " n_hashes"], second: UInt32[np.ndarray, " others"]
) -> float:
    """The share of orders in which two texts begin with the same shingle."""
    for name, value in {"first": first, "second": second}.items():
        check_type(name, value, np.ndarray)
    if first.shape != second.shape or not first.size:
        raise ValueError(f"first has the shape {first.shape}, second {second.shape}")
    return float((first == second).mean())


def similarity(
    first: UInt32[np.ndarray, " shingle"], second: UInt32[np.ndarray, " others"]
) -> float:
    """Jaccard similarity of two sets, given as ``MinHasher.shingles`` gives them."""
    for name, value in {"first": first, "second": second}.items():
        check_type(name, value, np.ndarray)
        if not value.size:
            raise ValueError(f"{name} is empty")
    common = len(np.intersect1d(first, second, assume_unique=True))
    return common / (len(first) + len(second) - common)


def _like_lengths(counts: np.ndarray) -> Iterator[np.ndarray]:
    """All places, the lengths rising; those of a group differ by a fifth at most."""
    order = np.argsort(counts, kind="stable")
    rising, begin = counts[order], 0
    while begin < len(order):
        longest = max(rising[begin] + 1, rising[begin] * 6 // 5)
        end = int(np.searchsorted(rising, longest, "right"))
        end = min(end, begin + max(1, _CELLS // int(longest)))
        yield order[begin:end]
        begin = end
