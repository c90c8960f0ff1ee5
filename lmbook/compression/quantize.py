"""Weights in few bits: whole numbers on a grid, and a scale for a tensor, a row or a group.

A real number x is stored as the whole number q = round(x / s) + z and read as s · (q − z). The
scale s says how far apart two levels are, the zero point z which level is exactly 0. Sources:
Jacob et al. (2018), section 2.1; Gholami et al. (2021), section III.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int8, Integer, UInt8
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_whole

Group = int | Literal["row", "tensor"]
"""Which weights share a scale, so many neighbours in a row, a whole row, or all entries."""

MOST_BITS = 8
_SCALE_BYTES = 4  # scales are float32
_WIDTHS = torch.linspace(1, 0.4, 25).tolist()  # shares of the full width that a search tries
_TINY = torch.finfo(torch.float32).tiny  # a group of zeros has scale 0


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The levels of each group of a matrix: ``scale`` · (q − ``zero``) for whole numbers q.

    ``group_size`` neighbours in a row share a scale; the last group of a row may be shorter. One
    row of scales serves all rows where there is one for the whole matrix.
    Signed levels are −L … L with L = 2^(bits−1) − 1 and zero point 0; others 0 … 2^bits − 1.
    """

    scale: Float[Tensor, "row group"]
    zero: Integer[Tensor, "row group"]
    bits: int
    group_size: int
    signed: bool

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the greatest level."""
        return limits(self.bits, self.signed)

    def encode(self, weight: Float[Tensor, "row column"], start: int = 0) -> Tensor:
        """The nearest level of each entry; ``weight`` holds the columns from ``start`` on."""
        scale, zero = self._spread(weight, start)
        codes = ((weight / scale.clamp_min(_TINY)).round() + zero).clamp(*self.limits)
        return codes.to(torch.int8 if self.signed else torch.uint8)

    def decode(self, codes: Integer[Tensor, "row column"], start: int = 0) -> Float[Tensor, "..."]:
        """The values that the levels stand for, in float32."""
        scale, zero = self._spread(codes, start)
        return scale * (codes.float() - zero)

    def round(self, weight: Float[Tensor, "row column"], start: int = 0) -> Float[Tensor, "..."]:
        """``weight`` as the grid can hold it."""
        return self.decode(self.encode(weight, start), start)

    def _spread(self, like: Tensor, start: int) -> tuple[Tensor, Tensor]:
        groups = torch.arange(start, start + like.shape[1], device=like.device) // self.group_size
        return self.scale[:, groups], self.zero[:, groups].float()


@dataclass(frozen=True, kw_only=True)
class Quantized:
    """A matrix as ``codes``, one a weight, on a ``grid``."""

    codes: Int8[Tensor, "row column"] | UInt8[Tensor, "row column"]
    grid: Grid

    def dequantize(self) -> Float[Tensor, "row column"]:
        """The weights as they act, in float32."""
        return self.grid.decode(self.codes)

    @property
    def n_bytes(self) -> float:
        """Bytes on disk, of ``bits`` a weight, float32 scales, and zero points of ``bits`` each."""
        n_scales = self.grid.scale.numel()
        zeros = 0 if self.grid.signed else n_scales * self.grid.bits / 8
        return self.codes.numel() * self.grid.bits / 8 + _SCALE_BYTES * n_scales + zeros


def limits(bits: int, signed: bool = True) -> tuple[int, int]:
    """The least and the greatest level. Raises ``ValueError`` unless ``bits`` is 2 to 8."""
    check_whole("bits", bits, 2)
    if bits > MOST_BITS:
        raise ValueError(f"bits={bits} is above {MOST_BITS}: a code is one byte at most")
    return (1 - 2 ** (bits - 1), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def fit_grid(
    weight: Float[Tensor, "row column"],
    bits: int = 8,
    group: Group = "row",
    *,
    signed: bool = True,
    search: bool = False,
) -> Grid:
    """The grid of ``weight``; its outermost levels are the largest entries of each group.

    Signed, the largest absolute value is the level L (absmax). Otherwise the levels span the
    group's least to its greatest entry, 0 included. ``search`` also tries narrower grids, which
    clip the largest entries, and keeps for each group the one with the least squared error.

    Raises ``ValueError`` for a matrix that is empty or not finite, and for ``bits`` or a
    ``group`` out of range.
    """
    check_matrix("weight", weight)
    bounds = limits(bits, signed)
    size = _group_size(group, weight.shape[1])
    flat = weight.detach().float()
    blocks = flat.reshape(1, 1, -1) if group == "tensor" else _in_groups(flat, size)
    scale, zero = _span(blocks, bounds, signed)
    if search:
        scale, zero = _best(blocks, bounds, signed)
    return Grid(scale=scale, zero=zero.int(), bits=bits, group_size=size, signed=signed)


def quantize(
    weight: Float[Tensor, "row column"],
    bits: int = 8,
    group: Group = "row",
    *,
    signed: bool = True,
    search: bool = False,
) -> Quantized:
    """Round each entry to the nearest level of the grid of ``fit_grid``, whose errors it has."""
    grid = fit_grid(weight, bits, group, signed=signed, search=search)
    return Quantized(codes=grid.encode(weight.detach().float()), grid=grid)


def fake_quantize(weight: Float[Tensor, "row column"], grid: Grid) -> Float[Tensor, "row column"]:
    """``weight`` on its grid going forward, and ``weight`` itself going backward.

    Rounding is flat almost everywhere, so its gradient is zero; the straight-through estimator
    (Bengio et al., 2013) takes 1 instead. Quantisation-aware training computes with this.
    """
    return weight + (grid.round(weight) - weight).detach()


def check_matrix(name: str, matrix: Tensor) -> None:
    """Raise ``ValueError`` for what is no matrix, an empty one, and entries not finite."""
    check_tensor(name, matrix, "float", 2)
    if not matrix.numel() or not matrix.isfinite().all():
        raise ValueError(f"{name} of shape {tuple(matrix.shape)} is empty or not finite")


def _group_size(group: Group, n_columns: int) -> int:
    if group in ("row", "tensor"):
        return n_columns
    if isinstance(group, str):
        raise ValueError(f"group={group!r} is neither 'row', 'tensor' nor a whole number")
    check_whole("group", group, 1)
    return min(group, n_columns)


def _in_groups(weight: Tensor, size: int) -> Tensor:
    """[row column] → [row group size], with zeros at the end, which widen no grid."""
    return F.pad(weight, (0, -weight.shape[1] % size)).unflatten(1, (-1, size))


def _span(
    blocks: Tensor, bounds: tuple[int, int], signed: bool, width: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Scale and zero point of each block whose levels span ``width`` of its entries."""
    low, high = bounds
    bottom, top = blocks.amin(-1).clamp(max=0), blocks.amax(-1).clamp(min=0)
    if signed:
        scale = width * torch.maximum(-bottom, top) / high
        return scale, torch.zeros_like(scale)
    scale = width * (top - bottom) / (high - low)
    return scale, (low - width * bottom / scale.clamp_min(_TINY)).round()


def _best(blocks: Tensor, bounds: tuple[int, int], signed: bool) -> tuple[Tensor, Tensor]:
    """The narrower or the full grid, whichever has the least squared error, block by block."""
    tried = [_span(blocks, bounds, signed, width) for width in _WIDTHS]
    errors = []
    for scale, zero in tried:
        codes = (blocks / scale.clamp_min(_TINY)[..., None]).round() + zero[..., None]
        rounded = scale[..., None] * (codes.clamp(*bounds) - zero[..., None])
        errors.append((rounded - blocks).square().sum(-1))
    chosen = torch.stack(errors).argmin(0)[None]  # the widest of equals, which stands first
    scales, zeros = (torch.stack(parts) for parts in zip(*tried, strict=True))
    return scales.gather(0, chosen)[0], zeros.gather(0, chosen)[0]
