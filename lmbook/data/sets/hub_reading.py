"""SQuAD for readers who are online: questions about paragraphs of Wikipedia.

The published development part is our test, as the published test is not given out. Validation is
about a tenth of the published training part, drawn by a hash of the article: no article stands in
two parts. Source: Rajpurkar et al. (2016, 2018), the files of their page.
"""

import json
from collections.abc import Iterator
from typing import Any

from lmbook.data.sets.factbook import Passage
from lmbook.data.sets.reading import Question, ReadingSet
from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import DataError
from lmbook.data.sources.web_files import read_web_file

_BASE = "https://rajpurkar.github.io/SQuAD-explorer/dataset"
_FILES = {
    "squad": ("train-v1.1.json", "dev-v1.1.json"),
    "squad2": ("train-v2.0.json", "dev-v2.0.json"),
}


def load_hub_reading(name: str) -> ReadingSet:
    """Return a standard set of questions; the first call downloads it.

    - "squad": version 1.1, every question has an answer in its paragraph.
    - "squad2": version 2.0, with questions that have none.

    A passage's ``country`` is the title of its article and its ``field`` the paragraph's number.
    ``others`` of a question holds the further answers that count as right.

    Raises ``ValueError`` for another name. Raises ``DataError`` if a file cannot be had whole or
    is not as expected.
    """
    if name not in _FILES:
        raise ValueError(f"name={name!r} is not a known set: {', '.join(_FILES)}")
    passages: list[Passage] = []
    parts: dict[str, list[Question]] = {"train": [], "validation": [], "test": []}
    try:
        for file, published in zip(_FILES[name], ("train", "test"), strict=True):
            for title, question in _questions(f"{_BASE}/{file}", passages):
                drawn = published == "train" and part_of(title) == "validation"
                parts["validation" if drawn else published].append(question)
    except DataError as error:
        raise DataError(
            f"{name}: {error} Without the network, use load_reading() of lmbook.data.sets.reading."
        ) from error.__cause__
    return ReadingSet(
        name=name,
        licence="CC BY-SA 4.0",
        source=f"Rajpurkar et al. (2016, 2018), {', '.join(_FILES[name])}",
        passages=tuple(passages),
        **parts,
    )


def _questions(url: str, passages: list[Passage]) -> Iterator[tuple[str, Question]]:
    """Each question with its article's title; ``passages`` takes the paragraphs in."""
    content = read_web_file(url)
    try:
        for article in json.loads(content)["data"]:
            for n, paragraph in enumerate(article["paragraphs"]):
                title, text = article["title"].replace("_", " "), paragraph["context"]
                passages.append(Passage(title, str(n), text))
                for asked in paragraph["qas"]:
                    yield title, _question(asked, text, len(passages) - 1)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{url} is not a file of SQuAD: {error!r}. Update lmbook.") from None


def _question(asked: dict[str, Any], text: str, passage: int) -> Question:
    """Raises ``ValueError`` for an answer that does not stand where the file says."""
    found = [] if asked.get("is_impossible") else asked["answers"]
    for answer in found:
        begin = answer["answer_start"]
        if text[begin : begin + len(answer["text"])] != answer["text"]:
            raise ValueError(f"{answer['text']!r} does not stand at {begin} of its paragraph")
    if not found:
        return Question(asked["question"].strip(), passage, "", False)
    answer, begin = found[0]["text"], found[0]["answer_start"]
    others = dict.fromkeys(a["text"] for a in found if a["text"] != answer)
    end = begin + len(answer)
    return Question(
        asked["question"].strip(), passage, "", False, answer, begin, end, tuple(others)
    )
