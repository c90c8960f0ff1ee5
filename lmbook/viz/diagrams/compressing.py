"""Chapter 29: a row of weights on a grid of whole numbers, and what a teacher tells a student."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL, TINY, Number
from lmbook.viz.diagrams.parts import arrow, cells

_MOST_WEIGHTS, _MOST_LEVELS, _MOST_LAYERS = 6, 15, 8


def weight_grid(weights: Sequence[float], bits: int = 4) -> Drawing:
    """A row of weights above the signed levels of ``bits`` bits; each falls to the nearest.

    Raises ``ValueError`` for no weight or more than six, for zeros alone, and for ``bits`` other
    than 2 to 4.
    """
    check_several("weights", weights)
    check_whole("bits", bits, 2)
    if not 0 < len(weights) <= _MOST_WEIGHTS or not any(weights):
        raise ValueError(f"weights={list(weights)}: 1 to {_MOST_WEIGHTS}, not all 0, are drawn")
    if bits > 4:
        raise ValueError(f"bits={bits} has more than {_MOST_LEVELS} levels, which do not fit")
    most = 2 ** (bits - 1) - 1
    scale = max(map(abs, weights)) / most
    codes = [round(weight / scale) for weight in weights]
    sheet = Canvas("weight-grid", 420, 232)
    w = 390 / len(weights)
    row = cells(sheet, 15 + w / 2, 44, [f"{x:g}" for x in weights], "layer", w=w)
    step = 390 / (2 * most + 1)
    levels = [f"{q}".replace("-", "−") for q in range(-most, most + 1)]
    kinds = ["query" if q in codes else "token" for q in range(-most, most + 1)]
    grid = cells(sheet, 15 + step / 2, 160, levels, kinds, w=step, size=TINY)
    for box, code in zip(row, codes, strict=True):
        arrow(sheet, box.bottom, grid[code + most].top, kind="query")
    sheet.note(210, 14, f"{len(weights)} weights in float32")
    sheet.note(210, 192, f"levels of {bits} bits, one step is {scale:.3g}")
    values = ", ".join(f"{code * scale:.3g}".replace("-", "−") for code in codes)
    sheet.text(210, 216, f"read back as {values}", size=SMALL)
    return sheet.finish(
        "Weights on a grid",
        f"The weights {', '.join(f'{x:g}' for x in weights)} and the whole numbers from {-most} to "
        f"{most}. Each weight goes to the nearest level; they are {codes} times the scale "
        f"{scale:.3g}.",
    )


def teacher_and_student(n_layers: int, matched: Sequence[int]) -> Drawing:
    """A teacher of ``n_layers`` layers beside a student with a layer for each one of ``matched``.

    Layers count from 1. Raises ``ValueError`` for more than eight layers, and for a matched layer
    that the teacher does not have or that does not come after the one before.
    """
    check_whole("n_layers", n_layers, 1)
    if n_layers > _MOST_LAYERS:
        raise ValueError(f"n_layers={n_layers} is above {_MOST_LAYERS}, which fit")
    check_several("matched", matched)
    rising = [0, *matched]
    if not matched or any(b <= a for a, b in zip(rising, matched, strict=False)):
        raise ValueError(f"matched={list(matched)} is empty or does not rise from 1")
    if matched[-1] > n_layers:
        raise ValueError(f"matched={list(matched)}: the teacher has {n_layers} layers")
    height = 36 * n_layers + 176
    sheet = Canvas("teacher-student", 420, height)
    heights = {i: height - 62 - 36 * i for i in range(n_layers + 1)}
    left = [_layer(sheet, 96, heights[i], i) for i in range(n_layers + 1)]
    right = [_layer(sheet, 324, heights[i], k) for k, i in enumerate((0, *matched))]
    top = heights[n_layers] - 52
    outputs = [sheet.box(x, top, "logits", "output", w=110, h=28) for x in (96, 324)]
    for column, output in zip((left, right), outputs, strict=True):
        for below, above in zip(column, [*column[1:], output], strict=True):
            arrow(sheet, below.top, above.bottom)
    for k, i in enumerate(matched):
        _compared(sheet, left[i], right[k + 1], "MSE")
    _compared(sheet, outputs[0], outputs[1], "KL")
    sheet.text(96, top - 30, "teacher, fixed", size=SMALL)
    sheet.text(324, top - 30, "student, learns", size=SMALL)
    sheet.note(210, height - 26, "the same text")
    return sheet.finish(
        "Teacher and student",
        f"A teacher of {n_layers} layers and a student of {len(matched)} read the same text. The "
        f"student's layers are compared with the teacher's layers {list(matched)} by the mean "
        "squared error of their vectors, and its logits with the teacher's by a divergence.",
    )


def _layer(sheet: Canvas, x: Number, y: Number, number: int) -> Box:
    label, kind = (f"layer {number}", "layer") if number else ("embedding", "embedding")
    return sheet.box(x, y, label, kind, w=110, h=24, size=SMALL)


def _compared(sheet: Canvas, one: Box, other: Box, name: str) -> None:
    middle = sheet.box(210, one.y, name, "output", w=54, h=22, size=SMALL)
    sheet.path(f"M{one.right[0]:g} {one.y:g}H{middle.left[0]:g}", "output", dashed=True)
    sheet.path(f"M{middle.right[0]:g} {one.y:g}H{other.left[0]:g}", "output", dashed=True)
