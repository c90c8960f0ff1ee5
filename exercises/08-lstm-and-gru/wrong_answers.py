"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the output gate sees the old cell",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * c)))
    return o * np.tanh(cell), cell
""",
            "not the old one",
        ),
        (
            "no peephole for the output gate",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-o))
    return o * np.tanh(cell), cell
""",
            "The output gate has a peephole too",
        ),
        (
            "a peephole for the candidate",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g + peep[1] * c)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "The candidate g has no peephole",
        ),
        (
            "the peepholes of i and f are swapped",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[1] * c)))
    f = 1 / (1 + np.exp(-(f + peep[0] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "here those of i and f are swapped",
        ),
        (
            "the order i, f, o, g",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, o, g = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "here g and o are swapped",
        ),
        (
            "the gates i and f are swapped",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = i * c + f * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "here the two gates are swapped",
        ),
        (
            "every fourth row",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = (scores[:, q::4] for q in range(4))
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "not every fourth row",
        ),
        (
            "no tanh of the cell",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * cell, cell
""",
            "the tanh is missing",
        ),
        (
            "the candidate as a gate",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = 1 / (1 + np.exp(-g))
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "it is no gate",
        ),
        (
            "the matrix is transposed",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + np.concatenate([h @ block for block in np.split(w_h, 4)], axis=1) + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    cell = f * c + i * g
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell
""",
            "here the matrix is transposed",
        ),
        (
            "the caller's cell changes",
            """
def peephole_step(
    x: np.ndarray,
    h: np.ndarray,
    c: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    peep: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    scores = x @ w_x.T + h @ w_h.T + bias
    i, f, g, o = np.split(scores, 4, axis=1)
    i = 1 / (1 + np.exp(-(i + peep[0] * c)))
    f = 1 / (1 + np.exp(-(f + peep[1] * c)))
    g = np.tanh(g)
    c *= f
    c += i * g
    cell = c
    o = 1 / (1 + np.exp(-(o + peep[2] * cell)))
    return o * np.tanh(cell), cell.copy()
""",
            "Leave the caller's h and c as they are",
        ),
    ],
    "q2": [
        (
            "the gate writes as it keeps",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + f * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "not by f",
        ),
        (
            "keeping and writing are swapped",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = (1 - f) * c + f * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "1 - f writes: here they are swapped",
        ),
        (
            "the candidate is added whole",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "not with the weight 1",
        ),
        (
            "the cell starts again at every step",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = np.zeros((n_rows, d_hidden))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "it starts at 0 only once",
        ),
        (
            "the gates see the cell",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + c @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "not the cell",
        ),
        (
            "the order f, o, g",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, o, g = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "here g and o are swapped",
        ),
        (
            "no tanh of the cell",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * c
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "the tanh is missing",
        ),
        (
            "four blocks",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(4 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "Three blocks, not four",
        ),
        (
            "two biases a block",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden + 2) for width in widths)
""",
            "PyTorch's two",
        ),
        (
            "every layer reads the input",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] * n_layers
    return sum(3 * d_hidden * (width + d_hidden + 1) for width in widths)
""",
            "From the second layer on",
        ),
        (
            "no biases",
            """
def coupled_layer(x: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray) -> np.ndarray:
    n_rows, n_steps, _ = x.shape
    d_hidden = w_h.shape[1]
    h, c = np.zeros((n_rows, d_hidden)), np.zeros((n_rows, d_hidden))
    outputs = np.zeros((n_rows, n_steps, d_hidden))
    for t in range(n_steps):
        f, g, o = np.split(x[:, t] @ w_x.T + h @ w_h.T + bias, 3, axis=1)
        f, g, o = 1 / (1 + np.exp(-f)), np.tanh(g), 1 / (1 + np.exp(-o))
        c = f * c + (1 - f) * g
        h = o * np.tanh(c)
        outputs[:, t] = h
    return outputs


def coupled_size(d_input: int, d_hidden: int, n_layers: int) -> int:
    widths = [d_input] + [d_hidden] * (n_layers - 1)
    return sum(3 * d_hidden * (width + d_hidden) for width in widths)
""",
            "Without biases",
        ),
    ],
    "q3": [
        (
            "PyTorch's form",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + r * (h @ to_n.T))
    return z * h + (1 - z) * n
""",
            "this is PyTorch's form",
        ),
        (
            "no reset",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + h @ to_n.T)
    return z * h + (1 - z) * n
""",
            "The reset gate is missing",
        ),
        (
            "the input is reset too",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(r * from_x[2] + (r * h) @ to_n.T)
    return z * h + (1 - z) * n
""",
            "the input must reach the candidate undiminished",
        ),
        (
            "the update gate writes",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + (r * h) @ to_n.T)
    return (1 - z) * h + z * n
""",
            "The update gate keeps",
        ),
        (
            "the order z, r, n",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    from_x[0], from_x[1] = from_x[1], from_x[0]
    to_z, to_r, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + (r * h) @ to_n.T)
    return z * h + (1 - z) * n
