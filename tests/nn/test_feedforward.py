"""Feed-forward layers and their activations: by hand, and equal to torch's."""

import math

import pytest
import torch
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.nn.feedforward import ACTIVATIONS, FeedForward, SwiGLU, gelu, gelu_tanh


def test_gelu_by_hand():
    # Φ(1) = 0.841345
    assert_close(gelu(torch.tensor([0.0, 1.0, -1.0])), torch.tensor([0.0, 0.841345, -0.158655]))


def test_the_written_activations_are_torchs():
    x = torch.linspace(-6, 6, 1001)
    assert_close(gelu(x), ACTIVATIONS["gelu"](x), atol=1e-6, rtol=1e-5)
    assert_close(gelu_tanh(x), ACTIVATIONS["gelu_tanh"](x), atol=1e-6, rtol=1e-5)
    # the approximation is near, and not the same
    assert 1e-4 < (gelu(x) - gelu_tanh(x)).abs().max() < 1e-3


def test_feedforward_by_hand():
    layer = FeedForward(1, 2, ACTIVATIONS["relu"])
    with torch.no_grad():
        layer.up.weight.copy_(torch.tensor([[2.0], [-1.0]]))
        layer.up.bias.copy_(torch.tensor([1.0, 0.0]))
        layer.down.weight.copy_(torch.tensor([[1.0, 10.0]]))
        layer.down.bias.fill_(0.5)
    # x = 3: relu(7, -3) = (7, 0), 7 + 0.5
    assert_close(layer(torch.tensor([[3.0]])), torch.tensor([[7.5]]))


def test_swiglu_by_hand():
    layer = SwiGLU(1, 1)
    with torch.no_grad():
        for linear, weight in ((layer.gate, 1.0), (layer.up, 2.0), (layer.down, 3.0)):
            linear.weight.fill_(weight)
    silu = 1.0 / (1 + math.exp(-1.0))  # x · σ(x) at x = 1
    assert_close(layer(torch.tensor([[1.0]])), torch.tensor([[silu * 2 * 3]]))


def test_every_position_is_treated_alone():
    torch.manual_seed(0)
    for layer in (FeedForward(4, 8, F.gelu), SwiGLU(4, 8)):
        x = torch.randn(2, 3, 4)
        assert_close(layer(x)[:, 1], layer(x[:, 1]))


@pytest.mark.parametrize("make", [FeedForward, SwiGLU])
def test_sizes_are_checked(make):
    with pytest.raises(ValueError, match="d_ff=0 is below 1"):
        make(4, 0)
