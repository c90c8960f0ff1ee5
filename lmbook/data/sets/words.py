"""Counts of words and lists of slips, read out of pinned packages."""

import re
from collections import Counter
from dataclasses import dataclass

from lmbook.data.sources.packages import RegistryPackage, read_members

_WORD_COUNTS_PACKAGE = RegistryPackage(
    name="wordsegment",
    version="1.3.1",
    sha256="dd10e32fdb890079532ddffc1d179f839627af8345ecf52b84627a536449648d",
    filename="wordsegment-1.3.1-py2.py3-none-any.whl",
    licence="Apache 2.0",
)
_MISSPELLINGS_PACKAGE = RegistryPackage(
    name="codespell",
    version="2.4.3",
    sha256="af2505b335e8573dbd2d384d1c4ef498f4006f4ba2d6fceca01e55b91f52628a",
    filename="codespell-2.4.3-py3-none-any.whl",
    licence="GPL-2.0-only; its word lists CC BY-SA 3.0",
)
_CHINESE_PACKAGE = RegistryPackage(
    name="jieba-py",
    version="0.46.12",
    sha256="a4f616b571cbb2f3668608973bcd882a04e2faa94b95338acbbddf3cbe111930",
    filename="jieba_py-0.46.12-py3-none-any.whl",
    licence="MIT",
)


@dataclass(frozen=True, kw_only=True)
class WordCounts:
    """How often words and pairs of neighbouring words stand in a large English text.

    Words are in lower case without punctuation. The lists hold the most frequent words and pairs
    only: a pair that is missing may still have been seen.
    """

    unigrams: dict[str, int]
    bigrams: dict[tuple[str, str], int]


@dataclass(frozen=True)
class Misspelling:
    """A word as somebody typed it, and the word that was meant."""

    typed: str
    intended: str


def load_word_counts() -> WordCounts:
    """Return counts from a web text of 10^12 words, as cut by Norvig (2009).

    Raises ``DataError`` if they cannot be had.
    """
    members = read_members(_WORD_COUNTS_PACKAGE, "wordsegment/*grams.txt")
    unigrams = _counts(members["wordsegment/unigrams.txt"])
    pairs = ((pair.split(), n) for pair, n in _counts(members["wordsegment/bigrams.txt"]).items())
    return WordCounts(unigrams=unigrams, bigrams={(first, word): n for (first, word), n in pairs})


def load_chinese_word_counts() -> dict[str, int]:
    """Return the Chinese dictionary of the segmenter jieba, with the counts that it ships.

    Raises ``DataError`` if it cannot be had.
    """
    path = "jieba/_data/dict.txt"
    text = read_members(_CHINESE_PACKAGE, path)[path].decode("utf-8")
    rows = (line.split(" ") for line in text.splitlines())  # word, count, part of speech
    return {word: int(count) for word, count, _ in rows}


def load_misspellings() -> list[Misspelling]:
    """Return misspellings found in source code and on Wikipedia, each with the one word meant.

    Only ASCII letters, in lower case. Misspellings with several possible corrections are left out.
    The list says nothing on how frequent an error is.

    Raises ``DataError`` if the list cannot be had.
    """
    path = "codespell_lib/data/dictionary.txt"
    text = read_members(_MISSPELLINGS_PACKAGE, path)[path].decode("utf-8").lower()
    words = [line.split("->") for line in text.splitlines()]
    letters = re.compile(r"[a-z]+")
    return [
        Misspelling(typed, intended)
        for typed, intended in words
        if letters.fullmatch(typed) and letters.fullmatch(intended)
    ]


def _counts(content: bytes) -> dict[str, int]:
    counts: Counter[str] = Counter()  # pairs that differed in case stand once each: add them up
    for line in content.decode("utf-8").splitlines():
        words, count = line.split("\t")
        counts[words] += int(count)
    return dict(counts)
