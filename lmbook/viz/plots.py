"""The look of the book's figures, three small plots that return axes, and readable log ticks."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

# Okabe & Ito (2008), colour universal design; without the yellow, too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # so that colour is never the only difference
_FEW_DECADES = 2000  # largest over smallest value
_DIGITS = ([*map(float, range(1, 10))], [1.0, 2.0, 5.0], [1.0, 3.0], [1.0])  # of ticks
_LABEL_WIDTH, _LABEL_HEIGHT = 0.5, 0.25  # inches that a tick's label needs

Numbers = Real[np.ndarray, " point"] | Sequence[float | int]
Matrix = Real[np.ndarray, "row column"] | Sequence[Sequence[float | int]]

# keys are typed as str or as a literal, by version of matplotlib
_STYLE: dict[Any, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 11,
    # white also in dark mode: a transparent figure loses its black text there
    "figure.facecolor": "white",
    "figure.figsize": (6.4, 3.6),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "grid.color": "#dddddd",
    "image.cmap": "cividis",
    "legend.frameon": False,
    "lines.markersize": 5,
    "savefig.dpi": 100,
    "savefig.facecolor": "white",
}


def use_book_style() -> None:
    """Draw every later figure in the book's style: 640 × 360 pixels, colour-blind safe."""
    mpl.rcParams.update(_STYLE)


def _new_axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    _, new = plt.subplots()
    return new


def _numbers(name: str, values: Numbers | Matrix) -> np.ndarray:
    array = np.asarray(values)
    if array.size == 0:
        raise ValueError(f"{name} is empty, needs 1 or more numbers")
    return array


def _check_positive(name: str, values: np.ndarray) -> None:
    # a logarithmic axis would leave these points out without a word
    if np.nanmin(values) <= 0:
        raise ValueError(f"{name} holds {np.nanmin(values)}, a logarithmic axis needs more than 0")


def _check_length(name: str, values: np.ndarray, n: int, axis: str) -> None:
    if values.shape != (n,):
        raise ValueError(f"{name} has shape {values.shape}, needs one value for each of {n} {axis}")


