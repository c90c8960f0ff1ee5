"""The landing page: the parts of the book and their chapters as one path."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_text
from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number, width
from lmbook.viz.diagrams.parts import dot, residual

Chapter = tuple[int, str, bool]  # number, short title, whether it exists
Part = tuple[str, Sequence[Chapter]]


def book_map(parts: Sequence[Part]) -> Drawing:
    """The parts along one line, each with its chapters; what is only planned is dashed.

    A part is its name and its chapters; a chapter is its number, a short title, and whether it
    exists. Raises ``ValueError`` if there is no part, or one has no chapter.
    """
    check_several("parts", parts)
    if not parts:
        raise ValueError("parts is empty: there is nothing to draw")
    placed, y = [], 22.0
    for name, chapters in parts:
        check_text("name", name)
        if not chapters:
            raise ValueError(f"part {name!r} has no chapter")
        chips = _chips(chapters)
        placed.append((name, chips, y))
        y += 40 * (chips[-1][2] + 1) + 46
    sheet = Canvas("book-map", 420, y - 14)
    residual(sheet, (20, 12), (20, y - 22))
    for name, chips, top in placed:
        dot(sheet, 20, top, "embedding", 9)
        sheet.text(40, top, f"**{name}**", at="start")
        for label, x, row, exists in chips:
            look = "state" if exists else "group"
            box = x + _wide(label) / 2, top + 36 + 40 * row
            sheet.box(*box, label, look, w=_wide(label), h=30, size=SMALL, dashed=not exists)
    n_there = sum(exists for _, chapters in parts for *_, exists in chapters)
    return sheet.finish(
        "A map of the book",
        f"{len(parts)} parts along one line, {n_there} chapters written so far: "
        + "; ".join(f"{name}: {', '.join(one[1] for one in chapters)}" for name, chapters in parts),
    )


def _chips(chapters: Sequence[Chapter]) -> list[tuple[str, Number, int, bool]]:
    """For each chapter its label, left edge and row, as many in a row as fit."""
    chips, x, row = [], 40.0, 0
    for number, title, exists in chapters:
        label = f"{number} {title}"
        if x + _wide(label) > 416 and x > 40:
            x, row = 40.0, row + 1
        chips.append((label, x, row, exists))
        x += _wide(label) + 8
    return chips


def _wide(label: str) -> Number:
    return width(label, SMALL) + 16
