"""Standard tagged sets for readers who are online: CoNLL-2003 and Universal Dependencies.

Their parts are the published ones. From validation we leave out the sentences of the test, from
training those of both, and a sentence that repeats, as in the other tagged sets; the test stays as
it is. Sentences are sorted by their words.

That the files exist, their layout and their labels were checked in pages that the hub publishes
and in programs that read them.
"""

import json
from collections.abc import Iterable, Sequence

from lmbook.data.sets.tagging import Tagged, TaggedSet, read_conllu
from lmbook.data.sources.hub_files import read_hub_file
from lmbook.data.sources.packages import DataError
from lmbook.data.sources.web_files import read_web_file

_CONLL = "tner/conll2003"
_CONLL_FILES = {"train": "train", "validation": "valid", "test": "test"}
_CONLL_TAGS = (
    "O", "B-ORG", "B-MISC", "B-PER", "I-PER", "B-LOC", "I-ORG", "I-MISC", "I-LOC",
)  # fmt: skip
_UD, _UD_VERSION = "https://raw.githubusercontent.com/UniversalDependencies", "r2.15"
_UD_FILES = {"train": "train", "validation": "dev", "test": "test"}
TREEBANKS = {
    "en_ewt": "UD_English-EWT",
    "de_gsd": "UD_German-GSD",
    "fr_gsd": "UD_French-GSD",
    "es_ancora": "UD_Spanish-AnCora",
    "zh_gsdsimp": "UD_Chinese-GSDSimp",
}
"""The repositories of treebanks by the names of their files."""


def load_hub_tagged(name: str) -> TaggedSet:
    """Return a standard tagged set; the first call downloads it.

    - "conll2003": English news of Reuters with the names of people, places, organisations and
      others (PER, LOC, ORG, MISC) in IOB2; 14,041 sentences for training, 3,250 for validation,
      3,453 for the test, with those that repeat. Source: Tjong Kim Sang and De Meulder (2003).
      The text is under the copyright of Reuters: read it, never pass it on.
    - "en_ewt", "de_gsd", "fr_gsd", "es_ancora", "zh_gsdsimp": words with their parts of speech,
      treebanks of Universal Dependencies 2.15. Source: Nivre et al. (2020).

    Raises ``ValueError`` for another name. Raises ``DataError`` if a file cannot be had whole or
    is not as expected; the message says which of the packaged sets needs no network.
    """
    known = ("conll2003", *TREEBANKS)
    if name not in known:
        raise ValueError(f"name={name!r} is not a known set: {', '.join(known)}")
    try:
        return _load_conll() if name == "conll2003" else _load_treebank(name)
    except DataError as error:
        stand_in = "chinese-names" if name == "conll2003" else "portuguese-pos"
        raise DataError(
            f"{name}: {error} Without the network, use load_tagged({stand_in!r}) of "
            "lmbook.data.sets.tagging."
        ) from error.__cause__


def _load_conll() -> TaggedSet:
    parts = {}
    for part, stem in _CONLL_FILES.items():
        file = f"dataset/{stem}.json"
        lines = read_hub_file(_CONLL, "main", file).decode("utf-8", errors="replace").split("\n")
        rows = enumerate(lines, start=1)
        parts[part] = [_conll_row(line, f"{file}, line {i}") for i, line in rows if line.strip()]
    source = f"Tjong Kim Sang and De Meulder (2003), {_CONLL} of the hub"
    licence = "the text is under the copyright of Reuters: read it, never redistribute it"
    return _tagged_set("conll2003", licence, source, "IOB2", parts)


def _conll_row(line: str, where: str) -> Tagged:
    try:
        row = json.loads(line)
        words, tags = row["tokens"], row["tags"]
    except (ValueError, KeyError, TypeError):
        raise DataError(f"{where}: no tokens and tags. Update lmbook.") from None
    if not isinstance(words, list) or not isinstance(tags, list) or len(words) != len(tags):
        raise DataError(f"{where}: the tokens and the tags are not as many. Update lmbook.")
    if bad := [t for t in tags if type(t) is not int or not 0 <= t < len(_CONLL_TAGS)]:
        limit = len(_CONLL_TAGS) - 1
        raise DataError(f"{where}: the tag {bad[0]!r} is not one of 0 to {limit}. Update lmbook.")
    return Tagged(tuple(map(str, words)), tuple(_CONLL_TAGS[t] for t in tags))


def _load_treebank(name: str) -> TaggedSet:
    parts = {}
    for part, stem in _UD_FILES.items():
        url = f"{_UD}/{TREEBANKS[name]}/{_UD_VERSION}/{name}-ud-{stem}.conllu"
        text = read_web_file(url).decode("utf-8", errors="replace")
        parts[part] = [Tagged(*zip(*rows, strict=True)) for rows in read_conllu(text)]
        if not parts[part]:
            raise DataError(f"{url} holds no sentence in CoNLL-U. Update lmbook.")
    source = f"Nivre et al. (2020), {TREEBANKS[name]} {_UD_VERSION}"
    licence = "as its README states, most CC BY-SA 4.0"
    return _tagged_set(name, licence, source, None, parts)


def _tagged_set(
    name: str, licence: str, source: str, scheme: str | None, parts: dict[str, list[Tagged]]
) -> TaggedSet:
    test = sorted(parts["test"], key=_words)
    validation = _without(parts["validation"], test)
    train = _without(parts["train"], [*test, *validation])
    tags = tuple(
        sorted({tag for part in (train, validation, test) for s in part for tag in s.tags})
    )
    return TaggedSet(
        name=name,
        licence=licence,
        source=source,
        scheme=scheme,
        tags=tags,
        train=train,
        validation=validation,
        test=test,
    )


def _without(sentences: Sequence[Tagged], others: Iterable[Tagged]) -> list[Tagged]:
    """Those whose words are not among the others; the first of equal ones."""
    taken = {sentence.words for sentence in others}
    first = {sentence.words: sentence for sentence in reversed(sentences)}
    return sorted((s for words, s in first.items() if words not in taken), key=_words)


def _words(sentence: Tagged) -> tuple[str, ...]:
    return sentence.words
