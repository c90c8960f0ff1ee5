"""Pairs of English sentences that mean the same, look alike, or have nothing in common.

Nobody judged them. Two sentences are taken for paraphrases because they have a translation in
common, and a translation can drop what distinguishes them ("his name", "her name"). Nothing here
is part of the repository: the sentences are read out of a pinned package.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from lmbook.data.sets.parallel import plain, read_pairs
from lmbook.data.sets.tasks import part_of

_MAX_OVERLAP, _MAX_SHARING = 0.5, 4
_SHORTEST, _LONGEST = 4, 12  # words
_RARE = 300  # sentences that a word stands in, at most, for sentences to be searched by it


class SimilarPair(NamedTuple):
    """Two sentences and their score, as ``load_similarity`` explains it: 2, 1 or 0."""

    first: str
    second: str
    score: int


@dataclass(frozen=True, kw_only=True)
class SimilaritySet:
    """``validation`` and ``test`` have no sentence in common, nor with ``sentences``.

    ``sentences`` stand alone: vectors can be learned from them without labels.
    """

    licence: str
    source: str
    sentences: list[str]
    validation: list[SimilarPair]
    test: list[SimilarPair]

    def __repr__(self) -> str:
        sizes = f"validation {len(self.validation):,}, test {len(self.test):,} pairs"
        alone = f"{len(self.sentences):,} sentences alone"
        return f"SimilaritySet({sizes}, {alone}; licence: {self.licence}; source: {self.source})"


@cache
def load_similarity() -> SimilaritySet:
    """Everyday sentences of 4 to 12 words from Tatoeba, in pairs of three kinds, a third each.

    Each first sentence stands in three pairs. Score 2: a paraphrase, by a common translation into
    Spanish or Ukrainian, with which it shares less than half of their different words. Score 1: a
    sentence that shares at least as large a part of the words, but no translation, neither with
    it nor with a paraphrase of it. Score 0: a sentence drawn at random. A measure that counts
    shared words therefore ranks 1 above 2. Some scores are wrong: sentences whose common
    translation nobody wrote down count as 1. Seven in ten triples are for testing.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    written, related, paraphrases = _read()
    parts: dict[str, list[SimilarPair]] = {"validation": [], "test": []}
    used: set[str] = set()
    for found in _triples(sorted(written), related, paraphrases, used):
        part = {"train": "test"}.get(part_of(found[0]), "validation")
        for score, second in zip((2, 1, 0), found[1:], strict=True):
            parts[part].append(SimilarPair(written[found[0]], written[second], score))
    return SimilaritySet(
        licence="CC BY 2.0 FR",
        source="Tatoeba, tatoeba.org, by its contributors",
        sentences=[written[s] for s in sorted(written) if s not in used],
        **parts,
    )


def _triples(
    sentences: list[str],
    related: dict[str, set[str]],
    paraphrases: dict[str, set[str]],
    used: set[str],
) -> Iterator[tuple[str, str, str, str]]:
    """A sentence, its paraphrase, one that looks alike, and a random one; they become ``used``."""
    with_word, draw = _by_rare_word(sentences), random.Random(0)
    for first in sorted(paraphrases):
        second = _unused(sorted(paraphrases[first]), used)
        if first in used or second is None:
            continue
        same = {first}.union(related[first], *(related[s] for s in paraphrases[first]))
        alike = _unused(_alike(first, second, same, with_word), used | {second})
        if alike is None:
            continue
        other = draw.choice(sentences)
        while other in used or other in same or other == alike:
            other = draw.choice(sentences)
        used |= {first, second, alike, other}
        yield first, second, alike, other


def _read() -> tuple[dict[str, str], dict[str, set[str]], dict[str, set[str]]]:
    """Sentences by their plain form; all that have a translation in common; the paraphrases."""
    written: dict[str, str] = {}
    sides: dict[tuple[str, str], set[str]] = defaultdict(set)
    for language in ("spanish", "ukrainian"):
        for english, other in read_pairs(language):
            if _SHORTEST <= len(english.split()) <= _LONGEST:
                written.setdefault(plain(english), english)
                sides[language, plain(other)].add(plain(english))
    related: dict[str, set[str]] = defaultdict(set)
    paraphrases: dict[str, set[str]] = defaultdict(set)
    for group in sides.values():
        for one in group:
            related[one] |= group
            # a translation of many sentences is of something vague
            if len(group) <= _MAX_SHARING:
                paraphrases[one] |= {s for s in group if _overlap(one, s) < _MAX_OVERLAP}
    return written, related, {s: found for s, found in paraphrases.items() if found}


def _by_rare_word(sentences: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for sentence in sentences:
        for word in set(sentence.split()):
            index[word].append(sentence)
    return {word: found for word, found in index.items() if len(found) <= _RARE}


def _alike(
    first: str, second: str, same: set[str], with_word: dict[str, list[str]]
) -> Iterator[str]:
    """Sentences with as many words of ``first`` as ``second``, those with the fewest first."""
    found = {s for word in first.split() for s in with_word.get(word, ())} - same
    least = _overlap(first, second)
    overlaps = {s: _overlap(first, s) for s in found}
    yield from sorted((s for s in found if overlaps[s] >= least), key=lambda s: (overlaps[s], s))


def _overlap(one: str, other: str) -> float:
    """The part of their different words that two sentences share."""
    first, second = set(one.split()), set(other.split())
    return len(first & second) / len(first | second)


def _unused(sentences: Iterable[str], used: set[str]) -> str | None:
    return next((s for s in sentences if s not in used), None)
