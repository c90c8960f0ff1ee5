"""BLEU: the geometric mean of clipped n-gram precisions, times a penalty for brevity.

Source: Papineni et al. (2002); the numbers are those of sacrebleu 2.6.0 (Post, 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_number, check_type, check_whole
from lmbook.metrics.corpus_metric import CorpusMetric, sign
from lmbook.metrics.metric_tokens import check_tokenizer, token_rows
from lmbook.metrics.ngram_matches import ngram_matches
from lmbook.metrics.pairs import References, check_pairs, check_segmented

SMOOTHINGS = {"exp": None, "floor": 0.1, "add-k": 1.0, "none": None}
"""Names of the smoothings, and the values that they use if none is given."""

_LOG_OF_ZERO = -9999999999.0  # sacrebleu's, so that a precision of 0 gives the score 0


class BleuParts(NamedTuple):
    """The score, 0 to 100, and what it is made of: percentages, the penalty, tokens."""

    score: float
    precisions: tuple[float, ...]
    brevity_penalty: float
    length: int
    reference_length: int


@dataclass(frozen=True, kw_only=True)
class Bleu(CorpusMetric):
    """BLEU with its settings; the defaults are those of sacrebleu.

    ``tokenize`` names a tokenizer of ``metric_tokens``. ``smooth`` says what an order without a
    match counts: "exp" halves from order to order, "floor" puts ``smooth_value`` for 0, "add-k"
    adds ``smooth_value`` to all orders above 1 (Chen and Cherry, 2014). ``effective_order`` leaves
    out the orders for which the hypotheses are too short: switch it on for single sentences.
    """

    tokenize: str = "13a"
    smooth: str = "exp"
    smooth_value: int | float | None = None
    order: int = 4
    effective_order: bool = False
    lowercase: bool = False

    def __post_init__(self) -> None:
        """Raises ``ValueError`` for an unknown tokenizer or smoothing, ``order`` below 1."""
        check_tokenizer(self.tokenize)
        check_type("smooth", self.smooth, str)
        if self.smooth not in SMOOTHINGS:
            raise ValueError(f"smooth={self.smooth!r} is not one of {', '.join(SMOOTHINGS)}")
        if self.smooth_value is not None:
            check_number("smooth_value", self.smooth_value, 0.0, 1e9)
        check_whole("order", self.order, 1)

    def parts(self, hypotheses: Sequence[str], references: References) -> BleuParts:
        """``corpus`` with its precisions, penalty and lengths."""
        total = self.statistics(hypotheses, references).sum(0)
        precisions, _ = _precisions(total.numpy(), self)
        penalty = float(_penalty(total.numpy()))
        length, reference_length = map(int, total[:2].tolist())
        score = self.score(total).item()
        return BleuParts(score, tuple(precisions.tolist()), penalty, length, reference_length)

    def statistics(
        self, hypotheses: Sequence[str], references: References
    ) -> Float[Tensor, "sentence statistic"]:
        """What ``score`` needs of each pair; the sum over pairs is what it needs of a corpus.

        Tokens of the hypothesis, tokens of the reference nearest in length (the shorter of two),
        matches of each order, n-grams of each order. Raises ``ValueError`` for a hypothesis
        without reference, an empty reference, other numbers of both, and for Chinese or Japanese
        that the tokenizer would take for one word a clause.
        """
        pairs = check_pairs(hypotheses, references)
        if self.tokenize in ("13a", "intl", "none"):
            cure = "Set tokenize='zh', or 'char'."
            check_segmented(pairs, f"tokenize={self.tokenize!r}", cure)
        lines, n_rows = pairs
        if self.lowercase:
            lines = [line.lower() for line in lines]
        ids, lengths = token_rows(lines, self.tokenize)
        matches = ngram_matches(ids, lengths, n_rows, self.order)
        first = n_rows.cumsum() - n_rows
        length = lengths[first]
        totals = np.maximum(length[:, None] - np.arange(self.order), 0)
        nearest = _nearest(lengths, first, n_rows)
        both = np.column_stack([length, nearest, matches, totals])
        return torch.from_numpy(both.astype(np.float64))

    def score(self, statistics: Float[Tensor, "*batch statistic"]) -> Float[Tensor, "*batch"]:
        """BLEU, 0 to 100, of each row of (summed) statistics."""
        stats = statistics.double().numpy()
        precisions, n_orders = _precisions(stats, self)
        logs = np.log(precisions, where=precisions > 0, out=np.full_like(precisions, _LOG_OF_ZERO))
        counted = np.arange(self.order) < n_orders[..., None]
        means = (logs * counted).sum(-1) / np.maximum(n_orders, 1)
        some = precisions.any(-1)
        return torch.from_numpy(np.asarray(np.where(some, _penalty(stats) * np.exp(means), 0.0)))

    def signature(self, references: References) -> str:
        """The settings in sacrebleu's form, to print beside a score; the version is lmbook's."""
        value = SMOOTHINGS[self.smooth] if self.smooth_value is None else self.smooth_value
        shown = f"[{value:.2f}]" if SMOOTHINGS[self.smooth] is not None else ""
        return sign(
            references,
            case="lc" if self.lowercase else "mixed",
            eff="yes" if self.effective_order else "no",
            tok=self.tokenize,
            smooth=f"{self.smooth}{shown}",
        )


def _precisions(stats: np.ndarray, bleu: Bleu) -> tuple[np.ndarray, np.ndarray]:
    """Smoothed precisions in per cent, and how many orders count."""
    correct = stats[..., 2 : 2 + bleu.order]
    total = stats[..., 2 + bleu.order :]
    value = SMOOTHINGS[bleu.smooth] if bleu.smooth_value is None else bleu.smooth_value
    if bleu.smooth == "add-k":
        added = np.where(np.arange(bleu.order) > 0, value, 0.0)
        correct, total = correct + added, total + added
    seen = np.cumprod(total > 0, axis=-1, dtype=bool)  # orders after the first empty one: 0
    empty = seen & (correct == 0)
    if bleu.smooth == "exp":
        correct = np.where(empty, 0.5 ** np.cumsum(empty, axis=-1), correct)
    elif bleu.smooth == "floor":
        correct = np.where(empty, value, correct)
    some = stats[..., 2 : 2 + bleu.order].any(-1, keepdims=True)  # without a match all are 0
    precisions = np.where(seen & some, 100.0 * correct / np.where(total > 0, total, 1.0), 0.0)
    n_orders = seen.sum(-1) if bleu.effective_order else np.full(seen.shape[:-1], bleu.order)
    return precisions, np.asarray(n_orders)


def _penalty(stats: np.ndarray) -> np.ndarray:
    length, reference = stats[..., 0], stats[..., 1]
    ratio = reference / np.where(length > 0, length, 1.0)
    return np.where(length >= reference, 1.0, np.where(length > 0, np.exp(1 - ratio), 0.0))


def _nearest(lengths: np.ndarray, first: np.ndarray, n_rows: np.ndarray) -> np.ndarray:
    """Of each pair's reference lengths the one nearest to the hypothesis, the shorter of two."""
    best = lengths[first + 1]
    for k in range(2, int(n_rows.max())):
        some = np.flatnonzero(n_rows > k)
        length, other, held = lengths[first[some]], lengths[first[some] + k], best[some]
        gain = np.abs(held - length) - np.abs(other - length)
        best[some] = np.where((gain > 0) | ((gain == 0) & (other < held)), other, held)
    return best
