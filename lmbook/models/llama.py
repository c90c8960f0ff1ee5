"""Llama: GPT's skeleton with rotary positions, RMSNorm, gated feed-forward layers, no biases.

Sources: Touvron et al. (2023a, 2023b); Ainslie et al. (2023) for heads that share their keys.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models.causal_lm import State
from lmbook.models.causal_transformer import CausalTransformer
from lmbook.models.config_checks import check_rates, check_sizes, check_special_ids
from lmbook.nn.attention import MultiHeadAttention, check_heads
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.feedforward import SwiGLU
from lmbook.nn.kv_cache import LayerCache
from lmbook.nn.masks import Mask
from lmbook.nn.norm import RMSNorm
from lmbook.nn.positions import Rotary


@dataclass(frozen=True, kw_only=True)
class LlamaConfig:
    """Sizes of a Llama; the defaults are the published Llama 2 of 7 billion parameters.

    Each of the ``n_kv_heads`` key and value heads serves ``n_heads / n_kv_heads`` query heads.
    ``rotary_base`` is the base of the rotary angles. With ``tied``, one matrix serves as
    embedding and as output layer. ``dropout``, which the published models do without, acts on
    the embeddings and on what a layer adds. ``start_id`` stands before the first token of a text.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int = 32_000
    n_positions: int = 4096
    d_model: int = 4096
    n_layers: int = 32
    n_heads: int = 32
    n_kv_heads: int = 32
    d_ff: int = 11_008
    rotary_base: float = 10_000.0
    rms_norm_eps: float = 1e-5
    dropout: float = 0.0
    tied: bool = False
    start_id: int = 1

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "n_positions", "n_layers", "d_ff")
        check_heads(self.d_model, self.n_heads, self.n_kv_heads)
        check_rates(self, "dropout")
        check_special_ids(self, "start_id")
        if self.rotary_base <= 1:
            raise ValueError(f"rotary_base={self.rotary_base} is not above 1")


class Block(nn.Module):
    """Attention, then a gated feed-forward layer; each reads a normalised stream and adds to it."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        width, eps = config.d_model, config.rms_norm_eps
        self.norm_1 = RMSNorm(width, eps)
        self.attention = MultiHeadAttention(
            width, config.n_heads, n_kv_heads=config.n_kv_heads, bias=False
        )
        self.norm_2 = RMSNorm(width, eps)
        self.feedforward = SwiGLU(width, config.d_ff)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time d_model"],
        rotate: Callable[[Tensor], Tensor],
        mask: Bool[Tensor, "batch 1 _ key"] | None = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """Pre-norm as in GPT. ``rotate`` brings the positions into every layer's attention."""
        gathered = self.attention(
            self.norm_1(x), mask=mask, causal=True, rotate=rotate, cache=cache
        )
        x = x + self.dropout(gathered)
        return x + self.dropout(self.feedforward(self.norm_2(x)))


class Llama(CausalTransformer):
    """Token embeddings, blocks, a last norm, and an output layer; no table of positions."""

    config: LlamaConfig

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.rotary = Rotary(config.d_model // config.n_heads, config.rotary_base)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.norm = RMSNorm(config.d_model, config.rms_norm_eps)
        self.output = nn.Linear(config.d_model, config.vocab_size, bias=False)
        if config.tied:
            self.output.weight = self.embedding.weight
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Matrices from N(0, 0.02²); what adds to the stream by 1/√(2·n_layers) smaller."""
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                adds = name.endswith(("attention.output.weight", "feedforward.down.weight"))
                shrink = math.sqrt(2 * self.config.n_layers) if adds else 1.0
                nn.init.normal_(parameter, std=0.02 / shrink)

    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        state: State | None = None,
        mask: Mask | None = None,
        documents: Int[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """The stream after the last norm; ``forward`` makes the logits of it, and says more."""
        places = self.places(ids, state, mask, documents)
        rotate = self.rotary.at(places.positions)  # angles are the same in all layers
        x = self.dropout(self.embedding(ids))
        for block, cache in zip(self.blocks, places.caches, strict=True):
            x = block(x, rotate, places.mask, cache)
        return self.norm(x)

    def logits(
        self, hidden: Float[Tensor, "batch time d_model"]
    ) -> Float[Tensor, "batch time vocab"]:
        """Every token's score."""
        check_tensor("hidden", hidden, "float")
        return self.output(hidden)


HF_NAMES = {
    "embedding": "model.embed_tokens",
    "blocks.*.norm_1": "model.layers.*.input_layernorm",
    "blocks.*.attention.query": "model.layers.*.self_attn.q_proj",
    "blocks.*.attention.key": "model.layers.*.self_attn.k_proj",
    "blocks.*.attention.value": "model.layers.*.self_attn.v_proj",
    "blocks.*.attention.output": "model.layers.*.self_attn.o_proj",
    "blocks.*.norm_2": "model.layers.*.post_attention_layernorm",
    "blocks.*.feedforward.gate": "model.layers.*.mlp.gate_proj",
    "blocks.*.feedforward.up": "model.layers.*.mlp.up_proj",
    "blocks.*.feedforward.down": "model.layers.*.mlp.down_proj",
    "norm": "model.norm",
    "output": "lm_head",
}
"""Our names and those of transformers' LlamaForCausalLM; * is the layer's number."""
