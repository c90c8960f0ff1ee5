"""Copies of a text, found by fingerprints; with a Bloom filter, in memory that does not grow."""

import math
import unicodedata
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from lmbook.arguments import check_text, check_type, check_whole, each_text

_N_BYTES = 16  # two of 10¹² different texts share a fingerprint with probability 1.5 · 10⁻¹⁵


def plain(text: str) -> str:
    """``text`` in NFC, without upper case, and with one space for each run of white space."""
    check_text("text", text)
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def fingerprint(text: str) -> bytes:
    """16 bytes that stand for ``text``, whatever its case, spacing and Unicode form."""
    return blake2b(plain(text).encode("utf-8", "surrogatepass"), digest_size=_N_BYTES).digest()


class BloomFilter:
    """A set that never forgets, may take a stranger for a member, and does not grow.

    It has m = -n ln p / (ln 2)² bits for n = ``n_expected`` elements and p = ``error``, the
    probability that an element which was never added is found once n others were; each element
    sets k = m/n · ln 2 bits. Source: Bloom (1970).

    Raises ``ValueError`` if ``n_expected`` is below 1 or ``error`` is not between 0 and 1.
    """

    def __init__(self, n_expected: int, error: float = 1e-4) -> None:
        check_whole("n_expected", n_expected, 1)
        if not 0 < error < 1:
            raise ValueError(f"error={error} is not between 0 and 1")
        self.n_bits = math.ceil(-n_expected * math.log(error) / math.log(2) ** 2)
        self.n_hashes = max(1, round(self.n_bits / n_expected * math.log(2)))
        self._bits = bytearray(-(-self.n_bits // 8))

    @property
    def n_bytes(self) -> int:
        """Memory of the bits."""
        return len(self._bits)

    def add(self, element: bytes, /) -> None:
        """Set the element's bits."""
        for place in self._places(element):
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, element: object, /) -> bool:
        return isinstance(element, bytes) and all(
            self._bits[place >> 3] >> (place & 7) & 1 for place in self._places(element)
        )

    def _places(self, element: bytes) -> Iterator[int]:
        """Two hashes make all others: h₁ + i·h₂ (Kirsch and Mitzenmacher, 2006)."""
        digest = blake2b(element, digest_size=16).digest()
        first, step = int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little") | 1
        return ((first + i * step) % self.n_bits for i in range(self.n_hashes))


Seen = set[bytes] | BloomFilter  # a memory of fingerprints


def drop_copies(texts: Iterable[str], seen: Seen | None = None) -> Iterator[str]:
    """The texts in order, each the first of its fingerprint; read one at a time.

    ``seen`` carries over from file to file. A ``set``, the default, is exact and grows by some
    hundred bytes a text; a ``BloomFilter`` keeps its size and loses about the share ``error`` of
    the texts that are new. Raises ``ValueError`` for one string in place of several.
    """
    seen = set() if seen is None else seen
    check_type("seen", seen, set, BloomFilter)
    return _first_ones(each_text("texts", texts), seen)


def _first_ones(texts: Iterable[str], seen: Seen) -> Iterator[str]:
    for text in texts:
        mark = fingerprint(text)
        if mark not in seen:
            seen.add(mark)
            yield text
