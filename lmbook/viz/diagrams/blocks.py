"""Chapter 11: the two layouts of a Transformer block, and where positions enter."""

from lmbook.arguments import check_whole
from lmbook.nn.attention import check_heads
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow, attention, dot, operator, residual


def block_layouts(*, d_model: int, n_heads: int, d_ff: int) -> Drawing:
    """Pre-norm (GPT-2) beside post-norm (Vaswani et al., BERT): the same parts in another order.

    Raises ``ValueError`` if the heads do not divide the width, and for a ``d_ff`` below 1.
    """
    check_heads(d_model, n_heads, n_heads)
    check_whole("d_ff", d_ff, 1)
    sheet = Canvas("block-layouts", 420, 520)
    labels = f"attention\n{n_heads} heads", f"feed-forward\nd_ff {d_ff:,}"
    _pre_norm(sheet, 36, *labels)
    _post_norm(sheet, 258, *labels)
    sheet.text(98, 18, "pre-norm")
    sheet.text(322, 18, "post-norm")
    for x in (36, 258):
        sheet.note(x + 12, 496, f"d_model {d_model:,}", "start")
    return sheet.finish(
        "A Transformer block: pre-norm and post-norm",
        "Left, pre-norm: each layer reads a normalised copy of the residual stream and adds to the "
        "stream, which itself is never normalised. Right, post-norm: each layer reads the stream, "
        "and the sum is normalised, so that every norm stands on the stream.",
    )


def _pre_norm(sheet: Canvas, x: Number, attend: str, wide: str) -> None:
    first, second = operator(sheet, x, 290, "+"), operator(sheet, x, 100, "+")
    residual(sheet, (x, 510), first.bottom)
    residual(sheet, first.top, second.bottom)
    residual(sheet, second.top, (x, 34))
    for y, label, is_attention, add in ((466, attend, True, first), (266, wide, False, second)):
        dot(sheet, x, y, "embedding")
        norm = sheet.box(x + 88, y - 44, "norm", w=112, h=32)
        layer = _layer(sheet, x + 88, y - 112, label, is_attention)
        arrow(sheet, (x, y), (x + 88, y), norm.bottom)
        arrow(sheet, norm.top, layer.bottom)
        arrow(sheet, layer.top, (x + 88, add.y), add.right)


def _post_norm(sheet: Canvas, x: Number, attend: str, wide: str) -> None:
    start = (x, 510.0)
    for y, label, is_attention in ((466, attend, True), (254, wide, False)):
        add = operator(sheet, x, y - 126, "+")
        dot(sheet, x, y, "embedding")
        layer = _layer(sheet, x + 88, y - 62, label, is_attention)
        norm = sheet.box(x, y - 172, "norm", w=64, h=32)
        residual(sheet, start, add.bottom)
        residual(sheet, add.top, norm.bottom)
        arrow(sheet, (x, y), (x + 88, y), layer.bottom)
        arrow(sheet, layer.top, (x + 88, add.y), add.right)
        start = norm.top
    residual(sheet, start, (x, 34))


def _layer(sheet: Canvas, x: Number, y: Number, label: str, is_attention: bool) -> Box:
    if is_attention:
        return attention(sheet, x, y, label, 112, 52)
    return sheet.box(x, y, label, w=112, h=52)


def where_positions_enter() -> Drawing:
    """Three places at which a Transformer can be told where a token stands."""
    sheet = Canvas("where-positions-enter", 420, 470)
    _scores(sheet)
    for y, x, name, who in (
        (330, 96, "a vector for each position", "table: GPT-2, BERT\nsinusoids: Vaswani et al."),
        (192, 155, "an angle for each position", "rotary: Llama"),
        (82, 96, "a number for each distance", "ALiBi"),
    ):
        arrow(sheet, (212, y), (x, y))
        sheet.text(220, y - 12, name, size=14, at="start")
        sheet.note(220, y + (17 if "\n" in who else 9), who, "start")
    return sheet.finish(
        "Where positions enter",
        "A position can be a vector that is added to the embedding, as in GPT-2, BERT and the "
        "first Transformer; an angle by which queries and keys are rotated, as in Llama; or a "
        "number for the distance between two tokens that is added to their score, as in ALiBi.",
    )


def _scores(sheet: Canvas) -> None:
    """From a token to the weights of attention, with the three places marked."""
    token = sheet.box(84, 444, "token", "token", w=92, h=32)
    vector = sheet.box(84, 386, "embedding", "embedding", w=112)
    add = operator(sheet, 84, 330, "+")
    places = [sheet.box(46, 250, "*Q*", "query", w=52), sheet.box(122, 250, "*K*", "key", w=52)]
    turn = [sheet.box(x, 192, "rotate", w=66, h=32) for x in (46, 122)]
    scores = sheet.box(84, 132, "scores", w=112, h=32)
    bias = operator(sheet, 84, 82, "+")
    softmax = sheet.box(84, 28, "softmax", w=112, h=32)
    arrow(sheet, token.top, vector.bottom)
    residual(sheet, vector.top, add.bottom)
    residual(sheet, add.top, (84, 296), ends=False)
    for place, turned, kind in zip(places, turn, ("query", "key"), strict=True):
        arrow(sheet, (84, 296), (place.x, 296), place.bottom, kind="embedding")
        arrow(sheet, place.top, turned.bottom, kind=kind)
        arrow(sheet, turned.top, (turned.x, 148), kind=kind)
    arrow(sheet, scores.top, bias.bottom)
    arrow(sheet, bias.top, softmax.bottom)
