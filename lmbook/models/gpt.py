"""GPT-2: a causal Transformer that predicts the next token.

Source: Radford et al. (2019). The layers' order is that of the code that OpenAI released. The first
weights are those of the paper's section 2.3, which makes what adds to the stream smaller by
1/√(2·n_layers); the released code does not, and draws positions with 0.01 where tokens have 0.02.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor
from lmbook.models.causal_lm import State
from lmbook.models.causal_transformer import CausalTransformer
from lmbook.models.config_checks import check_choice, check_rates, check_sizes, check_special_ids
from lmbook.nn.attention import MultiHeadAttention, check_heads
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.feedforward import ACTIVATIONS, FeedForward
from lmbook.nn.kv_cache import LayerCache
from lmbook.nn.masks import Mask
from lmbook.nn.norm import LayerNorm
from lmbook.nn.positions import Rotary


@dataclass(frozen=True, kw_only=True)
class GPTConfig:
    """Sizes of a GPT; the defaults are the published GPT-2 of 124 million parameters.

    ``n_positions`` is the longest sequence; ``start_id`` stands before the first token of a text.
    ``dropout`` acts on the embeddings and on what a layer adds; ``attention_dropout``, 0.1 in
    GPT-2's training, acts on attention weights and costs the fast kernel half its speed.
    ``init_std`` is the deviation of the first weights. With a ``rotary_base`` the layers turn
    queries and keys by their positions, as in Llama, and there is no table of positions.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int = 50_257
    n_positions: int = 1024
    d_model: int = 768
    n_layers: int = 12
    n_heads: int = 12
    d_ff: int = 3072
    dropout: float = 0.1
    attention_dropout: float = 0.0
    layer_norm_eps: float = 1e-5
    activation: str = "gelu_tanh"
    init_std: float = 0.02
    rotary_base: float | None = None
    start_id: int = 50_256

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "n_positions", "n_layers", "d_ff")
        check_heads(self.d_model, self.n_heads, self.n_heads)
        check_rates(self, "dropout", "attention_dropout")
        check_choice(self, "activation", ACTIVATIONS)
        check_special_ids(self, "start_id")
        if self.init_std <= 0:
            raise ValueError(f"init_std={self.init_std} is not above 0")
        if self.rotary_base is not None and self.rotary_base <= 1:
            raise ValueError(f"rotary_base={self.rotary_base} is not above 1")


class Block(nn.Module):
    """Attention, then a feed-forward layer; each reads a normalised stream and adds to it."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        width, eps = config.d_model, config.layer_norm_eps
        self.norm_1 = LayerNorm(width, eps)
        self.attention = MultiHeadAttention(width, config.n_heads, dropout=config.attention_dropout)
        self.norm_2 = LayerNorm(width, eps)
        self.feedforward = FeedForward(width, config.d_ff, ACTIVATIONS[config.activation])
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time d_model"],
        mask: Bool[Tensor, "batch 1 _ key"] | None = None,
        cache: LayerCache | None = None,
        rotate: Callable[[Tensor], Tensor] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """Pre-norm: the stream ``x`` itself is never normalised on its way up."""
        gathered = self.attention(
            self.norm_1(x), mask=mask, causal=True, rotate=rotate, cache=cache
        )
        x = x + self.dropout(gathered)
        return x + self.dropout(self.feedforward(self.norm_2(x)))


class GPT(CausalTransformer):
    """Token plus position embeddings, blocks, a last norm, and logits by the embedding itself."""

    config: GPTConfig

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.positions, self.rotary = None, None
        if config.rotary_base is None:
            self.positions = nn.Embedding(config.n_positions, config.d_model)
        else:
            self.rotary = Rotary(config.d_model // config.n_heads, config.rotary_base)
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.norm = LayerNorm(config.d_model, config.layer_norm_eps)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weights from N(0, init_std²); what adds to the stream by 1/√(2·n_layers) smaller."""
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.dim() > 1:
                adds = name.endswith(("attention.output.weight", "feedforward.down.weight"))
                shrink = math.sqrt(2 * self.config.n_layers) if adds else 1.0
                nn.init.normal_(parameter, std=self.config.init_std / shrink)

    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        state: State | None = None,
        mask: Mask | None = None,
        documents: Int[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """The stream after the last norm; ``forward`` makes the logits of it, and says more."""
        places = self.places(ids, state, mask, documents)
        x = self.embedding(ids)
        if self.positions is not None:
            x = x + self.positions(places.positions)
        rotate = None if self.rotary is None else self.rotary.at(places.positions)
        x = self.dropout(x)
        for block, cache in zip(self.blocks, places.caches, strict=True):
            x = block(x, places.mask, cache, rotate)
        return self.norm(x)

    def logits(
        self, hidden: Float[Tensor, "batch time d_model"]
    ) -> Float[Tensor, "batch time vocab"]:
        """Every token's score: how well the stream fits its embedding."""
        check_tensor("hidden", hidden, "float")
        return F.linear(hidden, self.embedding.weight)


HF_NAMES = {
    "embedding": "transformer.wte",
    "positions": "transformer.wpe",
    "blocks.*.norm_1": "transformer.h.*.ln_1",
    "blocks.*.attention.query": "transformer.h.*.attn.c_attn",  # the three side by side
    "blocks.*.attention.key": "transformer.h.*.attn.c_attn",
    "blocks.*.attention.value": "transformer.h.*.attn.c_attn",
    "blocks.*.attention.output": "transformer.h.*.attn.c_proj",
    "blocks.*.norm_2": "transformer.h.*.ln_2",
    "blocks.*.feedforward.up": "transformer.h.*.mlp.c_fc",
    "blocks.*.feedforward.down": "transformer.h.*.mlp.c_proj",
    "norm": "transformer.ln_f",
}
"""Our names and those of transformers' GPT2LMHeadModel; * is the layer's number."""