def curve(
    x: Numbers,
    series: Mapping[str, Numbers],
    x_label: str,
    y_label: str,
    *,
    log_x: bool = False,
    log_y: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line for each named series over ``x``; a legend names two or more.

    The labels should hold the unit. Raises ``ValueError`` if there is no series, one has
    another length than ``x``, ``x`` is empty, or a logarithmic axis gets a
    negative number (of ``x`` also 0).
    """
    if not series:
        raise ValueError("series={} is empty, needs 1 or more")
    points = _numbers("x", x)
    values = {name: _numbers(f"series {name!r}", one) for name, one in series.items()}
    if log_x:
        _check_positive("x", points)
    for name, one in values.items():
        _check_length(f"series {name!r}", one, points.size, "points")
        # a zero is allowed and leaves a gap: a gradient may underflow
        if log_y and np.nanmin(one) < 0:
            raise ValueError(f"series {name!r} holds {np.nanmin(one)}, log_y needs 0 or more")
    ax = _new_axes(ax)
    for (name, one), marker in zip(values.items(), cycle(_MARKERS), strict=False):
        # a marker on each of many points hides the line: then one a tenth of the diagonal
        every = None if len(points) <= 15 else 0.1
        ax.plot(points, one, label=name, marker=marker, markevery=every)
    ax.set(xlabel=x_label, ylabel=y_label)
    if log_x:
        ax.set_xscale("log")
        _few_decades(ax.xaxis, points, ax.bbox.width / ax.figure.dpi / _LABEL_WIDTH)
    if log_y:
        ax.set_yscale("log")
        heights = np.concatenate(list(values.values()))
        _few_decades(ax.yaxis, heights, ax.bbox.height / ax.figure.dpi / _LABEL_HEIGHT)
    if len(values) > 1:
        ax.legend()
    return ax


def bars(
    labels: Sequence[str],
    values: Numbers,
    x_label: str,
    y_label: str,
    *,
    log_y: bool = False,
    number_format: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one bar a label; ``number_format`` such as ``"{:.2f}"`` writes its value above it.

    Raises ``ValueError`` if there is not exactly one value a label, or a logarithmic axis gets
    0 or less.
    """
    heights = _numbers("values", values)
    _check_length("values", heights, len(labels), "labels")
    if log_y:
        _check_positive("values", heights)
    ax = _new_axes(ax)
    container = ax.bar(range(len(labels)), heights, tick_label=list(labels))
    ax.grid(visible=False, axis="x")
    ax.set(xlabel=x_label, ylabel=y_label)
    if log_y:
        ax.set_yscale("log")
    if number_format is not None:
        ax.bar_label(container, fmt=number_format, padding=2)
    return ax


def heatmap(
    matrix: Matrix,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    x_label: str,
    y_label: str,
    value_label: str,
    *,
    number_format: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix as colours with a labelled scale, row 0 on top.

    ``number_format`` such as ``"{:.2f}"`` also writes every value into its cell.
    Raises ``ValueError`` if the labels do not fit the matrix or it is empty.
    """
    cells = _numbers("matrix", matrix)
    expected = (len(row_labels), len(column_labels))
    if cells.shape != expected:
        raise ValueError(f"matrix has shape {cells.shape}, the labels need {expected}")
    ax = _new_axes(ax)
    image = ax.imshow(cells, aspect="auto")
    ax.grid(visible=False)
    ax.set(xlabel=x_label, ylabel=y_label)
    ax.set_xticks(range(expected[1]), labels=list(column_labels))
    ax.set_yticks(range(expected[0]), labels=list(row_labels))
    ax.figure.colorbar(image, ax=ax, label=value_label)
    if number_format is not None:
        _write_cells(ax, cells, number_format)
    return ax


def _write_cells(ax: Axes, cells: np.ndarray, number_format: str) -> None:
    middle = (float(np.nanmin(cells)) + float(np.nanmax(cells))) / 2
    for (row, column), value in np.ndenumerate(cells):
        # cividis goes from dark to light
        colour = "black" if value > middle else "white"
        text = number_format.format(value)
        ax.text(column, row, text, ha="center", va="center", color=colour)


def plain_log_ticks(axis: Axis, values: Sequence[float | int]) -> None:
    """Label a logarithmic axis at ``values``, written as plain numbers, and nowhere else.

    Matplotlib writes powers such as 10⁰ and 6×10¹, which say little on an axis from 1 to 32.
    ``axis`` is ``ax.xaxis`` or ``ax.yaxis``; call this after the scale is set. The limits of
    the axis grow where a value lies outside. Raises ``ValueError`` if the axis is not
    logarithmic, or ``values`` is empty or holds 0 or less.
    """
    if axis.get_scale() != "log":
        raise ValueError(f"axis has the scale {axis.get_scale()!r}, needs 'log'")
    ticks = _numbers("values", values)
    _check_positive("values", ticks)
    axis.set_minor_locator(NullLocator())
    axis.set_ticks(ticks, labels=[_plain(float(tick)) for tick in ticks])


def _few_decades(axis: Axis, values: np.ndarray, room: float) -> None:
    """Up to ``room`` ticks as plain numbers, where powers of ten alone would be few."""
    real = values[np.isfinite(values) & (values > 0)]
    if not real.size or real.max() / real.min() >= _FEW_DECADES:
        return
    digits = next((d for d in _DIGITS if len(_at_digits(d, real)) <= room), _DIGITS[-1])
    axis.set_major_locator(LogLocator(subs=digits))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: _plain(float(f"{value:.3g}"))))


def _at_digits(digits: Sequence[float], values: np.ndarray) -> list[float]:
    """The numbers among ``values`` that are one of ``digits`` times a power of ten."""
    low, high = np.floor(np.log10(values.min())), np.log10(values.max())
    powers = 10.0 ** np.arange(low, high + 1)
    ticks = [digit * power for power in powers for digit in digits]
    return [tick for tick in ticks if values.min() <= tick <= values.max()]


def _plain(number: float) -> str:
    # never an exponent; thousands are set apart by commas
    whole, _, decimals = np.format_float_positional(number, trim="-").partition(".")
    return f"{int(whole):,}" + (f".{decimals}" if decimals else "")
