"""What every neural model that predicts the next token can do."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.nn.embeddings import check_ids
from lmbook.nn.kv_cache import KVCache
from lmbook.objectives.causal import shift

State = Tensor | tuple[Tensor, ...] | KVCache
"""What a model remembers of the tokens it has read, be it a recurrent state of one tensor or
several, or a Transformer's cache."""

_LARGEST_LOGITS = 2**26  # numbers held at once while scoring: 256 MiB in float32


class CausalConfig(Protocol):
    """What the base class reads from a family's configuration."""

    @property
    def vocab_size(self) -> int: ...

    @property
    def start_id(self) -> int: ...


class CausalLanguageModel(nn.Module, ABC):
    """A network whose logits at position t depend only on the ids up to t.

    A family gives ``forward`` and has its configuration in ``self.config``. This class makes it a
    ``lmbook.language_model.LanguageModel``: it puts ``config.start_id`` before every row, so that
    position 0 predicts the first token. Where ``config.n_positions`` limits the model, a longer
    row is scored in overlapping windows: past the limit, each token is predicted from at least
    half of ``n_positions`` and at most all of it. Scores are computed without dropout and without
    a graph for gradients; the model's training mode is as it was afterwards.
    """

    config: CausalConfig

    @abstractmethod
    def forward(
        self, ids: Int[Tensor, "batch time"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch time vocab"], State | None]:
        """Logits of the token after each id, and the state to go on with.

        ``state`` is what an earlier call returned for the ids before these; None at the start.
        """

    @property
    def vocab_size(self) -> int:
        """Number of tokens that the model gives probabilities to."""
        return self.config.vocab_size

    @property
    def n_parameters(self) -> int:
        """Number of weights to learn; a matrix that stands in two places counts once."""
        return sum(parameter.numel() for parameter in self.parameters())

    def next_log_probs(self, prefix_ids: Int[Tensor, " time"]) -> Float[Tensor, " vocab"]:
        """Log-probability (nats) of every token after ``prefix_ids``, which may be empty.

        Raises ``ValueError`` if an id is not below the vocabulary's size.
        """
        check_ids(prefix_ids, self.vocab_size, "prefix_ids")
        start = prefix_ids.new_full((1,), self.config.start_id)
        with self._scoring() as device:
            inputs = torch.cat([start, prefix_ids])[self._window_start(len(prefix_ids)) :]
            logits, _ = self(inputs[None].to(device))
            return torch.log_softmax(logits[0, -1], dim=-1).to(prefix_ids.device)

    def log_probs(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        """Log-probability (nats) of each token given the tokens before it in its row.

        Rows are independent. Raises ``ValueError`` if an id is not below the vocabulary's size.
        """
        check_ids(ids, self.vocab_size)
        check_tensor("ids", ids, "int", 2)
        if not ids.numel():
            return torch.zeros(ids.shape, device=ids.device)
        n_rows = max(1, _LARGEST_LOGITS // (ids.shape[1] * self.vocab_size))
        with self._scoring() as device:
            scores = [self._scores(rows.to(device)) for rows in ids.split(n_rows)]
        return torch.cat(scores).to(ids.device)

    def _scores(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time"]:
        inputs, n_tokens = shift(ids, self.config.start_id), ids.shape[1]
        starts = [self._window_start(t) for t in range(n_tokens)]
        scores = []
        for start in sorted(set(starts)):
            begin, end = starts.index(start), n_tokens - starts[::-1].index(start)
            logits, _ = self(inputs[:, start:end])
            log_probs = torch.log_softmax(logits[:, begin - start :], dim=-1)
            scores.append(log_probs.gather(-1, ids[:, begin:end, None])[..., 0])
        return torch.cat(scores, dim=1)

    def _window_start(self, n_before: int) -> int:
        """The first input from which the token after ``n_before`` others is predicted."""
        limit = getattr(self.config, "n_positions", None)
        if limit is None or n_before < limit:
            return 0
        stride = max(1, limit // 2)
        return stride * math.ceil((n_before + 1 - limit) / stride)

    @contextmanager
    def _scoring(self) -> Iterator[torch.device]:
        """Evaluation mode without gradients, and back; gives the device of the weights."""
        training = [part for part in self.modules() if part.training]
        for part in training:
            part.training = False
        try:
            with torch.no_grad():
                yield next(self.parameters()).device
        finally:
            for part in training:
                part.training = True
