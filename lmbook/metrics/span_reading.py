"""From tags to spans, in one of two ways, equal to seqeval's two modes.

With a ``scheme``, a span counts only as the scheme writes it. With None, any tags can be read, as
the script of the CoNLL shared tasks does: an ``I-PER`` after ``O`` opens a span, too. All sentences
are read at once: a table says of every pair of tags whether it begins or ends a span.
Source: Tjong Kim Sang and De Meulder (2003); seqeval 1.2.2.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from lmbook.arguments import check_several
from lmbook.metrics.span_schemes import LENIENT, check_tag, pair_tables, scheme_of, split_tag

TagRows = Sequence[Sequence[str]]


class Span(NamedTuple):
    """Tokens from ``begin`` up to, not including, ``end``, and what they name."""

    begin: int
    end: int
    label: str


def spans(tags: TagRows, scheme: str | None = None) -> list[list[Span]]:
    """The spans of each sentence, from left to right.

    Raises ``ValueError`` for an unknown scheme, and for a tag of another scheme, naming its place.
    """
    found = read(flatten("tags", tags), scheme)
    rows: list[list[Span]] = [[] for _ in tags]
    offsets = found.offsets
    lines = np.searchsorted(offsets, found.begin, side="right") - 1
    for begin, end, kind, line in zip(
        found.begin.tolist(), found.end.tolist(), found.label.tolist(), lines.tolist(), strict=True
    ):
        shift = int(offsets[line])
        rows[line].append(Span(begin - shift, end - shift, found.labels[kind]))
    return rows


class Reading(NamedTuple):
    """Spans in the flat line of all sentences, each followed by one O."""

    begin: np.ndarray
    end: np.ndarray
    label: np.ndarray  # number in ``labels``
    labels: list[str]
    offsets: np.ndarray  # where each sentence begins
    size: int


class _Numbers(dict[str, int]):
    """Tag → number, in the order in which tags are met; faster than a loop in Python."""

    def __missing__(self, tag: str) -> int:
        self[tag] = len(self)
        return self[tag]


def flatten(name: str, tags: TagRows) -> tuple[str, list[str], np.ndarray]:
    """Name, all tags in one line with an O after each sentence, and where each sentence begins."""
    check_several(name, tags)
    for i, row in enumerate(tags):
        check_several(f"{name}[{i}]", row)
    lengths = np.fromiter((len(row) + 1 for row in tags), dtype=np.int64)
    flat: list[str] = []
    for row in tags:
        flat.extend(row)
        flat.append("O")
    return name, flat, np.concatenate([[0], lengths]).cumsum()[:-1].astype(np.int64)


def read(line: tuple[str, list[str], np.ndarray], scheme: str | None) -> Reading:
    """All spans of a line; errors as ``spans``."""
    name, flat, offsets = line
    rules = scheme_of(scheme)
    number = _Numbers(O=0)
    try:
        ids = np.fromiter(map(number.__getitem__, flat), dtype=np.int64)
    except TypeError as error:
        raise ValueError(f"{name} holds something that is not a tag: {error}") from error
    names = list(number)
    for i, tag in enumerate(names):
        place = int((ids == i).argmax()) if len(ids) else 0
        row = max(int(np.searchsorted(offsets, place, side="right")) - 1, 0)
        check_tag(f"{name}[{row}][{place - (offsets[row] if len(offsets) else 0)}]", tag, rules)
    before = np.concatenate([[0], ids[:-1]])
    begins, inside, ends = (table[before, ids] for table in pair_tables(names, rules))
    if rules is LENIENT:
        begin, end = _lenient(begins, ends)
    else:
        begin, end = _strict(begins, inside, ends)
    parts = [split_tag(tag)[1] for tag in names]
    labels = sorted(set(parts))
    kind = np.array([labels.index(part) for part in parts])[ids]
    # the label is that of the last token in the lenient way, as in seqeval: of all in the other
    return Reading(begin, end, kind[end - 1], labels, offsets, len(flat) + 1)


def _strict(
    begins: np.ndarray, inside: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A span goes on while the pairs say so; it counts if the pair after it is an end."""
    # in IOB1, an I after a B of its label begins a span unless that B did: it may be both
    begins = begins & ~(inside & np.concatenate([[False], begins[:-1]]))
    (begin,) = begins.nonzero()
    (breaks,) = (~inside).nonzero()
    end = breaks[np.searchsorted(breaks, begin, side="right")] if len(begin) else begin
    counted = ends[end]
    return begin[counted], end[counted]


def _lenient(begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each end closes what was opened last."""
    latest = np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))
    (end,) = ends.nonzero()
    return latest[end - 1], end
