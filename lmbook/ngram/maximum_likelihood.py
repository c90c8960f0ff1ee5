"""The n-gram model whose probabilities are ratios of counts."""

import numpy as np
import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from lmbook.ngram.counts import NgramCounts


class MaximumLikelihoodModel:
    """P(w | h) = c(h w) / Σ_v c(h v), with h the last ``order - 1`` tokens.

    Near the beginning of a sequence h is shorter and starts with BOS. A word never
    seen after h has probability zero. A context never seen has no estimate (0 / 0):
    every word then gets log-probability -inf, so such a row does not sum to one.
    Source: Markov (1913); Jurafsky and Martin (2025), section 3.1.
    """

    def __init__(self, counts: NgramCounts) -> None:
        self.counts = counts
        self.order = counts.order
        self.vocab_size = counts.vocab_size
        # a last 0 stands for the unseen: rank -1 picks it
        self._counts = [np.append(level, 0) for level in counts.counts]
        self._context_totals = [self._totals(n) for n in range(1, counts.order + 1)]

    def _totals(self, n: int) -> Float64[np.ndarray, " contexts"]:
        """Σ_v c(h v) for every context h of n-1 tokens, then 0: what level n divides by."""
        contexts, words = np.divmod(self.counts.keys[n - 1], self.vocab_size + 1)
        weights = np.where(words == self.counts.bos_id, 0, self.counts.counts[n - 1])
        n_contexts = self.counts.n_types(n - 1) if n > 1 else 1
        totals = np.bincount(contexts, weights=weights, minlength=n_contexts)
        return np.append(totals, 0.0)

    def context(self, prefix_ids: Int[Tensor, " time"]) -> tuple[int, ...]:
        """The tokens that the prediction after ``prefix_ids`` looks at."""
        padded = (self.counts.bos_id, *prefix_ids.tolist())
        return padded[max(0, len(padded) - self.order + 1) :]

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token after ``prefix_ids``; -inf for the unseen."""
        words, counts = self.counts.continuations(self.context(prefix_ids))
        log_probs = torch.full((self.vocab_size,), -torch.inf, dtype=torch.float64)
        log_probs[torch.from_numpy(words)] = torch.from_numpy(np.log(counts / max(1, counts.sum())))
        return log_probs

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given its row so far; -inf for the unseen."""
        numerators, denominators = self._fractions(ids.cpu().numpy().astype(np.int64))
        with np.errstate(divide="ignore"):
            result = np.log(numerators / np.maximum(denominators, 1))
        return torch.from_numpy(result).to(ids.device)

    def _fractions(
        self, ids: Int[np.ndarray, "batch time"]
    ) -> tuple[Float64[np.ndarray, "batch time"], Float64[np.ndarray, "batch time"]]:
        """c(h w) and Σ_v c(h v) at every position, by climbing the levels of the counts."""
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocab_size:
            raise ValueError(
                f"ids between {ids.min()} and {ids.max()} exceed vocab_size={self.vocab_size}"
            )
        padded = np.pad(ids, ((0, 0), (1, 0)), constant_values=self.counts.bos_id)
        context_ranks = np.zeros_like(ids)
        numerators = np.zeros(ids.shape)
        denominators = np.zeros(ids.shape)
        for n in range(1, self.order + 1):
            here = slice(max(0, n - 2), None)  # positions with at least n-1 tokens before them
            ranks = self.counts.find(n, context_ranks[:, here], ids[:, here])
            numerators[:, here] = self._counts[n - 1][ranks]
            denominators[:, here] = self._context_totals[n - 1][context_ranks[:, here]]
            if n < self.order:
                context_ranks = self._longer_contexts(n, context_ranks, padded)
        return numerators, denominators

    def _longer_contexts(
        self,
        n: int,
        context_ranks: Int[np.ndarray, "batch time"],
        padded: Int[np.ndarray, "batch padded"],
    ) -> Int[np.ndarray, "batch time"]:
        """Ranks of the n tokens before each position, from the ranks of the n-1 before it."""
        previous = np.roll(context_ranks, 1, axis=1)
        previous[:, 0] = 0 if n == 1 else -1
        return self.counts.find(n, previous, padded[:, :-1])
