"""The change that LoRA learns: two thin matrices whose product is added to a frozen one.

LowRank   W + s · B A, with B zero at first (Hu et al., 2022)
Magnitude DoRA: the same direction, and a length of its own for each row (Liu et al., 2024)
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.nf4 import NF4Linear


def lora_scale(rank: int, alpha: float) -> float:
    """α / r, by which Hu et al. (2022, section 4.1) multiply B A."""
    return alpha / rank


def rslora_scale(rank: int, alpha: float) -> float:
    """α / √r: the size of the change stays the same at every rank (Kalajdzievski, 2023)."""
    return alpha / math.sqrt(rank)


BaseLayer = nn.Linear | NF4Linear  # frozen


class LowRank(nn.Module):
    """ΔW = ``scale`` · B A, with B of ``rank`` columns and A of as many rows.

    A begins as torch's ``Linear`` does, uniform within ±1/√d_in, and B at zero, so that nothing
    changes before the first step. ``dropout`` acts on what A reads.
    """

    def __init__(self, base: BaseLayer, rank: int, scale: float, dropout: float = 0.0) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))
        self.scale, self.dropout = scale, nn.Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "*batch d_in"], y: Float[Tensor, "*batch d_out"], base: BaseLayer
    ) -> Float[Tensor, "*batch d_out"]:
        """``y``, which ``base`` made of ``x``, with the change added."""
        return y + self.added(x)

    def added(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """s · B A x, from right to left: B A itself, as large as W, is never made."""
        return F.linear(F.linear(self.dropout(x), self.a), self.scale * self.b)

    def delta(self) -> Float[Tensor, "d_out d_in"]:
        """ΔW."""
        return self.scale * self.b @ self.a

    def merged(self, weight: Float[Tensor, "d_out d_in"]) -> Float[Tensor, "d_out d_in"]:
        """The one matrix that does what ``weight`` and the change do together."""
        return weight + self.delta()


class Magnitude(LowRank):
    """DoRA: rows of W + ΔW with lengths that are learned apart from their directions.

    W′ = m ⊙ (W + ΔW) / ‖W + ΔW‖, with a length for each output. m begins at the lengths of W. The
    norm counts as a constant in the gradient (Liu et al., 2024, section 4.3).
    """

    def __init__(self, base: BaseLayer, rank: int, scale: float, dropout: float = 0.0) -> None:
        super().__init__(base, rank, scale, dropout)
        self.magnitude = nn.Parameter(base.weight.detach().norm(dim=1))

    def forward(
        self, x: Float[Tensor, "*batch d_in"], y: Float[Tensor, "*batch d_out"], base: BaseLayer
    ) -> Float[Tensor, "*batch d_out"]:
        """The output with rows of the learned lengths; the bias of ``base`` is not scaled."""
        plain = y if base.bias is None else y - base.bias
        scaled = self._factor(base.weight.detach()) * (plain + self.added(x))
        return scaled if base.bias is None else scaled + base.bias

    def merged(self, weight: Float[Tensor, "d_out d_in"]) -> Float[Tensor, "d_out d_in"]:
        """As for ``LowRank``."""
        return self._factor(weight)[:, None] * (weight + self.delta())

    def _factor(self, weight: Tensor) -> Tensor:
        return self.magnitude / (weight + self.delta().detach()).norm(dim=1)
