"""XLNet: a language model that can read in any order, and so learns to look in both directions.

Two streams run through the same layers. A content vector knows its token; a query vector knows
only its position and what it may see, and so can predict the token there. Both look at the
content. Source: Yang et al. (2019); the layers' order is that of its code.

Left out of that code: batches of which half runs backwards (``bi_data``), distances cut off at a
limit (``clamp_len``), a memory of a sequence's first tokens only (``reuse_len``), causal attention
without streams (``attn_type="uni"``) and with windows of the same length (``same_length``), and
the heads of tasks. Dropout leaves out the same numbers of the distances in all rows of a batch,
which are then projected once for all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_tensor
from lmbook.models.bert import initialize
from lmbook.models.config_checks import check_choice, check_rates, check_sizes, check_special_ids
from lmbook.models.two_stream_lm import TwoStreamLanguageModel
from lmbook.models.xlnet_inputs import check_memory, sights
from lmbook.nn.attention import check_heads
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.feedforward import ACTIVATIONS, FeedForward
from lmbook.nn.masks import Mask
from lmbook.nn.norm import LayerNorm
from lmbook.nn.relative_attention import Keys, RelativeAttention, distance_vectors


@dataclass(frozen=True, kw_only=True)
class XLNetConfig:
    """Sizes of an XLNet; the defaults are the published XLNet base, cased.

    Distances have no limit, so there is none on the length. ``n_memory`` is how many positions
    of earlier segments are remembered (transformers keeps all of them where it is 0).
    ``start_id`` stands before the first token of a text. ``dropout`` acts on the embeddings, on
    distances, on attention weights, in and behind the layers.

    Raises ``ValueError`` naming the field that does not fit.
    """

    vocab_size: int = 32_000
    d_model: int = 768
    n_layers: int = 12
    n_heads: int = 12
    d_ff: int = 3072
    n_memory: int = 0
    dropout: float = 0.1
    layer_norm_eps: float = 1e-12
    activation: str = "gelu"
    start_id: int = 1

    def __post_init__(self) -> None:
        check_sizes(self, "vocab_size", "n_layers", "d_ff")
        check_heads(self.d_model, self.n_heads, self.n_heads)
        if self.d_model % 2:
            raise ValueError(f"d_model={self.d_model} is odd: distances need sines and cosines")
        if self.n_memory < 0:
            raise ValueError(f"n_memory={self.n_memory} is below 0")
        check_rates(self, "dropout")
        check_choice(self, "activation", ACTIVATIONS)
        check_special_ids(self, "start_id")


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Both streams behind the last layer, and for each layer what the next segment may see."""

    content: Float[Tensor, "batch time d_model"]
    query: Float[Tensor, "batch predicted d_model"] | None
    memory: list[Float[Tensor, "batch _ d_model"]]


class Block(nn.Module):
    """Attention, then a feed-forward layer; the sum with the input is normalised after each."""

    def __init__(self, config: XLNetConfig) -> None:
        super().__init__()
        width, eps = config.d_model, config.layer_norm_eps
        self.attention = RelativeAttention(width, config.n_heads, config.dropout)
        self.norm_1 = LayerNorm(width, eps)
        self.feedforward = FeedForward(width, config.d_ff, ACTIVATIONS[config.activation])
        self.norm_2 = LayerNorm(width, eps)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x: Float[Tensor, "batch query d_model"],
        keys: Keys,
        mask: Bool[Tensor, "#batch query key"] | None = None,
        positions: Int[Tensor, "batch query"] | None = None,
        differs: Bool[Tensor, "batch query key"] | None = None,
    ) -> Float[Tensor, "batch query d_model"]:
        """Either stream one layer up; ``keys`` come from the content, other arguments as there."""
        gathered = self.attention(x, keys, mask, positions, differs)
        x = self.norm_1(x + self.dropout(gathered))
        wide = self.feedforward.activation(self.feedforward.up(x))
        return self.norm_2(x + self.dropout(self.feedforward.down(self.dropout(wide))))


