"""Chapter 10: queries, keys and values with their shapes, and heads as a reshape."""

from lmbook.arguments import check_whole
from lmbook.nn.attention import check_heads
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, attention


def queries_keys_values(*, time: int, d_model: int, d_head: int) -> Drawing:
    """One head of self-attention from the stream to what it gathers, each matrix with its shape."""
    for name, size in (("time", time), ("d_model", d_model), ("d_head", d_head)):
        check_whole(name, size, 1)
    sheet = Canvas("queries-keys-values", 420, 560)
    stream = sheet.box(222, 498, "*X*", "embedding", w=132, h=56)
    sheet.note(222, 538, f"d_model {d_model:,}")
    sheet.note(146, 520, f"time\n{time:,}", "end")
    places = {}
    for name, x, kind in (("Q", 92, "query"), ("K", 222, "key"), ("V", 352, "value")):
        places[name] = sheet.box(x, 368, f"*{name}*", kind, w=54, h=56)
        weight = sheet.box(x, 431, f"*W*^{{{name}}}", w=54, h=30)
        arrow(sheet, weight.top, places[name].bottom, kind=kind)
        start = {"Q": stream.left, "K": stream.top, "V": stream.right}[name]
        corner = [] if name == "K" else [(x, stream.y)]
        arrow(sheet, start, *corner, weight.bottom, kind="embedding")
        sheet.note(x, 330, f"d_head {d_head:,}")
    scores = sheet.box(157, 232, "*Q K*^{⊤}/ √*d*_{k}", w=116, h=86)
    arrow(sheet, (92, 322), (92, 300), (130, 300), (130, 275), kind="query")
    arrow(sheet, (222, 322), (222, 300), (184, 300), (184, 275), kind="key")
    sheet.note(166, 176, f"key {time:,}", "start")
    sheet.note(92, 232, f"query\n{time:,}", "end")
    weights = sheet.box(157, 126, "mask, softmax", w=116, h=34)
    return _gather(sheet, scores, weights, places["V"], time, d_head, d_model)


def _gather(
    sheet: Canvas, scores: Box, weights: Box, value: Box, time: int, d_head: int, d_model: int
) -> Drawing:
    arrow(sheet, scores.top, weights.bottom)
    gathered = sheet.box(255, 42, "weights × *V*", "value", w=128, h=46)
    arrow(sheet, weights.top, (157, 42), gathered.left)
    arrow(sheet, (352, 322), (352, 42), gathered.right, kind="value")
    sheet.note(255, 8, f"time {time:,} × d_head {d_head:,}")
    return sheet.finish(
        "Queries, keys and values, with shapes",
        f"The stream X, {time} positions of {d_model} numbers, is projected by three matrices: "
        f"queries, keys and values of {d_head} numbers a position. Queries times keys give {time} "
        f"by {time} scores; masked and through a softmax they weight the values.",
    )


def heads_as_reshape(*, time: int, d_model: int, n_heads: int) -> Drawing:
    """Many heads cost no more than one: the width is cut into ``n_heads`` slices.

    Raises ``ValueError`` if the heads do not divide the width, or there are more than 16.
    """
    check_whole("time", time, 1)
    check_heads(d_model, n_heads, n_heads)
    if n_heads > 16:
        raise ValueError(f"n_heads={n_heads} is more than 16: their slices would be too thin")
    sheet, wide, d_head = Canvas("heads-as-reshape", 420, 508), 272.0, d_model // n_heads
    for kind, by in (("value", 14), ("key", 7)):
        sheet.rect(Box(210 + by, 426 - by, wide, 64), kind, round_by=1)
    _slices(sheet, 426, n_heads, wide, "query")
    _slices(sheet, 118, n_heads, wide, "value")
    gap = min(12.0, 112 / n_heads)
    _slices(sheet, 266, n_heads, wide + gap * (n_heads - 1), "layer", gap)
    output = sheet.box(210, 34, "*W*^{O}", w=120, h=32)
    arrow(sheet, (217, 410 - 30), (217, 302))
    arrow(sheet, (210, 230), (210, 154), kind="value")
    arrow(sheet, (210, 84), output.bottom, kind="value")
    sheet.note(229, 341, "cut: a slice a head", "start")
    sheet.note(222, 192, "side by side", "start")
    sheet.note(64, 426, f"time\n{time:,}", "end")
    sheet.note(64, 118, f"time\n{time:,}", "end")
    sheet.note(210, 474, f"*Q*, *K*, *V*: d_model {d_model:,} each")
    sheet.note(210, 496, f"= {n_heads} heads × d_head {d_head:,}")
    return sheet.finish(
        "Heads as a reshape",
        f"The {d_model} numbers of each of {time} positions of Q, K and V are cut into {n_heads} "
        f"slices of {d_head}. Each head attends with its own slices. What the heads gather is put "
        "side by side again, and the matrix W^O mixes it.",
    )


def _slices(
    sheet: Canvas, y: Number, n_heads: int, wide: Number, kind: str, gap: Number = 0.0
) -> None:
    """A matrix cut down its width; with a gap, one attention a slice."""
    w = (wide - gap * (n_heads - 1)) / n_heads
    for i in range(n_heads):
        x = 210 - wide / 2 + w / 2 + i * (w + gap)
        label = f"{i + 1}" if w > 14 else ""
        if gap:
            attention(sheet, x, y, label, w, 64)
        else:
            sheet.box(x, y, label, kind, w=w, h=64, size=14)
