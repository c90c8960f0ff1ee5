"""A sheet to draw on with boxes, arrows and words, and the drawing that comes of it.

A drawing is made of five SVG elements, written here as strings. A library such as ``drawsvg`` would
write the same five, name its arrowheads by counters that meet again in the next drawing of a page,
and leave layout, text widths, colours and descriptions to us; Graphviz needs a program beside
Python. So there is no dependency.

A notebook stores two forms. ``text/html`` is the one that Jupyter, Colab and the book show: the SVG
stands in the page itself, where style rules reach it, while a picture in an ``<img>`` would keep
its colours in a dark page. ``image/svg+xml`` is for viewers that take no HTML. Some of these strip
style rules and keep the rest, so every element carries its light colours as attributes too.
"""

import html
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lmbook.arguments import check_number, check_text
from lmbook.viz.diagrams.lettering import FONT, SIZE, SMALL, Number, spans, width
from lmbook.viz.diagrams.theme import PALETTE, fill, line, style_sheet

Point = tuple[Number, Number]


@dataclass(frozen=True)
class Box:
    """Where a box stands: its centre, width and height."""

    x: Number
    y: Number
    w: Number
    h: Number

    @property
    def top(self) -> Point:
        """Middle of the upper edge."""
        return self.x, self.y - self.h / 2

    @property
    def bottom(self) -> Point:
        """Middle of the lower edge."""
        return self.x, self.y + self.h / 2

    @property
    def left(self) -> Point:
        """Middle of the left edge."""
        return self.x - self.w / 2, self.y

    @property
    def right(self) -> Point:
        """Middle of the right edge."""
        return self.x + self.w / 2, self.y


@dataclass(frozen=True)
class Drawing:
    """A finished drawing, which shows itself in a notebook.

    ``least`` is the width in pixels below which its text would be smaller than 11 pixels: there it
    scrolls inside its own frame.
    """

    title: str
    svg: str
    least: int

    def __repr__(self) -> str:
        return f"Drawing({self.title!r})"

    def html(self) -> str:
        """The drawing and its style rules, to stand in a page."""
        # a frame that may scroll must be reached by the keyboard
        name = html.escape(self.title)
        frame = f' tabindex="0" role="group" aria-label="{name}"' if self.least > 345 else ""
        used = frozenset(re.findall(r'class="lmb-d-([a-z-]+)"', self.svg))
        style = f"<style>{style_sheet(used)}</style>"
        return f'<div class="lmb-d"{frame}>{style}{self.svg}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        forms = {"text/html": self.html(), "image/svg+xml": self.svg, "text/plain": repr(self)}
        return {
            mime: form
            for mime, form in forms.items()
            if (not include or mime in include) and (not exclude or mime not in exclude)
        }


