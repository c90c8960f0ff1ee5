"""Bits and groups: round a real matrix by hand and see what it takes and what it loses."""

import anywidget
import numpy as np
import traitlets

from lmbook.viz.explorers.base import joined, packed

_MOST = 25_000  # weights: the state stays below 140 kB


class GridExplorer(anywidget.AnyWidget):
    """Sliders for the bits and the size of a group, and the error of rounding ``weight``.

    The page rounds by itself, to the largest absolute value of a group as
    ``lmbook.compression.quantize.quantize`` does, and shows the bits for each weight, scales
    included, the root of the mean squared error relative to the weights' own, and how many
    weights become zero. Raises ``ValueError`` for what is no matrix of 1 to 25,000 finite numbers.
    """

    _esm, _css = joined("grid", "gd")
    weights = traitlets.Unicode().tag(sync=True)
    columns = traitlets.Int().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)

    def __init__(self, weight: np.ndarray, name: str = "a matrix") -> None:
        matrix = np.asarray(weight)
        if matrix.ndim != 2 or not 0 < matrix.size <= _MOST or not np.isfinite(matrix).all():
            raise ValueError(
                f"weight of shape {matrix.shape} is not 1 to {_MOST:,} finite numbers in rows"
            )
        super().__init__(weights=packed(matrix, "<f4"), columns=matrix.shape[1], name=name)

    def __repr__(self) -> str:
        return f"GridExplorer({self.name!r}, {self.columns} columns)"
