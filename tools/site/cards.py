"""The picture that a link to a page shows elsewhere: a PNG with the page's title, drawn by code."""

import textwrap
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

SIZE = 1200, 630
"""Width and height in pixels, as Open Graph's readers like them."""

GROUND, INK, QUIET, BAR, BRIGHT = "#10233a", "#ffffff", "#b8c9dc", "#2f6ea5", "#f0b950"
SHARES = (0.62, 0.17, 0.09, 0.06, 0.04, 0.02)
"""Heights of the bars: how probability falls over the likeliest next tokens, as a motif."""

_FONT = "DejaVu Sans"  # comes with matplotlib
_LINE, _MOST_LINES = 24, 4


def draw(path: Path, title: str, above: str, below: str) -> None:
    """Write the picture: ``above`` stands over the title, ``below`` under it, both small."""
    width, height = SIZE
    figure = Figure(figsize=(width / 100, height / 100), dpi=100, facecolor=GROUND)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    style = {"family": _FONT, "ha": "left", "parse_math": False}
    lines = wrapped(title)
    size = 50 if len(lines) <= 2 else 40
    axes.text(70, 540, above, color=BRIGHT, size=21, va="center", **style)
    axes.text(
        70, 480, "\n".join(lines), color=INK, size=size, weight="bold", va="top",
        linespacing=1.25, **style,
    )  # fmt: skip
    axes.text(70, 82, below, color=QUIET, size=21, va="center", **style)
    for at, share in enumerate(SHARES):
        x, tall = 850 + 52 * at, 300 * share
        axes.add_patch(Rectangle((x, 130), 38, tall, color=BRIGHT if at == 0 else BAR))
    edge = {"boxstyle": "square,pad=0", "color": BAR, "linewidth": 0}
    axes.add_patch(FancyBboxPatch((0, 0), width, 16, **edge))
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.print_png(path, metadata={"Software": None})


def wrapped(title: str) -> list[str]:
    """The title in lines that fit, at most four; what is left over ends in an ellipsis."""
    lines = textwrap.wrap(title, _LINE)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1][: _LINE - 1]}…"]
    return lines
