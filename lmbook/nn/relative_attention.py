"""Attention that knows how far a key is from a query, and never where either stands.

Source: Dai et al. (2019), section 3.3 (Transformer-XL), with the segments of Yang et al. (2019),
section 2.5 (XLNet).
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.nn.attention import check_heads
from lmbook.nn.masks import masked_softmax


def distance_vectors(
    n_queries: int, n_keys: int, d_model: int, device: torch.device | None = None
) -> Float[Tensor, "row d_model"]:
    """Sines, then cosines, of the distances n_keys, n_keys-1 … -(n_queries-1); one row each.

    A distance is the query's position minus the key's. The last query is the last key's, so
    that a query at the first position is up to n_queries-1 before a key. The first row is that
    of a query one position behind the last key. Raises ``ValueError`` for an odd ``d_model``.
    """
    if d_model % 2:
        raise ValueError(f"d_model={d_model} is odd: sines and cosines are half of it each")
    distances = torch.arange(n_keys, -n_queries, -1, device=device).float()
    frequencies = 1 / 10_000 ** (torch.arange(0, d_model, 2, device=device) / d_model)
    angles = distances[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


def shift_rows(
    scores: Float[Tensor, "*batch query row"], n_keys: int
) -> Float[Tensor, "*batch query key"]:
    """Scores by distance, in the order of ``distance_vectors``, become scores by key.

    Query i finds key j in column n_queries - i + j: one column further to the left in each row.
    In memory that is a row that is one number shorter. Cut off the first n_queries numbers, read
    on with the shorter rows, and every number stands at its key: a view, which moves nothing and
    takes no memory, where an index for every query and key would cost a copy of all scores,
    and its gradient a scattered sum.
    """
    n_queries, n_rows = scores.shape[-2:]
    if n_rows != n_queries + n_keys:
        raise ValueError(f"{n_rows} rows are not n_queries={n_queries} + n_keys={n_keys}")
    shorter = scores.flatten(-2)[..., n_queries:].unflatten(-1, (n_queries, n_rows - 1))
    return shorter[..., :n_keys]


def gather_rows(
    scores: Float[Tensor, "batch head query row"],
    positions: Int[Tensor, "batch query"],
    n_keys: int,
) -> Float[Tensor, "batch head query key"]:
    """As ``shift_rows``, for queries at any ``positions``, which differ from row to row.

    Positions are counted without the memory, whose keys come before the others.
    """
    n_tokens = scores.shape[-1] - n_keys
    columns = n_tokens - positions[..., None] + torch.arange(n_keys, device=scores.device)
    return scores.gather(-1, columns[:, None].expand(-1, scores.shape[1], -1, -1))


class Keys(NamedTuple):
    """What queries of either stream look at: keys and values by head, and a key a distance."""

    key: Float[Tensor, "batch head key d_head"]
    value: Float[Tensor, "batch head key d_head"]
    distance: Float[Tensor, "head row d_head"]


class RelativeAttention(nn.Module):
    """Attention whose score is ((q + u)·k + (q + v)·r + (q + w)·s) / √d_head.

    k is made from the key's content, r from its distance to the query; s tells by one of two
    vectors whether the key is of another segment. u, v and w, learned by each head, stand for a
    query whose content says nothing: keys and distances that count for every query. There are no
    other biases. ``dropout`` acts on the weights.

    Raises ``ValueError`` if the heads do not divide the width.
    """

    def __init__(self, d_model: int, n_heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        check_heads(d_model, n_heads, n_heads)
        self.n_heads, self.d_head, self.dropout = n_heads, d_model // n_heads, dropout
        self.query = nn.Linear(d_model, d_model, bias=False)
        self.key = nn.Linear(d_model, d_model, bias=False)
        self.value = nn.Linear(d_model, d_model, bias=False)
        self.distance = nn.Linear(d_model, d_model, bias=False)
        self.output = nn.Linear(d_model, d_model, bias=False)
        shape = (n_heads, self.d_head)
        self.content_bias = nn.Parameter(0.02 * torch.randn(shape))
        self.distance_bias = nn.Parameter(0.02 * torch.randn(shape))
        self.segment_bias = nn.Parameter(0.02 * torch.randn(shape))
        self.segments = nn.Parameter(0.02 * torch.randn(2, *shape))  # the same one, another one

    def keys(
        self,
        source: Float[Tensor, "batch key d_model"],
        distances: Float[Tensor, "row d_model"],
    ) -> Keys:
        """Keys, values and distances by head, made once for all queries that look at them."""
        distance = self.distance(distances).unflatten(-1, (self.n_heads, self.d_head))
        key, value = self._split(self.key(source)), self._split(self.value(source))
        return Keys(key, value, distance.transpose(0, 1))

    def forward(
        self,
        x: Float[Tensor, "batch query d_model"],
        keys: Keys,
        mask: Bool[Tensor, "#batch query key"] | None = None,
        positions: Int[Tensor, "batch query"] | None = None,
        differs: Bool[Tensor, "batch query key"] | None = None,
    ) -> Float[Tensor, "batch query d_model"]:
        """What each query gathers; one that may look nowhere gathers zeros.

        ``positions`` None: the queries are the last keys, one for one. ``differs`` is True where
        a key is of another segment than the query; None: all are of the same.
        """
        query, n_keys = self._split(self.query(x)), keys.key.shape[2]
        scores = self._biased(query, self.content_bias) @ keys.key.transpose(-1, -2)
        # one matrix of distances a head serves all rows of the batch
        by_row = self._biased(query, self.distance_bias)
        by_row = torch.einsum("bhqd,hrd->bhqr", by_row, keys.distance)
        if positions is None:
            scores = scores + shift_rows(by_row, n_keys)
        else:
            scores = scores + gather_rows(by_row, positions, n_keys)
        if differs is not None:
            by_segment = self._biased(query, self.segment_bias)
            same, other = torch.einsum("bhqd,shd->sbhq", by_segment, self.segments)[..., None]
            scores = scores + torch.where(differs[:, None], other, same)
        weights = masked_softmax(scores, None if mask is None else mask[:, None])
        context = F.dropout(weights, self.dropout, self.training) @ keys.value
        # [batch head query d_head] -> [batch query head·d_head]
        return self.output(context.transpose(1, 2).flatten(2))

    def _biased(self, query: Tensor, bias: Tensor) -> Tensor:
        """Divided by √d_head here, where there are fewer numbers than among the scores."""
        return (query + bias[:, None]) / math.sqrt(self.d_head)

    def _split(self, x: Tensor) -> Tensor:
        """[batch time head·d_head] -> [batch head time d_head]."""
        return x.unflatten(-1, (self.n_heads, self.d_head)).transpose(1, 2)
