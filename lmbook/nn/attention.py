"""Attention: an average of values, weighted by how well a query fits their keys."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

Mask = Bool[Tensor, "..."]


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


def masked_softmax(
    scores: Float[Tensor, "*batch query key"], mask: Mask | None = None
) -> Float[Tensor, "*batch query key"]:
    """Softmax over the keys that ``mask`` admits; zeros where it admits none.

    Masked scores become the least finite number, not −∞: a row of −∞ alone would be 0/0.
    Raises ``ValueError`` when the mask is not boolean or does not broadcast to the scores.
    """
    if mask is None:
        return scores.softmax(-1)
    if mask.dtype != torch.bool:
        raise ValueError(f"mask has dtype {mask.dtype}, not torch.bool (True = may attend)")
    try:
        blocked = ~mask.expand(scores.shape)
    except RuntimeError as error:
        shapes = f"{tuple(mask.shape)} does not broadcast to {tuple(scores.shape)}"
        raise ValueError(f"mask of shape {shapes}, (…, query, key)") from error
    weights = scores.masked_fill(blocked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(blocked, 0.0)


def _average(scores: Tensor, value: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    if value.shape[-2] != scores.shape[-1]:
        raise ValueError(f"value has {value.shape[-2]} positions, key has {scores.shape[-1]}")
    weights = masked_softmax(scores, mask)
    return weights @ value, weights
