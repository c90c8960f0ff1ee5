"""One token through a GPT on bare tensors: what ``GPT.hidden`` and ``GPT.logits`` compute.

For a single token, calling a module costs more time than a small layer's arithmetic. So decoding
looks up the weights once, puts those of query, key and value side by side, and then only calls
torch. A model whose parts were changed (adapters, hooks, another ``attend``, a method replaced in
the model or in its class) is not touched.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.causal_transformer import CausalTransformer
from lmbook.models.gpt import GPT, Block
from lmbook.nn.attention import MultiHeadAttention, fused_attention
from lmbook.nn.embeddings import TokenEmbedding
from lmbook.nn.feedforward import FeedForward
from lmbook.nn.kv_cache import KVCache, LayerCache
from lmbook.nn.norm import LayerNorm

Step = Callable[[Tensor, KVCache, Tensor | None], Tensor]
BlockStep = Callable[[Tensor, Tensor | None, LayerCache], Tensor]

_PARTS = {GPT, Block, MultiHeadAttention, FeedForward, LayerNorm, TokenEmbedding}
_PARTS |= {nn.Linear, nn.Embedding, nn.Dropout, nn.ModuleList}


def bare_step(model: object) -> Step | None:
    """The next token's logits, from the last token of each row, the cache and the padding mask.

    Without gradients and dropout. None unless ``model`` is a ``GPT`` of its own parts alone, with
    a table of positions.
    """
    if not isinstance(model, GPT) or model.positions is None or not _is_plain(model):
        return None
    blocks = [_bare_block(block, model.config.n_heads) for block in model.blocks]
    table, places, norm = model.embedding.weight, model.positions.weight, _bare_norm(model.norm)

    def step(
        tokens: Int[Tensor, " row"], cache: KVCache, mask: Bool[Tensor, "row key"] | None
    ) -> Float[Tensor, "row vocab"]:
        # a row's position is the number of its real tokens so far
        place = cache.length if mask is None else mask.sum(-1) - 1
        keys = None if mask is None else mask[:, None, None]
        x = table[tokens] + places[place]
        for block, layer in zip(blocks, cache.layers, strict=True):
            x = block(x, keys, layer)
        return F.linear(norm(x), table)

    return step


def _bare_block(
    block: nn.Module, n_heads: int
) -> Callable[[Tensor, Tensor | None, LayerCache], Tensor]:
    assert isinstance(block, Block)
    attention, forward = block.attention, block.feedforward
    three = (attention.query, attention.key, attention.value)
    weight = torch.cat([part.weight for part in three])
    bias = torch.cat([part.bias for part in three])
    output, up, down = ((p.weight, p.bias) for p in (attention.output, forward.up, forward.down))
    norm_1, norm_2 = _bare_norm(block.norm_1), _bare_norm(block.norm_2)
    activation, d_head = forward.activation, attention.d_head

    def run(x: Tensor, mask: Tensor | None, cache: LayerCache) -> Tensor:
        three = F.linear(norm_1(x), weight, bias).view(len(x), 3, n_heads, 1, d_head)
        query, key, value = three.unbind(1)
        key, value = cache.append(key, value)
        context = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = x + F.linear(context.reshape(x.shape), *output)
        return x + F.linear(activation(F.linear(norm_2(x), *up)), *down)

    return run


def _bare_norm(norm: LayerNorm) -> Callable[[Tensor], Tensor]:
    shape, weight, bias, eps = list(norm.weight.shape), norm.weight, norm.bias, norm.eps
    return lambda x: F.layer_norm(x, shape, weight, bias, eps)


_FAMILY = _PARTS | {CausalTransformer, CausalLanguageModel}
_METHODS = {
    (kind, name): part for kind in _FAMILY for name, part in vars(kind).items() if callable(part)
}


def _is_plain(model: nn.Module) -> bool:
    parts = list(model.modules())
    if any(vars(kind).get(name) is not part for (kind, name), part in _METHODS.items()):
        return False
    if any((type(part), name) in _METHODS for part in parts for name in vars(part)):
        return False
    hooked = any(part._forward_hooks or part._forward_pre_hooks for part in parts)
    attends = all(p.attend is fused_attention for p in parts if isinstance(p, MultiHeadAttention))
    return attends and not hooked and {type(part) for part in parts} <= _PARTS
