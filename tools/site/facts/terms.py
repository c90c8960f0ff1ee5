"""The glossary's terms, and where the chapters define and use each of them."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.site import notebooks

GLOSSARY = notebooks.ROOT / "book/glossary.md"
_ENTRY = re.compile(r"^(?P<term>\S.*)\n  \*\*(?P<chinese>.+?)\*\* — ", re.M)
_BOLD = re.compile(r"(?<!\*)\*\*(?P<bold>[^*\n]{2,60}?)\*\*(?!\*)")
_ROLE = re.compile(r"\{term\}`(?:[^`<]*<)?(?P<term>[^`>]+)>?`")
_HEADING = re.compile(r"^#{1,3} (.+)$", re.M)
_SLUG = re.compile(r"[^\w\- ]")
_LABEL = (".", ":", "”", "?", "!")


@dataclass(frozen=True)
class Place:
    """A section of a chapter: its page, its heading's anchor, the chapter's number."""

    slug: str
    anchor: str
    number: int


@dataclass(frozen=True)
class Term:
    """A term of the glossary; ``defined`` is None where no chapter sets it in bold or links it."""

    name: str
    chinese: str
    defined: Place | None
    used: tuple[int, ...]


def entries(glossary: str) -> dict[str, str]:
    """Each term with its Chinese name, as the glossary has them."""
    return {found["term"]: found["chinese"] for found in _ENTRY.finditer(glossary)}


def entry_of(words: str, names: dict[str, str]) -> str | None:
    """The term that ``words`` stand for: itself, its plural, or the beginning of its name."""
    plain = words.lower()
    forms = {plain, plain.removesuffix("s"), plain.removesuffix("es"), re.sub("ies$", "y", plain)}
    forms |= {f"{plain}s", plain.replace("-", " ")}
    by_form = {name.lower(): name for name in names}
    for form in forms:
        if form in by_form:
            return by_form[form]
    longer = [name for name in names if name.lower().startswith((f"{plain} ", f"{plain}-"))]
    return min(longer, key=len, default=None)


def bold_words(text: str) -> list[str]:
    """What a text sets in bold as a term: no label with a full stop, colon or closing quote."""
    found = (match["bold"].strip() for match in _BOLD.finditer(text))
    return [words for words in found if not words.endswith(_LABEL)]


def anchor(heading: str) -> str:
    """The address of a heading within its page, as MyST makes it."""
    plain = re.sub(r"[`*]|\{[\w:]+\}", "", heading).strip().lower()
    return _SLUG.sub("", plain).replace(" ", "-")


@cache
def terms() -> list[Term]:
    """One entry for each term, in alphabetical order."""
    names = entries(GLOSSARY.read_text("utf-8"))
    defined: dict[str, Place] = {}
    counts: dict[str, Counter[int]] = {name: Counter() for name in names}
    for path in notebooks.chapters():
        _define(path, names, defined)
        text = _prose(path)
        for name in names:
            counts[name][int(path.stem[:2])] = _count(name, text)
    return [
        Term(name, chinese, defined.get(name), _most(counts[name], defined.get(name)))
        for name, chinese in sorted(names.items(), key=lambda item: item[0].lstrip("(").lower())
    ]


def _define(path: Path, names: dict[str, str], defined: dict[str, Place]) -> None:
    """Enter the terms that this chapter is the first to set in bold or to link."""
    section = ""
    for cell in notebooks.read(path).cells:
        if cell.cell_type != "markdown":
            continue
        for part in re.split(r"(?=^#{1,3} )", cell.source, flags=re.M):
            if heading := _HEADING.match(part):
                section = anchor(heading[1])
            words = bold_words(part) + [match["term"] for match in _ROLE.finditer(part)]
            for name in filter(None, (entry_of(one, names) for one in words)):
                defined.setdefault(name, Place(path.stem, section, int(path.stem[:2])))


def _prose(path: Path) -> str:
    cells = notebooks.read(path).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown").lower()


def _count(name: str, text: str) -> int:
    plain = re.sub(r" \(.*\)$", "", name).lower()
    if plain not in text:  # most terms stand in few chapters
        return 0
    return len(re.findall(rf"(?<!\w){re.escape(plain)}(?:s|es)?(?!\w)", text))


def _most(counts: Counter[int], defined: Place | None, limit: int = 5) -> tuple[int, ...]:
    """The chapters that use a term most, besides the one that defines it; in their order."""
    first = defined.number if defined else 0
    found = [number for number, n in counts.most_common() if n >= 2 and number != first]
    return tuple(sorted(found[:limit]))
