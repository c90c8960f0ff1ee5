"""A model with a content and a query stream as a language model that reads from left to right."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models.causal_lm import CausalConfig
from lmbook.nn.embeddings import check_ids
from lmbook.nn.masks import Mask, causal_mask
from lmbook.objectives.causal import shift

_LARGEST = 2**26  # numbers held at once while scoring: 256 MiB in float32


class TwoStreamConfig(CausalConfig, Protocol):
    """What the base class reads from a family's configuration."""

    @property
    def n_heads(self) -> int: ...


class TwoStreamLanguageModel(nn.Module, ABC):
    """A network whose queries predict the tokens at any positions from what a mask lets them see.

    A family gives ``forward`` and has its configuration in ``self.config``. This class makes it a
    ``lmbook.language_model.LanguageModel``: one order of many, that of the text, in which
    ``config.start_id`` comes first and each query sees the tokens before it. The chain of these
    predictions is a true probability of the text. Scores are computed without dropout and without
    a graph for gradients; the model's training mode is as it was afterwards.
    """

    config: TwoStreamConfig

    @abstractmethod
    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        content_mask: Mask | None = None,
        query_mask: Mask | None = None,
        positions: Int[Tensor, "batch predicted"] | None = None,
    ) -> Float[Tensor, "batch predicted vocab"]:
        """Logits of the tokens at ``positions``, which may stand right behind the last one."""

    @property
    def vocab_size(self) -> int:
        """Number of tokens that the model gives probabilities to."""
        return self.config.vocab_size

    @property
    def n_parameters(self) -> int:
        """Number of weights to learn."""
        return sum(parameter.numel() for parameter in self.parameters())

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability (nats) of every token after ``prefix_ids``, which may be empty.

        Raises ``ValueError`` if an id is not below the vocabulary's size.
        """
        check_ids(prefix_ids, self.vocab_size, "prefix_ids")
        inputs = torch.cat([prefix_ids.new_full((1,), self.config.start_id), prefix_ids])
        with _scoring(self) as device:
            logits = self._left_to_right(inputs[None].to(device), len(prefix_ids))
            return torch.log_softmax(logits[0, -1], dim=-1).to(prefix_ids.device)

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability (nats) of each token given the tokens before it in its row.

        Rows are independent. Raises ``ValueError`` if an id is not below the vocabulary's size.
        """
        check_ids(ids, self.vocab_size)
        check_tensor("ids", ids, "int", 2)
        if not ids.numel():
            return torch.zeros(ids.shape, device=ids.device)
        n_tokens = ids.shape[1]
        # of logits, or of scores: every token meets every token, and twice as many distances
        widest = max(self.vocab_size, 4 * self.config.n_heads * n_tokens)
        scores = []
        with _scoring(self) as device:
            for rows in ids.split(max(1, _LARGEST // (n_tokens * widest))):
                rows = rows.to(device)
                logits = self._left_to_right(shift(rows, self.config.start_id), 0)
                log_probs = torch.log_softmax(logits, dim=-1)
                scores.append(log_probs.gather(-1, rows[..., None])[..., 0])
        return torch.cat(scores).to(ids.device)

    def _left_to_right(self, inputs: Tensor, first: int) -> Tensor:
        """Logits of the token behind each input from ``first`` on.

        A query there sees all inputs up to that one: what the content vector of that input sees.
        """
        n_rows, n_tokens = inputs.shape
        mask = causal_mask(n_tokens, device=inputs.device)[None]
        behind = torch.arange(first + 1, n_tokens + 1, device=inputs.device).expand(n_rows, -1)
        return self(inputs, content_mask=mask, query_mask=mask[:, first:], positions=behind)


@contextmanager
def _scoring(model: nn.Module) -> Iterator[torch.device]:
    """Evaluation mode without gradients, and back; gives the device of the weights."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield next(model.parameters()).device
    finally:
        model.train(was_training)
