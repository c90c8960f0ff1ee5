"""Questions about passages, answered by spans of their text or not at all, in three fixed parts."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lmbook.data.sets.factbook import LICENCE, SOURCE, Passage, load_passages
from lmbook.data.sets.factbook_facts import SINGLE
from lmbook.data.sets.factbook_questions import LISTED, Template
from lmbook.data.sets.tasks import part_of

_N_LISTED = 2  # questions about each list, half of them about a thing that it does not name


@dataclass(frozen=True)
class Question:
    """A question, the number of the passage it is about, and the span that answers it.

    ``begin`` and ``end`` delimit ``answer`` in the passage's text; where the passage has no answer,
    ``answer`` is None and both are 0. ``template`` names what is asked. ``reworded`` says that the
    question avoids the passage's own words. ``others`` are further answers that count as right.
    """

    text: str
    passage: int
    template: str
    reworded: bool
    answer: str | None = None
    begin: int = 0
    end: int = 0
    others: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadingSet:
    """``passages``, and questions about them in three parts that share no country."""

    name: str
    licence: str
    source: str
    passages: tuple[Passage, ...]
    train: list[Question]
    validation: list[Question]
    test: list[Question]

    def __repr__(self) -> str:
        sizes = f"train {len(self.train):,}, validation {len(self.validation):,}"
        return (
            f"ReadingSet({self.name!r}: {len(self.passages):,} passages; questions: {sizes}, "
            f"test {len(self.test):,}; licence: {self.licence}; source: {self.source})"
        )


@lru_cache(maxsize=1)
def load_reading() -> ReadingSet:
    """Questions about the countries of the World Factbook; the first call downloads it.

    They are made from templates, and each answer is a span of the factbook's own text. About one
    in seven has no answer: it asks about a thing that the passage does not name, or the passage
    says that there is none.

    Raises ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    passages = load_passages()
    parts: dict[str, list[Question]] = {"train": [], "validation": [], "test": []}
    for question in _questions(passages):
        parts[part_of(passages[question.passage].country)].append(question)
    return ReadingSet(name="factbook", licence=LICENCE, source=SOURCE, passages=passages, **parts)


def _questions(passages: tuple[Passage, ...]) -> Iterator[Question]:
    at = {(p.country, p.field): number for number, p in enumerate(passages)}
    countries = sorted({p.country for p in passages})
    known = {t.name: _things(t, passages) for t in LISTED}
    for country in countries:
        for template in SINGLE:
            if (number := at.get((country, template.field))) is not None:
                yield from _single(template, number, passages[number])
        for template in LISTED:
            if (number := at.get((country, template.field))) is not None:
                yield from _listed(template, number, passages[number], known[template.name])


def _single(template: Template, number: int, passage: Passage) -> Iterator[Question]:
    """One question or, where the entry is of another form than expected, none."""
    entry = _entry(template, passage)
    if entry is None:
        return
    begin, end = entry
    value = passage.text[begin:end]
    if template.absent is not None and value.startswith(template.absent):
        yield _ask(template, number, passage)
    elif found := template.pattern.search(value):
        yield _ask(template, number, passage, (begin + found.start("a"), begin + found.end("a")))


def _listed(
    template: Template, number: int, passage: Passage, known: list[str]
) -> Iterator[Question]:
    """Questions about things on the list, and about things of other countries' lists."""
    entry = _entry(template, passage)
    found = list(_matches(template, passage))
    if entry is None or not found:
        return
    for turn in range(_N_LISTED):
        if turn % 2 == 0:
            match = found[_draw(len(found), passage.country, template.name, str(turn))]
            place = (entry[0] + match.start("a"), entry[0] + match.end("a"))
            yield _ask(template, number, passage, place, match["k"])
        else:
            text = passage.text.casefold()
            strange = [thing for thing in known if thing.casefold() not in text]
            thing = strange[_draw(len(strange), passage.country, template.name, "strange")]
            yield _ask(template, number, passage, None, thing)


def _ask(
    template: Template,
    number: int,
    passage: Passage,
    place: tuple[int, int] | None = None,
    thing: str = "",
) -> Question:
    reworded = _draw(2, passage.country, template.name, "wording") == 1
    thing = thing.title() if thing.isupper() else thing
    text = template.wordings[reworded].format(country=passage.country, thing=thing)
    if place is None:
        return Question(text, number, template.name, reworded)
    begin, end = place
    return Question(text, number, template.name, reworded, passage.text[begin:end], begin, end)


def _entry(template: Template, passage: Passage) -> tuple[int, int] | None:
    places = (place for key, *place in passage.values if key == template.entry)
    begin, end = next(places, (None, None))
    return None if begin is None or end is None else (begin, end)


def _matches(template: Template, passage: Passage):
    if (entry := _entry(template, passage)) is None:
        return
    yield from template.pattern.finditer(passage.text[slice(*entry)])


def _things(template: Template, passages: tuple[Passage, ...]) -> list[str]:
    """What the lists of all countries name, in alphabetical order."""
    lists = (p for p in passages if p.field == template.field)
    return sorted({match["k"] for passage in lists for match in _matches(template, passage)})


def _draw(n: int, *key: str) -> int:
    """A number below ``n`` that depends on ``key`` alone."""
    return int(hashlib.sha256("\n".join(key).encode()).hexdigest()[:8], 16) % n
