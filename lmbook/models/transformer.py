"""The original Transformer: an encoder reads the source, a decoder looks at it and writes.

Source: Vaswani et al. (2017): post-norm, sinusoids, one matrix for embeddings and output. Its twin,
Marian (Junczys-Dowmunt et al., 2018), puts sines before cosines and has a bias on the logits.
"""

import math
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.models.config_checks import check_choice, check_rates, check_sizes, check_special_ids
from lmbook.nn.attention import MultiHeadAttention, check_heads
from lmbook.nn.embeddings import TokenEmbedding, check_ids
from lmbook.nn.feedforward import ACTIVATIONS, FeedForward
from lmbook.nn.kv_cache import KVCache, LayerCache
from lmbook.nn.masks import Mask, as_mask, real_tokens
from lmbook.nn.norm import LayerNorm
from lmbook.nn.positions import sinusoidal_positions

Memory = Float[Tensor, "batch source d_model"]
SourceMask = Bool[Tensor, "batch source"] | Integer[Tensor, "batch source"]
KeysValues = tuple[Tensor, Tensor]


@dataclass(frozen=True, kw_only=True)
class TransformerConfig:
    """Sizes of an encoder–decoder; the defaults are the base model of Vaswani et al. (2017).

    ``n_layers`` is the depth of the encoder and again of the decoder. ``n_positions`` is the
    longest source and the longest target. ``layout`` orders the sinusoids, "interleaved" as in the
    paper or "halves" as in Marian. ``start_id`` is the decoder's first input.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int = 37_000
    n_positions: int = 512
    d_model: int = 512
    n_layers: int = 6
    n_heads: int = 8
    d_ff: int = 2048
    dropout: float = 0.1
    attention_dropout: float = 0.0
    activation: str = "relu"
    layout: str = "interleaved"
    pad_id: int = 0
    start_id: int = 1
    eos_id: int = 2

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "n_positions", "n_layers", "d_ff")
        check_heads(self.d_model, self.n_heads, self.n_heads)
        check_rates(self, "dropout", "attention_dropout")
        check_choice(self, "activation", ACTIVATIONS)
        check_choice(self, "layout", ("interleaved", "halves"))
        check_special_ids(self, "pad_id", "start_id", "eos_id")


class EncoderBlock(nn.Module):
    """Attention over the source, then a feed-forward layer; a norm after each sum."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width = config.d_model
        self.attention = MultiHeadAttention(width, config.n_heads, dropout=config.attention_dropout)
        self.norm_1 = LayerNorm(width)
        self.feedforward = FeedForward(width, config.d_ff, ACTIVATIONS[config.activation])
        self.norm_2 = LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Memory, mask: Bool[Tensor, "batch 1 1 source"] | None) -> Memory:
        """Post-norm: the stream is normalised after every addition."""
        x = self.norm_1(x + self.dropout(self.attention(x, mask=mask)))
        return self.norm_2(x + self.dropout(self.feedforward(x)))


