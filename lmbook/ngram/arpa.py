"""ARPA files: the text format that n-gram toolkits exchange.

A section per order lists ``log10 probability <tab> n-gram <tab> log10 back-off weight``.
The format is documented with SRILM (Stolcke, 2002); KenLM (Heafield, 2011) reads it too.
``arpa_reading`` has what reading needs.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
from jaxtyping import Float64

from lmbook.arguments import check_texts, check_type
from lmbook.ngram.arpa_reading import BOS, LOG10_ZERO, parse
from lmbook.ngram.backoff import BackoffModel
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

__all__ = ["BOS", "EOS", "LOG10_ZERO", "UNKNOWN", "read_arpa", "write_arpa"]

EOS, UNKNOWN = "</s>", "<unk>"
SEPARATORS = frozenset("\t \n\r")
"""What ends a field or a line. Other white space, such as U+00A0, is part of a word."""

_LINES_A_WRITE = 100_000


def write_arpa(
    path: Path | str, model: BackoffModel | MaximumLikelihoodModel, tokens: Sequence[str]
) -> None:
    """Write a model; ``tokens[i]`` is the text of id i.

    The maximum-likelihood model never backs off, so every context that has a
    continuation gets the back-off weight 10⁻⁹⁹. Raises ``ValueError`` when a token is empty,
    is ``<s>`` or holds what separates fields (tab, space, line ends), when the number of tokens
    is wrong, and for a model whose numbers the format has no place for.
    """
    check_type("model", model, BackoffModel, MaximumLikelihoodModel)
    _check_tokens(tokens, model.vocab_size)
    if isinstance(model, MaximumLikelihoodModel):
        model = model.as_backoff_model()
    _check_numbers(model)
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
    scores = np.minimum(_log10(model.log_probs_of[n - 1]), 0.0)  # for rounding
    ends = ["\n"] * len(texts)
    if n < model.order:  # few weights differ: format each of them once
        weights, which = np.unique(_log10(model.log_backoffs[n - 1]), return_inverse=True)
        line_ends = [f"\t{weight:.9g}\n" if weight else "\n" for weight in weights.tolist()]
        ends = [line_ends[i] for i in which.tolist()]
    for begin in range(0, len(texts), _LINES_A_WRITE):
        block = slice(begin, begin + _LINES_A_WRITE)
        rows = zip(scores[block].tolist(), texts[block], ends[block], strict=True)
        file.write("".join(map("%.9g\t%s%s".__mod__, rows)))


def _check_tokens(tokens: Sequence[str], vocab_size: int) -> None:
    check_texts("tokens", tokens)
    if len(tokens) != vocab_size:
        raise ValueError(f"{len(tokens)} tokens for vocab_size={vocab_size}")
    for token in tokens:
        if token == BOS or not token or not SEPARATORS.isdisjoint(token) or not _has_utf8(token):
            raise ValueError(f"token {token!r} cannot stand in an ARPA file")
    if len(set(tokens)) < len(tokens):
        twice = next(token for i, token in enumerate(tokens) if token in tokens[:i])
        raise ValueError(f"token {twice!r} has two ids: an ARPA file cannot tell them apart")


def _has_utf8(token: str) -> bool:
    try:
        token.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _check_numbers(model: BackoffModel) -> None:
    """Raise ``ValueError`` for what no reader takes: NaN, ∞, a probability above 1."""
    for n in range(1, model.order + 1):
        if not (model.log_probs_of[n - 1] <= 1e-9).all():  # NaN fails every comparison
            raise ValueError(f"a {n}-gram has a log-probability that is NaN or above 0")
        if n < model.order and not (model.log_backoffs[n - 1] < np.inf).all():
            raise ValueError(f"a {n}-gram has a back-off weight that is NaN or infinite")


def _log10(nats: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    return np.maximum(nats / math.log(10), LOG10_ZERO) + 0.0  # adding 0 turns -0.0 into 0.0


def read_arpa(path: Path | str) -> BackoffModel:
    r"""Read an ARPA file of any order, whoever wrote it.

    Ids follow the order of the unigrams; -99 is read as log 0, and so is what a file gives
    ``<s>``, which nothing predicts. Only tab, space and line ends separate fields. A byte-order
    mark and blanks behind a section's name are passed over. Raises ``ValueError`` naming the line
    that does not fit (a log-probability above 0 or NaN, a weight that is not finite, a section out
    of order), or the section whose length differs from its header.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: {error}") from error
    return parse(path, text.split("\n"))
