"""The layer that works on every position for itself: widen, bend, narrow."""

import math
from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

Activation = Callable[[Tensor], Tensor]


def gelu(x: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """x · Φ(x), with Φ the normal distribution function (Hendrycks and Gimpel, 2016); BERT's."""
    return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))


def gelu_tanh(x: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """The paper's approximation of ``gelu`` by a hyperbolic tangent; GPT-2's."""
    return x * 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


ACTIVATIONS: dict[str, Activation] = {
    "gelu": F.gelu,
    "gelu_tanh": partial(F.gelu, approximate="tanh"),
    "relu": F.relu,
    "silu": F.silu,
}
"""Torch's kernels by the names that configurations use; one pass over memory each."""


class FeedForward(nn.Module):
    """``down(activation(up(x)))``, with ``d_ff`` numbers in between (Vaswani et al., 2017, 3.3)."""

    def __init__(
        self, d_model: int, d_ff: int, activation: Activation = F.gelu, bias: bool = True
    ) -> None:
        super().__init__()
        _check(d_model, d_ff)
        self.up = nn.Linear(d_model, d_ff, bias)
        self.down = nn.Linear(d_ff, d_model, bias)
        self.activation = activation

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """The same function at every position."""
        return self.down(self.activation(self.up(x)))


class SwiGLU(nn.Module):
    """``down(silu(gate(x)) · up(x))``: one half decides how much of the other passes.

    Source: Shazeer (2020). Three matrices instead of two: d_ff = 8/3 · d_model keeps the size.
    """

    def __init__(self, d_model: int, d_ff: int, bias: bool = False) -> None:
        super().__init__()
        _check(d_model, d_ff)
        self.gate = nn.Linear(d_model, d_ff, bias)
        self.up = nn.Linear(d_model, d_ff, bias)
        self.down = nn.Linear(d_ff, d_model, bias)

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """The same function at every position."""
        return self.down(F.silu(self.gate(x)) * self.up(x))


def _check(d_model: int, d_ff: int) -> None:
    for name, size in (("d_model", d_model), ("d_ff", d_ff)):
        if size < 1:
            raise ValueError(f"{name}={size} is below 1")
