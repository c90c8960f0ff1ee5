"""One step of the three recurrent networks, wire by wire, as ``nn.recurrent`` computes it."""

from lmbook.arguments import check_whole
from lmbook.viz.diagrams.canvas import Box, Canvas, Drawing
from lmbook.viz.diagrams.parts import arrow, dot, operator


def _check_sizes(d_model: int, d_hidden: int) -> None:
    check_whole("d_model", d_model, 1)
    check_whole("d_hidden", d_hidden, 1)


def rnn_cell(*, d_model: int, d_hidden: int) -> Drawing:
    """The plain recurrent step: tanh of a sum of two products and a bias (Elman, 1990)."""
    _check_sizes(d_model, d_hidden)
    sheet = Canvas("rnn-cell", 400, 268)
    sheet.rect(Box(200, 118, 296, 172), "group", round_by=12)
    old = sheet.box(110, 75, "*W*_{h}", w=56)
    new = sheet.box(185, 155, "*W*_{x}", w=56)
    plus = operator(sheet, 185, 75, "+")
    squash = sheet.box(265, 75, "tanh", w=60)
    arrow(sheet, (8, 75), old.left, kind="state", thick=2.6)
    arrow(sheet, old.right, plus.left)
    arrow(sheet, (185, 225), new.bottom, kind="embedding", thick=2.6)
    arrow(sheet, new.top, plus.bottom)
    sheet.text(120, 122, "**b**")
    arrow(sheet, (128, 118), (174, 83))
    arrow(sheet, plus.right, squash.left)
    arrow(sheet, squash.right, (392, 75), kind="state", thick=2.6)
    sheet.text(26, 57, "**h**_{t−1}")
    sheet.text(372, 57, "**h**_{t}")
    sheet.text(202, 222, "**x**_{t}", at="start")
    sheet.note(200, 252, f"x: d_model {d_model:,} · h: d_hidden {d_hidden:,}")
    return sheet.finish(
        "A step of a plain recurrent network",
        "The old state times W_h, the input times W_x and a bias are added; the tanh of the sum "
        f"is the new state of {d_hidden} numbers.",
    )


def lstm_cell(*, d_model: int, d_hidden: int) -> Drawing:
    """The LSTM with a forget gate: c = f ⊙ c + i ⊙ g, h = o ⊙ tanh(c) (Gers et al., 2000)."""
    _check_sizes(d_model, d_hidden)
    sheet = Canvas("lstm-cell", 420, 394)
    sheet.rect(Box(215, 176, 326, 280), "group", round_by=12)
    _lstm_memory(sheet, _lstm_gates(sheet))
    for letter, y in (("c", 57), ("h", 254)):
        sheet.text(24, y, f"**{letter}**_{{t−1}}")
        sheet.text(396, y, f"**{letter}**_{{t}}")
    sheet.note(210, 358, "f forget gate, i input gate, g candidate, o output gate")
    sizes = f"x: d_model {d_model:,} · h, c: d_hidden {d_hidden:,} · sums: {4 * d_hidden:,}"
    sheet.note(210, 380, sizes)
    return sheet.finish(
        "A step of an LSTM",
        f"One matrix product gives {4 * d_hidden} sums, a quarter for each of forget gate f, input "
        "gate i, candidate g and output gate o. The cell c runs along the top: it is multiplied "
        "by f, and the product of i and g is added. The new state h is o times the tanh of the "
        "new cell.",
    )


def _lstm_memory(sheet: Canvas, gates: dict[str, Box]) -> None:
    """The way of the cell along the top, and the new state that it shows."""
    keep, add = operator(sheet, 110, 75, "×"), operator(sheet, 205, 75, "+")
    let_in, show = operator(sheet, 205, 145, "×"), operator(sheet, 345, 148, "×")
    squash = sheet.box(345, 108, "tanh", w=48, h=26)
    arrow(sheet, (6, 75), keep.left, kind="cell", thick=2.6)
    arrow(sheet, keep.right, add.left, kind="cell", thick=2.6)
    arrow(sheet, add.right, (414, 75), kind="cell", thick=2.6)
    dot(sheet, 345, 75, "cell")
    arrow(sheet, (345, 75), squash.top, kind="cell")
    arrow(sheet, squash.bottom, show.top)
    arrow(sheet, gates["f"].top, keep.bottom)
    arrow(sheet, gates["i"].top, (172, 145), let_in.left)
    arrow(sheet, gates["g"].top, (238, 145), let_in.right)
    arrow(sheet, let_in.top, add.bottom)
    arrow(sheet, gates["o"].top, (300, 148), show.left)
    arrow(sheet, show.bottom, (345, 272), (414, 272), kind="state", thick=2.6)


