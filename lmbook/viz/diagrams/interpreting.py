"""Chapter 32: read-outs along the residual stream, and a value put from one run into another."""

from collections.abc import Sequence

from lmbook.arguments import check_texts, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, Number
from lmbook.viz.diagrams.parts import arrow, dot, residual

_MOST = 6


def stream_with_lens(readings: Sequence[str]) -> Drawing:
    """The residual stream from the embedding up, and what the last norm and layer read from it.

    ``readings`` holds what is read before the first block and after each. Raises ``ValueError`` for
    fewer than two readings, or more than six.
    """
    check_texts("readings", readings, some=True)
    if not 2 <= len(readings) <= _MOST:
        raise ValueError(f"readings holds {len(readings)}, needs 2 to {_MOST}")
    step = 72
    h = step * len(readings) + 40
    sheet = Canvas("stream-with-lens", 420, h)
    bottom = h - 30
    residual(sheet, (150, bottom), (150, 12))
    sheet.note(150, h - 14, "embedding of the last token")
    for depth, said in enumerate(readings):
        y = bottom - 34 - step * depth
        dot(sheet, 150, y, "embedding")
        lens = sheet.box(235, y, "norm, output", w=110, h=30, size=SMALL, dashed=True)
        out = sheet.box(360, y, said, "output", w=104, h=30, size=SMALL)
        arrow(sheet, (150, y), lens.left, dashed=True)
        arrow(sheet, lens.right, out.left, dashed=True)
        if depth < len(readings) - 1:
            _block(sheet, y - step / 2, depth + 1)
    return sheet.finish(
        "The residual stream with lenses",
        f"Each of {len(readings) - 1} blocks reads the residual stream and adds to it. A lens puts "
        f"the last norm and the output layer at an earlier depth. It reads, from the embedding up: "
        f"{', '.join(readings)}.",
    )


def _block(sheet: Canvas, y: Number, number: int) -> None:
    """A block beside the stream: it reads below and writes above."""
    box = sheet.box(55, y, f"block {number}", w=84, h=30, size=SMALL)
    arrow(sheet, (150, y + 22), (55, y + 22), box.bottom)
    arrow(sheet, box.top, (55, y - 22), (150, y - 22))


def patched_run(
    clean: Sequence[str], corrupt: Sequence[str], position: int, outputs: tuple[str, str, str]
) -> Drawing:
    """A value of the clean run goes into the corrupt run, whose output changes.

    ``position``, from 0, is where; ``outputs`` are those of the clean, the corrupt and the patched
    run. Raises ``ValueError`` for runs of different lengths, no token or more than five, and a
    position that does not exist.
    """
    for name, tokens in (("clean", clean), ("corrupt", corrupt)):
        check_texts(name, tokens, some=True)
    if not len(clean) == len(corrupt) < _MOST:
        raise ValueError(f"{len(clean)} and {len(corrupt)} tokens: as many, at most {_MOST - 1}")
    check_whole("position", position, 0)
    if position >= len(clean):
        raise ValueError(f"position={position} is not below {len(clean)}")
    h = 76 + 58 * len(clean)
    sheet = Canvas("patched-run", 420, h)
    left = _run(sheet, 1, clean, f"clean run\nsays {outputs[0]}", position)
    said = f"corrupt run says {outputs[1]},\npatched {outputs[2]}"
    right = _run(sheet, -1, corrupt, said, position)
    arrow(sheet, left.right, right.left, kind="query", thick=3)
    sheet.note(210, h - 14, "one value is copied; all that depends on it changes")
    return sheet.finish(
        "Activation patching",
        f"The clean run reads {' '.join(clean)} and says {outputs[0]}; the corrupt run reads "
        f"{' '.join(corrupt)} and says {outputs[1]}. The value at token {position + 1} of the "
        f"clean run is put into the corrupt run, which then says {outputs[2]}.",
    )


def _run(sheet: Canvas, side: int, tokens: Sequence[str], said: str, position: int) -> Box:
    """A run from top to bottom, its tokens outside (``side`` 1: left); gives the patched value."""
    x = 210 - 105 * side
    sheet.text(x, 22, said, size=SMALL)
    chosen = Box(x, 0, 0, 0)
    for i, token in enumerate(tokens):
        y = 72 + 58 * i
        read = sheet.box(x - 54 * side, y, token, "token", w=72, h=32, size=SMALL)
        kind = "query" if i == position else "layer"
        value = sheet.box(x + 40 * side, y, "value", kind, w=64, h=32, size=SMALL)
        ends = (read.right, value.left) if side > 0 else (read.left, value.right)
        arrow(sheet, *ends)
        if i:
            arrow(sheet, (value.x, y - 42), value.top)
        chosen = value if i == position else chosen
    return chosen
