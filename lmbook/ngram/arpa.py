"""ARPA files: the text format that n-gram toolkits exchange.

A section per order lists ``log10 probability <tab> n-gram <tab> log10 back-off weight``.
The format is documented with SRILM (Stolcke, 2002); KenLM (Heafield, 2011) reads it too.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TextIO

import numpy as np
from jaxtyping import Float64, Int64

from lmbook.ngram.backoff import BackoffModel
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

LOG10_ZERO = -99.0
"""What an ARPA file writes for log 0, by convention."""

BOS, EOS, UNKNOWN = "<s>", "</s>", "<unk>"
_LINES_A_WRITE = 100_000


def write_arpa(
    path: Path | str, model: BackoffModel | MaximumLikelihoodModel, tokens: Sequence[str]
) -> None:
    """Write a model; ``tokens[i]`` is the text of id i.

    The maximum-likelihood model never backs off, so every context that has a
    continuation gets the back-off weight 10⁻⁹⁹. Raises ``ValueError`` when a token
    holds white space (the format separates by it) or their number is wrong.
    """
    if len(tokens) != model.vocab_size:
        raise ValueError(f"{len(tokens)} tokens for vocab_size={model.vocab_size}")
    for token in tokens:
        if token == BOS or token.split() != [token]:
            raise ValueError(f"token {token!r} cannot stand in an ARPA file")
    if isinstance(model, MaximumLikelihoodModel):
        model = model.as_backoff_model()
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("\\data\\\n")
        file.writelines(f"ngram {n}={model.n_types(n)}\n" for n in range(1, model.order + 1))
        names = [*tokens, BOS]
        texts = names
        for n in range(1, model.order + 1):
            if n > 1:
                contexts, words = model.contexts(n).tolist(), model.words(n).tolist()
                texts = [f"{texts[c]} {names[w]}" for c, w in zip(contexts, words, strict=True)]
            file.write(f"\n\\{n}-grams:\n")
            _write_section(file, model, n, texts)
        file.write("\n\\end\\\n")


def _write_section(file: TextIO, model: BackoffModel, n: int, texts: Sequence[str]) -> None:
    """The lines of one order, a block at a time."""
    scores, ends = _log10(model.log_probs_of[n - 1]), ["\n"] * len(texts)
    if n < model.order:  # few weights differ: format each of them once
        weights, which = np.unique(_log10(model.log_backoffs[n - 1]), return_inverse=True)
        line_ends = [f"\t{weight:.9g}\n" if weight else "\n" for weight in weights.tolist()]
        ends = [line_ends[i] for i in which.tolist()]
    for begin in range(0, len(texts), _LINES_A_WRITE):
        block = slice(begin, begin + _LINES_A_WRITE)
        rows = zip(scores[block].tolist(), texts[block], ends[block], strict=True)
        file.write("".join(map("%.9g\t%s%s".__mod__, rows)))


def _log10(nats: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    return np.maximum(nats / math.log(10), LOG10_ZERO) + 0.0  # adding 0 turns -0.0 into 0.0


def read_arpa(path: Path | str) -> BackoffModel:
    """Read an ARPA file of any order, whoever wrote it.

    Ids follow the order of the unigrams; -99 is read as log 0. Raises ``ValueError``
    naming the line that does not fit, or the section whose length differs from its header.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error
    if "\\data\\" not in lines or "\\end\\" not in lines:
        raise ValueError(f"{path} is not a whole ARPA file: \\data\\ or \\end\\ is missing")
    announced = _header(path, lines)
    sections = dict(_sections(lines))
    found = {n: sum(1 for line in lines[b:e] if line.strip()) for n, (b, e) in sections.items()}
    if found != announced:
        raise ValueError(f"{path} announces {announced} n-grams and holds {found}")
    return _assemble(path, lines, [sections[n] for n in sorted(sections)])


def _header(path: Path | str, lines: Sequence[str]) -> dict[int, int]:
    announced = {}
    for number, line in enumerate(lines, start=1):
        if line.startswith("\\1-grams:"):
            break
        if line.startswith("ngram "):
            try:
                length, size = line[6:].split("=")
                announced[int(length)] = int(size)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}: cannot read {line!r}") from error
    return announced


def _sections(lines: Sequence[str]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Each order with the first line of its section and the line after its last."""
    marks = [i for i, line in enumerate(lines) if line.startswith("\\")]
    for begin, end in pairwise(marks):
        if lines[begin].endswith("-grams:"):
            yield int(lines[begin][1:-7]), (begin + 1, end)


def _assemble(
    path: Path | str, lines: Sequence[str], sections: Sequence[tuple[int, int]]
) -> BackoffModel:
    """Sort every section into an index; unigrams first, which number the tokens."""
    begin, end = sections[0]
    words = [line.split()[1] for line in lines[begin:end] if len(line.split()) > 1]
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
        index = BackoffModel(
            order=n,
            vocab_size=len(tokens),
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
    """Sort one section by key; the unigrams list BOS too, with log 0 if the file does not."""
    keys, log_probs, log_backoffs = levels
    order = np.argsort(wanted, kind="stable")
    ordered, values = wanted[order], values[order]
    if (ordered[1:] == ordered[:-1]).any():
        raise ValueError(f"{path} lists a {n}-gram twice")
    if n == 1 and len(ordered) < alphabet:
        ordered = np.arange(alphabet)
        values = np.concatenate([values, [[-np.inf, 0.0]]])
    return [*keys, ordered], [*log_probs, values[:, 0]], [*log_backoffs, values[:, 1]]


def _rows(
    path: Path | str, lines: Sequence[str], begin: int, end: int, n: int, ids: dict[str, int]
) -> tuple[Int64[np.ndarray, "ngrams n"], Float64[np.ndarray, "ngrams 2"]]:
    """The ids of one section's n-grams, and their log-probability and weight in nats."""
    ngrams, scores, weights = [], [], []
    for number in range(begin, end):
        fields = lines[number].split()
        if not fields:
            continue
        try:
            if len(fields) not in (n + 1, n + 2):
                raise ValueError(f"{len(fields)} fields for an n-gram of length {n}")
            ngrams.append([ids[word] for word in fields[1 : n + 1]])
            scores.append(float(fields[0]))
            weights.append(float(fields[n + 1]) if len(fields) == n + 2 else 0.0)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{path}, line {number + 1}: cannot read {lines[number]!r}") from error
    values = np.array([scores, weights]).T.reshape(-1, 2)
    values = np.where(values <= LOG10_ZERO, -np.inf, values * math.log(10))
    return np.array(ngrams, np.int64).reshape(-1, n), values
