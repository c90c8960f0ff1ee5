"""Scales between a layer and its input: outliers made smaller, important columns made larger.

(X diag(s)⁻¹)(diag(s) Wᵀ) = X Wᵀ for any s above 0, one number a column. SmoothQuant (Xiao et al.,
2023) moves the outliers of X into W, so that both can be rounded; AWQ (Lin et al., 2024) enlarges
the columns of W that meet large inputs, so that their rounding weighs less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmbook.arguments import check_number, check_tensor
from lmbook.compression.gptq import output_error
from lmbook.compression.quantize import Group, Quantized, check_matrix, quantize

_LEAST = 1e-5  # of a column's largest entry: a column of zeros needs no scale
_ALPHAS = [i / 20 for i in range(20)]  # the powers that AWQ tries


def smoothing_scale(
    largest: Float[Tensor, " column"], weight: Float[Tensor, "row column"], alpha: float = 0.5
) -> Float[Tensor, " column"]:
    """SmoothQuant's s = (max of x)^α / (max of w)^(1−α), in absolute values, column by column.

    The inputs are divided by s. ``largest`` is the largest absolute input of each column. At
    ``alpha`` 1 all difficulty goes into the weights. Raises ``ValueError`` for an ``alpha``
    outside 0 … 1 or unlike sizes.
    """
    check_matrix("weight", weight)
    _check_columns("largest", largest, weight)
    check_number("alpha", alpha, 0.0, 1.0)
    of_weight = weight.detach().abs().amax(0).clamp_min(_LEAST)
    return largest.clamp_min(_LEAST) ** alpha / of_weight ** (1 - alpha)


@torch.no_grad()
def smooth(
    norm: nn.Module,
    linears: Sequence[nn.Linear],
    largest: Float[Tensor, " column"],
    alpha: float = 0.5,
) -> Float[Tensor, " column"]:
    """Divide what ``norm`` puts out and multiply the weights that read it, in place; the scale.

    Nothing but ``linears`` may read ``norm``, as in pre-norm models. Their outputs stay as they
    were. Raises ``ValueError`` for no layer, and as ``smoothing_scale``.
    """
    if not linears:
        raise ValueError("linears is empty: nothing reads the norm")
    scale = smoothing_scale(largest, torch.cat([linear.weight for linear in linears]), alpha)
    for parameter in norm.parameters():  # weight, and bias where there is one
        parameter /= scale
    for linear in linears:
        linear.weight *= scale
    return scale


@dataclass(frozen=True, kw_only=True)
class ScaledColumns:
    """A rounded matrix whose columns are divided by ``scale`` when it is read."""

    stored: Quantized
    scale: Float[Tensor, " column"]
    alpha: float

    def dequantize(self) -> Float[Tensor, "row column"]:
        """The weights as they act, in float32."""
        return self.stored.dequantize() / self.scale


def awq(
    weight: Float[Tensor, "row column"],
    hessian: Float[Tensor, "column column"],
    bits: int = 4,
    group: Group = 64,
    *,
    signed: bool = True,
) -> ScaledColumns:
    """Round ``weight`` · diag(s) with s = (root mean square of the inputs)^α, α the best of 20.

    The best has the least ``output_error``; α = 0 is plain rounding. The paper takes the mean of
    absolute inputs and measures on stored ones; ``hessian`` (of ``lmbook.compression.gptq``) has
    both its size and its error. Computed on the CPU, as ``gptq``. Raises ``ValueError`` as
    ``quantize`` and for another size.
    """
    check_matrix("weight", weight)
    check_matrix("hessian", hessian)
    weight, hessian = weight.detach().cpu(), hessian.cpu()
    size = (hessian.diagonal() / 2).sqrt().float().clamp_min(_LEAST)
    _check_columns("hessian", size, weight)
    best, least = None, float("inf")
    for alpha in _ALPHAS:
        scale = size**alpha
        scale = scale / (scale.max() * scale.min()).sqrt()
        stored = quantize(weight * scale, bits, group, signed=signed)
        tried = ScaledColumns(stored=stored, scale=scale, alpha=alpha)
        error = output_error(weight, tried.dequantize(), hessian)
        if best is None or error < least:
            best, least = tried, error
    assert best is not None
    return best


def _check_columns(name: str, values: Tensor, weight: Tensor) -> None:
    check_tensor(name, values, "float", 1)
    if len(values) != weight.shape[1]:
        raise ValueError(f"{name} has {len(values)} columns, the weight {weight.shape[1]}")
