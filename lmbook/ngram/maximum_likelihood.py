"""The n-gram model whose probabilities are ratios of counts."""

import numpy as np
import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_type
from lmbook.ngram.backoff import BackoffModel, context_sums, interpolate
from lmbook.ngram.counts import NgramCounts
from lmbook.ngram.ids import context_ids_of, prefix_ids_of


class MaximumLikelihoodModel:
    """P(w | h) = c(h w) / Σ_v c(h v), with h the last ``order - 1`` tokens.

    Near the beginning of a sequence h is shorter and starts with BOS. A word never
    seen after h has probability zero. A context never seen has no estimate (0 / 0):
    every word then gets log-probability -inf, so such a row does not sum to one.
    Source: Markov (1913); Jurafsky and Martin (2025), section 3.1.
    """

    def __init__(self, counts: NgramCounts) -> None:
        check_type("counts", counts, NgramCounts)
        self.counts = counts
        self.order = counts.order
        self.vocab_size = counts.vocab_size
        # a last 0 stands for the unseen: rank -1 picks it
        self._counts = [np.append(level, 0) for level in counts.counts]
        self._context_totals = [
            np.append(context_sums(counts, n, counts.counts[n - 1]), 0.0)
            for n in range(1, counts.order + 1)
        ]

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token after ``prefix_ids``; -inf for the unseen.

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
        words, counts = self.counts._continuations(context)
        log_probs = torch.full((self.vocab_size,), -torch.inf, dtype=torch.float64)
        log_probs[torch.from_numpy(words)] = torch.from_numpy(np.log(counts / max(1, counts.sum())))
        return log_probs

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given its row so far; -inf for the unseen.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        check_tensor("ids", ids, "int", 2)
        numerators, denominators = self._fractions(ids.cpu().numpy())
        with np.errstate(divide="ignore"):
            result = np.log(numerators / np.maximum(denominators, 1))
        return torch.from_numpy(result).to(ids.device)

    def _fractions(
        self, ids: Int[np.ndarray, "batch time"]
    ) -> tuple[Float64[np.ndarray, "batch time"], Float64[np.ndarray, "batch time"]]:
        """c(h w) and Σ_v c(h v) at every position; h is shorter near the beginning."""
        self.counts.check_ids(ids)
        ranks = self.counts.ranks_along(ids)
        numerators = np.zeros(ids.shape)
        denominators = np.zeros(ids.shape)
        for n in range(1, self.order + 1):
            here = slice(self.counts.first_place(n), None)
            contexts = ranks[n - 2][:, :-1] if n > 1 else np.zeros_like(ids)
            numerators[:, here] = self._counts[n - 1][ranks[n - 1][:, 1:][:, here]]
            denominators[:, here] = self._context_totals[n - 1][contexts[:, here]]
        return numerators, denominators

    def as_backoff_model(self) -> BackoffModel:
        """The same probabilities in the form of an ARPA file: every known context has β = 0."""
        kept, left = [], []
        for n in range(1, self.order + 1):
            totals = self._context_totals[n - 1][:-1]
            contexts = self.counts.contexts(n)
            kept.append(self.counts.counts[n - 1] / np.maximum(totals, 1)[contexts])
            left.append(np.where(totals > 0, 0.0, 1.0))
        return interpolate(self.counts, kept, left)