class XLNet(TwoStreamLanguageModel):
    """Token embeddings, blocks that both streams share, and logits by the embedding and a bias."""

    config: XLNetConfig

    def __init__(self, config: XLNetConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config.vocab_size, config.d_model)
        self.mask_embedding = nn.Parameter(0.02 * torch.randn(config.d_model))
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.n_layers))
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.apply(initialize)

    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        content_mask: Mask | None = None,
        query_mask: Mask | None = None,
        positions: Int[Tensor, "batch predicted"] | None = None,
        types: Int[Tensor, "batch time"] | None = None,
        memory: Sequence[Float[Tensor, "batch _ d_model"]] | None = None,
    ) -> Streams:
        """Both streams; the query stream has a vector for each of ``positions``, if given.

        Masks are True or 1 for keys that may be seen: the memory's first, then the tokens'.
        ``content_mask`` None: every token sees all. A query may stand at 0 … time, so also right
        behind the last token. ``types`` is each token's segment; the memory's is 0. ``memory`` is
        that of an earlier call; no gradient flows into it.

        Raises ``ValueError`` for an id outside the vocabulary, a mask, position or memory that
        does not fit, and positions without ``query_mask`` or the reverse.
        """
        return self._run(ids, content_mask, query_mask, positions, types, memory)

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        content_mask: Mask | None = None,
        query_mask: Mask | None = None,
        positions: Int[Tensor, "batch predicted"] | None = None,
        types: Int[Tensor, "batch time"] | None = None,
        memory: Sequence[Float[Tensor, "batch _ d_model"]] | None = None,
    ) -> Float[Tensor, "batch _ vocab"]:
        """Logits of the query stream if ``positions`` are given, else of the content stream.

        Arguments and errors are those of ``hidden``.
        """
        masks = content_mask, query_mask
        streams = self._run(ids, *masks, positions, types, memory, positions is None)
        return self.logits(streams.content if streams.query is None else streams.query)

    def logits(self, hidden: Float[Tensor, "batch n d_model"]) -> Float[Tensor, "batch n vocab"]:
        """Every token's score: how well the vector fits its embedding, plus its bias."""
        check_tensor("hidden", hidden, "float")
        return F.linear(hidden, self.embedding.weight, self.bias)

    def _first_query(self, positions: Tensor) -> Tensor:
        """The same vector at every position: it knows no token."""
        return self.dropout(self.mask_embedding.expand(*positions.shape, -1))

    def _run(
        self,
        ids: Tensor,
        content_mask: Tensor | None,
        query_mask: Tensor | None,
        positions: Tensor | None,
        types: Tensor | None,
        memory: Sequence[Tensor] | None,
        to_the_end: bool = True,
    ) -> Streams:
        """Without ``to_the_end``, the content skips the last block, where no query needs it."""
        check_tensor("ids", ids, "int", 2)
        content, config = self.dropout(self.embedding(ids)), self.config
        shape = n_rows, n_tokens = len(ids), ids.shape[1]
        past = [content[:, :0]] * config.n_layers if memory is None else memory
        check_memory(past, config.n_layers, n_rows, config.d_model)
        n_keys, masks = past[0].shape[1] + n_tokens, (content_mask, query_mask)
        of_content, of_query = sights(shape, n_keys, *masks, positions, types)
        distances = distance_vectors(n_tokens, n_keys, config.d_model, ids.device)
        distances = self.dropout(distances.to(content.dtype))
        query = None if positions is None else self._first_query(positions)
        kept = []
        for block, earlier in zip(cast(Iterable[Block], self.blocks), past, strict=True):
            source = torch.cat([earlier, content], dim=1)
            kept.append(source[:, max(0, n_keys - config.n_memory) :].detach())
            keys = block.attention.keys(source, distances)
            if query is not None and of_query is not None:
                query = block(query, keys, *of_query)
            if to_the_end or block is not self.blocks[-1]:
                content = block(content, keys, *of_content)
        query = None if query is None else self.dropout(query)
        return Streams(content=self.dropout(content), query=query, memory=kept)


HF_NAMES = {
    "embedding": "transformer.word_embedding",
    "mask_embedding": "transformer.mask_emb",
    "blocks.*.attention.query.weight": "transformer.layer.*.rel_attn.q",
    "blocks.*.attention.key.weight": "transformer.layer.*.rel_attn.k",
    "blocks.*.attention.value.weight": "transformer.layer.*.rel_attn.v",
    "blocks.*.attention.distance.weight": "transformer.layer.*.rel_attn.r",
    "blocks.*.attention.output.weight": "transformer.layer.*.rel_attn.o",
    "blocks.*.attention.content_bias": "transformer.layer.*.rel_attn.r_w_bias",
    "blocks.*.attention.distance_bias": "transformer.layer.*.rel_attn.r_r_bias",
    "blocks.*.attention.segment_bias": "transformer.layer.*.rel_attn.r_s_bias",
    "blocks.*.attention.segments": "transformer.layer.*.rel_attn.seg_embed",
    "blocks.*.norm_1": "transformer.layer.*.rel_attn.layer_norm",
    "blocks.*.feedforward.up": "transformer.layer.*.ff.layer_1",
    "blocks.*.feedforward.down": "transformer.layer.*.ff.layer_2",
    "blocks.*.norm_2": "transformer.layer.*.ff.layer_norm",
    "bias": "lm_loss.bias",
}
"""Our names and those of transformers' XLNetLMHeadModel; * is the layer's number."""
