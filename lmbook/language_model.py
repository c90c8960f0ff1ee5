"""The one interface of the book: a function from a prefix to next-token log-probabilities."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int
from torch import Tensor


@runtime_checkable
class LanguageModel(Protocol):
    """What every model of the book can do, from the bigram to GPT.

    A prefix holds no beginning-of-sequence token: the model adds what it needs,
    and an empty prefix asks for the distribution of the first token.
    All log-probabilities are natural logarithms (nats).
    """

    @property
    def vocab_size(self) -> int:
        """Number of tokens that the model gives probabilities to."""
        ...

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability of every token as the next one after ``prefix_ids``."""
        ...

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability of each token given the tokens before it in its row.

        ``log_probs(ids)[b, t]`` equals ``next_log_probs(ids[b, :t])[ids[b, t]]``.
        """
        ...
