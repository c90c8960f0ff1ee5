"""NF4: four bits a weight, at the quantiles of a normal distribution.

A block of weights is divided by its largest absolute value, and each quotient becomes the number
of the nearest of 16 levels. With double quantisation those largest values are stored in 8 bits
themselves. Source: Dettmers et al. (2023), QLoRA, section 3; their 8 bits are floats, ours whole
numbers.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, UInt8
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.targets import find_layers, replace_layer
from lmbook.arguments import check_tensor, check_whole

BLOCK_SIZE, SCALES_BLOCK = 64, 256  # weights that share a scale; scales that share theirs


def nf4_levels() -> Float[Tensor, "16"]:
    """The 16 levels, from −1 to 1, in float32.

    Seven are quantiles of the normal distribution below zero, eight above it, and zero is exact.
    The outermost probability is the mean of 1 − 1/30 and 1 − 1/32: no quantile is infinite.
    """
    outer = ((1 - 1 / 30) + (1 - 1 / 32)) / 2
    above, below = (
        torch.special.ndtri(torch.linspace(0.5, outer, n, dtype=torch.float64)[1:]) for n in (9, 8)
    )
    levels = torch.cat([-below.flip(0), torch.zeros(1, dtype=torch.float64), above])
    return (levels / levels.max()).float()


@dataclass(frozen=True, kw_only=True)
class DoubleScales:
    """Scales in 8 bits: ``mean`` + ``codes`` / 127 times the largest deviation of their block."""

    codes: Tensor  # int8
    mean: Tensor
    largest: Tensor

    def values(self) -> Float[Tensor, " block"]:
        """The scales, as far as 8 bits hold them."""
        blocks = _in_blocks(self.codes.float(), SCALES_BLOCK)
        return self.mean + (blocks * self.largest[:, None] / 127).flatten()[: len(self.codes)]


@dataclass(frozen=True, kw_only=True)
class NF4Tensor:
    """``codes`` hold two weights a byte, ``scales`` the largest absolute value of each block."""

    codes: UInt8[Tensor, " byte"]
    scales: Float[Tensor, " block"] | DoubleScales
    shape: torch.Size
    block_size: int

    def dequantize(self) -> Float[Tensor, "..."]:
        """The weights as the levels give them, in float32."""
        both = torch.stack([self.codes >> 4, self.codes & 15], dim=1).flatten()
        levels = nf4_levels().to(both.device)[both.int()]
        scales = self.scales.values() if isinstance(self.scales, DoubleScales) else self.scales
        weights = _in_blocks(levels, self.block_size) * scales[:, None]
        return weights.flatten()[: self.shape.numel()].view(self.shape)

    @property
    def n_bytes(self) -> int:
        """All that is stored, the scales included."""
        scales = self.scales
        parts = [scales] if isinstance(scales, Tensor) else [*vars(scales).values()]
        return sum(part.nbytes for part in (self.codes, *parts))


def quantize_nf4(
    weight: Float[Tensor, "..."], block_size: int = BLOCK_SIZE, double: bool = True
) -> NF4Tensor:
    """Round ``weight`` to four bits; ``double`` stores the scales in 8 bits.

    Raises ``ValueError`` for an odd or too small block, no weight, and one that is not finite.
    """
    check_tensor("weight", weight, "float")
    check_whole("block_size", block_size, 2)
    if block_size % 2:
        raise ValueError(f"block_size={block_size} is odd: two weights share a byte")
    if not weight.numel() or not weight.isfinite().all():
        raise ValueError(f"weight of shape {tuple(weight.shape)} is empty or not finite")
    blocks = _in_blocks(weight.detach().float().flatten(), block_size)
    scales = blocks.abs().amax(dim=1)
    stored = _double(scales) if double else scales
    used = stored.values() if isinstance(stored, DoubleScales) else stored
    # a scale that 8 bits round to nothing would divide by zero
    shares = blocks / used.clamp_min(torch.finfo(torch.float32).tiny)[:, None]
    levels = nf4_levels().to(weight.device)
    nearest = torch.bucketize(shares.flatten(), (levels[1:] + levels[:-1]) / 2).to(torch.uint8)
    codes = nearest[::2] << 4 | nearest[1::2]
    return NF4Tensor(codes=codes, scales=stored, shape=weight.shape, block_size=block_size)


class NF4Linear(nn.Module):
    """A linear layer that keeps its weight in NF4 and cannot learn it.

    The weight is made anew for each forward and each backward pass, so no float32 copy is kept.
    """

    def __init__(self, linear: nn.Linear, double: bool = True) -> None:
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        stored = quantize_nf4(linear.weight, double=double)
        self.shape, self.block_size = stored.shape, stored.block_size
        scales = stored.scales
        parts = {"scales": scales} if isinstance(scales, Tensor) else vars(scales)
        self.scale_parts = tuple(parts)
        self.register_buffer("packed", stored.codes)
        for name, part in parts.items():
            self.register_buffer(name, part)
        bias = linear.bias
        self.bias = None if bias is None else nn.Parameter(bias.detach().clone(), False)

    @property
    def stored(self) -> NF4Tensor:
        """The four-bit weight. Its parts are buffers, which move with the model."""
        parts = {name: self.get_buffer(name) for name in self.scale_parts}
        scales = parts["scales"] if "scales" in parts else DoubleScales(**parts)
        codes, size = self.get_buffer("packed"), self.block_size
        return NF4Tensor(codes=codes, scales=scales, shape=self.shape, block_size=size)

    @property
    def weight(self) -> Float[Tensor, "d_out d_in"]:
        """The weight as it acts, in float32."""
        return self.stored.dequantize()

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """As ``nn.Linear``."""
        y = _Multiply.apply(x, self.stored)
        return y if self.bias is None else y + self.bias

    def linear(self) -> nn.Linear:
        """A plain layer with the rounded weight."""
        layer = nn.Linear(self.in_features, self.out_features, self.bias is not None)
        with torch.no_grad():
            layer.weight.copy_(self.weight)
            if self.bias is not None:
                layer.bias.copy_(self.bias)
        return layer


class _Multiply(torch.autograd.Function):
    """x Wᵀ, remembering the four-bit W where autograd would keep the float32 one."""

    @staticmethod
    def forward(ctx, x: Tensor, stored: NF4Tensor) -> Tensor:
        ctx.stored = stored
        return F.linear(x, stored.dequantize())

    @staticmethod
    def backward(ctx, grad: Tensor) -> tuple[Tensor, None]:  # pyright: ignore
        return grad @ ctx.stored.dequantize(), None


def quantize_linears(model: nn.Module, targets: tuple[str, ...], double: bool = True) -> None:
    """Store the weights of the named layers in NF4, in place.

    Raises ``ValueError`` for a target that the model does not have.
    """
    for path, layer in find_layers(model, targets, nn.Linear).items():
        replace_layer(model, path, NF4Linear(layer, double))  # pyright: ignore


def _double(scales: Tensor) -> DoubleScales:
    mean = scales.mean()
    blocks = _in_blocks(scales - mean, SCALES_BLOCK)
    largest = blocks.abs().amax(dim=1)
    shares = blocks / largest.clamp_min(torch.finfo(torch.float32).tiny)[:, None]
    codes = (127 * shares).round().to(torch.int8).flatten()[: len(scales)]
    return DoubleScales(codes=codes, mean=mean, largest=largest)


def _in_blocks(values: Tensor, size: int) -> Tensor:
    """[n] → [block size], with zeros at the end."""
    return F.pad(values, (0, -len(values) % size)).view(-1, size)
