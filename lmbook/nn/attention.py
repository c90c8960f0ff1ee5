"""Attention: an average of values, weighted by how well a query fits their keys.

Source: Bahdanau et al. (2015) and Luong et al. (2015) for one query at a time; Vaswani et al.
(2017, section 3.2.1) for the scaled form that looks from all positions at once.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.nn.kv_cache import LayerCache
from lmbook.nn.masks import Mask, as_mask, causal_mask, masked_softmax


def dot_product_attention(
    query: Float[Tensor, "*batch query d"],
    key: Float[Tensor, "*batch key _"],
    value: Float[Tensor, "*batch _ d_v"],
    mask: Mask | None = None,
    scale: float | None = None,
) -> tuple[Float[Tensor, "*batch query d_v"], Float[Tensor, "*batch query key"]]:
    """Context vectors and the weights that made them; a score is a dot product times ``scale``.

    ``mask`` is True where a query may look and broadcasts to ``[*batch query key]``; a query that
    may look nowhere gets zero weights and a zero context. ``scale`` None means 1, Luong et al.
    (2015, "dot"); 1/√d is the scaling of Vaswani et al. (2017). Raises ``ValueError`` when sizes
    do not fit.
    """
    if key.shape[-1] != query.shape[-1]:
        raise ValueError(f"key has width {key.shape[-1]}, query has d={query.shape[-1]}")
    scores = query @ key.transpose(-1, -2)
    return _average(scores if scale is None else scores * scale, value, mask)


def explicit_attention(
    query: Float[Tensor, "*batch query d_head"],
    key: Float[Tensor, "*batch key d_head"],
    value: Float[Tensor, "*batch key d_v"],
    *,
    mask: Mask | None = None,
    causal: bool = False,
    bias: Float[Tensor, "..."] | None = None,
    dropout: float = 0.0,
) -> Float[Tensor, "*batch query d_v"]:
    """Scaled dot-product attention, softmax(QKᵀ/√d_head + bias) V, every step in the open.

    ``mask`` is True where a query may look; with ``causal`` it may also look at no later position,
    the last query being the last key's. ``bias`` is added to the scores. Both broadcast to
    ``[*batch query key]``. ``dropout`` is the chance that a weight is set to zero. A query that may
    look nowhere gets a zero context. Raises ``ValueError`` for a mask that ``as_mask`` refuses.
    Source: Vaswani et al. (2017), equation 1.
    """
    scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
    mask = _joined(mask, causal, query, key)
    weights = masked_softmax(scores if bias is None else scores + bias, mask)
    return F.dropout(weights, dropout) @ value


def fused_attention(
    query: Float[Tensor, "*batch query d_head"],
    key: Float[Tensor, "*batch key d_head"],
    value: Float[Tensor, "*batch key d_v"],
    *,
    mask: Mask | None = None,
    causal: bool = False,
    bias: Float[Tensor, "..."] | None = None,
    dropout: float = 0.0,
) -> Float[Tensor, "*batch query d_v"]:
    """What ``explicit_attention`` computes, by torch's kernel, which never stores all weights.

    Source: Dao et al. (2022), whose block-wise softmax the kernel uses.
    """
    # the kernel skips what lies above the diagonal, but only where there is no other mask
    square = causal and mask is None and bias is None and query.shape[-2] == key.shape[-2]
    added = None if square else _joined(mask, causal, query, key)
    if bias is not None:
        added = bias if added is None else bias.masked_fill(~added, -math.inf)
    return F.scaled_dot_product_attention(
        query, key, value, attn_mask=added, dropout_p=dropout, is_causal=square
    )


class MultiHeadAttention(nn.Module):
    """Attention in ``n_heads`` subspaces of ``d_head = d_model / n_heads`` at once.

    With ``n_kv_heads`` below ``n_heads``, groups of query heads share their keys and values
    (grouped-query attention, Ainslie et al., 2023; one shared head: Shazeer, 2019). ``attend`` is
    ``fused_attention`` or ``explicit_attention``. Source: Vaswani et al. (2017), section 3.2.2.

    Raises ``ValueError`` if the heads do not divide the width, or the groups the heads.
    """

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        *,
        n_kv_heads: int | None = None,
        bias: bool = True,
        dropout: float = 0.0,
        attend: Callable[..., Tensor] = fused_attention,
    ) -> None:
        super().__init__()
        n_kv_heads = n_heads if n_kv_heads is None else n_kv_heads
        check_heads(d_model, n_heads, n_kv_heads)
        self.n_heads, self.n_kv_heads, self.d_head = n_heads, n_kv_heads, d_model // n_heads
        self.query = nn.Linear(d_model, d_model, bias)
        self.key = nn.Linear(d_model, n_kv_heads * self.d_head, bias)
        self.value = nn.Linear(d_model, n_kv_heads * self.d_head, bias)
        self.output = nn.Linear(d_model, d_model, bias)
        self.dropout, self.attend = dropout, attend

    def forward(
        self,
        x: Float[Tensor, "batch query d_model"],
        *,
        keys_values: tuple[Tensor, Tensor] | None = None,
        mask: Mask | None = None,
        causal: bool = False,
        bias: Float[Tensor, "..."] | None = None,
        rotate: Callable[[Tensor], Tensor] | None = None,
        cache: LayerCache | None = None,
    ) -> Float[Tensor, "batch query d_model"]:
        """What each position of ``x`` gathers; ``mask``, ``causal`` and ``bias`` as in ``attend``.

        Keys and values come from ``x`` itself, or from ``keys_values``, made once from another
        sequence (cross-attention). ``rotate`` turns queries and keys by their positions (rotary
        positions). ``cache`` holds the earlier positions' keys and values and takes these in.
        """
        query = self._split(self.query(x), self.n_heads)
        if keys_values is None:
            keys_values = self.keys_values(x)
            if rotate is not None:
                query, keys_values = rotate(query), (rotate(keys_values[0]), keys_values[1])
            if cache is not None:
                keys_values = cache.append(*keys_values)
        n_shared = self.n_heads // self.n_kv_heads
        if n_shared > 1:  # every key head serves a group of neighbouring query heads
            key, value = (x.repeat_interleave(n_shared, dim=1) for x in keys_values)
        else:
            key, value = keys_values
        dropout = self.dropout if self.training else 0.0
        context = self.attend(
            query, key, value, mask=mask, causal=causal, bias=bias, dropout=dropout
        )
        # [batch head query d_head] -> [batch query head·d_head]
        return self.output(context.transpose(1, 2).flatten(2))

    def keys_values(
        self, source: Float[Tensor, "batch key d_model"]
    ) -> tuple[Float[Tensor, "batch head key d_head"], Float[Tensor, "batch head key d_head"]]:
        """Keys and values of ``source``, by head."""
        key = self._split(self.key(source), self.n_kv_heads)
        return key, self._split(self.value(source), self.n_kv_heads)

    def _split(self, x: Tensor, n_heads: int) -> Tensor:
        """[batch time head·d_head] -> [batch head time d_head]."""
        return x.unflatten(-1, (n_heads, self.d_head)).transpose(1, 2)


def check_heads(d_model: int, n_heads: int, n_kv_heads: int) -> None:
    """Raise ``ValueError`` unless the heads share the width, and groups of heads the keys."""
    for name, value in (("d_model", d_model), ("n_heads", n_heads), ("n_kv_heads", n_kv_heads)):
        if value < 1:
            raise ValueError(f"{name}={value} is below 1")
    if d_model % n_heads:
        raise ValueError(f"d_model={d_model} is not a multiple of n_heads={n_heads}")
    if n_heads % n_kv_heads:
        raise ValueError(f"n_heads={n_heads} is not a multiple of n_kv_heads={n_kv_heads}")


@contextmanager
def record_attention(model: nn.Module) -> Iterator[list[Float[Tensor, "batch head query key"]]]:
    """Within the block, collect the weights of every ``MultiHeadAttention`` of ``model``.

    The list grows by one tensor a call, in the order of the calls; outputs stay what they were.
    """
    layers = [part for part in model.modules() if isinstance(part, MultiHeadAttention)]
    before = [layer.attend for layer in layers]
    recorded: list[Tensor] = []

    def attend(query: Tensor, key: Tensor, value: Tensor, **options: object) -> Tensor:
        # values that pick out each key show the weights: softmax(…) I = softmax(…)
        identity = torch.eye(key.shape[-2], dtype=value.dtype, device=value.device)
        pick = identity.expand(*key.shape[:-1], -1)
        recorded.append(explicit_attention(query, key, pick, **{**options, "dropout": 0.0}))
        return recorded[-1] @ value

    try:
        for layer in layers:
            layer.attend = attend
        yield recorded
    finally:
        for layer, original in zip(layers, before, strict=True):
            layer.attend = original


class AdditiveAttention(nn.Module):
    """Scores from a small network: vᵀ tanh(W_q query + W_k key) (Bahdanau et al., 2015).

    Query and key may differ in width, ``d_query`` and ``d_key``; ``d_attention`` is the width of
    the hidden layer. There are no biases, as in the paper's appendix A.1.2.
    """

    def __init__(self, d_query: int, d_key: int, d_attention: int) -> None:
        super().__init__()
        sizes = {"d_query": d_query, "d_key": d_key, "d_attention": d_attention}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name}={size} is less than 1")
        self.project_query = nn.Linear(d_query, d_attention, bias=False)
        self.project_key = nn.Linear(d_key, d_attention, bias=False)
        self.score = nn.Linear(d_attention, 1, bias=False)

    def forward(
        self,
        query: Float[Tensor, "*batch query d_query"],
        key: Float[Tensor, "*batch key d_key"],
        value: Float[Tensor, "*batch _ d_v"],
        mask: Mask | None = None,
    ) -> tuple[Float[Tensor, "*batch query d_v"], Float[Tensor, "*batch query key"]]:
        """Context and weights, with ``mask`` and errors as in ``dot_product_attention``."""
        for name, given, linear in (
            ("query", query, self.project_query),
            ("key", key, self.project_key),
        ):
            if given.shape[-1] != linear.in_features:
                raise ValueError(f"{name} has width {given.shape[-1]}, not {linear.in_features}")
        # every query meets every key: [*batch query 1 d] + [*batch 1 key d]
        hidden = self.project_query(query).unsqueeze(-2) + self.project_key(key).unsqueeze(-3)
        return _average(self.score(hidden.tanh()).squeeze(-1), value, mask)


def _average(scores: Tensor, value: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    if value.shape[-2] != scores.shape[-1]:
        raise ValueError(f"value has {value.shape[-2]} positions, key has {scores.shape[-1]}")
    weights = masked_softmax(scores, mask)
    return weights @ value, weights


def _joined(mask: Tensor | None, causal: bool, query: Tensor, key: Tensor) -> Tensor | None:
    """The given mask and the causal one in one mask; None if everything may be seen."""
    mask = None if mask is None else as_mask("mask", mask)
    if not causal or query.shape[-2] == 1:
        return mask
    order = causal_mask(query.shape[-2], key.shape[-2], device=query.device)
    return order if mask is None else mask & order
