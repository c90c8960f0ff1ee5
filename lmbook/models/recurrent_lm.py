"""The recurrent language model: a state that is carried from token to token.

Sources: Mikolov et al. (2010) for the plain RNN; Zaremba, Sutskever and Vinyals (2014) for the
LSTM with dropout between its layers; Press and Wolf (2017) for tied embeddings.
"""

from dataclasses import dataclass

from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_positive
from lmbook.models.causal_lm import CausalLanguageModel, State
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.recurrent import GRU, LSTM, RNN

LAYERS = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
"""The recurrent layers by the name that a configuration gives them."""


@dataclass(frozen=True, kw_only=True)
class RecurrentConfig:
    """Sizes of a recurrent language model; the defaults suit a minute of training on one CPU.

    ``input_scale`` multiplies the embeddings on their way in. Rows of an embedding begin at length
    1, which suits the output that shares them and is a weak signal for the first layer: √d_model
    gives it entries of size 1. ``dropout`` is applied to what goes into a layer and out of the last
    one, never between steps. With ``tied``, one matrix serves as embedding and as output layer; it
    needs ``d_hidden == d_model``. ``start_id`` stands before the first token of a text.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int
    d_model: int = 128
    d_hidden: int = 128
    n_layers: int = 1
    dropout: float = 0.0
    cell: str = "lstm"
    tied: bool = False
    input_scale: float = 1.0
    start_id: int = 1

    def __post_init__(self) -> None:
        for name in ("vocab_size", "d_model", "d_hidden", "n_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout={self.dropout} is not at least 0 and below 1")
        check_positive("input_scale", self.input_scale)
        if self.cell not in LAYERS:
            raise ValueError(f"cell={self.cell!r} is not one of {', '.join(sorted(LAYERS))}")
        if not 0 <= self.start_id < self.vocab_size:
            raise ValueError(
                f"start_id={self.start_id} is not an id below vocab_size={self.vocab_size}"
            )
        if self.tied and self.d_hidden != self.d_model:
            raise ValueError(
                f"tied embeddings need d_hidden == d_model, not {self.d_hidden} and {self.d_model}"
            )


class RecurrentLM(CausalLanguageModel):
    """Embedding, recurrent layers, and a linear layer to the logits of the next token."""

    config: RecurrentConfig

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        layers = LAYERS[config.cell]
        self.recurrent = layers(config.d_model, config.d_hidden, config.n_layers, config.dropout)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(config.d_hidden, config.vocab_size)
        if config.tied:
            self.output.weight = self.embedding.weight

    def forward(
        self, ids: Int[Tensor, "batch time"], state: State | None = None
    ) -> tuple[Float[Tensor, "batch time vocab"], State]:
        """Logits of the token after each id, and the state after the last one.

        ``state`` is [n_layers batch d_hidden], for the LSTM a pair of those; None stands for
        zeros. To train on a stream, pass the state on and detach it: gradients then end where
        the batch begins, while the memory does not.
        """
        inputs = self.config.input_scale * self.embedding(ids)
        hidden, new_state = self.recurrent(self.dropout(inputs), state)
        return self.output(self.dropout(hidden)), new_state
