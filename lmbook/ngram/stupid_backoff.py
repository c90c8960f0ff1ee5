"""Stupid back-off: a score that ranks continuations and is no probability."""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_type
from lmbook.ngram.backoff import context_sums
from lmbook.ngram.counts import NgramCounts
from lmbook.ngram.ids import context_ids_of, prefix_ids_of


class StupidBackoff:
    """S(w | h) = c(h w) / c(h) if seen, else ``factor`` · S(w | h shortened).

    The scores of one context do not sum to one, so there is no perplexity: the class has
    no ``log_probs`` and is no ``LanguageModel``. A word that was never seen scores -inf.
    Source: Brants et al. (2007), section 4, where the factor is 0.4.
    """

    def __init__(self, counts: NgramCounts, factor: float = 0.4) -> None:
        check_type("counts", counts, NgramCounts)
        check_number("factor", factor)
        if not 0 < factor <= 1:
            raise ValueError(f"factor={factor} is not between 0 and 1")
        self.counts = counts
        self.factor = factor
        self.order = counts.order
        self.vocab_size = counts.vocab_size
        self._ratios = []
        for n in range(1, counts.order + 1):
            totals = context_sums(counts, n, counts.counts[n - 1])
            ratios = counts.counts[n - 1] / np.maximum(totals, 1)[counts.contexts(n)]
            self._ratios.append(np.append(ratios, 0.0))

    def next_scores(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Natural log of every token's score after ``prefix_ids``.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        return self._after(self.counts._context(prefix_ids_of(prefix_ids, self.vocab_size)))

    def scores_after(self, context_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """``next_scores`` after these very tokens, the last ``order - 1``, with no BOS added.

        ``bos_id`` may be the first of them.
        """
        return self._after(self.counts._tail(context_ids_of(context_ids, self.vocab_size)))

    def _after(self, context: tuple[int, ...]) -> Float[Tensor, " vocab"]:
        scores = np.zeros(self.vocab_size + 1)
        for n in range(1, len(context) + 2):
            shortened = context[len(context) - n + 1 :]
            here = self.counts._extensions(shortened)
            scores *= self.factor
            words = self.counts.keys[n - 1][here] % (self.vocab_size + 1)
            scores[words] = self._ratios[n - 1][:-1][here]
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(scores[:-1]))

    def scores(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Natural log of the score of each token given its row so far.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        check_tensor("ids", ids, "int", 2)
        self.counts.check_ids(ids.cpu().numpy())
        ranks = self.counts.ranks_along(ids.cpu().numpy())
        scores = np.zeros(ids.shape)
        for n in range(1, self.order + 1):
            here = slice(self.counts.first_place(n), None)
            found = ranks[n - 1][:, 1:][:, here]
            backed_off = self.factor * scores[:, here]
            scores[:, here] = np.where(found >= 0, self._ratios[n - 1][found], backed_off)
        with np.errstate(divide="ignore"):
            return torch.from_numpy(np.log(scores)).to(ids.device)
