"""Seventy years on one axis: year of the method, bits per byte, and what the training cost.

All numbers are those of the leaderboard's rows. The figure holds no measured width of a letter and
no date, so that the same numbers draw the same file.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from tools.leaderboard.drawing import LINES, style, svg

COUNTS, NETWORK = "counts", "network"
LOOKS = {COUNTS: (LINES[0], "o"), NETWORK: (LINES[1], "s")}  # never by the colour alone


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method, the paper it is dated by, and the row that stands for it."""

    year: int
    label: str
    row: str
    cite: str
    kind: str


METHODS = (
    Method(
        year=1951,
        label="bigram",
        row="bigram of bytes, add-one",
        cite="shannon1951",
        kind=COUNTS,
    ),
    Method(
        year=1980,
        label="Jelinek–Mercer",
        row="trigram, Jelinek–Mercer",
        cite="jelinek1980",
        kind=COUNTS,
    ),
    Method(
        year=1995,
        label="Kneser–Ney",
        row="5-gram, modified Kneser–Ney",
        cite="kneser1995",
        kind=COUNTS,
    ),
    Method(
        year=2003,
        label="feed-forward",
        row="feed-forward network, 8 tokens of context",
        cite="bengio2003",
        kind=NETWORK,
    ),
    Method(
        year=2010,
        label="recurrent",
        row="recurrent network",
        cite="mikolov2010",
        kind=NETWORK,
    ),
    Method(
        year=2012,
        label="LSTM",
        row="LSTM",
        cite="sundermeyer2012",
        kind=NETWORK,
    ),
    Method(
        year=2014,
        label="GRU",
        row="GRU",
        cite="cho2014",
        kind=NETWORK,
    ),
    Method(
        year=2019,
        label="GPT-2’s form",
        row="Transformer, GPT-2's form",
        cite="radford2019",
        kind=NETWORK,
    ),
    Method(
        year=2023,
        label="Llama’s form",
        row="Transformer, Llama's form",
        cite="touvron2023",
        kind=NETWORK,
    ),
)


def table(rows: Mapping[str, dict]) -> str:
    """The numbers beside the figure, by year. Raises ``ValueError`` if a row is missing."""
    _check(rows)
    lines = ["| year | method | bits per byte | training, s | tokens | source |"]
    lines.append("|---:|---|---:|---:|---:|---|")
    for method in METHODS:
        row = rows[method.row]
        numbers = [f"{row['bits_per_byte']:.3f}", _seconds(row), f"{row['n_tokens']:,}"]
        cells = [str(method.year), method.row, *numbers, f"{{cite:t}}`{method.cite}`"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def alt(rows: Mapping[str, dict]) -> str:
    """What the figure shows, in words. Raises ``ValueError`` if a row is missing."""
    _check(rows)
    said = [
        f"{method.year} {method.label} {row['bits_per_byte']:.2f} and {_seconds(row)} s"
        for method in METHODS
        for row in [rows[method.row]]
    ]
    first, last = METHODS[0].year, METHODS[-1].year
    axes = f"Years run down from {first} to {last}, bits per byte and seconds of training to the"
    return f"{axes} right, a mark for each method: {'; '.join(said)}."


def figure(rows: Mapping[str, dict]) -> str:
    """The figure as SVG: a line a method, at the height of its year; to the right, its cost.

    It is 400 pixels wide, for a phone. Raises ``ValueError`` if a row is missing.
    """
    _check(rows)
    with style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(4.0, 6.2), sharey=True, layout="none", width_ratios=(1.2, 1)
        )
        fig.subplots_adjust(left=0.36, right=0.99, bottom=0.085, top=0.985, wspace=0.1)
        for method in METHODS:
            row = rows[method.row]
            _mark(left, method, row["bits_per_byte"], f"{row['bits_per_byte']:.2f}")
            _mark(right, method, max(row["seconds"], 1e-2), _seconds(row))
        _name_axes(left, right, min(rows[method.row]["bits_per_byte"] for method in METHODS))
        return svg(fig)


def _mark(ax: Axes, method: Method, value: float, text: str) -> None:
    colour, marker = LOOKS[method.kind]
    ax.plot(value, method.year, marker=marker, color=colour, linestyle="none", markersize=6)
    ax.annotate(text, (value, method.year), xytext=(7, 0), textcoords="offset points", va="center")


def _name_axes(left: Axes, right: Axes, lowest: float) -> None:
    begin = math.floor(10 * (lowest - 0.15)) / 10
    left.set(xlim=(begin, 4.4), xlabel="bits per byte", ylim=(2026, 1948))
    left.set_yticks([m.year for m in METHODS], [f"{m.label} {m.year}" for m in METHODS])
    right.set(xscale="log", xlim=(1, 3e5), xlabel="training, s")
    right.set_xticks([1, 100, 10_000], ["1", "100", "10,000"])
    right.minorticks_off()
    left.set_xticks([2, 3, 4])
    for ax in (left, right):
        ax.tick_params(axis="y", length=0)


def _seconds(row: dict) -> str:
    return f"{row['seconds']:,.0f}" if row["seconds"] >= 100 else f"{row['seconds']:.1f}"


def _check(rows: Mapping[str, dict]) -> None:
    for method in METHODS:
        if method.row not in rows:
            raise ValueError(f"rows lacks {method.row!r}, which stands for the year {method.year}")
