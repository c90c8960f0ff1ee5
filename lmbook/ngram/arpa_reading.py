"""Read the lines of an ARPA file into a model, whoever wrote them."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from lmbook.ngram.backoff import BackoffModel

LOG10_ZERO = -99.0
"""What an ARPA file writes for log 0, by convention."""

BOS = "<s>"
_BLANKS = " \t\r"
_SECTION = re.compile(r"\\(\d+)-grams:")

Span = tuple[int, int]  # the first line of a section and the line after its last


def parse(path: Path | str, lines: Sequence[str]) -> BackoffModel:
    """The model of a file; ``path`` is named in errors."""
    begin, end = _ends(path, lines)
    announced = _header(path, lines, begin, end)
    sections = _sections(path, lines, begin, end)
    found = {
        n: sum(1 for line in lines[b:e] if line.strip(_BLANKS))
        for n, (b, e) in enumerate(sections, start=1)
    }
    if found != announced or not found:
        raise ValueError(f"{path} announces {announced} n-grams and holds {found}")
    return _assemble(path, lines, sections)


def _ends(path: Path | str, lines: Sequence[str]) -> Span:
    r"""The lines of ``\data\`` and of ``\end\``; what stands outside is no part of the model."""
    marks = {"\\data\\": -1, "\\end\\": -1}
    for i, line in enumerate(lines):
        name = line.rstrip(_BLANKS) if line.startswith("\\") else ""
        if marks.get(name) == -1:
            marks[name] = i
    begin, end = marks.values()
    if not 0 <= begin < end:
        raise ValueError(f"{path} is not a whole ARPA file: \\data\\ or \\end\\ is missing")
    return begin, end


def _header(path: Path | str, lines: Sequence[str], begin: int, end: int) -> dict[int, int]:
    """How many n-grams of each length the file announces."""
    announced = {}
    for number in range(begin + 1, end):
        line = lines[number]
        if line.startswith("\\"):
            break
        if line.startswith("ngram "):
            try:
                length, size = line[6:].split("=")
                announced[int(length)] = int(size)
            except ValueError as error:
                raise ValueError(f"{path}, line {number + 1}: cannot read {line!r}") from error
    return announced


def _sections(path: Path | str, lines: Sequence[str], begin: int, end: int) -> list[Span]:
    """Where the unigrams stand, the bigrams, and so on: each order once, none left out."""
    marks = [i for i in range(begin + 1, end) if lines[i].startswith("\\")]
    for n, mark in enumerate(marks, start=1):
        match = _SECTION.fullmatch(lines[mark].rstrip(_BLANKS))
        if match is None or int(match[1]) != n:
            wrong = f"found {lines[mark]!r} where \\{n}-grams: must stand"
            raise ValueError(f"{path}, line {mark + 1}: {wrong}")
    return [(b + 1, e) for b, e in zip(marks, [*marks[1:], end], strict=True)]


def _assemble(path: Path | str, lines: Sequence[str], sections: Sequence[Span]) -> BackoffModel:
    """Sort every section into an index; unigrams first, which number the tokens."""
    begin, end = sections[0]
    words = [fields[1] for fields in map(_fields, lines[begin:end]) if len(fields) > 1]
    tokens = [word for word in words if word != BOS]
    ids = {token: i for i, token in enumerate(tokens)} | {BOS: len(tokens)}
    keys, log_probs, log_backoffs = [np.arange(len(ids))], [], []
    index = BackoffModel(order=0, vocab_size=len(tokens), keys=(), log_probs_of=(), log_backoffs=())
    for n, (begin, end) in enumerate(sections, start=1):
        ngrams, values = _rows(path, lines, begin, end, n, ids)
        ranks = np.zeros(len(ngrams), np.int64)
        for level in range(1, n):
            ranks = index.find(level, ranks, ngrams[:, level - 1])
        if (ranks < 0).any():
            lost = [tokens[i] for i in ngrams[int(np.argmax(ranks < 0))][:-1] if i < len(tokens)]
            raise ValueError(f"{path}: the context {' '.join(lost)!r} of a {n}-gram is not listed")
        wanted = ranks * len(ids) + ngrams[:, -1]
        keys, log_probs, log_backoffs = _add_level(
            path, n, len(ids), wanted, values, (keys[: n - 1], log_probs, log_backoffs)
        )
        index = replace(
            index,
            order=n,
            keys=tuple(keys),
            log_probs_of=tuple(log_probs),
            log_backoffs=tuple(log_backoffs[: n - 1]),
            tokens=tuple(tokens),
        )
    return index


def _add_level(
    path: Path | str,
    n: int,
    alphabet: int,
    wanted: Int64[np.ndarray, " ngrams"],
    values: Float64[np.ndarray, "ngrams 2"],
    levels: tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]],
) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
    """Sort one section by key; the unigrams list BOS too, and nothing predicts it.

    Files give BOS -99 or 0 as its log-probability: its probability is 0 all the same.
    """
    keys, log_probs, log_backoffs = levels
    order = np.argsort(wanted, kind="stable")
    ordered, values = wanted[order], values[order]
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError(f"{path} lists a {n}-gram twice")
    if n == 1:
        if len(ordered) < alphabet:
            ordered = np.arange(alphabet)
            values = np.concatenate([values, [[-np.inf, 0.0]]])
        values[-1, 0] = -np.inf
    return [*keys, ordered], [*log_probs, values[:, 0]], [*log_backoffs, values[:, 1]]


def _rows(
    path: Path | str, lines: Sequence[str], begin: int, end: int, n: int, ids: dict[str, int]
) -> tuple[Int64[np.ndarray, "ngrams n"], Float64[np.ndarray, "ngrams 2"]]:
    """The ids of one section's n-grams, and their log-probability and weight in nats.

    An n-gram with BOS behind another token is left out: no sequence holds it.
    """
    ngrams, scores, weights, places = [], [], [], []
    for number in range(begin, end):
        fields = _fields(lines[number])
        if not fields:
            continue
        try:
            if len(fields) not in (n + 1, n + 2):
                raise ValueError(f"{len(fields)} fields for an n-gram of length {n}")
            ngrams.append([ids[word] for word in fields[1 : n + 1]])
        except (ValueError, KeyError) as error:
            reason = f"{error} is no unigram" if isinstance(error, KeyError) else error
            raise ValueError(f"{_line(path, lines, number)}: {reason}") from error
        scores.append(fields[0])
        weights.append(fields[n + 1] if len(fields) == n + 2 else "0")
        places.append(number)
    values = _values(path, lines, places, scores, weights)
    values = np.where(values <= LOG10_ZERO, -np.inf, values * math.log(10))
    rows = np.array(ngrams, np.int64).reshape(-1, n)
    possible = (rows[:, 1:] != ids[BOS]).all(axis=1)
    return rows[possible], values[possible]


def _values(
    path: Path | str,
    lines: Sequence[str],
    places: Sequence[int],
    scores: Sequence[str],
    weights: Sequence[str],
) -> Float64[np.ndarray, "ngrams 2"]:
    """Log-probabilities and weights as numbers, checked all at once.

    Only where one of them is wrong are they looked at one by one, to name its line.
    """
    written = "".join([*scores, *weights])
    try:
        values = np.array([[*map(float, scores)], [*map(float, weights)]]).T.reshape(-1, 2)
        right = (values[:, 0] <= 0).all() and np.isfinite(values[:, 1]).all()
    except ValueError:
        right, values = False, np.empty((0, 2))
    if right and written.isascii() and "_" not in written:
        return values
    for number, score, weight in zip(places, scores, weights, strict=True):
        try:
            _log_prob(score)
            _weight(weight)
        except ValueError as error:
            raise ValueError(f"{_line(path, lines, number)}: {error}") from error
    return values


def _line(path: Path | str, lines: Sequence[str], number: int) -> str:
    return f"{path}, line {number + 1}: cannot read {lines[number]!r}"


def _fields(line: str) -> list[str]:
    """What stands between tabs and spaces; a field may hold any other white space."""
    fields = line.replace("\t", " ").replace("\r", " ").split(" ")  # faster than a pattern
    return [field for field in fields if field] if "" in fields else fields


def _log_prob(field: str) -> float:
    value = _number(field)
    if not value <= 0:  # NaN fails every comparison
        raise ValueError(f"log-probability {field} is not at most 0")
    return value


def _weight(field: str) -> float:
    value = _number(field)
    if not math.isfinite(value):
        raise ValueError(f"back-off weight {field} is not finite")
    return value


def _number(field: str) -> float:
    if "_" in field or not field.isascii():  # Python reads 1_000 and ١
        raise ValueError(f"{field!r} is no number")
    return float(field)
