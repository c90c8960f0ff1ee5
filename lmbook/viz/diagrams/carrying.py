"""Chapter 28: one matrix as toolkits store it, and what two kinds of files hold."""

from collections.abc import Sequence

from lmbook.arguments import check_several
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import SMALL
from lmbook.viz.diagrams.parts import arrow, check_sizes, stack

_MOST_STEPS = 8
_PARTS = (("query", "q"), ("key", "k"), ("value", "v"))


def three_layouts(*, d_model: int, n_heads: int) -> Drawing:
    """The matrices of queries, keys and values: three here, one there, by head elsewhere.

    Raises ``ValueError`` for sizes below 1 and for heads that do not divide ``d_model``.
    """
    check_sizes({"d_model": d_model, "n_heads": n_heads})
    if d_model % n_heads:
        raise ValueError(f"d_model={d_model} is not a multiple of n_heads={n_heads}")
    sheet = Canvas("layouts", 420, 306)
    d_head = d_model // n_heads
    for i, (kind, letter) in enumerate(_PARTS):
        y = 82 + 74 * i
        ours = sheet.box(196, y, f"{letter}\n{d_model} × {d_model}", kind, w=84, h=54)
        fused = sheet.box(54, 102 + 54 * i, letter, kind, w=64, h=54)
        by_head = _kernel(sheet, 340, y, letter, kind)
        arrow(sheet, ours.left, fused.right, kind=kind)
        arrow(sheet, ours.right, by_head.left, kind=kind)
    for x, title in ((54, "side by side"), (196, "ours"), (340, "by head")):
        sheet.text(x, 18, title, size=SMALL)
    sheet.note(54, 36, "CTranslate2")
    sheet.note(196, 36, "fairseq, OpenNMT")
    sheet.note(340, 36, "Model Garden")
    sheet.note(54, 284, f"out {3 * d_model}, in {d_model}")
    sheet.note(196, 284, "out, in")
    sheet.note(340, 284, f"transposed: in {d_model},\nhead {n_heads}, d_head {d_head}")
    return sheet.finish(
        "One matrix in three layouts",
        f"In the middle, queries, keys and values are three matrices of {d_model} × {d_model}, "
        f"output by input. On the left they are one matrix of {3 * d_model} × {d_model}. On the "
        f"right each is transposed and cut into {n_heads} heads of {d_head}.",
    )


def _kernel(sheet: Canvas, x: int, y: int, letter: str, kind: str) -> Box:
    """A matrix cut into sheets, one behind the other."""
    stack(sheet, Box(x, y, 70, 48))
    return sheet.box(x, y, letter, kind, w=70, h=48)


def program_or_table(steps: Sequence[str]) -> Drawing:
    """A pickle as a list of instructions beside a safetensors file as a header and bytes.

    Raises ``ValueError`` for no step or more than eight.
    """
    check_several("steps", steps)
    if not 0 < len(steps) <= _MOST_STEPS:
        raise ValueError(f"steps has {len(steps)} entries, 1 to {_MOST_STEPS} are drawn")
    height = max(40 * len(steps) + 92, 260)
    sheet = Canvas("files", 420, height)
    above = None
    for i, step in enumerate(steps):
        kind = "key" if step.startswith(("call", "import")) else "layer"
        box = sheet.box(104, 66 + 40 * i, step, kind, w=184, h=28, size=SMALL)
        if above is not None:
            arrow(sheet, above.bottom, box.top)
        above = box
    sheet.box(316, 72, "8 bytes:\nlength of the header", "output", w=176, h=44, size=SMALL)
    sheet.box(
        316, 130, "header in JSON: names,\nshapes, types, places", "value", w=176, h=52, size=SMALL
    )
    sheet.box(316, 200, "the numbers", "layer", w=176, h=68)
    for x, title in ((104, "a pickle: a program"), (316, "safetensors: a table")):
        sheet.text(x, 20, title, size=SMALL)
    sheet.note(104, height - 14, "followed step by step")
    sheet.note(316, height - 14, "looked up, never run")
    return sheet.finish(
        "A program and a table",
        f"Left: the instructions of a pickle, {', '.join(steps)}, each after the other. Right: a "
        "safetensors file, which has the length of its header, the header, and the numbers.",
    )
