"""The gradient explorer: what the page computes equals autograd and the closed form."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from lmbook.viz.explorers import gradient
from lmbook.viz.explorers.gradient import GradientExplorer

SCRIPT = Path(gradient.__file__).parent / "gradient.js"


def setup(radius=0.9, shear=0.0, start=1.0, steps=10, nonlinearity="linear") -> str:
    fields = {"radius": radius, "shear": shear, "start": start, "steps": steps}
    return json.dumps({**fields, "nonlinearity": nonlinearity})


def unroll(run_js, **changes) -> list[dict]:
    return run_js(f"unroll({setup(**changes)})")


def verdict(run_js, **changes) -> str:
    return run_js(f"verdict(unroll({setup(**changes)}))")


def test_without_shear_the_linear_gradient_is_a_power_of_the_radius(run_js):
    # 0.5, 0.25, 0.125: state, gradient and bound alike
    rows = unroll(run_js, radius=0.5, steps=3)
    for name in ("gradient", "signal", "bound"):
        np.testing.assert_allclose([row[name] for row in rows], [1, 0.5, 0.25, 0.125])


@pytest.mark.parametrize("entries", [[1, 0, 0, 1], [0.9, 1.5, 0, 0.9], [3, 4, 0, 0], [0, 0, 0, 0]])
def test_the_spectral_norm_is_that_of_numpy(run_js, entries):
    expected = np.linalg.norm(np.reshape(entries, (2, 2)), 2)
    assert math.isclose(run_js(f"spectralNorm({entries})"), expected, abs_tol=1e-12)


@pytest.mark.parametrize("nonlinearity", ["linear", "tanh"])
@pytest.mark.parametrize(("radius", "shear", "start"), [(0.7, 1.0, 0.3), (1.2, 0.4, 2.0)])
def test_page_and_autograd_agree(run_js, nonlinearity, radius, shear, start):
    weight = torch.tensor([[radius, shear], [0.0, radius]], dtype=torch.float64)
    activation = torch.tanh if nonlinearity == "tanh" else torch.nn.Identity()

    def last(h):
        for _ in range(8):
            h = activation(weight @ h)
        return h

    h0 = torch.full((2,), start, dtype=torch.float64)
    jacobian = torch.autograd.functional.jacobian(last, h0)
    row = unroll(
        run_js, radius=radius, shear=shear, start=start, steps=8, nonlinearity=nonlinearity
    )[-1]
    assert math.isclose(row["gradient"], torch.linalg.matrix_norm(jacobian, 2), rel_tol=1e-9)
    np.testing.assert_allclose(row["state"], last(h0), rtol=1e-9)


@pytest.mark.parametrize("nonlinearity", ["linear", "tanh"])
def test_the_bound_is_never_passed(run_js, nonlinearity):
    for row in unroll(run_js, radius=0.8, shear=1.0, steps=30, nonlinearity=nonlinearity):
        assert row["gradient"] <= row["bound"] * (1 + 1e-9)


def test_tanh_with_a_radius_above_one_saturates_and_its_gradient_vanishes(run_js):
    assert verdict(run_js, radius=1.4, steps=60, nonlinearity="tanh").startswith(
        "The gradient vanishes"
    )
    assert verdict(run_js, radius=1.4, steps=60).startswith("The gradient explodes")


def test_shear_makes_the_gradient_grow_before_it_vanishes(run_js):
    text = verdict(run_js, radius=0.7, shear=2.0, steps=100)
    assert "vanishes" in text and "It grew first" in text
    assert "grew" not in verdict(run_js, radius=0.7, steps=100)


def test_a_gradient_that_comes_back_above_the_limit_has_not_vanished(run_js):
    code = "lagBelow([1, 1e-4, 1, 1e-4, 1e-5].map((gradient, lag) => ({ lag, gradient })))"
    assert run_js(code) == 3
    assert run_js("lagBelow([{ lag: 0, gradient: 1 }])") is None


def test_numbers_are_written_for_readers(run_js):
    texts = run_js("[0, 0.5, 0.0421, 12.34, 1234.5, 2.5e-7, 3e9].map(format)")
    assert texts == ["0", "0.500", "0.0421", "12.3", "1235", "2.5 × 10⁻⁷", "3.0 × 10⁹"]


def test_the_axis_is_logarithmic_and_ends_at_its_reach(run_js):
    assert run_js("[1e-4, 0.01, 1, 100, 1e4, 1e9, 0].map((v) => height(v, 1e4))") == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1, 1, 0]
    )


def test_the_state_is_five_values_and_a_short_repr():
    shown = GradientExplorer(1.1, shear=0.5, start=0.2, n_steps=20, nonlinearity="tanh")
    assert (shown.radius, shown.shear, shown.start, shown.n_steps) == (1.1, 0.5, 0.2, 20)
    text = "GradientExplorer(radius=1.1, shear=0.5, n_steps=20, nonlinearity='tanh')"
    assert repr(shown) == text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"radius": 1.6}, "radius=1.6 is not between 0.0 and 1.5"),
        ({"radius": math.nan}, "radius=nan is not between 0.0 and 1.5"),
        ({"shear": -0.1}, "shear=-0.1 is not between 0.0 and 2.0"),
        ({"start": 0.0}, "start=0.0 is not between 0.05 and 3.0"),
        ({"n_steps": 4}, "n_steps=4 is not between 5 and 100"),
        ({"nonlinearity": "relu"}, "nonlinearity='relu' is not one of linear, tanh"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        GradientExplorer(**changes)
