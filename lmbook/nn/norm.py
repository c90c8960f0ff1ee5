"""Normalisation of a vector's length: every position for itself, over its ``d_model`` numbers."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def layer_norm(
    x: Float[Tensor, "*batch d_model"],
    weight: Float[Tensor, " d_model"],
    bias: Float[Tensor, " d_model"],
    eps: float = 1e-5,
) -> Float[Tensor, "*batch d_model"]:
    """Mean 0 and variance 1 over the last axis, then a learned scale and shift.

    The variance is the biased one, divided by d_model. ``eps`` keeps a constant vector from 0/0.
    Source: Ba, Kiros and Hinton (2016).
    """
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.square().mean(-1, keepdim=True)
    return centred * torch.rsqrt(variance + eps) * weight + bias


def rms_norm(
    x: Float[Tensor, "*batch d_model"], weight: Float[Tensor, " d_model"], eps: float = 1e-6
) -> Float[Tensor, "*batch d_model"]:
    """Root mean square 1 over the last axis, then a learned scale: no mean is taken off.

    Source: Zhang and Sennrich (2019).
    """
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps) * weight


class LayerNorm(nn.Module):
    """``layer_norm`` with its weight (ones at first) and bias (zeros), by torch's kernel."""

    def __init__(self, d_model: int, eps: float = 1e-5) -> None:
        super().__init__()
        _check(d_model, eps)
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        self.eps = eps

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """Normalise the last axis."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class RMSNorm(nn.Module):
    """``rms_norm`` with its weight (ones at first), by torch's kernel."""

    def __init__(self, d_model: int, eps: float = 1e-6) -> None:
        super().__init__()
        _check(d_model, eps)
        self.weight = nn.Parameter(torch.ones(d_model))
        self.eps = eps

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """Normalise the last axis."""
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)


def _check(d_model: int, eps: float) -> None:
    if d_model < 1:
        raise ValueError(f"d_model={d_model} is below 1")
    if eps < 0:
        raise ValueError(f"eps={eps} is below 0")
