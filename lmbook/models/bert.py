"""BERT: a Transformer that looks in both directions, for representing text, not for writing it.

Source: Devlin et al. (2019); the layers' order is that of its code. ``heads.py`` puts tasks on top.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models.config_checks import check_choice, check_rates, check_sizes, check_special_ids
from lmbook.nn.attention import MultiHeadAttention, check_heads
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.feedforward import ACTIVATIONS, FeedForward
from lmbook.nn.masks import Mask, real_tokens
from lmbook.nn.norm import LayerNorm


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """Sizes of a BERT; the defaults are the published BERT base, uncased.

    ``n_positions`` is the longest sequence. ``n_types`` counts the segments that ``types`` tells
    apart. ``dropout`` acts on the embeddings and on what a layer adds, ``attention_dropout`` on
    attention weights. Without ``pooler`` there is no ``Bert.pool``.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int = 30_522
    n_positions: int = 512
    d_model: int = 768
    n_layers: int = 12
    n_heads: int = 12
    d_ff: int = 3072
    n_types: int = 2
    dropout: float = 0.1
    attention_dropout: float = 0.1
    layer_norm_eps: float = 1e-12
    activation: str = "gelu"
    pad_id: int = 0
    pooler: bool = True

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "n_positions", "n_layers", "d_ff", "n_types")
        check_heads(self.d_model, self.n_heads, self.n_heads)
        check_rates(self, "dropout", "attention_dropout")
        check_choice(self, "activation", ACTIVATIONS)
        check_special_ids(self, "pad_id")


class Block(nn.Module):
    """Attention, then a feed-forward layer; the sum with the input is normalised after each."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width, eps = config.d_model, config.layer_norm_eps
        self.attention = MultiHeadAttention(width, config.n_heads, dropout=config.attention_dropout)
        self.norm_1 = LayerNorm(width, eps)
        self.feedforward = FeedForward(width, config.d_ff, ACTIVATIONS[config.activation])
        self.norm_2 = LayerNorm(width, eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time d_model"],
        mask: Bool[Tensor, "batch 1 1 key"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """Post-norm, and no causal mask: every position sees every real token."""
        x = self.norm_1(x + self.dropout(self.attention(x, mask=mask)))
        return self.norm_2(x + self.dropout(self.feedforward(x)))


class Bert(nn.Module):
    """Token, position and segment embeddings, normalised; blocks; a pooler for the first token."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model, config.pad_id)
        self.positions = nn.Embedding(config.n_positions, config.d_model)
        self.types = nn.Embedding(config.n_types, config.d_model)
        self.norm = LayerNorm(config.d_model, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.pooler = nn.Linear(config.d_model, config.d_model) if config.pooler else None
        self.apply(initialize)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        mask: Mask | None = None,
        types: Int[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """A vector for each position that depends on all real tokens of its row.

        ``mask`` is True or 1 for real tokens, else padding; None: no padding. ``types`` is each
        token's segment; None: all 0. Raises ``ValueError`` for more than ``n_positions`` tokens,
        an id outside the vocabulary, a type outside ``n_types``, a row of padding alone.
        """
        check_tensor("ids", ids, "int", 2)
        if ids.shape[1] > self.config.n_positions:
            raise ValueError(f"{ids.shape[1]} tokens exceed n_positions={self.config.n_positions}")
        if mask is not None:
            mask = real_tokens(mask, (len(ids), ids.shape[1]))
        segments = self.types.weight[0] if types is None else self._segments(types)
        places = self.positions(self.position_ids(ids, mask))
        x = self.dropout(self.norm(self.embedding(ids) + segments + places))
        for block in self.blocks:
            x = block(x, None if mask is None else mask[:, None, None])
        return x

    def position_ids(
        self, ids: Int[Tensor, "batch time"], mask: Bool[Tensor, "batch time"] | None
    ) -> Int[Tensor, "_ time"]:
        """Rows of the position table: 0, 1, 2 … whatever is padding."""
        check_tensor("ids", ids, "int", 2)
        return torch.arange(ids.shape[1], device=ids.device)[None]

    def _segments(self, types: Tensor) -> Tensor:
        check_tensor("types", types, "int", 2)
        # on an accelerator, a look at the numbers would stop the queue of kernels
        if types.device.type == "cpu" and types.numel():
            low, high = (int(bound) for bound in types.aminmax())
            if low < 0 or high >= self.config.n_types:
                wrong, last = low if low < 0 else high, self.config.n_types - 1
                raise ValueError(f"types holds {wrong}, outside 0 … n_types-1={last}")
        return self.types(types)

    def pool(self, hidden: Float[Tensor, "batch time d_model"]) -> Float[Tensor, "batch d_model"]:
        """One vector a row, from its first token, [CLS]: tanh(W h + b).

        Raises ``ValueError`` if the configuration leaves the pooler out.
        """
        if self.pooler is None:
            raise ValueError("this model has pooler=False: there is nothing to pool with")
        return torch.tanh(self.pooler(hidden[:, 0]))


def initialize(module: nn.Module) -> None:
    """BERT's first weights: matrices from N(0, 0.02²), biases and the padding's row zero."""
    if isinstance(module, nn.Linear | nn.Embedding | TokenEmbedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
    if isinstance(module, TokenEmbedding) and module.pad_id is not None:
        with torch.no_grad():
            module.weight[module.pad_id].zero_()


HF_NAMES = {
    "embedding": "bert.embeddings.word_embeddings",
    "positions": "bert.embeddings.position_embeddings",
    "types": "bert.embeddings.token_type_embeddings",
    "norm": "bert.embeddings.LayerNorm",
    "blocks.*.attention.query": "bert.encoder.layer.*.attention.self.query",
    "blocks.*.attention.key": "bert.encoder.layer.*.attention.self.key",
    "blocks.*.attention.value": "bert.encoder.layer.*.attention.self.value",
    "blocks.*.attention.output": "bert.encoder.layer.*.attention.output.dense",
    "blocks.*.norm_1": "bert.encoder.layer.*.attention.output.LayerNorm",
    "blocks.*.feedforward.up": "bert.encoder.layer.*.intermediate.dense",
    "blocks.*.feedforward.down": "bert.encoder.layer.*.output.dense",
    "blocks.*.norm_2": "bert.encoder.layer.*.output.LayerNorm",
    "pooler": "bert.pooler.dense",
}
"""Our names and those of transformers' BertForPreTraining; * is the layer's number. BertModel
leaves out the first word."""
