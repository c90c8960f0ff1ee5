"""The explorer of bits and groups: the page rounds as the package does."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lmbook.compression.quantize import quantize
from lmbook.viz.explorers import grid
from lmbook.viz.explorers.grid import GridExplorer

SCRIPT = Path(grid.__file__).parent / "grid.js"
WEIGHT = torch.randn(6, 50, generator=torch.Generator().manual_seed(0))


def call(bits, group):
    numbers = json.dumps(WEIGHT.flatten().tolist())
    return f"rounded({numbers}, 50, {bits}, {json.dumps(group)})"


@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize("group", [8, 64, "row", "tensor"])
def test_the_numbers_are_those_of_the_package(bits, group, run_js):
    found = run_js(call(bits, group))
    stored = quantize(WEIGHT, bits, group)
    error = (stored.dequantize() - WEIGHT).norm() / WEIGHT.norm()
    assert found["error"] == pytest.approx(float(error), rel=1e-4)
    assert found["zeros"] == pytest.approx(float((stored.codes == 0).float().mean()))
    assert found["bits"] == pytest.approx(8 * stored.n_bytes / WEIGHT.numel())


def test_halves_go_to_the_even_neighbour(run_js):
    assert run_js("[0.5, 1.5, 2.5, -0.5, -1.5].map(nearest)") == [0, 2, 2, 0, -2]


def test_the_sentence_names_what_is_seen(run_js):
    said = run_js("describe({error: 0.0521, zeros: 0.25, bits: 4.5})")
    assert said == (
        "4.50 bits a weight with its scales. Error 5.21 % of the weights' size; "
        "25.0 % of the weights are 0."
    )


def test_the_repr_is_short_and_the_state_holds_the_weights():
    one = GridExplorer(WEIGHT.numpy(), "a query matrix")
    assert repr(one) == "GridExplorer('a query matrix', 50 columns)"
    assert len(one.weights) == 4 * 6 * 50 * 4 / 3


@pytest.mark.parametrize("weight", [np.zeros((0, 3)), np.zeros(4), np.full((1, 1), np.nan)])
def test_what_cannot_be_rounded_is_refused(weight):
    with pytest.raises(ValueError, match="weight of shape"):
        GridExplorer(weight)
