"""Chapter 21: a change of low rank beside a frozen matrix, and where adapters stand in a block."""

from lmbook.viz.diagrams.canvas import Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, attention, check_sizes, operator, residual


def low_rank_change(*, d_in: int, d_out: int, rank: int, scale: Number) -> Drawing:
    """A frozen matrix, and beside it the two thin matrices whose product is added to it.

    Raises ``ValueError`` for a size below 1 and a ``rank`` above the widths.
    """
    check_sizes({"d_in": d_in, "d_out": d_out, "rank": rank})
    if rank > min(d_in, d_out):
        raise ValueError(f"rank={rank} exceeds the width {min(d_in, d_out)}")
    sheet = Canvas("low-rank-change", 420, 330)
    below = sheet.box(210, 304, "**x**", "token", w=70, h=30)
    frozen = sheet.box(110, 180, "*W*", "group", w=130, h=110, dashed=True)
    a = sheet.box(310, 220, "*A*", "output", w=110, h=30)
    b = sheet.box(310, 136, f"{scale:.3g} · *B*", "output", w=110, h=30)
    plus = operator(sheet, 210, 62, "+")
    above = sheet.box(210, 16, "**h**", "token", w=70, h=28)
    arrow(sheet, below.left, (110, 304), frozen.bottom)
    arrow(sheet, below.right, (310, 304), a.bottom)
    arrow(sheet, a.top, b.bottom)
    arrow(sheet, frozen.top, (110, 62), plus.left)
    arrow(sheet, b.top, (310, 62), plus.right)
    arrow(sheet, plus.top, above.bottom)
    sheet.note(102, 270, f"d_in {d_in:,}", "end")
    sheet.note(318, 270, f"d_in {d_in:,}", "start")
    sheet.note(318, 178, f"rank {rank:,}", "start")
    sheet.note(318, 100, f"d_out {d_out:,}", "start")
    sheet.note(102, 100, f"d_out {d_out:,}", "end")
    sheet.note(110, 216, "frozen")
    n_frozen, n_new = d_in * d_out, rank * (d_in + d_out)
    return sheet.finish(
        "A change of low rank",
        f"The input goes two ways: through the frozen matrix W of {n_frozen:,} entries, and "
        f"through A, which narrows it from {d_in} numbers to {rank}, and B, which widens it to "
        f"{d_out}. A and B have {n_new:,} entries. The sum of both ways is the output.",
    )


def adapter_places(*, d_model: int, d_ff: int) -> Drawing:
    """A frozen block of an encoder, and the place where each method acts on it.

    Raises ``ValueError`` for a size below 1.
    """
    check_sizes({"d_model": d_model, "d_ff": d_ff})
    sheet = Canvas("adapter-places", 420, 520)
    x = 130
    tokens = sheet.box(x, 496, "prompt · text", "token", w=150, h=32)
    attend = attention(sheet, x, 396, "attention", 150)
    after_1 = sheet.box(x, 330, "bottleneck", "output", w=110, h=28)
    add_1 = operator(sheet, x, 282, "+")
    forward = sheet.box(x, 196, f"feed-forward {d_ff:,}", "group", w=160, h=38, dashed=True)
    after_2 = sheet.box(x, 130, "bottleneck", "output", w=110, h=28)
    add_2 = operator(sheet, x, 82, "+")
    for start, end in ((attend, after_1), (after_1, add_1), (forward, after_2), (after_2, add_2)):
        arrow(sheet, start.top, end.bottom)
    residual(sheet, tokens.top, attend.bottom)
    residual(sheet, add_1.top, forward.bottom)
    residual(sheet, add_2.top, (x, 34))
    residual(sheet, (x, 446), (24, 446), (24, 282), add_1.left)
    residual(sheet, (x, 244), (24, 244), (24, 82), add_2.left)
    sheet.note(x, 18, f"d_model {d_model:,}")
    for y, lines in _METHODS.items():
        for i, text in enumerate(lines):
            sheet.note(228, y + 18 * i, text, "start")
    return sheet.finish(
        "Where adapters stand",
        "A block of an encoder. Prompt tuning adds vectors before the text. In the attention, "
        "prefix tuning adds keys and values, LoRA changes the matrices of queries and values, and "
        "(IA)³ multiplies keys and values. Houlsby's bottlenecks stand after the attention and "
        "after the feed-forward layer, before each sum with the residual stream. (IA)³ multiplies "
        "the hidden units of the feed-forward layer too; BitFit trains the biases everywhere.",
    )


_METHODS = {
    496: ("prompt tuning",),
    376: ("LoRA: queries, values", "prefix: more keys, values", "(IA)³: keys, values"),
    330: ("Houlsby",),
    196: ("(IA)³: hidden units",),
    130: ("Houlsby",),
    58: ("BitFit: every bias",),
}
