"""What the leaderboard's figures share: an SVG of fixed bytes that is legible in light and dark.

A figure is an image in the page. It is drawn in light colours, and a style sheet inside it changes
each of them where the page, or the reader's system, is dark.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lmbook.viz.plots import use_book_style

INK, PAPER, GRID = "#1d2430", "#ffffff", "#dddddd"
LINES = (
    "#0072b2",
    "#c04f00",
    "#007f5c",
    "#a8437d",
    "#857700",
    "#2b86b8",
    "#9a6800",
    INK,
)
"""Colours of lines: the hues of Okabe and Ito, dark enough for thin lines on white."""

DARK = {
    INK: "#e6e9ee",
    PAPER: "#14181e",
    GRID: "#363e4a",
    "#0072b2": "#62b2ee",
    "#c04f00": "#ff9d63",
    "#007f5c": "#4fd0a5",
    "#a8437d": "#e79ac4",
    "#857700": "#d9cf4a",
    "#2b86b8": "#7cc8f0",
    "#9a6800": "#f0b950",
}
"""Light colour → dark colour, of all that a figure may use."""

_INKED = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")


@contextmanager
def style() -> Iterator[None]:
    """The book's style, with text as text, and nothing that changes from run to run."""
    with mpl.rc_context():
        use_book_style()
        mpl.rcParams.update({"svg.hashsalt": "leaderboard", "svg.fonttype": "none"})
        mpl.rcParams.update({"font.size": 9, "grid.color": GRID, "axes.facecolor": PAPER})
        mpl.rcParams.update(dict.fromkeys(_INKED, INK))
        yield


def svg(figure: Figure) -> str:
    """The figure as text, and the figure closed. Holds no date and no trailing spaces."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n"
    begin = text.index(">", text.index("<svg")) + 1
    return f"{text[:begin]}\n{_style_sheet(text)}{text[begin:]}"


def _style_sheet(drawn: str) -> str:
    """A rule for each colour that the figure uses: an SVG of matplotlib holds it as a style."""
    rules = "".join(
        f'[style*="{what}: {light}"]{{{what}:{dark}!important}}\n'
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
        if f"{what}: {light}" in drawn
    )
    return f"<style>@media (prefers-color-scheme: dark) {{\n{rules}}}</style>"
