"""The encoder–decoder of OpenNMT-py and eole: a norm before each layer, one more at the end.

What else differs from ``lmbook.models.transformer`` is the ε of the norms, 1e-6. Source: Klein et
al. (2017) for the toolkit; the order is that of tensor2tensor (Vaswani et al., 2018).
"""

from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.models.transformer import (
    DecoderBlock,
    DecodingState,
    EncoderBlock,
    KeysValues,
    Memory,
    Transformer,
    TransformerConfig,
)
from lmbook.nn.kv_cache import LayerCache
from lmbook.nn.masks import real_tokens
from lmbook.nn.norm import LayerNorm

NORM_EPS = 1e-6


class PreNormEncoderBlock(EncoderBlock):
    """Each layer reads the normalised stream and adds to the stream itself."""

    def forward(self, x: Memory, mask: Bool[Tensor, "batch 1 1 source"] | None) -> Memory:
        """Pre-norm: the stream is never normalised itself."""
        x = x + self.dropout(self.attention(self.norm_1(x), mask=mask))
        return x + self.dropout(self.feedforward(self.norm_2(x)))


class PreNormDecoderBlock(DecoderBlock):
    """Likewise, with attention over the source in between."""

    def forward(
        self,
        x: Float[Tensor, "batch target d_model"],
        source: KeysValues,
        source_mask: Bool[Tensor, "batch 1 1 source"] | None,
        mask: Bool[Tensor, "batch 1 1 target"] | None = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "batch target d_model"]:
        """``source`` holds keys and values of the encoder's normalised output."""
        own = self.attention(self.norm_1(x), mask=mask, causal=True, cache=cache)
        x = x + self.dropout(own)
        looked = self.cross_attention(self.norm_2(x), keys_values=source, mask=source_mask)
        x = x + self.dropout(looked)
        return x + self.dropout(self.feedforward(self.norm_3(x)))


class PreNormTransformer(Transformer):
    """Encoder, decoder, and a norm behind each."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config)
        layers = range(config.n_layers)
        self.encoder = nn.ModuleList(PreNormEncoderBlock(config) for _ in layers)
        self.decoder = nn.ModuleList(PreNormDecoderBlock(config) for _ in layers)
        self.encoder_norm = LayerNorm(config.d_model)
        self.decoder_norm = LayerNorm(config.d_model)
        for norm in (part for part in self.modules() if isinstance(part, LayerNorm)):
            norm.eps = NORM_EPS
        self.reset_parameters()

    def encode(self, source: Tensor, mask: Tensor | None = None) -> Memory:
        """A vector for each position of the source, normalised; errors as in ``forward``."""
        return self.encoder_norm(super().encode(source, mask))

    def _decode(self, ids: Tensor, state: DecodingState, mask: Tensor | None = None) -> Tensor:
        cache = state.cache
        seen = None if state.source_mask is None else state.source_mask[:, None, None]
        x = self._embed(ids, cache.length if cache is not None else 0)
        keys = None if mask is None else real_tokens(mask, (len(ids), ids.shape[1]))[:, None, None]
        for i, block in enumerate(self.decoder):
            layer = cache.layers[i] if cache is not None else None
            x = block(x, state.source[i], seen, keys, layer)
        return F.linear(self.decoder_norm(x), self.embedding.weight) + self.logits_bias
