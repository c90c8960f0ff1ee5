"""Test texts that training has seen, found by the n-grams of words that both hold.

Source: Brown et al. (2020), appendix C, with n = 8 to 13 by the length of the test's texts.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lmbook.arguments import check_several, check_texts, check_whole, each_text
from lmbook.data.cleaning.filters import words


class Overlap(NamedTuple):
    """Place of a test text, the share of its words that stand in a shared n-gram, and one."""

    place: int
    share: float
    example: str


def overlaps(train: Iterable[str], test: Sequence[str], n: int = 8) -> list[Overlap]:
    """The test texts that share an n-gram of words with training, the most shared first.

    Case and punctuation do not count. A text that is shorter than ``n`` words is compared as a
    whole. Memory holds the test's n-grams, whatever the size of ``train``, which is read once.

    Raises ``ValueError`` for ``n`` below 1, no test text, or a test text without a word.
    """
    check_whole("n", n, 1)
    check_several("train", train)
    check_texts("test", test, some=True)
    rows = [_plain(text) for text in test]
    places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for i, row in enumerate(rows):
        if not row:
            raise ValueError(f"test[{i}]={test[i]!r} is empty: it has no word")
        size = min(n, len(row))
        for j in range(len(row) - size + 1):
            places.setdefault(tuple(row[j : j + size]), []).append((i, j))
    sizes = sorted({len(gram) for gram in places})
    inside: dict[int, set[int]] = {}
    examples: dict[int, str] = {}
    for text in each_text("train", train):
        row = _plain(text)
        for size in sizes:
            for gram in zip(*(row[k:] for k in range(size)), strict=False):
                for i, j in places.get(gram, ()):
                    inside.setdefault(i, set()).update(range(j, j + size))
                    examples.setdefault(i, " ".join(gram))
    found = [Overlap(i, len(seen) / len(rows[i]), examples[i]) for i, seen in inside.items()]
    return sorted(found, key=lambda overlap: (-overlap.share, overlap.place))


def _plain(text: str) -> list[str]:
    folded = unicodedata.normalize("NFC", text).casefold().replace("’", "'")
    return [word for word in (word.strip("'-_") for word in words(folded)) if word]
