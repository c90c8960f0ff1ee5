"""Measured points of several series, each with places of its own, over a logarithmic axis."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from lmbook.arguments import check_type
from lmbook.viz.plots import plain_log_ticks

_MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # so that colour is never the only difference

Points = Sequence[tuple[float | int, float | int]]


def measured(
    series: Mapping[str, Points],
    x_label: str,
    y_label: str,
    *,
    title: str = "",
    ticks: Sequence[float | int] = (),
    marks: Points = (),
    ax: Axes | None = None,
) -> Axes:
    """Join the (x, y) of each series by a line, x on a logarithmic axis with these ``ticks``.

    ``curve`` draws series that share their x; here each has its own. ``title`` stands over the
    legend beside the figure, and ``marks`` are stars. Raises ``ValueError`` if there is no
    series, one has no point, or an x is not above 0.
    """
    check_type("series", series, Mapping)
    if not series:
        raise ValueError("series={} is empty, needs 1 or more")
    for name, points in series.items():
        if not len(points):
            raise ValueError(f"series {name!r} is empty, needs 1 or more points")
        if min(x for x, _ in points) <= 0:
            raise ValueError(f"series {name!r} holds x={min(points)[0]}, not above 0")
    ax = plt.subplots(figsize=(5.8, 3))[1] if ax is None else ax
    for (name, points), marker in zip(series.items(), cycle(_MARKERS), strict=False):
        ax.plot(*zip(*points, strict=True), label=name, marker=marker)
    for x, y in marks:
        ax.plot(x, y, "*", color="#000000", markersize=12)
    ax.set(xscale="log", xlabel=x_label, ylabel=y_label)
    if len(ticks):
        plain_log_ticks(ax.xaxis, ticks)
    if len(series) > 1:
        ax.legend(title=title or None, bbox_to_anchor=(1.01, 1), loc="upper left")
    return ax