class Canvas:
    """A sheet of ``w`` by ``h`` units; (0, 0) is its upper left corner.

    At 420 units or less, text of every size is at least 11 pixels high on a phone. ``name`` begins
    the ids of the drawing. Raises ``ValueError`` for sizes that are not between 40 and 1200.
    """

    def __init__(self, name: str, w: Number, h: Number) -> None:
        check_text("name", name)
        check_number("w", w, 40.0, 1200.0)
        check_number("h", h, 40.0, 1200.0)
        self.name, self.w, self.h = name, w, h
        self._parts: list[str] = []

    def finish(self, title: str, description: str) -> Drawing:
        """The drawing; ``description`` says to those who cannot see it what it shows."""
        for key, text in (("title", title), ("description", description)):
            check_text(key, text)
            if not text.strip():
                raise ValueError(f"{key}={text!r} is empty")
        body = "".join(self._parts)
        number = zlib.crc32(f"{title}{description}{body}".encode())  # of the content: no chance
        key = f"lmb-d-{self.name}-{number:08x}"
        least = round(self.w * 11 / 13.5)
        size = f"width:100%;max-width:{self.w:g}px;min-width:{least}px;height:auto"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.w:g} {self.h:g}" '
            f'style="{size}" role="img" aria-labelledby="{key}-t {key}-d" font-family="{FONT}" '
            f'font-size="{SIZE:g}" fill="{PALETTE["text"][0]}" stroke-width="1.5" '
            'text-anchor="middle">'
            f'<title id="{key}-t">{html.escape(title, quote=False)}</title>'
            f'<desc id="{key}-d">{html.escape(description, quote=False)}</desc>'
            f'<rect class="lmb-d-paper" width="{self.w:g}" height="{self.h:g}" fill="#ffffff"/>'
        )
        return Drawing(title, f"{head}{body}</svg>", least)

    def rect(self, box: Box, kind: str, *, round_by: Number = 5, dashed: bool = False) -> Box:
        """A box without a label."""
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<rect class="lmb-d-{kind}" x="{_n(box.x - box.w / 2)}" y="{_n(box.y - box.h / 2)}" '
            f'width="{_n(box.w)}" height="{_n(box.h)}" rx="{round_by:g}" fill="{fill(kind)}" '
            f'stroke="{PALETTE[line(kind)][0]}"{dash}/>'
        )
        return box

    def box(
        self,
        x: Number,
        y: Number,
        label: str,
        kind: str = "layer",
        *,
        w: Number | None = None,
        h: Number = 34,
        size: Number = SIZE,
        dashed: bool = False,
    ) -> Box:
        """A labelled box around (x, y), as wide as its label needs if ``w`` is None.

        Raises ``ValueError`` for a label that is wider than ``w``, and an unknown kind.
        """
        needed = width(label, size)
        box = Box(x, y, needed + 22 if w is None else w, h)
        if needed > box.w - 4:
            raise ValueError(f"label={label!r} is {needed:.0f} units wide, the box has w={box.w}")
        self.rect(box, kind, round_by=h / 2 if kind == "token" else 5, dashed=dashed)
        self.text(x, y, label, size=size)
        return box

    def text(
        self,
        x: Number,
        y: Number,
        text: str,
        *,
        size: Number = SIZE,
        at: str = "middle",
        quiet: bool = False,
    ) -> None:
        """Lines of text around the height ``y``; ``at`` is "start", "middle" or "end" of x."""
        rows = text.split("\n")
        first = y - (len(rows) - 1) * size * 0.6 + size * 0.35
        colour = f' class="lmb-d-of-quiet" fill="{PALETTE["quiet"][0]}"' if quiet else ""
        side = "" if at == "middle" else f' text-anchor="{at}"'
        for i, row in enumerate(rows):
            self._parts.append(
                f'<text x="{_n(x)}" y="{_n(first + i * size * 1.2)}"{side}'
                f"{'' if size == SIZE else f' font-size={chr(34)}{size:g}{chr(34)}'}{colour}>"
                f"{spans(row, size)}</text>"
            )

    def note(self, x: Number, y: Number, text: str, at: str = "middle") -> None:
        """Small quiet text beside the things drawn: shapes, names of axes, remarks."""
        self.text(x, y, text, size=SMALL, at=at, quiet=True)

    def path(
        self, data: str, kind: str = "layer", *, thick: Number = 1.8, dashed: bool = False
    ) -> None:
        """A line along SVG path data, in the colour of a kind."""
        name = line(kind)
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self._parts.append(
            f'<path class="lmb-d-at-{name}" d="{data}" fill="none" '
            f'stroke="{PALETTE[name][0]}" stroke-width="{thick:g}"{dash}/>'
        )

    def head(self, tip: Point, before: Point, kind: str = "layer", size: Number = 8) -> None:
        """The head of an arrow that comes from ``before`` and ends at ``tip``."""
        (x, y), dx, dy = tip, tip[0] - before[0], tip[1] - before[1]
        length = (dx * dx + dy * dy) ** 0.5 or 1.0
        ux, uy = dx / length * size, dy / length * size
        corners = [(x, y), (x - ux - uy / 2, y - uy + ux / 2), (x - ux + uy / 2, y - uy - ux / 2)]
        self.area("M" + "L".join(f"{_n(a)} {_n(b)}" for a, b in corners) + "Z", kind)

    def area(self, data: str, kind: str = "layer") -> None:
        """What SVG path data encloses, in the strong colour of a kind."""
        name = line(kind)
        self._parts.append(f'<path class="lmb-d-by-{name}" d="{data}" fill="{PALETTE[name][0]}"/>')


def through(points: Sequence[Point], radius: Number = 8) -> str:
    """Path data along the points, with round corners."""
    data = f"M{_n(points[0][0])} {_n(points[0][1])}"
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards((x, y), before, radius), _towards((x, y), after, radius)
        data += f"L{_n(near[0])} {_n(near[1])}Q{_n(x)} {_n(y)} {_n(far[0])} {_n(far[1])}"
    return data + f"L{_n(points[-1][0])} {_n(points[-1][1])}"


def _towards(start: Point, end: Point, distance: Number) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    share = min(0.5, distance / length)
    return start[0] + dx * share, start[1] + dy * share


def _n(number: Number) -> str:
    return f"{round(number, 1):g}"
