"""ARPA files: the text format that n-gram toolkits exchange.

A section per order lists ``log10 probability <tab> n-gram <tab> log10 back-off weight``.
The format is documented with SRILM (Stolcke, 2002); KenLM (Heafield, 2011) reads it too.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

LOG10_ZERO = -99.0
"""What an ARPA file writes for log 0, by convention."""

BOS, EOS, UNKNOWN = "<s>", "</s>", "<unk>"


class BackoffModel:
    """The model an ARPA file describes.

    log P(w | h) is the file's value if it lists ``h w``; otherwise it is the back-off
    weight of h plus log P(w | h without its first word). A context that is not listed
    has weight 1. Source: Katz (1987).
    """

    def __init__(
        self, order: int, tokens: Sequence[str], entries: dict[tuple[int, ...], tuple[float, float]]
    ) -> None:
        self.order = order
        self.tokens = tuple(tokens)
        self.vocab_size = len(self.tokens)
        self.entries = entries

    def log10_prob(self, word: int, context: tuple[int, ...]) -> float:
        """log10 P(word | context), the context being at most order - 1 ids long."""
        entry = self.entries.get((*context, word))
        if entry is not None:
            return entry[0]
        if not context:
            return LOG10_ZERO
        weight = self.entries.get(context, (0.0, 0.0))[1]
        return max(LOG10_ZERO, weight + self.log10_prob(word, context[1:]))

    def _context(self, prefix: Sequence[int]) -> tuple[int, ...]:
        padded = (self.vocab_size, *prefix)  # BOS has the id after the last token
        return padded[max(0, len(padded) - self.order + 1) :]

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Natural log-probability of every token after ``prefix_ids``."""
        context = self._context(prefix_ids.tolist())
        scores = [self.log10_prob(word, context) for word in range(self.vocab_size)]
        return torch.tensor(scores, dtype=torch.float64) * math.log(10)

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Natural log-probability of each token given its row so far."""
        scores = [
            [self.log10_prob(row[t], self._context(row[:t])) for t in range(len(row))]
            for row in ids.tolist()
        ]
        return torch.tensor(scores, dtype=torch.float64).reshape(ids.shape) * math.log(10)


def write_arpa(path: Path | str, model: MaximumLikelihoodModel, tokens: Sequence[str]) -> None:
    """Write a count-based model; ``tokens[i]`` is the text of id i.

    The maximum-likelihood model never backs off, so every context that has a
    continuation gets the back-off weight 10⁻⁹⁹. Raises ``ValueError`` when a token
    holds white space (the format separates by it) or their number is wrong.
    """
    if len(tokens) != model.vocab_size:
        raise ValueError(f"{len(tokens)} tokens for vocab_size={model.vocab_size}")
    for token in tokens:
        if token == BOS or token.split() != [token]:
            raise ValueError(f"token {token!r} cannot stand in an ARPA file")
    names = [*tokens, BOS]
    sections = [list(_section(model, n, names)) for n in range(1, model.order + 1)]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\\data\\\n")
        file.writelines(f"ngram {n}={len(lines)}\n" for n, lines in enumerate(sections, 1))
        for n, lines in enumerate(sections, 1):
            file.write(f"\n\\{n}-grams:\n")
            file.writelines(lines)
        file.write("\n\\end\\\n")


def _section(model: MaximumLikelihoodModel, n: int, names: Sequence[str]) -> Iterator[str]:
    """The lines of one order; the unigrams list the whole vocabulary, seen or not."""
    counts, bos = model.counts, model.counts.bos_id
    is_context = np.zeros(counts.n_types(n), bool)
    if n < model.order:
        is_context[counts.keys[n] // (bos + 1)] = True
    contexts, words = np.divmod(counts.keys[n - 1], bos + 1)
    probabilities = counts.counts[n - 1] / np.maximum(model._context_totals[n - 1][contexts], 1)
    log10 = np.where(words == bos, LOG10_ZERO, np.log10(probabilities))
    lines = {
        tuple(ngram): (score, f"\t{LOG10_ZERO:g}" if backs_off else "")
        for ngram, score, backs_off in zip(
            _ngrams(model, n).tolist(), log10.tolist(), is_context, strict=True
        )
    }
    listed = [(i,) for i in range(len(names))] if n == 1 else lines
    for ngram in listed:
        score, weight = lines.get(ngram, (LOG10_ZERO, ""))
        yield f"{score:.9g}\t{' '.join(names[i] for i in ngram)}{weight}\n"


def _ngrams(model: MaximumLikelihoodModel, n: int) -> Int[np.ndarray, "ngrams n"]:
    """Every n-gram of one level as a row of ids, read off the ranks from the last token back."""
    ranks, columns = np.arange(model.counts.n_types(n)), []
    for level in range(n, 0, -1):
        ranks, words = np.divmod(model.counts.keys[level - 1][ranks], model.vocab_size + 1)
        columns.append(words)
    return np.stack(columns[::-1], axis=1)


def read_arpa(path: Path | str) -> BackoffModel:
    """Read an ARPA file of any order, whoever wrote it.

    Ids follow the order of the unigrams. Raises ``ValueError`` naming the line that
    does not fit, or the section whose length differs from its header.
    """
    tokens: dict[str, int] = {}
    entries: dict[tuple[int, ...], tuple[float, float]] = {}
    announced: dict[int, int] = {}
    found: dict[int, int] = {}
    n = 0
    lines = Path(path).read_text(encoding="utf-8").split("\n")
    if "\\data\\" not in lines or "\\end\\" not in lines:
        raise ValueError(f"{path} is not a whole ARPA file: \\data\\ or \\end\\ is missing")
    vocabulary = _unigrams(lines)
    tokens = {token: i for i, token in enumerate(vocabulary)} | {BOS: len(vocabulary)}
    for number, line in enumerate(lines, start=1):
        try:
            if line.startswith("ngram "):
                length, size = line[6:].split("=")
                announced[int(length)] = int(size)
            elif line.endswith("-grams:"):
                n = int(line[1:-7])
            elif n and line and line[0] != "\\":
                ngram, values = _entry(line, n, tokens)
                entries[ngram] = values
                found[n] = found.get(n, 0) + 1
        except (ValueError, KeyError, IndexError) as error:
            raise ValueError(f"{path}, line {number}: cannot read {line!r}") from error
    if found != announced:
        raise ValueError(f"{path} announces {announced} n-grams and holds {found}")
    return BackoffModel(max(announced), vocabulary, entries)


def _unigrams(lines: Sequence[str]) -> list[str]:
    """The words of the first section, BOS left out."""
    begin = lines.index("\\1-grams:") + 1
    end = next(i for i in range(begin, len(lines)) if lines[i].startswith("\\"))
    words = [line.split()[1] for line in lines[begin:end] if line.strip()]
    return [word for word in words if word != BOS]


def _entry(line: str, n: int, ids: dict[str, int]) -> tuple[tuple[int, ...], tuple[float, float]]:
    """One line as an n-gram of ids with its log10 probability and back-off weight."""
    fields = line.split()
    if len(fields) not in (n + 1, n + 2):
        raise ValueError(f"{len(fields)} fields for an n-gram of length {n}")
    weight = float(fields[n + 1]) if len(fields) == n + 2 else 0.0
    return tuple(ids[word] for word in fields[1 : n + 1]), (float(fields[0]), weight)
