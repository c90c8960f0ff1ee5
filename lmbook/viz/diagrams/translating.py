"""Chapter 9: an encoder that reads, a decoder that writes, and attention between them."""

from collections.abc import Sequence

from lmbook.arguments import check_several, check_texts, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow


def encoder_decoder(
    source: Sequence[str],
    target: Sequence[str],
    *,
    d_hidden: int,
    weights: Sequence[Number] | None = None,
) -> Drawing:
    """A recurrent encoder–decoder; with ``weights``, also one step of attention.

    ``target`` ends with its end mark. ``weights`` are those of the last step, one a source token;
    their bars are drawn to scale. The decoder's inputs are the targets, one step later. Raises
    ``ValueError`` for more than 8 tokens in all, no token, and weights of another number.
    """
    check_texts("source", source, some=True)
    check_texts("target", target, some=True)
    check_whole("d_hidden", d_hidden, 1)
    if len(source) + len(target) > 8:
        raise ValueError(f"source and target have {len(source) + len(target)} tokens, more than 8")
    if weights is not None:
        check_several("weights", weights)
        if len(weights) != len(source):
            raise ValueError(f"weights has {len(weights)} numbers for {len(source)} source tokens")
    if weights is not None and len(source) < 3:
        raise ValueError(f"source has {len(source)} tokens, weights need 3 or more")
    height = 222 if weights is None else 380
    sheet, base = Canvas("encoder-decoder", 420, height), height - 118
    memory = _states(sheet, 8, base, source, "m")
    inputs = ["start", *target[:-1]]
    states = _states(sheet, 412 - 50 * len(target), base, inputs, "q")
    arrow(sheet, memory[-1].right, states[0].left, kind="state", thick=2.6)
    if weights is None:
        _answers(sheet, states, target, base - 26)
    else:
        _answers(sheet, states[:-1], target[:-1], base - 26)
        _look(sheet, memory, states[-1], weights, target[-1])
    sheet.note(memory[0].x - 20, base + 84, "encoder: source", "start")
    sheet.note(states[-1].x + 20, base + 84, "decoder: target so far", "end")
    sheet.note(210, base + 106, f"every state: d_hidden {d_hidden:,}")
    told = _told(weights)
    title = "An encoder–decoder" + (" without attention" if weights is None else " with attention")
    writes = f"The encoder reads {' '.join(source)} and its last state starts the decoder, which "
    return sheet.finish(title, f"{writes}writes {' '.join(target)}. {told}")


def _told(weights: Sequence[Number] | None) -> str:
    if weights is None:
        return "All that the decoder knows of the source has gone through that one vector."
    shares = ", ".join(f"{one:.2f}" for one in weights)
    return (
        "At its last step the decoder's state is a query to the encoder's states; their average "
        f"with the weights {shares} is the context vector, which goes into the prediction beside "
        "the state."
    )


def _states(
    sheet: Canvas, left: Number, y: Number, tokens: Sequence[str], letter: str
) -> list[Box]:
    """A row of recurrent states, each with its token below it."""
    boxes: list[Box] = []
    for i, token in enumerate(tokens, 1):
        x = left + 50 * (i - 0.5)
        place = sheet.box(x, y + 54, token, "token", w=46, h=30, size=14)
        boxes.append(sheet.box(x, y, f"**{letter}**_{{{i}}}", "state", w=34, h=38))
        arrow(sheet, place.top, boxes[-1].bottom, kind="embedding")
        if i > 1:
            arrow(sheet, boxes[-2].right, boxes[-1].left, kind="state", thick=2.6)
    return boxes


def _answers(sheet: Canvas, states: Sequence[Box], tokens: Sequence[str], y: Number) -> None:
    for state, token in zip(states, tokens, strict=True):
        told = sheet.box(state.x, y - 50, token, "output", w=46, h=30, size=14)
        arrow(sheet, state.top, told.bottom, kind="state")


def _look(
    sheet: Canvas, memory: Sequence[Box], state: Box, weights: Sequence[Number], token: str
) -> None:
    """The query of one state, the weights of the memory, the context vector and its use."""
    first, last = memory[0].x, memory[-1].x
    frame = sheet.rect(Box((first + last) / 2, 142, last - first + 44, 76), "layer")
    for box, weight in zip(memory, weights, strict=True):
        bar = max(1.5, 50 * float(weight))
        sheet.area(f"M{box.x - 15:g} 172h12v-{bar:.1f}h-12z", "query")
        arrow(sheet, (box.x - 6, box.y - 19), (box.x - 6, 180), kind="key")
        arrow(sheet, (box.x + 6, box.y - 19), (box.x + 6, 180), kind="value")
    sheet.note(frame.x, 116, "attention weights ω")
    right = frame.x + frame.w / 2
    arrow(sheet, (state.x - 10, state.y - 19), (state.x - 10, 142), (right, 142), kind="query")
    sheet.note(right + 34, 128, "query")
    context = sheet.box(frame.x, 66, "context **m̄**", "value", w=124, h=34)
    arrow(sheet, frame.top, context.bottom, kind="value")
    joined = sheet.box(state.x - 24, 66, "tanh(*W* · )", w=92, h=34)
    arrow(sheet, context.right, joined.left, kind="value")
    arrow(sheet, (state.x + 8, state.y - 19), (state.x + 8, 83), kind="state")
    told = sheet.box(state.x - 24, 18, token, "output", w=56, h=28, size=14)
    arrow(sheet, joined.top, told.bottom)
