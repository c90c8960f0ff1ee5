"""Chapter 7: a recurrent network written out over time, forwards and backwards."""

from collections.abc import Sequence

from lmbook.arguments import check_texts, check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.lettering import Number
from lmbook.viz.diagrams.parts import arrow


def unrolled_rnn(tokens: Sequence[str], *, d_model: int, d_hidden: int, vocab_size: int) -> Drawing:
    """One network with a loop, and the same network unrolled over three tokens.

    Raises ``ValueError`` unless there are 3 tokens, and for sizes below 1.
    """
    check_texts("tokens", tokens)
    for name, size in (("d_model", d_model), ("d_hidden", d_hidden), ("vocab_size", vocab_size)):
        check_whole(name, size, 1)
    if len(tokens) != 3:
        raise ValueError(f"tokens has {len(tokens)} tokens, needs 3")
    sheet = Canvas("unrolled-rnn", 420, 378)
    _column(sheet, 46, "*w*_{t}", "**x**_{t}", "**h**_{t}", "*w*_{t+1}")
    loop = ((71, 170), (96, 170), (96, 192), (71, 192))
    arrow(sheet, *loop, kind="state", thick=2.6)
    sheet.text(118, 180, "=", size=24)
    before = (140.0, 180.0)
    for t, (x, token) in enumerate(zip((188, 276, 364), tokens, strict=True), 1):
        inside = f"**x**_{{{t}}}", f"**h**_{{{t}}}", f"*w*_{{{t + 1}}}"
        place = _column(sheet, x, token, *inside)
        arrow(sheet, before, place.left, kind="state", thick=2.6)
        before = place.right
    arrow(sheet, before, (416, 180), kind="state", thick=2.6)
    sheet.note(140, 162, "**h**_{0}")
    sizes = f"x: d_model {d_model:,} · h: d_hidden {d_hidden:,} · P: vocab {vocab_size:,}"
    sheet.note(210, 342, "The same *E*, *W*_{x}, *W*_{h} and *W*_{o} serve at every step.")
    sheet.note(210, 364, sizes)
    return sheet.finish(
        "A recurrent network, folded and unrolled",
        f"On the left one cell whose state returns to it. On the right the same cell drawn for the "
        f"tokens {', '.join(tokens)}: each state depends on the embedding of its token and on the "
        "state before, and gives a distribution of the next token.",
    )


def _column(sheet: Canvas, x: Number, token: str, vector: str, state: str, answer: str) -> Box:
    """A token, its embedding, the state and the prediction of one step; returns the state."""
    place = sheet.box(x, 304, token, "token", w=62, h=30, size=14)
    embedded = sheet.box(x, 246, vector, "embedding", w=50, h=32)
    cell = sheet.box(x, 180, state, "state", w=50, h=42)
    told = sheet.box(x, 64, f"*P*({answer})", "output", w=74, h=34)
    arrow(sheet, place.top, embedded.bottom)
    arrow(sheet, embedded.top, cell.bottom, kind="embedding")
    arrow(sheet, cell.top, told.bottom, kind="state")
    return cell


def truncated_bptt(n_steps: int, window: int) -> Drawing:
    """Forward and backward through time, where gradients end at the border of a window.

    ``window`` steps share one backward pass; the state crosses the border, its gradient does not.
    Raises ``ValueError`` for more than 6 steps, and a ``window`` that is not from 1 to ``n_steps``.
    """
    check_whole("n_steps", n_steps, 2)
    check_whole("window", window, 1)
    if n_steps > 6 or window > n_steps:
        raise ValueError(f"n_steps={n_steps} and window={window}: needs window ≤ n_steps ≤ 6")
    sheet, w = Canvas("truncated-bptt", 420, 262), 396 / n_steps
    states, losses = [], []
    for t in range(1, n_steps + 1):
        x = 12 + w * (t - 0.5)
        states.append(sheet.box(x, 152, f"**h**_{{{t}}}", "state", w=36, h=52))
        losses.append(sheet.box(x, 48, f"*L*_{{{t}}}", "output", w=36, h=32))
        arrow(sheet, (x, 216), (x, 178), kind="embedding")
        arrow(sheet, (x - 8, 126), (x - 8, 64), kind="state")
        arrow(sheet, (x + 8, 64), (x + 8, 126), kind="output", dashed=True)
        sheet.note(x, 228, f"**x**_{{{t}}}")
    for t in range(1, n_steps):
        left, right = states[t - 1].x + 18, states[t].x - 18
        arrow(sheet, (left, 140), (right, 140), kind="state", thick=2.6)
        if t % window:
            arrow(sheet, (right, 165), (left, 165), kind="output", dashed=True)
        else:
            border = (left + right) / 2
            sheet.path(f"M{border:g} 92V128M{border:g} 152V212")
            sheet.note(border, 82, "stop")
    sheet.note(210, 14, "blue: values, forwards · orange, dashed: gradients, backwards")
    sheet.note(210, 252, f"windows of {window} steps")
    return sheet.finish(
        "Truncated backpropagation through time",
        f"States run forwards through all {n_steps} steps. Gradients come down from the losses and "
        f"run backwards, but stop at the border of each window of {window} steps.",
    )
