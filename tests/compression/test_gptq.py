"""GPTQ: the surgeon's update by brute force, less error than rounding, what is recorded."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.compression.gptq import (
    InputStatistics,
    gptq,
    linear_layers,
    output_error,
    record_inputs,
)
from lmbook.compression.quantize import fit_grid, quantize


def correlated(n, width, seed=0):
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(width, width, generator=generator)
    return torch.randn(n, width, generator=generator) @ mixing


def counted(x):
    statistics = InputStatistics(x.shape[1])
    statistics.add(x)
    return statistics.hessian


def by_solving(weight, hessian, bits):
    """Round the columns one by one; after each, solve for the others anew: no Cholesky factor."""
    grid = fit_grid(weight, bits, "row")
    order = hessian.diagonal().argsort(descending=True, stable=True).tolist()
    left, damped = (
        weight.double().clone(),
        hessian + 0.01 * hessian.diagonal().mean() * torch.eye(len(hessian), dtype=torch.float64),
    )
    rounded = torch.empty_like(left)
    for k, column in enumerate(order):
        rounded[:, column] = grid.round(left[:, column, None].float(), column)[:, 0].double()
        rest = order[k + 1 :]
        if rest:
            change = rounded[:, column] - left[:, column]
            # the minimum over the others of the quadratic form, given this one's change
            others = torch.linalg.solve(damped[rest][:, rest], damped[rest, column])
            left[:, rest] -= change[:, None] * others
    return rounded.float()


def test_the_cholesky_factor_does_what_solving_anew_does():
    weight = torch.randn(5, 12, generator=torch.Generator().manual_seed(1))
    hessian = counted(correlated(200, 12))
    assert_close(gptq(weight, hessian, 4, "row").dequantize(), by_solving(weight, hessian, 4))


def test_two_columns_by_hand():
    # both inputs are always equal, but for the damping: what the first column loses the second
    # gives back. Scale 7 / 7 = 1. 7 is exact; 0.4 is rounded to 0 and its error 0.4 has no partner
    # left, while rounding 6.6 first, to 7, hands −0.4 to the second: 0.4 − 0.4 · 1 / 1.01
    weight = torch.tensor([[6.6, 0.4]])
    hessian = torch.tensor([[2.0, 2.0], [2.0, 2.0]], dtype=torch.float64)
    weight = torch.cat([weight, torch.tensor([[7.0, 7.0]])])
    stored = gptq(weight, hessian, 4, "tensor")
    assert stored.codes.tolist() == [[7, 0], [7, 7]]
    nearest = quantize(torch.tensor([[6.6, 0.6], [7.0, 7.0]]), 4, "tensor")
    repaired = gptq(torch.tensor([[6.6, 0.6], [7.0, 7.0]]), hessian, 4, "tensor")
    # to the nearest, 7.2 becomes 8; with repair, 0.6 − 0.4 = 0.2 goes down and the sum is 7
    assert nearest.codes.tolist()[0] == [7, 1] and repaired.codes.tolist()[0] == [7, 0]


def test_with_independent_inputs_nothing_can_be_repaired():
    weight = torch.randn(4, 16, generator=torch.Generator().manual_seed(2))
    hessian = torch.diag(torch.linspace(1, 3, 16, dtype=torch.float64))
    assert torch.equal(gptq(weight, hessian, 4, 8).codes, quantize(weight, 4, 8).codes)


@pytest.mark.parametrize("bits", [3, 4])
@pytest.mark.parametrize("signed", [True, False])
def test_outputs_change_less_than_half_as_much_as_by_rounding(bits, signed):
    weight = torch.randn(24, 100, generator=torch.Generator().manual_seed(3))
    hessian = counted(correlated(400, 100))
    nearest = quantize(weight, bits, 64, signed=signed).dequantize()
    repaired = gptq(weight, hessian, bits, 64, signed=signed).dequantize()
    assert output_error(weight, repaired, hessian) < 0.5 * output_error(weight, nearest, hessian)


def test_the_output_error_is_that_of_the_outputs():
    x, weight = correlated(50, 6), torch.randn(3, 6, generator=torch.Generator().manual_seed(4))
    rounded = quantize(weight, 3).dequantize()
    exact = (x.double() @ (weight - rounded).double().T).square().mean()
    assert output_error(weight, rounded, counted(x)) == pytest.approx(float(exact))


def test_a_column_that_never_gets_an_input_does_no_harm():
    x = correlated(60, 8)
    x[:, 3] = 0
    found = gptq(torch.randn(2, 8), counted(x), 4, 4).dequantize()
    assert bool(found.isfinite().all())


def test_inputs_are_counted_where_the_mask_is_true():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    layers = linear_layers(model, within="")
    x, mask = torch.randn(2, 5, 3), torch.ones(2, 5, dtype=torch.bool)
    mask[1, 2:] = False
    with record_inputs(layers, mask) as found:
        model(x)
    model(x)  # no more is counted
    assert [found[name].n_inputs for name in layers] == [7, 7]
    assert_close(found["0"].hessian, 2 * (x[mask].T @ x[mask]).double() / 7, atol=1e-6, rtol=1e-5)


def test_what_cannot_be_repaired_is_refused():
    weight = torch.zeros(2, 3)
    square = torch.eye(3, dtype=torch.float64)
    with pytest.raises(ValueError, match="hessian is not positive definite"):
        gptq(weight, -square)
    with pytest.raises(ValueError, match="damping=0.0 is not a finite number above 0"):
        gptq(weight, square, damping=0.0)
    with pytest.raises(ValueError, match="no input was counted"):
        InputStatistics(3).hessian  # noqa: B018
    with pytest.raises(ValueError, match="within='head' holds no linear layer"):
        linear_layers(nn.Linear(2, 2), "head")
    with pytest.raises(ValueError, match="x has shape"):
        InputStatistics(3).add(torch.zeros(2, 4))
