"""Chapters 2 and 5: the words that a text without spaces may hold."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_text, check_texts
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.parts import cells

Span = tuple[int, int]


def word_lattice(text: str, ends: Sequence[Sequence[int]], path: Sequence[str]) -> Drawing:
    """The words of a lattice as boxes below their characters; those of the path come first.

    ``ends`` is what ``lmbook.tokenizers.segmentation.word_lattice`` returns for the text, ``path``
    one of its segmentations. Raises ``ValueError`` for a text that has no or more than 9
    characters, ``ends`` of another length, and a path that is none through the lattice.
    """
    check_text("text", text)
    check_several("ends", ends)
    check_texts("path", path)
    if not 1 <= len(text) <= 9 or len(ends) != len(text):
        raise ValueError(f"text={text!r}, ends has {len(ends)} entries: one for each of 1 to 9")
    words = [(start, end) for start, row in enumerate(ends) for end in row]
    chosen = _spans(path)
    if "".join(path) != text or not set(chosen) <= set(words):
        raise ValueError(f"path={list(path)} is no path through the lattice of {text!r}")
    rows = [chosen, *_rows([word for word in words if word not in chosen])]
    sheet, w = Canvas("word-lattice", 420, 108 + 40 * len(rows)), min(56.0, 400 / len(text))
    left = 210 - w * len(text) / 2
    cells(sheet, left + w / 2, 46, list(text), w=w, h=34, size=16)
    for i in range(len(text) + 1):
        sheet.note(left + w * i, 16, str(i))
    for number, row in enumerate(rows):
        for start, end in row:
            box = Box(left + w * (start + end) / 2, 94 + 40 * number, w * (end - start) - 6, 32)
            sheet.rect(box, "layer" if number else "output")
            sheet.text(box.x, box.y, text[start:end])
    sheet.note(210, 92 + 40 * len(rows), "orange: the path taken · grey: other words")
    others = ", ".join(text[start:end] for row in rows[1:] for start, end in row) or "none"
    return sheet.finish(
        "The words in a text without spaces",
        f"Words of the dictionary stand below the characters {text!r} that they cover. The path "
        f"taken is {' | '.join(path)}. Other words that the text may hold: {others}.",
    )


def _spans(path: Sequence[str]) -> list[Span]:
    spans, start = [], 0
    for word in path:
        spans.append((start, start + len(word)))
        start += len(word)
    return spans


def _rows(words: Sequence[Span]) -> list[list[Span]]:
    """The words in as few rows as it takes for none to lie over another, long ones first."""
    rows: list[list[Span]] = []
    for start, end in sorted(words, key=lambda word: (word[0] - word[1], word)):
        free = (row for row in rows if all(end <= a or b <= start for a, b in row))
        row = next(free, None)
        if row is None:
            rows.append(row := [])
        row.append((start, end))
    return rows
