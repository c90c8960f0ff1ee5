"""Greek verses and their English translation, each English word linked by hand to Greek words.

Nothing here is part of the repository: texts and links are read out of a pinned package.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from lmbook.data.sources.packages import RegistryPackage, read_members

_PACKAGE = RegistryPackage(
    name="bible-alignments",
    version="0.4.2",
    sha256="84f6b15e706657777824aac811567cb5cb2b38ad2b94497209f5f3c3f67b0984",
    filename="bible_alignments-0.4.2-py3-none-any.whl",
    licence="MIT (program), CC BY 4.0 (links and Greek text); the English text is public domain",
)
_LINKS = "data/eng/alignments/BSB/SBLGNT-BSB-manual.json"
_GREEK, _ENGLISH = "data/sources/SBLGNT.tsv", "data/eng/targets/BSB/nt_BSB.tsv"
_N_VERSE = 8  # digits of book, chapter and verse in front of a word's number


@dataclass(frozen=True)
class Verse:
    """Greek words in their dictionary form, English words in lower case, and the links by hand.

    A link is a pair of positions: of an English word, of a Greek word. ``number`` is book,
    chapter and verse: "40001001" is Matthew 1:1.
    """

    number: str
    greek: tuple[str, ...]
    english: tuple[str, ...]
    links: frozenset[tuple[int, int]]


@cache
def load_verses() -> tuple[Verse, ...]:
    """The verses of the New Testament, in order: Greek of the SBLGNT, English of the BSB.

    Punctuation is left out, and so are links between neighbouring verses. Links by Biblica.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    texts = {path: read_members(_PACKAGE, path)[path] for path in (_LINKS, _GREEK, _ENGLISH)}
    greek = _by_verse(texts[_GREEK].decode("utf-8"), "lemma")
    english = _by_verse(texts[_ENGLISH].decode("utf-8"), "text")
    linked: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for record in json.loads(texts[_LINKS])["records"]:
        for target in record["target"]:
            for source in record["source"]:
                linked[target[:_N_VERSE]].add((target, source))
    return tuple(
        _verse(number, greek[number], english[number], linked[number])
        for number in sorted(english)
        if greek.get(number)
    )


def _by_verse(table: str, text: str) -> dict[str, dict[str, str]]:
    """Verse → number of each word → the word, without what is marked as punctuation."""
    header, *rows = (line.split("\t") for line in table.splitlines())
    verses: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        cells = dict(zip(header, row, strict=False))
        if not cells.get("exclude"):
            name = cells["id"]
            verses[name.removeprefix("n")[:_N_VERSE]][name] = cells[text].lower()
    return verses


def _verse(
    number: str, greek: dict[str, str], english: dict[str, str], linked: set[tuple[str, str]]
) -> Verse:
    sources = {name: i for i, name in enumerate(greek)}
    targets = {name: i for i, name in enumerate(english)}
    links = frozenset((targets[t], sources[s]) for t, s in linked if t in targets and s in sources)
    return Verse(number, tuple(greek.values()), tuple(english.values()), links)
