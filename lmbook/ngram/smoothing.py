"""Smoothing by formula: probability for what was not seen, from counts alone.

Survey and names: Chen and Goodman (1999). Modules of their own: ``jelinek_mercer``, which
learns from a second text; ``kneser_ney``; ``stupid_backoff``, which is no probability.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float64, Int, Int64
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_type, check_whole
from lmbook.ngram.backoff import BackoffModel, context_sums, interpolate, with_backoff_weights
from lmbook.ngram.counts import NgramCounts
from lmbook.ngram.good_turing import katz_discounts, simple_good_turing
from lmbook.ngram.ids import context_ids_of, prefix_ids_of
from lmbook.ngram.kneser_ney import check_discount, estimate_discount


class AdjustedCountModel:
    """P(w | h) = c*(h w) / Σ_v c*(h v): every count is replaced, that of the unseen too.

    ``adjusted[n - 1]`` holds c* of each n-gram of level n, ``unseen[n - 1]`` the one c* of
    all the others. h is the last ``order - 1`` tokens, fewer near the beginning. A context
    that was never seen gives the uniform distribution.
    """

    def __init__(
        self,
        counts: NgramCounts,
        adjusted: Sequence[Float64[np.ndarray, "_"]],
        unseen: Sequence[float],
    ) -> None:
        check_type("counts", counts, NgramCounts)
        self.counts = counts
        self.order = counts.order
        self.vocab_size = counts.vocab_size
        self.unseen = tuple(unseen)
        # rank -1 picks the last entry: the unseen n-gram, the unseen context
        self._adjusted = [np.append(a, u) for a, u in zip(adjusted, unseen, strict=True)]
        self._totals = []
        for n in range(1, counts.order + 1):
            seen = context_sums(counts, n, adjusted[n - 1])
            n_seen = context_sums(counts, n, np.ones(counts.n_types(n)))
            totals = seen + (counts.vocab_size - n_seen) * unseen[n - 1]
            self._totals.append(np.append(totals, 0.0))

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token after ``prefix_ids``.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        return self._after(self.counts._context(prefix_ids_of(prefix_ids, self.vocab_size)))

    def log_probs_after(self, context_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """``next_log_probs`` after these very tokens, the last ``order - 1``, with no BOS added.

        A context shorter than ``order - 1`` asks the level of its own length. ``bos_id`` may be
        its first token.
        """
        return self._after(self.counts._tail(context_ids_of(context_ids, self.vocab_size)))

    def _after(self, context: tuple[int, ...]) -> Float[Tensor, " vocab"]:
        level = len(context)
        total = self._totals[level][self.counts._rank(context)]
        if total == 0:
            return torch.full((self.vocab_size,), 1 / self.vocab_size, dtype=torch.float64).log()
        values = np.full(self.vocab_size + 1, self.unseen[level])
        here = self.counts._extensions(context)
        words = self.counts.keys[level][here] % (self.vocab_size + 1)
        values[words] = self._adjusted[level][here]
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(values[:-1] / total))

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given its row so far.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        check_tensor("ids", ids, "int", 2)
        self.counts.check_ids(ids.cpu().numpy())
        ranks = self.counts.ranks_along(ids.cpu().numpy())
        probs = np.zeros(ids.shape)
        for n in range(1, self.order + 1):
            here = slice(self.counts.first_place(n), None)
            contexts = ranks[n - 2][:, :-1] if n > 1 else np.zeros(ids.shape, np.int64)
            totals = self._totals[n - 1][contexts[:, here]]
            values = self._adjusted[n - 1][ranks[n - 1][:, 1:][:, here]]
            uniform = 1 / self.vocab_size
            probs[:, here] = np.where(totals > 0, values / np.where(totals > 0, totals, 1), uniform)
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(probs)).to(ids.device)


def add_k(counts: NgramCounts, k: float = 1.0) -> AdjustedCountModel:
    """Add ``k`` to every count, seen or not. k = 1 is Laplace's rule of succession.

    Source: Lidstone (1920). Raises ``ValueError`` unless k > 0.
    """
    check_type("counts", counts, NgramCounts)
    check_number("k", k)
    if not 0 < k < float("inf"):
        raise ValueError(f"k={k} is not above 0 and finite")
    return AdjustedCountModel(counts, [level + k for level in counts.counts], [k] * counts.order)


def good_turing(counts: NgramCounts) -> AdjustedCountModel:
    """Replace each count r by r* = (r + 1) N_{r+1} / N_r, smoothed as Gale and Sampson (1995).

    The estimate is for the joint probability of an n-gram, P = r* / N; all n-grams of a
    level that were never seen share N_1 / N equally. We divide by the sum for each context.
    """
    check_type("counts", counts, NgramCounts)
    adjusted, unseen = [], []
    for n in range(1, counts.order + 1):
        is_bos = counts.words(n) == counts.bos_id
        level = np.where(is_bos, 0, counts.counts[n - 1])
        values = simple_good_turing(level[~is_bos])
        n_unseen = float(counts.vocab_size) ** n - np.count_nonzero(~is_bos)
        adjusted.append(values[level])
        unseen.append(values[0] / max(1.0, n_unseen))
    return AdjustedCountModel(counts, adjusted, unseen)


def witten_bell(counts: NgramCounts) -> BackoffModel:
    """Pass on T(h) / (N(h) + T(h)): a new word is as likely as it was new so far.

    T(h) is the number of different words seen after h, N(h) of all. Source: Witten and
    Bell (1991), method C; Chen and Goodman (1999), section 2.6.
    """
    check_type("counts", counts, NgramCounts)
    kept, left = [], []
    for n in range(1, counts.order + 1):
        totals = context_sums(counts, n, counts.counts[n - 1])
        n_types = context_sums(counts, n, np.ones(counts.n_types(n)))
        whole = np.where(totals > 0, totals + n_types, 1)
        kept.append(counts.counts[n - 1] / whole[counts.contexts(n)])
        left.append(np.where(totals > 0, n_types / whole, 1.0))
    return interpolate(counts, kept, left)


def absolute_discounting(counts: NgramCounts, discount: float | None = None) -> BackoffModel:
    """Take ``discount`` from every count and pass the sum on to the shorter context.

    With None each level has its own D = n1 / (n1 + 2 n2). Source: Ney, Essen and Kneser
    (1994). Raises ``ValueError`` if ``discount`` is outside (0, 1).
    """
    check_type("counts", counts, NgramCounts)
    check_discount(discount)
    kept, left = [], []
    for n in range(1, counts.order + 1):
        level = counts.counts[n - 1]
        seen = level[counts.words(n) != counts.bos_id] if n == 1 else level
        d = discount or estimate_discount(seen, n)
        totals = context_sums(counts, n, level)
        n_types = context_sums(counts, n, np.ones(counts.n_types(n)))
        safe = np.where(totals > 0, totals, 1)
        kept.append((level - d) / safe[counts.contexts(n)])
        left.append(np.where(totals > 0, d * n_types / safe, 1.0))
    return interpolate(counts, kept, left)


def katz(counts: NgramCounts, threshold: int = 5) -> BackoffModel:
    """Discount counts up to ``threshold`` by Good–Turing; back off, do not interpolate.

    A count r is multiplied by d_r, so that what each level loses in all is the mass N_1 / N
    of the unseen. A level whose counts of counts admit no such factors takes the highest
    lower threshold that does; with none, it discounts nothing. A context that would lose
    nothing has one more added to its total; one that has seen the whole vocabulary keeps its
    counts, as no word is left to back off to. Source: Katz (1987). Raises ``ValueError`` if
    ``threshold`` is below 1.
    """
    check_type("counts", counts, NgramCounts)
    check_whole("threshold", threshold, 1)
    kept, left = [], []
    for n in range(1, counts.order + 1):
        level = counts.counts[n - 1]
        seen = level[counts.words(n) != counts.bos_id] if n == 1 else level
        factors = _best_katz_discounts(seen, threshold)
        discounted = level * factors[np.minimum(level, len(factors) - 1)]
        totals = context_sums(counts, n, level)
        if n > 1:
            saw_all = context_sums(counts, n, np.ones(len(level))) == counts.vocab_size
            discounted = np.where(saw_all[counts.contexts(n)], level, discounted)
        else:  # the unigrams share what they lose among all words
            saw_all = np.zeros(1, bool)
        loses_nothing = totals - context_sums(counts, n, discounted) < 1e-9
        totals = np.where(loses_nothing & ~saw_all & (totals > 0), totals + 1, totals)
        kept.append(discounted / np.where(totals > 0, totals, 1)[counts.contexts(n)])
        left.append(np.ones(len(totals)))
    unigrams = np.where(counts.words(1) == counts.bos_id, 0.0, kept[0])
    left[0] = np.array([1.0 - unigrams.sum()])  # to all words equally: nothing is shorter
    for n in range(2, counts.order + 1):
        left[n - 1] = np.zeros(len(left[n - 1]))  # a listed n-gram takes nothing from below
    return with_backoff_weights(interpolate(counts, kept, left))


def _best_katz_discounts(
    level_counts: Int64[np.ndarray, " types"], threshold: int
) -> Float64[np.ndarray, "_"]:
    for lower in range(threshold, 0, -1):
        try:
            return katz_discounts(level_counts, lower)
        except ValueError:  # too few n-grams with such counts
            continue
    return np.array([0.0, 1.0])
