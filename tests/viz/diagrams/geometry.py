"""Where the texts, boxes and lines of a drawing lie, read back from its SVG."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from itertools import pairwise

from lmbook.viz.diagrams.lettering import SIZE, width

SVG = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
STEP = re.compile(r"([MLHVhvQCZz])([^MLHVhvQCZz]*)")


@dataclass(frozen=True)
class Area:
    """A rectangle and what it is."""

    left: float
    top: float
    right: float
    bottom: float
    name: str = ""

    def holds(self, other, slack=0.0):
        return (
            self.left - slack <= other.left
            and other.right <= self.right + slack
            and self.top - slack <= other.top
            and other.bottom <= self.bottom + slack
        )

    def shared(self, other):
        """Width and height of what two rectangles have in common, negative if nothing."""
        w = min(self.right, other.right) - max(self.left, other.left)
        return w, min(self.bottom, other.bottom) - max(self.top, other.top)

    def covers(self, x, y, inside):
        return (
            self.left + inside < x < self.right - inside
            and self.top + inside < y < self.bottom - inside
        )


def root(drawing):
    return ET.fromstring(drawing.svg)


def texts(tree):
    found = []
    for element in tree.iter(f"{SVG}text"):
        size = float(element.get("font-size", SIZE))
        total = width(element.text or "", size)
        for span in element:
            total += width(span.text or "", min(size, float(span.get("font-size", size))))
            total += width(span.tail or "", size)
        x, y = float(element.get("x")), float(element.get("y"))
        left = (
            x
            - {"start": 0, "middle": total / 2, "end": total}[element.get("text-anchor", "middle")]
        )
        words = "".join(element.itertext())
        found.append(Area(left, y - 0.72 * size, left + total, y + 0.2 * size, words))
    return found


def boxes(tree):
    found = []
    for element in tree.iter(f"{SVG}rect"):
        kind = element.get("class").removeprefix("lmb-d-")
        if kind == "paper":
            continue
        x, y, w, h = (float(element.get(name)) for name in ("x", "y", "width", "height"))
        found.append(Area(x, y, x + w, y + h, kind))
    return found


def lines(tree):
    """For each stroked path, points along it, a unit or so apart."""
    found = []
    for element in tree.iter(f"{SVG}path"):
        if element.get("class").startswith("lmb-d-at-"):
            thick = float(element.get("stroke-width"))
            found.append((thick, _points(element.get("d"))))
    return found


def _points(data):
    points, here = [], (0.0, 0.0)
    for letter, rest in STEP.findall(data):
        numbers = [float(n) for n in NUMBER.findall(rest)]
        x, y = here
        if letter in "hHvV":
            n = numbers[0]
            goal = {"h": (x + n, y), "H": (n, y), "v": (x, y + n), "V": (x, n)}[letter]
            curve = [here, goal]
        elif letter in "zZ":
            continue
        else:
            curve = [here, *zip(numbers[::2], numbers[1::2], strict=True)]
        if letter == "M":
            here = curve[1]
            continue
        points += [_at(curve, i / 60) for i in range(61)]
        here = curve[-1]
    return points


def _at(corners, share):
    """De Casteljau's point of a Bézier curve."""
    while len(corners) > 1:
        corners = [
            (a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in pairwise(corners)
        ]
    return corners[0]


def faults(drawing):
    """What does not fit: one line a fault."""
    tree = root(drawing)
    _, _, w, h = (float(n) for n in tree.get("viewBox").split())
    sheet, words, frames, said = Area(0, 0, w, h), texts(tree), boxes(tree), []
    solid = [box for box in frames if box.name != "group"]
    for area in (*words, *frames):
        if not sheet.holds(area, 0.5):
            said.append(f"outside the sheet: {area.name}")
    for i, one in enumerate(words):
        for two in words[i + 1 :]:
            if min(one.shared(two)) > 0.5:
                said.append(f"texts overlap: {one.name} / {two.name}")
        for box in frames:
            if min(one.shared(box)) > 1.5 and not box.holds(one, 0.5):
                said.append(f"text leaves its box: {one.name} ({box.name})")
    for thick, points in lines(tree):
        if thick <= 1 or thick == 3.5:
            continue
        for area, inside in [(a, 0.0) for a in words] + [(b, 4.0) for b in solid]:
            if any(area.covers(x, y, inside) for x, y in points):
                said.append(
                    f"line through: {area.name} {area.left:.0f} {area.top:.0f} from {points[0]}"
                )
    return said
