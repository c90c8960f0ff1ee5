"""The first neural language model: a fixed window of words through one hidden layer.

Source: Bengio, Ducharme, Vincent and Jauvin (2003), without their optional direct connections
from the embeddings to the output.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_positive, check_tensor
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.nn.embeddings import TokenEmbedding


@dataclass(frozen=True, kw_only=True)
class FeedforwardConfig:
    """Sizes of a feed-forward language model; the defaults suit a minute of training on one CPU.

    ``n_context`` is the number of tokens that a prediction sees: 4 make it the counterpart of a
    5-gram. ``input_scale`` multiplies the embeddings, as in ``RecurrentConfig``. With ``tied``, one
    matrix serves as embedding and as output layer; it needs ``d_hidden == d_model``. ``start_id``
    fills the window before the first token of a text.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int
    n_context: int = 4
    d_model: int = 64
    d_hidden: int = 128
    dropout: float = 0.0
    tied: bool = False
    input_scale: float = 1.0
    start_id: int = 1

    def __post_init__(self) -> None:
        for name in ("vocab_size", "n_context", "d_model", "d_hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout={self.dropout} is not at least 0 and below 1")
        check_positive("input_scale", self.input_scale)
        if not 0 <= self.start_id < self.vocab_size:
            raise ValueError(
                f"start_id={self.start_id} is not an id below vocab_size={self.vocab_size}"
            )
        if self.tied and self.d_hidden != self.d_model:
            raise ValueError(
                f"tied embeddings need d_hidden == d_model, not {self.d_hidden} and {self.d_model}"
            )


class FeedforwardLM(CausalLanguageModel):
    """logits = U tanh(H x + d) + b, where x holds the embeddings of the last tokens in a row.

    In Bengio's letters, ``embedding`` is C, ``hidden`` is H and d, ``output`` is U and b.
    """

    config: FeedforwardConfig

    def __init__(self, config: FeedforwardConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.hidden = nn.Linear(config.n_context * config.d_model, config.d_hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_hidden, config.vocab_size)
        if config.tied:
            self.output.weight = self.embedding.weight

    def forward(
        self, ids: Int[Tensor, "batch time"], state: Int[Tensor, "_ context"] | None = None
    ) -> tuple[Float[Tensor, "batch time vocab"], Int[Tensor, "batch context"]]:
        """Logits of the token after each id, and the last ``n_context - 1`` ids.

        The window of position t holds ids t - n_context + 1 to t, oldest first. Places before
        the first id come from ``state``, or are ``start_id`` where there is none. Raises
        ``ValueError`` for an empty batch, or if ``state`` has another shape.
        """
        check_tensor("ids", ids, "int", 2)
        if not ids.numel():
            raise ValueError(f"the batch is empty: ids has shape {tuple(ids.shape)}")
        history = torch.cat([self._before(ids, state), ids], dim=1)
        windows = history.unfold(1, self.config.n_context, 1)  # [batch time n_context]
        features = self.config.input_scale * self.embedding(windows).flatten(start_dim=2)
        hidden = torch.tanh(self.hidden(self.dropout(features)))
        return self.output(self.dropout(hidden)), history[:, ids.shape[1] :]

    def _before(self, ids: Tensor, state: Tensor | None) -> Tensor:
        shape = (len(ids), self.config.n_context - 1)
        if state is None:
            return ids.new_full(shape, self.config.start_id)
        if state.shape != shape:
            raise ValueError(f"state has shape {tuple(state.shape)}, not {shape}")
        return state
