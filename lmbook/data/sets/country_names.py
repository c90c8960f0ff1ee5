"""English prose in which a list of names, and no person, has marked the names of countries.

Training by such lists is called distant supervision. The marks are good, not gold: the list does
not know which "Georgia" is meant, and misses names that it does not hold.
"""

import re
from collections.abc import Mapping, Sequence

from lmbook.arguments import check_texts
from lmbook.data.sets.factbook import LICENCE, SOURCE, load_passages
from lmbook.data.sets.tagging import Tagged, TaggedSet
from lmbook.data.sets.tasks import part_of

_FIELDS = (
    "Background",
    "Geography - note",
    "Broadcast media",
    "National holiday",
    "Natural hazards",
)
_WORD = re.compile(r"\w+|[^\w\s]")
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z])")
_SHORTEST, _LONGEST, _LONGEST_NAME = 5, 100, 6  # words


def load_country_names() -> TaggedSet:
    """Sentences of the World Factbook; names of countries are LOC, of peoples MISC, in IOB2.

    MISC is what a people is called, as noun or adjective (*French*). **No name of the test part
    stands in the other parts**: names are drawn by a hash, and a sentence is in the test part if
    any of its names is. So the test asks for names that were never seen, and some that were.

    Raises ``DataError`` if the data cannot be had.
    """
    names = _listed_names()
    parts: dict[str, list[Tagged]] = {"train": [], "validation": [], "test": []}
    for words in sorted(_sentences()):
        tags, found = mark_names(words, names)
        drawn = {part_of(name) for name in found} or {part_of(" ".join(words))}
        part = next(part for part in ("test", "validation", "train") if part in drawn)
        parts[part].append(Tagged(words, tags))
    tags = {tag for part in parts.values() for sentence in part for tag in sentence.tags}
    return TaggedSet(
        name="country-names",
        licence=LICENCE,
        source=SOURCE,
        scheme="IOB2",
        tags=tuple(sorted(tags)),
        **parts,
    )


def mark_names(
    words: Sequence[str], names: Mapping[tuple[str, ...], str]
) -> tuple[tuple[str, ...], list[str]]:
    """IOB2 tags of the longest listed names from the left, and the names that were found.

    ``names`` maps the words of a name to its label. Raises ``ValueError`` for one string in place
    of several words.
    """
    check_texts("words", words)
    tags: list[str] = []
    found: list[str] = []
    while len(tags) < len(words):
        i = len(tags)
        lengths = range(min(_LONGEST_NAME, len(words) - i), 0, -1)
        n = next((n for n in lengths if tuple(words[i : i + n]) in names), 0)
        if not n:
            tags.append("O")
            continue
        name = tuple(words[i : i + n])
        found.append(" ".join(name))
        tags += [f"B-{names[name]}", *[f"I-{names[name]}"] * (n - 1)]
    return tuple(tags), found


def _listed_names() -> dict[tuple[str, ...], str]:
    """Names of countries (LOC), and of their peoples (MISC), each as its words."""
    names: dict[tuple[str, ...], str] = {}
    passages = load_passages()
    for passage in passages:
        if passage.field == "Nationality":
            for _, begin, end in passage.values:
                for name in re.split(r"[,;()]| or ", passage.text[begin:end]):
                    words = tuple(_WORD.findall(name.strip(" .")))
                    if 1 <= len(words) <= 3 and all(word[0].isupper() for word in words):
                        names[words] = "MISC"
    return names | {tuple(_WORD.findall(p.country)): "LOC" for p in passages}


def _sentences() -> set[tuple[str, ...]]:
    """The words of each sentence, once."""
    found = set()
    for passage in load_passages():
        if passage.field in _FIELDS:
            text = passage.text.removeprefix(f"{passage.country}, {passage.field}. ")
            found |= {tuple(_WORD.findall(sentence)) for sentence in _SENTENCE.split(text)}
    return {words for words in found if _SHORTEST <= len(words) <= _LONGEST}