""",
            "here r and z are swapped",
        ),
        (
            "the reset state is kept",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + (r * h) @ to_n.T)
    return z * (r * h) + (1 - z) * n
""",
            "not the reset state",
        ),
        (
            "the candidate as a gate",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = 1 / (1 + np.exp(-(from_x[2] + (r * h) @ to_n.T)))
    return z * h + (1 - z) * n
""",
            "it is no gate",
        ),
        (
            "the matrices are transposed",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z)))
    n = np.tanh(from_x[2] + (r * h) @ to_n)
    return z * h + (1 - z) * n
""",
            "here the matrices are transposed",
        ),
        (
            "the caller's state changes",
            """
def gru_step(
    x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    from_x = np.split(x @ w_x.T + bias, 3, axis=1)
    to_r, to_z, to_n = np.split(w_h, 3)
    r = 1 / (1 + np.exp(-(from_x[0] + h @ to_r.T)))
    z = 1 / (1 + np.exp(-(from_x[1] + h @ to_z.T)))
    n = np.tanh(from_x[2] + (r * h) @ to_n.T)
    h *= z
    h += (1 - z) * n
    return h.copy()
""",
            "Leave the caller's h as it is",
        ),
    ],
    "q4": [
        (
            "from the first step",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget, axis=0)
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "this product starts at the first",
        ),
        (
            "not above instead of below",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget[::-1], axis=0)
    lags = []
    for unit in (products <= threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "a product equal to the threshold",
        ),
        (
            "lags from 0",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget[::-1], axis=0)
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) if unit.any() else None)
    return lags
""",
            "The lag counts steps from 1",
        ),
        (
            "the last gate is left out",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget[-2::-1], axis=0)
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "Lag 1 passes the last gate too",
        ),
        (
            "the last lag instead of None",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget[::-1], axis=0)
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else len(forget))
    return lags
""",
            "not the last lag",
        ),
        (
            "the first small gate",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = forget[::-1]
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "small by itself",
        ),
        (
            "a power of the mean gate",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = forget.mean(axis=0) ** np.arange(1, len(forget) + 1)[:, None]
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "their mean hides",
        ),
        (
            "products over the units",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumprod(forget[::-1], axis=1)
    lags = []
    for unit in (products < threshold).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "products over time (axis 0)",
        ),
        (
            "sums of logarithms",
            """
def gradient_lags(forget: np.ndarray, threshold: float) -> list[int | None]:
    products = np.cumsum(np.log(forget[::-1]), axis=0)
    lags = []
    for unit in (products < np.log(threshold) - 1e-12).T:
        lags.append(int(unit.argmax()) + 1 if unit.any() else None)
    return lags
""",
            "do not take the logarithm of 0",
        ),
    ],
}
