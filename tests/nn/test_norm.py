"""LayerNorm and RMSNorm: by hand, and equal to torch's."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.nn.norm import LayerNorm, RMSNorm, layer_norm, rms_norm

ONES, ZEROS = torch.ones(2), torch.zeros(2)


def test_layer_norm_by_hand():
    # mean 3, biased variance ((1−3)² + (5−3)²)/2 = 4: (1−3)/2 = −1 and (5−3)/2 = 1
    found = layer_norm(torch.tensor([1.0, 5.0]), ONES, ZEROS, eps=0.0)
    assert_close(found, torch.tensor([-1.0, 1.0]))


def test_rms_norm_by_hand():
    # mean square (1 + 49)/2 = 25
    found = rms_norm(torch.tensor([1.0, 7.0]), ONES, eps=0.0)
    assert_close(found, torch.tensor([0.2, 1.4]))


@pytest.mark.parametrize("shape", [(6,), (2, 3, 6)])
@pytest.mark.parametrize(
    ("make", "torchs", "written"),
    [(LayerNorm, nn.LayerNorm, layer_norm), (RMSNorm, nn.RMSNorm, rms_norm)],
)
def test_modules_and_formulas_are_torchs(shape, make, torchs, written):
    torch.manual_seed(0)
    ours, theirs = make(6, eps=1e-3), torchs(6, eps=1e-3)
    for parameter in ours.parameters():
        nn.init.normal_(parameter)
    theirs.load_state_dict(ours.state_dict())
    x = 3 * torch.randn(shape) + 1
    factors = torch.randn(shape)
    grads = []
    for function in (ours, theirs, lambda x: written(x, *ours.parameters(), eps=1e-3)):
        leaf = x.clone().requires_grad_()
        result = function(leaf)
        assert_close(result, theirs(x), atol=1e-5, rtol=1e-5)
        (result * factors).sum().backward()
        grads.append(leaf.grad)
    assert_close(grads[0], grads[1], atol=1e-5, rtol=1e-5)
    assert_close(grads[2], grads[1], atol=1e-5, rtol=1e-5)


def test_layer_norm_forgets_scale_and_shift_of_its_input():
    norm, x = LayerNorm(8), torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    assert_close(norm(100 * x + 7), norm(100 * x), atol=1e-4, rtol=1e-4)
    assert_close(norm(x).square().mean(-1), torch.ones(3), atol=1e-4, rtol=1e-4)


def test_a_constant_vector_is_no_division_by_zero():
    assert not LayerNorm(4)(torch.full((4,), 3.0)).any()
    assert_close(RMSNorm(4, eps=1e-6)(torch.zeros(4)), torch.zeros(4))


def test_sizes_are_checked():
    with pytest.raises(ValueError, match="d_model=0 is below 1"):
        LayerNorm(0)
    with pytest.raises(ValueError, match="eps=-1.0 is below 0"):
        RMSNorm(4, eps=-1.0)
    assert math.isclose(RMSNorm(4).eps, 1e-6)
