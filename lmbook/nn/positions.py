"""Positions: attention alone sees a set, so something must tell it the order."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor


def sinusoidal_positions(
    n_positions: int, d_model: int, layout: str = "interleaved", base: float = 10_000.0
) -> Float[Tensor, "position d_model"]:
    """Sines and cosines of angles position / base^(2i/d_model), i = 0 … d_model/2 - 1.

    Vaswani et al. (2017, section 3.5) write sine and cosine in turn, "interleaved"; their code and
    Marian write all sines first, "halves". Raises ``ValueError`` for an odd width or another
    layout.
    """
    _check_even("d_model", d_model)
    if layout not in ("interleaved", "halves"):
        raise ValueError(f"layout={layout!r} is neither 'interleaved' nor 'halves'")
    angles = _angles(torch.arange(n_positions), d_model, base)
    pair = (angles.sin(), angles.cos())
    return torch.stack(pair, -1).flatten(1) if layout == "interleaved" else torch.cat(pair, -1)


def rotate_pairs(
    x: Float[Tensor, "*batch d_head"],
    cos: Float[Tensor, "*#batch half"],
    sin: Float[Tensor, "*#batch half"],
) -> Float[Tensor, "*batch d_head"]:
    """Turn the pairs of neighbours (x0, x1), (x2, x3), …: RoFormer, GPT-J, Meta's Llama code."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack([a * cos - b * sin, a * sin + b * cos], -1).flatten(-2)


def rotate_halves(
    x: Float[Tensor, "*batch d_head"],
    cos: Float[Tensor, "*#batch half"],
    sin: Float[Tensor, "*#batch half"],
) -> Float[Tensor, "*batch d_head"]:
    """Turn the pairs (x0, x_half), (x1, x_half+1), …: GPT-NeoX, and Llama in transformers."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Rotary(nn.Module):
    """Rotary positions: pair i of a query or key at position t is turned by t / base^(2i/d_head).

    The dot product of a turned query and a turned key depends on the distance of their positions
    alone. ``turn`` is ``rotate_halves`` or ``rotate_pairs``: weights trained with one do not fit
    the other. There is nothing to learn. Source: Su et al. (2021), section 3.2.
    """

    def __init__(
        self, d_head: int, base: float = 10_000.0, turn: Callable[..., Tensor] = rotate_halves
    ) -> None:
        super().__init__()
        _check_even("d_head", d_head)
        self.d_head, self.base, self.turn = d_head, base, turn

    def at(self, positions: Int[Tensor, "*batch time"]) -> Callable[[Tensor], Tensor]:
        """The function that turns queries or keys, ``[*batch head time d_head]``."""
        check_tensor("positions", positions, "int")
        angles = _angles(positions, self.d_head, self.base).unsqueeze(-3)  # one for all heads
        cos, sin = angles.cos(), angles.sin()
        return lambda x: self.turn(x, cos.to(x.dtype), sin.to(x.dtype))


def alibi_slopes(n_heads: int, device: torch.device | None = None) -> Float[Tensor, " head"]:
    """The penalties per token of distance: a geometric series that ends at 2^-8.

    Where ``n_heads`` is no power of two, the series of the next lower power comes first, then
    every other slope of the next higher one. Source: Press, Smith and Lewis (2022), section 3 and
    their code.
    """
    if n_heads < 1:
        raise ValueError(f"n_heads={n_heads} is below 1")
    n_power = 2 ** int(math.log2(n_heads))
    slopes = [2 ** (-8 * (i + 1) / n_power) for i in range(n_power)]
    between = [2 ** (-4 * (i + 1) / n_power) for i in range(0, 2 * n_power, 2)]
    return torch.tensor([*slopes, *between][:n_heads], device=device)


def alibi_bias(
    n_heads: int, n_queries: int, n_keys: int | None = None, device: torch.device | None = None
) -> Float[Tensor, "head query key"]:
    """What ALiBi adds to the scores: minus slope times distance, for a causal mask.

    The last query is the last key's; keys after a query get positive numbers, which the mask
    hides. Source: Press, Smith and Lewis (2022).
    """
    distances = _distances(n_queries, n_keys, device)
    return -alibi_slopes(n_heads, device)[:, None, None] * distances


def relative_buckets(
    n_queries: int,
    n_keys: int | None = None,
    n_buckets: int = 32,
    max_distance: int = 128,
    bidirectional: bool = True,
    device: torch.device | None = None,
) -> Int[Tensor, "query key"]:
    """T5's classes of distance: small ones exact, larger ones on a logarithmic scale.

    With ``bidirectional``, keys after the query get the upper half of the buckets; without, all
    of them count as distance 0. Source: Raffel et al. (2020), section 2.1 and their code.
    """
    distance = _distances(n_queries, n_keys, device)
    after = torch.zeros_like(distance)
    if bidirectional:
        n_buckets //= 2
        after = (distance < 0).long() * n_buckets
        distance = distance.abs()
    distance = distance.clamp(min=0)
    n_exact = n_buckets // 2
    ratio = torch.log(distance.clamp(min=1) / n_exact) / math.log(max_distance / n_exact)
    far = (n_exact + ratio * (n_buckets - n_exact)).long().clamp(max=n_buckets - 1)
    return after + torch.where(distance < n_exact, distance, far)


class RelativeBias(nn.Module):
    """A learned number a head and a bucket of distance, added to the scores (T5)."""

    def __init__(
        self,
        n_heads: int,
        n_buckets: int = 32,
        max_distance: int = 128,
        bidirectional: bool = True,
    ) -> None:
        super().__init__()
        if n_buckets < 4 or max_distance <= n_buckets:
            raise ValueError(f"n_buckets={n_buckets} is not from 4 to max_distance={max_distance}")
        self.weight = nn.Parameter(torch.zeros(n_buckets, n_heads))
        self.max_distance, self.bidirectional = max_distance, bidirectional

    def forward(self, n_queries: int, n_keys: int | None = None) -> Float[Tensor, "head query key"]:
        """The bias of every head, query and key; the last query is the last key's."""
        n_buckets = self.weight.shape[0]
        settings = (n_buckets, self.max_distance, self.bidirectional, self.weight.device)
        return self.weight[relative_buckets(n_queries, n_keys, *settings)].permute(2, 0, 1)


def _angles(
    positions: Int[Tensor, "*batch time"], width: int, base: float
) -> Float[Tensor, "*batch time half"]:
    powers = torch.arange(0, width, 2, device=positions.device, dtype=torch.float32) / width
    return positions[..., None].float() / base**powers


def _distances(
    n_queries: int, n_keys: int | None, device: torch.device | None = None
) -> Int[Tensor, "query key"]:
    """How far each key lies before each query."""
    n_keys = n_queries if n_keys is None else n_keys
    keys = torch.arange(n_keys, device=device)
    return keys[n_keys - n_queries :, None] - keys


def _check_even(name: str, width: int) -> None:
    if width < 2 or width % 2:
        raise ValueError(f"{name}={width} is not an even number above 0")
