"""Standard labelled sets, read from the Hugging Face hub by readers who are online.

A set is a few files of JSON lines, ``{"text": …, "label": 0, …}``, in a repository of the hub: one
request a file, and the standard library reads them. Parquet would need one more package, and the
hub's service for rows gives at most 100 an answer, which is more than 1,200 requests for AG News.

The test part is as published, so that results compare. From the other parts we leave out a text of
the test, a text that repeats, in whatever case, and a text under two labels; from training also a
text of the validation part. Where none is published, the validation part is about a tenth of the
training part, drawn by a hash of the text. Examples are sorted by their text.

``lmbook.data.sources.hub_files`` says where the files are kept and which variables count.

That these files exist, their sizes and their fields were checked in pages that the hub publishes.
"""

import json
from collections import Counter
from dataclasses import dataclass

from lmbook.data.sets.tasks import Example, Task, part_of
from lmbook.data.sources.hub_files import read_hub_file
from lmbook.data.sources.packages import DataError


@dataclass(frozen=True, kw_only=True)
class _HubSet:
    """Where a set is published; ``labels[i]`` is the name of the class with the number ``i``.

    ``stand_in`` is a set of ``lmbook.data.sets.tasks`` for the same lesson.
    """

    repository: str
    revision: str
    files: dict[str, str]
    labels: tuple[str, ...]
    source: str
    stand_in: str


_TWO_FILES = {"train": "train.jsonl", "test": "test.jsonl"}
_THREE_FILES = _TWO_FILES | {"validation": "dev.jsonl"}
_SETS = {
    "ag_news": _HubSet(
        repository="SetFit/ag_news",
        revision="main",
        files=_TWO_FILES,
        labels=("World", "Sports", "Business", "Sci/Tech"),
        source="Zhang, Zhao and LeCun (2015)",
        stand_in="questions",
    ),
    "imdb": _HubSet(
        repository="SetFit/imdb",
        revision="4b6709222b9068922d6bd4fe3b0271b1391dd218",
        files=_TWO_FILES,
        labels=("negative", "positive"),
        source="Maas et al. (2011)",
        stand_in="movie-snippets",
    ),
    "sst2": _HubSet(
        repository="SetFit/sst2",
        revision="00ea8ccb7a54b4e3780a3e51aa3f80361ff849c0",
        files=_THREE_FILES,
        labels=("negative", "positive"),
        source="Socher et al. (2013)",
        stand_in="movie-snippets",
    ),
    "sst5": _HubSet(
        repository="SetFit/sst5",
        revision="e51bdcd8cd3a30da231967c1a249ba59361279a3",
        files=_THREE_FILES,
        labels=("very negative", "negative", "neutral", "positive", "very positive"),
        source="Socher et al. (2013)",
        stand_in="movie-snippets",
    ),
}


def load_hub_task(name: str) -> Task:
    """Return a labelled set of the hub; the first call downloads it.

    - "ag_news": news in four classes; 120,000 for training, 7,600 for the test; 36 MB.
    - "imdb": film reviews, "negative" or "positive"; 25,000 and 25,000; 68 MB.
    - "sst2": sentences of film reviews, "negative" or "positive"; 6,920 for training, 872 for
      validation, 1,821 for the test; 1.5 MB. GLUE's set of this name has phrases for training
      and hides the labels of its test.
    - "sst5": sentences of film reviews from "very negative" to "very positive"; 1.8 MB.

    Raises ``ValueError`` for another name. Raises ``DataError`` if a file cannot be had whole, if
    an example has no text, no label or a label outside the range, or if a class has no example in
    a file. The message says what to do, and which of the packaged sets needs no hub.
    """
    if name not in _SETS:
        raise ValueError(f"name={name!r} is not a known set of the hub: {', '.join(sorted(_SETS))}")
    hub_set = _SETS[name]
    try:
        parts = {
            part: _parse(
                read_hub_file(hub_set.repository, hub_set.revision, file), file, hub_set.labels
            )
            for part, file in hub_set.files.items()
        }
    except DataError as error:
        raise DataError(
            f"{name}: {error} Without the hub, use load_task({hub_set.stand_in!r}) of "
            "lmbook.data.sets.tasks."
        ) from error.__cause__
    return _task(name, hub_set, parts)


def _parse(content: bytes, file: str, labels: tuple[str, ...]) -> list[Example]:
    # not splitlines: a text may hold U+2028, which it takes for the end of a line
    lines = enumerate(content.decode("utf-8", errors="replace").split("\n"), start=1)
    examples = [_example(line, f"{file}, line {i}", labels) for i, line in lines if line.strip()]
    absent = sorted(set(labels) - {example.label for example in examples})
    if absent:
        raise DataError(f"{file} holds no example of {', '.join(absent)}. Update lmbook.")
    return examples


def _example(line: str, where: str, labels: tuple[str, ...]) -> Example:
    """``where`` names the line in an error."""
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise DataError(f"{where}: not a JSON object. Update lmbook.")
    text, number = row.get("text"), row.get("label")
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{where}: no text. Update lmbook.")
    if number is None or number == -1:  # -1 stands for a label that is kept secret
        raise DataError(f"{where}: no label. Update lmbook.")
    if type(number) is not int or not 0 <= number < len(labels):
        raise DataError(
            f"{where}: label={number!r} is not one of 0 to {len(labels) - 1}. Update lmbook."
        )
    return Example(" ".join(text.split()), labels[number])


def _task(name: str, hub_set: _HubSet, parts: dict[str, list[Example]]) -> Task:
    train, test = parts["train"], parts["test"]
    validation = parts.get("validation")
    if validation is None:
        drawn = {e.text for e in train if part_of(e.text.casefold()) == "validation"}
        validation = [e for e in train if e.text in drawn]
        train = [e for e in train if e.text not in drawn]
    # before anything is removed: what has two labels in validation must not return in training
    known = [*test, *validation]
    return Task(
        name=name,
        licence="not stated where it is published",
        source=f"{hub_set.source}, {hub_set.repository} at {hub_set.revision[:7]} of the hub",
        labels=tuple(sorted(hub_set.labels)),
        train=_sorted(_without(train, known)),
        validation=_sorted(_without(validation, test)),
        test=_sorted(test),
    )


def _without(examples: list[Example], others: list[Example]) -> list[Example]:
    """Those whose text is not among the others; the first of equal ones; none with two labels."""
    taken = {e.text.casefold() for e in others}
    n_labels = Counter(text for text, _ in {(e.text.casefold(), e.label) for e in examples})
    first = {e.text.casefold(): e for e in reversed(examples)}
    return [e for text, e in first.items() if text not in taken and n_labels[text] == 1]


def _sorted(examples: list[Example]) -> list[Example]:
    return sorted(examples, key=lambda e: (e.text, e.label))
