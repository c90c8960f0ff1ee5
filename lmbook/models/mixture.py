"""Two language models over the same tokens, mixed: one may know what the other does not."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_whole
from lmbook.language_model import LanguageModel


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """P(w | h) = weight · first(w | h) + (1 - weight) · second(w | h).

    A mixture of distributions is a distribution, so it scores and samples like any language
    model. Source: Jelinek and Mercer (1980); for a network with counts, Bengio et al. (2003),
    section 4.2. Raises ``ValueError`` for vocabularies of different sizes, or a weight that is
    not from 0 to 1.
    """

    first: LanguageModel
    second: LanguageModel
    weight: float

    def __post_init__(self) -> None:
        sizes = self.first.vocab_size, self.second.vocab_size
        if sizes[0] != sizes[1]:
            raise ValueError(f"first has vocab_size={sizes[0]}, second {sizes[1]}: mix same tokens")
        check_number("weight", self.weight, 0.0, 1.0)

    @property
    def vocab_size(self) -> int:
        """Number of tokens that both models give probabilities to."""
        return self.first.vocab_size

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token after ``prefix_ids``, in nats."""
        return _mix(
            self.first.next_log_probs(prefix_ids),
            self.second.next_log_probs(prefix_ids),
            self.weight,
        )

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given its row so far, in nats."""
        return _mix(self.first.log_probs(ids), self.second.log_probs(ids), self.weight)


def mixture_weight(
    first: Float[Tensor, " tokens"], second: Float[Tensor, " tokens"], n_iterations: int = 100
) -> float:
    """The weight of ``first`` with which the mixture predicts a held-out text best.

    ``first`` and ``second`` are the two models' log-probabilities of its tokens. One step of
    expectation–maximisation asks of each token how probable it is that ``first`` produced it, and
    takes the mean; the likelihood has a single peak, and each step moves towards it. Raises
    ``ValueError`` without tokens, or for a token that neither model predicts.
    """
    check_whole("n_iterations", n_iterations, 1)
    if not len(first):
        raise ValueError("first and second hold no token: there is nothing to choose a weight by")
    impossible = torch.isneginf(first) & torch.isneginf(second)
    if impossible.any():
        raise ValueError(f"token {int(impossible.int().argmax())} has probability 0 in both models")
    odds = second.double() - first.double()
    weight = 0.5
    for _ in range(n_iterations):
        if weight in (0.0, 1.0):
            break
        weight = torch.sigmoid(math.log(weight) - math.log1p(-weight) - odds).mean().item()
    return weight


def _mix(
    first: Float[Tensor, "*shape"], second: Float[Tensor, "*shape"], weight: float
) -> Float[Tensor, "*shape"]:
    # log(0) is -inf, and logaddexp then returns the other part unchanged
    shares = torch.tensor([weight, 1 - weight], dtype=torch.float64).log().to(first.device)
    return torch.logaddexp(first.double() + shares[0], second.double() + shares[1])
