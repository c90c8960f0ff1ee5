"""Scales between a layer and its input: nothing changes before rounding, less after it."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.compression.gptq import InputStatistics, output_error
from lmbook.compression.int8 import Int8Linear
from lmbook.compression.quantize import quantize
from lmbook.compression.smooth import awq, smooth, smoothing_scale
from lmbook.nn.norm import LayerNorm, RMSNorm


def outlying(n, width, seed=0):
    x = torch.randn(n, width, generator=torch.Generator().manual_seed(seed))
    x[:, 1] *= 60
    return x


def test_the_scale_by_hand():
    weight = torch.tensor([[0.5, -0.25], [-1.0, 0.125]])
    found = smoothing_scale(torch.tensor([4.0, 64.0]), weight)
    # √4 / √1 and √64 / √0.25
    assert_close(found, torch.tensor([2.0, 16.0]))
    assert_close(smoothing_scale(torch.tensor([4.0, 64.0]), weight, 1.0), torch.tensor([4.0, 64.0]))


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm])
def test_smoothing_changes_no_output(kind):
    torch.manual_seed(0)
    norm, linears = kind(6), [nn.Linear(6, 4), nn.Linear(6, 5, bias=False)]
    x = outlying(30, 6)
    before = [linear(norm(x)) for linear in linears]
    smooth(norm, linears, norm(x).abs().amax(0))
    assert_close([linear(norm(x)) for linear in linears], before, atol=1e-5, rtol=1e-5)


def test_with_an_outlying_column_bytes_lose_less_after_smoothing():
    torch.manual_seed(1)
    norm, linear = nn.LayerNorm(64), nn.Linear(64, 32)
    with torch.no_grad():
        norm.weight[1] = 60.0  # such a weight is what makes outliers after a norm
    x = torch.randn(200, 64)
    exact = linear(norm(x))
    rough = (Int8Linear(linear)(norm(x)) - exact).square().mean()
    smooth(norm, [linear], norm(x).abs().amax(0))
    smoothed = (Int8Linear(linear)(norm(x)) - exact).square().mean()
    assert smoothed < 0.2 * rough


def test_awq_protects_the_columns_with_large_inputs():
    x = outlying(300, 64, seed=2)
    statistics = InputStatistics(64)
    statistics.add(x)
    weight = torch.randn(16, 64, generator=torch.Generator().manual_seed(3))
    found = awq(weight, statistics.hessian, 3, 32)
    assert 0 < found.alpha < 1 and found.scale.argmax() == 1
    plain = output_error(weight, quantize(weight, 3, 32).dequantize(), statistics.hessian)
    assert output_error(weight, found.dequantize(), statistics.hessian) < 0.5 * plain


def test_what_has_no_scale_is_refused():
    weight = torch.ones(2, 3)
    with pytest.raises(ValueError, match="alpha=1.5 is not between 0.0 and 1.0"):
        smoothing_scale(torch.ones(3), weight, 1.5)
    with pytest.raises(ValueError, match="linears is empty"):
        smooth(nn.LayerNorm(3), [], torch.ones(3))
