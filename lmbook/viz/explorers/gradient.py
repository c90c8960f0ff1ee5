"""Explore how a signal and its gradient shrink or grow with the lag in a small recurrence."""

import math

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

NONLINEARITIES = ("linear", "tanh")
LIMITS = {  # as the sliders of the page
    "radius": (0.0, 1.5),
    "shear": (0.0, 2.0),
    "start": (0.05, 3.0),
    "n_steps": (5, 100),
}


def _check_range(name: str, value: float | int) -> None:
    low, high = LIMITS[name]
    if not math.isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name}={value} is not between {low} and {high}")


class GradientExplorer(anywidget.AnyWidget):
    """Follow h_t = f(W h_(t−1)) with two units, and the gradient of h_t with respect to h_0.

    W = [[radius, shear], [0, radius]]: its spectral radius is ``radius`` whatever the shear, its
    largest singular value grows with ``shear``. With shear 0 the two units are two equal scalar
    recurrences. Both start at ``start``. ``nonlinearity`` is "linear" or "tanh". The page draws
    the spectral norm of the Jacobian over the lag, the size of the state, and the bound that is
    the largest singular value to the power of the lag. Raises ``ValueError`` for a number outside
    the range of its slider (``LIMITS``) or another nonlinearity.
    """

    _esm, _css = joined("gradient", "gr")
    radius = traitlets.Float().tag(sync=True)
    shear = traitlets.Float().tag(sync=True)
    start = traitlets.Float().tag(sync=True)
    n_steps = traitlets.Int().tag(sync=True)
    nonlinearity = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        radius: float = 0.9,
        *,
        shear: float = 0.0,
        start: float = 1.0,
        n_steps: int = 40,
        nonlinearity: str = "linear",
    ) -> None:
        numbers = {"radius": radius, "shear": shear, "start": start, "n_steps": n_steps}
        for name, value in numbers.items():
            _check_range(name, value)
        if nonlinearity not in NONLINEARITIES:
            allowed = ", ".join(NONLINEARITIES)
            raise ValueError(f"nonlinearity={nonlinearity!r} is not one of {allowed}")
        super().__init__(**numbers, nonlinearity=nonlinearity)

    def __repr__(self) -> str:
        sizes = f"radius={self.radius}, shear={self.shear}, n_steps={self.n_steps}"
        return f"GradientExplorer({sizes}, nonlinearity={self.nonlinearity!r})"