class DecoderBlock(nn.Module):
    """Causal attention over the target, attention over the source, a feed-forward layer."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        width, dropout = config.d_model, config.attention_dropout
        self.attention = MultiHeadAttention(width, config.n_heads, dropout=dropout)
        self.norm_1 = LayerNorm(width)
        self.cross_attention = MultiHeadAttention(width, config.n_heads, dropout=dropout)
        self.norm_2 = LayerNorm(width)
        self.feedforward = FeedForward(width, config.d_ff, ACTIVATIONS[config.activation])
        self.norm_3 = LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "batch target d_model"],
        source: KeysValues,
        source_mask: Bool[Tensor, "batch 1 1 source"] | None,
        mask: Bool[Tensor, "batch 1 1 target"] | None = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "batch target d_model"]:
        """``source`` holds the keys and values that ``cross_attention`` makes of the memory."""
        x = self.norm_1(x + self.dropout(self.attention(x, mask=mask, causal=True, cache=cache)))
        looked = self.cross_attention(x, keys_values=source, mask=source_mask)
        x = self.norm_2(x + self.dropout(looked))
        return self.norm_3(x + self.dropout(self.feedforward(x)))


@dataclass
class DecodingState:
    """What ``Transformer.step`` goes on from: the source, seen once, and the target so far."""

    source: list[KeysValues]
    source_mask: SourceMask | None
    cache: KVCache | None = None

    def reorder(self, rows: Int[Tensor, " new_batch"]) -> None:
        """Row i becomes what row ``rows[i]`` was; rows may repeat, vanish, or grow in number."""
        self.source = [(key[rows], value[rows]) for key, value in self.source]
        self.source_mask = None if self.source_mask is None else self.source_mask[rows]
        if self.cache is not None:
            self.cache.reorder(rows)


class Transformer(nn.Module):
    """Encoder, decoder, and one embedding matrix in three places."""

    positions: Float[Tensor, "position d_model"]
    logits_bias: Float[Tensor, "1 vocab"]

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model, config.pad_id)
        table = sinusoidal_positions(config.n_positions, config.d_model, config.layout)
        self.register_buffer("positions", table, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderBlock(config) for _ in range(config.n_layers))
        self.decoder = nn.ModuleList(DecoderBlock(config) for _ in range(config.n_layers))
        # not in the paper and not trained here: a place for what Marian's checkpoints bring along
        self.register_buffer("logits_bias", torch.zeros(1, config.vocab_size))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Layers' matrices by Glorot and Bengio (2010), biases zero, as in the paper's code."""
        for layer in (part for part in self.modules() if isinstance(part, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(
        self,
        source: Int[Tensor, "batch source"],
        target_inputs: Int[Tensor, "batch target"],
        source_mask: SourceMask | None = None,
        target_mask: Mask | None = None,
    ) -> Float[Tensor, "batch target vocab"]:
        """Logits of the target's token after each input; the first input is ``start_id``.

        Masks are True or 1 for real tokens, else padding; None: no padding. Raises ``ValueError``
        for more than ``n_positions`` tokens, an id outside the vocabulary, a row of padding alone.
        """
        check_ids(target_inputs, self.config.vocab_size, "target_inputs")
        if target_mask is not None:
            target_mask = as_mask("target_mask", target_mask)
        return self._decode(target_inputs, self._look(source, source_mask), target_mask)

    def encode(self, source: Int[Tensor, "batch source"], mask: SourceMask | None = None) -> Memory:
        """A vector for each position of the source, with ``mask`` and errors as in ``forward``."""
        check_ids(source, self.config.vocab_size, "source")
        x, keys = self._embed(source), _keys(source, mask)
        for block in self.encoder:
            x = block(x, keys)
        return x

    def start(
        self,
        source: Int[Tensor, "batch source"],
        source_mask: SourceMask | None = None,
        capacity: int | None = None,
    ) -> DecodingState:
        """Read the source once, for ``capacity`` target tokens (``n_positions`` if None)."""
        state, config = self._look(source, source_mask), self.config
        key = state.source[0][0]  # [batch head source d_head]
        capacity = config.n_positions if capacity is None else capacity
        sizes = (config.n_layers, len(source), config.n_heads, capacity, key.shape[-1])
        state.cache = KVCache(*sizes, device=key.device, dtype=key.dtype)
        return state

    def step(
        self, ids: Int[Tensor, "batch time"], state: DecodingState
    ) -> Float[Tensor, "batch time vocab"]:
        """Logits after each of the target's next inputs, which ``state`` then has taken in."""
        check_ids(ids, self.config.vocab_size)
        return self._decode(ids, state)

    def _look(self, source: Tensor, mask: Tensor | None) -> DecodingState:
        """Each decoder layer's keys and values of the source, made once."""
        mask = None if mask is None else as_mask("source_mask", mask)
        memory = self.encode(source, mask)
        blocks = (cast(DecoderBlock, block) for block in self.decoder)
        return DecodingState([x.cross_attention.keys_values(memory) for x in blocks], mask)

    def _decode(self, ids: Tensor, state: DecodingState, mask: Tensor | None = None) -> Tensor:
        cache = state.cache
        seen = None if state.source_mask is None else state.source_mask[:, None, None]
        x, keys = self._embed(ids, cache.length if cache is not None else 0), _keys(ids, mask)
        for i, block in enumerate(self.decoder):
            layer = cache.layers[i] if cache is not None else None
            x = block(x, state.source[i], seen, keys, layer)
        return F.linear(x, self.embedding.weight) + self.logits_bias

    def _embed(self, ids: Tensor, begin: int = 0) -> Tensor:
        end = begin + ids.shape[1]
        if end > self.config.n_positions:
            raise ValueError(f"{end} tokens exceed n_positions={self.config.n_positions}")
        # a row of the table has length about 1, a sinusoid √(d_model / 2)
        embedded = math.sqrt(self.config.d_model) * self.embedding(ids)
        return self.dropout(embedded + self.positions[begin:end])


def _keys(ids: Tensor, mask: Tensor | None) -> Tensor | None:
    if mask is None:
        return None
    return real_tokens(mask, (len(ids), ids.shape[1]))[:, None, None]  # for every head and query


_PROJECTIONS = (("query", "q_proj"), ("key", "k_proj"), ("value", "v_proj"), ("output", "out_proj"))
_ATTENTION = (
    ("encoder.*.attention", "model.encoder.layers.*.self_attn"),
    ("decoder.*.attention", "model.decoder.layers.*.self_attn"),
    ("decoder.*.cross_attention", "model.decoder.layers.*.encoder_attn"),
)
HF_NAMES = {
    "embedding": "model.shared",
    **{f"{a}.{x}": f"{b}.{y}" for a, b in _ATTENTION for x, y in _PROJECTIONS},
    "encoder.*.norm_1": "model.encoder.layers.*.self_attn_layer_norm",
    "encoder.*.feedforward.up": "model.encoder.layers.*.fc1",
    "encoder.*.feedforward.down": "model.encoder.layers.*.fc2",
    "encoder.*.norm_2": "model.encoder.layers.*.final_layer_norm",
    "decoder.*.norm_1": "model.decoder.layers.*.self_attn_layer_norm",
    "decoder.*.norm_2": "model.decoder.layers.*.encoder_attn_layer_norm",
    "decoder.*.feedforward.up": "model.decoder.layers.*.fc1",
    "decoder.*.feedforward.down": "model.decoder.layers.*.fc2",
    "decoder.*.norm_3": "model.decoder.layers.*.final_layer_norm",
    "logits_bias": "final_logits_bias",
}
"""Our names and those of transformers' MarianMTModel; * is the layer's number."""
