"""Conversations: the book's own instructions and preferences, and chats between people.

The instructions were written for a model of a few million parameters that has read only plays of
Shakespeare: short questions, answers of one to three sentences. ``tools/sets/instructions.py``
makes both files; 396 instructions were written singly, the others are composed.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from lmbook.data.sources.packages import RegistryPackage, read_members

_OWN = Path(__file__).parent / "own"
PARTS = ("train", "test")
_CHATS_PACKAGE = RegistryPackage(
    name="chitchat-dataset",
    version="0.9.0",
    sha256="7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e",
    filename="chitchat_dataset-0.9.0-py3-none-any.whl",
    licence="MIT",
)


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """What a reader asks, a right answer, and of which kind the question is.

    Raises ``ValueError`` if a text is empty.
    """

    kind: str
    instruction: str
    answer: str

    def __post_init__(self) -> None:
        for name in ("instruction", "answer"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} is empty: {self}")


@dataclass(frozen=True, kw_only=True)
class Preference:
    """Two answers, of which the chosen one is the better.

    Raises ``ValueError`` if a text is empty, or if the answers are equal but for white space: such
    a pair prefers nothing.
    """

    kind: str
    instruction: str
    chosen: str
    rejected: str

    def __post_init__(self) -> None:
        for name in ("instruction", "chosen", "rejected"):
            if not getattr(self, name).strip():
                raise ValueError(f"{name} is empty: {self}")
        if self.chosen.split() == self.rejected.split():
            raise ValueError(f"chosen and rejected are equal: {self.chosen!r} prefers nothing")


def load_instructions(part: str) -> list[Instruction]:
    """The instructions of "train" or "test". Raises ``ValueError`` for another part."""
    return [
        Instruction(kind=row["kind"], instruction=row["instruction"], answer=row["answer"])
        for row in _rows("instructions", part)
    ]


def load_preferences(part: str) -> list[Preference]:
    """The preferences of "train" or "test", whose questions are in the same part above."""
    names = ("kind", "instruction", "chosen", "rejected")
    return [Preference(**{name: row[name] for name in names}) for row in _rows("preferences", part)]


@lru_cache(maxsize=1)
def load_chats() -> tuple[tuple[str, ...], ...]:
    """Chats of two people each, a text a turn, in the order of the file.

    A turn is what one person wrote before the other answered, its lines joined by spaces. Chats
    of fewer than two turns are left out. Myers, Etchart and Fulda (2020) collected them. The first
    call fetches 8 MB. Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be
    had.
    """
    (content,) = read_members(_CHATS_PACKAGE, "chitchat_dataset/dataset.json").values()
    chats = []
    for chat in json.loads(content).values():
        turns = tuple(" ".join(line["text"] for line in turn) for turn in chat["messages"])
        turns = tuple(" ".join(text.split()) for text in turns)
        said = tuple(text for text in turns if text)
        if len(said) >= 2:
            chats.append(said)
    return tuple(chats)


def _rows(name: str, part: str) -> list[dict[str, str]]:
    if part not in PARTS:
        raise ValueError(f"part={part!r} is none of {', '.join(PARTS)}")
    lines = (_OWN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["part"] == part]