def _lstm_gates(sheet: Canvas) -> dict[str, Box]:
    """The product of weights and inputs, and the four gates that squash its quarters."""
    gates = {}
    sums = sheet.box(204, 272, "*W*_{x}**x**_{t} + *W*_{h}**h**_{t−1} + **b**", w=236)
    arrow(sheet, (6, 272), sums.left, kind="state", thick=2.6)
    arrow(sheet, (204, 342), sums.bottom, kind="embedding", thick=2.6)
    sheet.text(216, 332, "**x**_{t}", at="start")
    for name, x, label, side in (
        ("f", 110, "σ", 8),
        ("i", 172, "σ", -8),
        ("g", 238, "tanh", 8),
        ("o", 300, "σ", -8),
    ):
        gates[name] = sheet.box(x, 212, label, w=48)
        arrow(sheet, (x, 255), gates[name].bottom)
        sheet.text(x + side, 181, f"**{name}**_{{t}}", at="start" if side > 0 else "end")
    return gates


def gru_cell(*, d_model: int, d_hidden: int) -> Drawing:
    """The GRU, with the reset gate behind the product with the state, as torch.nn has it."""
    _check_sizes(d_model, d_hidden)
    sheet = Canvas("gru-cell", 420, 448)
    sheet.rect(Box(212, 205, 320, 330), "group", round_by=12)
    _gru_mix(sheet)
    _gru_inputs(sheet)
    for x, y, label in ((24, 57, "**h**_{t−1}"), (396, 57, "**h**_{t}"), (24, 334, "**x**_{t}")):
        sheet.text(x, y, label)
    sheet.text(111, 226, "**z**_{t}", at="end")
    sheet.text(236, 244, "**r**_{t}")
    sheet.text(336, 174, "**n**_{t}", at="start")
    sheet.note(210, 390, "r reset gate, z update gate, n candidate")
    sheet.note(210, 412, "Each arrow from a wire has its own *W* and **b**; a gate adds.")
    sizes = f"x: d_model {d_model:,} · h: d_hidden {d_hidden:,} · sums: 2 × {3 * d_hidden:,}"
    sheet.note(210, 434, sizes)
    return sheet.finish(
        "A step of a GRU",
        "Update gate z and reset gate r are logistic functions of sums from the input x and the "
        "old state h. The candidate n is the tanh of the input's sum plus r times the state's "
        "sum. The new state is z times the old one plus 1 − z times the candidate.",
    )


def _gru_mix(sheet: Canvas) -> None:
    """The two gates, the candidate, and the new state as a mixture of old state and candidate."""
    keep, add = operator(sheet, 120, 75, "×"), operator(sheet, 325, 75, "+")
    mix, reset = operator(sheet, 325, 145, "×"), operator(sheet, 268, 262, "×")
    rest = sheet.box(222, 145, "1 − **z**_{t}", w=70)
    squash = sheet.box(325, 205, "tanh", w=56)
    total = operator(sheet, 325, 262, "+")
    update, reset_gate = sheet.box(120, 262, "σ", w=48), sheet.box(204, 262, "σ", w=48)
    arrow(sheet, (6, 75), keep.left, kind="state", thick=2.6)
    arrow(sheet, keep.right, add.left, kind="state", thick=2.6)
    arrow(sheet, add.right, (414, 75), kind="state", thick=2.6)
    arrow(sheet, update.top, keep.bottom)
    dot(sheet, 120, 145)
    arrow(sheet, (120, 145), rest.left)
    arrow(sheet, rest.right, mix.left)
    arrow(sheet, reset_gate.right, reset.left)
    arrow(sheet, reset.right, total.left)
    arrow(sheet, total.top, squash.bottom)
    arrow(sheet, squash.top, mix.bottom)
    arrow(sheet, mix.top, add.bottom)


def _gru_inputs(sheet: Canvas) -> None:
    """The wires of state and input, and what branches off to the gates and the candidate."""
    dot(sheet, 76, 75, "state")
    sheet.path("M76 75V322H264", "state", thick=2.6)
    sheet.path("M6 352H325", "embedding", thick=2.6)
    for x, end in ((112, 279), (196, 279), (268, 274)):
        arrow(sheet, (x, 322), (x, end), kind="state")
        dot(sheet, x, 322, "state")
    for x, end in ((128, 279), (212, 279), (325, 274)):
        arrow(sheet, (x, 352), (x, end), kind="embedding")
        dot(sheet, x, 352, "embedding")
