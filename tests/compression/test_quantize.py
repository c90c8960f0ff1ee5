"""Whole numbers on a grid: by hand, against torch's own rounding, and what is refused."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.compression.quantize import fake_quantize, fit_grid, limits, quantize


def drawn(rows, columns, seed=0):
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed))


def test_a_row_in_four_bits_by_hand():
    stored = quantize(torch.tensor([[0.7, -1.4, 0.31, 0.0]]), bits=4)
    # scale 1.4 / 7 = 0.2: 3.5 goes to the even 4, −7, 1.55 to 2
    assert stored.codes.tolist() == [[4, -7, 2, 0]]
    assert_close(stored.dequantize(), torch.tensor([[0.8, -1.4, 0.4, 0.0]]))


def test_a_zero_point_by_hand():
    stored = quantize(torch.tensor([[-0.5, 0.0, 1.0]]), bits=2, signed=False)
    # levels 0 … 3, scale 1.5 / 3 = 0.5, and −0.5 is level 0: zero point 1
    assert stored.grid.zero.tolist() == [[1]] and stored.codes.tolist() == [[0, 1, 3]]
    assert_close(stored.dequantize(), torch.tensor([[-0.5, 0.0, 1.0]]))


def test_one_outlier_spoils_its_group_only():
    weight = torch.full((1, 8), 0.1)
    weight[0, 7] = 10.0
    by_row, by_group = (quantize(weight, 4, group).dequantize() for group in ("row", 4))
    assert by_row[0, :7].eq(0).all()  # 0.1 is less than half of 10 / 7
    assert_close(by_group[0, :4], weight[0, :4])


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5), st.integers(1, 40), st.integers(2, 8), st.booleans(), st.integers(0, 99),
    st.sampled_from(["row", "tensor", 1, 7, 64]),
)  # fmt: skip
def test_no_entry_is_off_by_more_than_half_a_step(rows, columns, bits, signed, seed, group):
    weight = drawn(rows, columns, seed)
    stored = quantize(weight, bits, group, signed=signed)
    step = stored.grid.scale.repeat_interleave(stored.grid.group_size, 1)[:, :columns]
    # a zero point is rounded too, which may clip an outermost entry by half a step more
    most = (0.5 if signed else 1.0) * step + 1e-5
    assert bool(((stored.dequantize() - weight).abs() <= most).all())
    low, high = limits(bits, signed)
    assert low <= int(stored.codes.min()) and int(stored.codes.max()) <= high


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("signed", [True, False])
def test_the_rounding_is_torchs(bits, signed):
    weight = drawn(6, 50)
    grid = fit_grid(weight, bits, signed=signed)
    theirs = torch.fake_quantize_per_channel_affine(
        weight, grid.scale[:, 0], grid.zero[:, 0], 0, *grid.limits
    )
    assert_close(grid.round(weight), theirs, atol=1e-6, rtol=0)


def test_a_search_lowers_the_error_of_every_group():
    weight = drawn(8, 128)
    wide, best = (quantize(weight, 3, 32, search=search) for search in (False, True))
    errors = [
        (one.dequantize() - weight).square().unflatten(1, (-1, 32)).sum(-1) for one in (wide, best)
    ]
    assert bool((errors[1] <= errors[0]).all()) and errors[1].sum() < 0.95 * errors[0].sum()


def test_bytes_count_codes_scales_and_zero_points():
    weight = drawn(10, 128)
    # 1,280 codes of half a byte, 20 scales of 4 bytes, 20 zero points of half a byte
    assert quantize(weight, 4, 64).n_bytes == 640 + 80
    assert quantize(weight, 4, 64, signed=False).n_bytes == 640 + 80 + 10
    assert quantize(weight, 8, "row").n_bytes == 1280 + 40
    # one scale is stored once, however many rows read it
    assert quantize(weight, 8, "tensor").n_bytes == 1280 + 4


def test_zeros_survive_every_grid():
    for signed in (True, False):
        assert quantize(torch.zeros(2, 5), 4, 2, signed=signed).dequantize().eq(0).all()


def test_the_gradient_passes_the_rounding():
    weight = drawn(2, 4).requires_grad_()
    rounded = fake_quantize(weight, fit_grid(weight, 2))
    assert set(rounded[0].detach().div(rounded[0].abs().max().detach()).tolist()) <= {
        -1.0,
        0.0,
        1.0,
    }
    (rounded * torch.arange(4.0)).sum().backward()
    assert weight.grad is not None
    assert_close(weight.grad, torch.arange(4.0).expand(2, 4))


@pytest.mark.parametrize(
    ("weight", "bits", "group", "message"),
    [
        (torch.zeros(0, 3), 4, "row", "weight of shape .0, 3. is empty"),
        (torch.tensor([[float("nan")]]), 4, "row", "not finite"),
        (torch.zeros(1, 3), 1, "row", "bits=1 is below 2"),
        (torch.zeros(1, 3), 9, "row", "bits=9 is above 8"),
        (torch.zeros(1, 3), 4, 0, "group=0 is below 1"),
    ],
)
def test_what_makes_no_grid_is_refused(weight, bits, group, message):
    with pytest.raises(ValueError, match=message):
        quantize(weight, bits, group)
