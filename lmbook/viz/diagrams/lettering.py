"""Text of a drawing: a little markup, and how wide it will be.

``**h**`` is bold, ``*t*`` is italic, ``_{t-1}`` below the line, ``^{*}`` above it; a line break
begins a new line. The widths are those of Arial, and of Liberation Sans, which has the same.
"""

import html
import re
from typing import NamedTuple

Number = int | float  # of a sheet: coordinates and sizes

SIZE, SMALL, TINY = 16.0, 14.0, 13.5  # of labels, of notes, of what stands below the line
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"

# In thousandths of the size, of the wider of regular and bold.
_WIDTHS = {
    240: "'",
    280: " ,./I\\ijl|·’",
    335: "!()-:;[]`ft²",
    392: "*r{}",
    475: '"',
    500: "z“”↑↓∂",
    557: "#$0123456789J_aceksvxy–θλ≤≥≈√é",
    585: "+<=>^~−×",
    612: "?FLTZbdghnopquβη",
    668: "EPSVXYΣα",
    723: "&ABCDHKNRUσ∞Δ",
    779: "GOQw",
    834: "M½",
    891: "%mω",
    945: "W",
    1016: "@…—→←",
}
_WIDTH = {character: width for width, group in _WIDTHS.items() for character in group}
_MARK = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|_\{(.+?)\}|\^\{(.+?)\}")


class Run(NamedTuple):
    """Characters of one look: "", "bold", "italic", "below" or "above"."""

    text: str
    look: str


def runs(text: str) -> list[Run]:
    """One line of markup as runs."""
    found, end = [], 0
    for match in _MARK.finditer(text):
        found.append(Run(text[end : match.start()], ""))
        look = ("bold", "italic", "below", "above")[(match.lastindex or 1) - 1]
        found.append(Run(match[match.lastindex or 1], look))
        end = match.end()
    return [run for run in (*found, Run(text[end:], "")) if run.text]


def plain(text: str) -> str:
    """The text without its markup, as a screen reader or a search sees it."""
    return "".join(run.text for run in runs(text))


def width(text: str, size: Number = SIZE) -> Number:
    """Width of the widest line, in the units of ``size``. Unknown characters count as square."""
    return max(sum(_run_width(run, size) for run in runs(one)) for one in text.split("\n"))


def _run_width(run: Run, size: Number) -> Number:
    size = min(size, TINY) if run.look in ("below", "above") else size
    return sum(_WIDTH.get(character, 1000) for character in run.text) * size / 1000


def spans(text: str, size: Number) -> str:
    """One line as SVG: plain text, and ``tspan`` where the look changes."""
    parts, shift = [], 0.0
    for run in runs(text):
        wanted = {"below": 0.26, "above": -0.38}.get(run.look, 0.0) * size
        moved = f' dy="{wanted - shift:.3g}"' if wanted != shift else ""
        look = {"bold": ' font-weight="700"', "italic": ' font-style="italic"'}.get(run.look, "")
        if wanted and size > TINY:
            look = f' font-size="{TINY:g}"'
        text = html.escape(run.text, quote=False)
        parts.append(f"<tspan{moved}{look}>{text}</tspan>" if moved or look else text)
        shift = wanted
    return "".join(parts)
