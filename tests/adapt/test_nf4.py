"""Four bits a weight: the levels, the rounding, the bytes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from lmbook.adapt.nf4 import NF4Linear, nf4_levels, quantize_linears, quantize_nf4

# Dettmers et al. (2023), appendix E
PUBLISHED = [
    *(-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453),
    *(-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0),
    *(0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224),
    *(0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0),
]


def test_the_levels_are_the_published_ones():
    assert_close(nf4_levels(), torch.tensor(PUBLISHED), atol=1e-6, rtol=0)


def test_a_block_by_hand():
    stored = quantize_nf4(torch.tensor([2.0, -2.0, 0.0, 0.9]), block_size=4, double=False)
    # divided by 2: 1, −1, 0, 0.45; the nearest level to 0.45 is number 12, 0.4407
    assert stored.codes.tolist() == [15 << 4 | 0, 7 << 4 | 12]
    expected = torch.tensor([2.0, -2.0, 0.0, 2 * PUBLISHED[12]])
    assert_close(stored.dequantize(), expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.sampled_from((2, 16, 64)), st.integers(0, 99))
def test_each_weight_gets_the_nearest_level_of_its_block(n, block_size, seed):
    weight = torch.randn(n, generator=torch.Generator().manual_seed(seed))
    back = quantize_nf4(weight, block_size, double=False).dequantize()
    for start in range(0, n, block_size):
        block = weight[start : start + block_size]
        nearest = (block[:, None] - nf4_levels() * block.abs().max()).abs().min(dim=1).values
        assert_close((back[start : start + block_size] - block).abs(), nearest)


def test_double_quantisation_costs_little_and_saves_three_bits_of_eight():
    weight = torch.randn(512, 512, generator=torch.Generator().manual_seed(0))
    single, double = quantize_nf4(weight, double=False), quantize_nf4(weight)
    bits = [8 * stored.n_bytes / weight.numel() for stored in (single, double)]
    # 4 + 32/64, and 4 + 8/64 + 32/(64 · 256) and one mean
    assert bits[0] == 4.5 and bits[1] == pytest.approx(4.127, abs=1e-3)
    errors = [(stored.dequantize() - weight).square().mean() for stored in (single, double)]
    assert errors[0] < errors[1] * 1.001 and errors[1] < 1.05 * errors[0]


def test_zeros_and_constant_blocks_survive():
    for weight in (torch.zeros(70), torch.full((70,), 0.3)):
        assert_close(quantize_nf4(weight, double=True).dequantize(), weight)


def test_a_layer_multiplies_by_the_rounded_weight_and_passes_the_gradient_on():
    torch.manual_seed(0)
    plain = nn.Linear(70, 5)
    layer = NF4Linear(plain)
    x = torch.randn(3, 70, requires_grad=True)
    reference = layer.linear()
    assert_close(layer(x), reference(x))
    assert 0 < (layer.weight - plain.weight).abs().max() < 0.2 * plain.weight.abs().max()
    (ours,) = torch.autograd.grad(layer(x).square().sum(), x)
    (theirs,) = torch.autograd.grad(reference(x).square().sum(), x)
    assert_close(ours, theirs)
    assert not [p for p in layer.parameters() if p.requires_grad]


def test_a_layer_moves_with_its_model():
    layer = nn.Sequential(NF4Linear(nn.Linear(8, 2)))
    assert layer.to("meta")[0].stored.codes.device.type == "meta"


def test_what_cannot_be_stored_is_named(masked):
    for weight, block, said in (
        (torch.ones(4), 3, "block_size=3 is odd"),
        (torch.ones(4), 0, "block_size=0 is below 2"),
        (torch.tensor([1.0, float("nan")]), 64, "empty or not finite"),
        (torch.ones(0), 64, r"shape \(0,\) is empty"),
    ):
        with pytest.raises(ValueError, match=said):
            quantize_nf4(weight, block)
    with pytest.raises(ValueError, match="targets: 'gate' names no layer of this Bert"):
        quantize_linears(masked.encoder, ("gate",))
