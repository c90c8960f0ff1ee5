"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the outputs go on in the padding",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = np.where(real, new, state)
        outputs[:, t] = new
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "Behind the length of a row",
        ),
        (
            "the final state of the last time step",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = new
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "it stands still in the padding",
        ),
        (
            "the mean over all time steps",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / n_steps
    return outputs, state, mean
""",
            "not over all time steps",
        ),
        (
            "a division by a length of 0",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / lengths[:, None]
    return outputs, state, mean
""",
            "do not divide by its length",
        ),
        (
            "a product with the mask",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = real * new + (1 - real) * state
        outputs[:, t] = real * new
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "do not multiply by a mask",
        ),
        (
            "zeros as the first state",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = np.zeros(start.shape)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "not from zeros",
        ),
        (
            "the matrix is transposed",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h + bias)
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "Here the matrix is transposed",
        ),
        (
            "the states before each step",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        before = state
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, before, 0)
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state, mean
""",
            "not the one before",
        ),
        (
            "the start counts in the mean",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start.astype(float)
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = (start + outputs.sum(axis=1)) / (lengths + 1)[:, None]
    return outputs, state, mean
""",
            "it does not count in the mean",
        ),
        (
            "the caller's start changes",
            """
def elman(
    x: np.ndarray,
    lengths: np.ndarray,
    w_x: np.ndarray,
    w_h: np.ndarray,
    bias: np.ndarray,
    start: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_rows, n_steps, _ = x.shape
    state = start
    outputs = np.zeros((n_rows, n_steps, len(bias)))
    for t in range(n_steps):
        real = (t < lengths)[:, None]
        new = np.tanh(x[:, t] @ w_x.T + state @ w_h.T + bias)
        state[...] = np.where(real, new, state)
        outputs[:, t] = np.where(real, new, 0)
    mean = outputs.sum(axis=1) / np.maximum(lengths, 1)[:, None]
    return outputs, state.copy(), mean
""",
            "Leave the caller's start as it is",
        ),
    ],
    "q2": [
        (
            "no truncation",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = 1
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "This is the full gradient",
        ),
        (
            "one term too many",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "The window has one term too many",
        ),
        (
            "blocks instead of a window",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = (t - 1) // n_steps * n_steps + 1
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "do not cut the text into blocks",
        ),
        (
            "the state is reset every m steps",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for i, value in enumerate(x):
        before = start if i % n_steps == 0 else h[-1]
        h.append(w * before + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "never reset",
        ),
        (
            "the state after the step",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "the state before it",
        ),
        (
            "one product too many",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s + 1) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "t - s products with w",
        ),
        (
            "twice the error",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += 2 * (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "cancels the 2",
        ),
        (
            "the error of the last step alone",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total = (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "not the last one alone",
        ),
        (
            "the mean over the steps",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total) / len(x)
""",
            "not a mean",
        ),
        (
            "the target is forgotten",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += h[t] * inner
    return float(total)
""",
            "The error of a step is h - y",
        ),
        (
            "the start is forgotten",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [0.0]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(w ** (t - s) * h[s - 1] for s in range(first, t + 1))
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "is start, and the weight meets it",
        ),
        (
            "a division by w",
            """
def truncated_gradient(w: float, x: np.ndarray, y: np.ndarray, start: float, n_steps: int) -> float:
    h = [start]
    for value in x:
        h.append(w * h[-1] + value)
    total = 0.0
    for t in range(1, len(x) + 1):
        first = max(1, t - n_steps + 1)
        inner = sum(np.float64(w) ** (t - s + 1) * h[s - 1] for s in range(first, t + 1))
        inner = inner / np.float64(w)
        total += (h[t] - y[t - 1]) * inner
    return float(total)
""",
            "do not divide by w",
        ),
    ],
    "q3": [
        (
            "every array by its own norm",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    shorten = lambda g: g * (limit / max(limit, np.linalg.norm(g)))
    return [None if g is None else shorten(g) for g in grads], norm
""",
            "do not clip every array by its own norm",
        ),
        (
            "every number by itself",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [None if g is None else np.clip(g, -limit, limit) + 0.0 for g in grads], norm
""",
            "this clips each number by itself",
        ),
        (
            "short gradients are made longer",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > 0 else 1.0
    return [None if g is None else g * factor for g in grads], norm
""",
            "never makes a gradient longer",
        ),
        (
            "the sum of the norms",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(sum(np.linalg.norm(g) for g in grads if g is not None))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [None if g is None else g * factor for g in grads], norm
""",
            "the sum of the arrays' norms is longer",
        ),
        (
            "no root",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(sum(float(np.square(g).sum()) for g in grads if g is not None))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [None if g is None else g * factor for g in grads], norm
""",
            "The square root is missing",
        ),
        (
            "None is not expected",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [g * factor for g in grads], norm
""",
            "skip it in the norm",
        ),
        (
            "None is dropped",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [g * factor for g in grads if g is not None], norm
""",
            "None stays None at its place",
        ),
        (
            "a division by zero",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = min(1.0, limit / norm)
    return [None if g is None else g * factor for g in grads], norm
""",
            "nothing is divided by it",
        ),
        (
            "the norm after clipping",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    return [None if g is None else g * factor for g in grads], min(norm, limit)
""",
            "Return the norm before clipping",
        ),
        (
            "PyTorch's small constant",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / (norm + 1e-6) if norm > limit else 1.0
    return [None if g is None else g * factor for g in grads], norm
""",
            "PyTorch adds 1e-6",
        ),
        (
            "the caller's arrays change",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    if not np.isfinite(norm):
        raise ValueError(f"the norm of the gradients is {norm}: it must be finite")
    factor = limit / norm if norm > limit else 1.0
    for g in grads:
        if g is not None:
            g *= factor
    return [None if g is None else g for g in grads], norm
""",
            "Leave the caller's arrays as they are",
        ),
        (
            "nan passes through",
            """
def clip_global(
    grads: list[np.ndarray | None], limit: float
) -> tuple[list[np.ndarray | None], float]:
    norm = float(np.sqrt(sum(float(np.square(g).sum()) for g in grads if g is not None)))
    factor = limit / norm if norm > limit else 1.0
    return [None if g is None else g * factor for g in grads], norm
""",
            "raises ValueError",
        ),
    ],
    "q4": [
        (
            "a reset at the beginning of every batch",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    resets[:, ::n_steps] = True
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "the state goes on",
        ),
        (
            "the reset one step late",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 1))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "not at the step after it",
        ),
        (
            "the reset one step early",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == len(document) - 1))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    resets[:, :1] = True
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t] = left, right
            resets[b, t] |= first and t + 1 < len(row)
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "not at the last step of the one before",
        ),
        (
            "the input is the token before, whatever it is",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            row = rows[i % batch_size]
            row.append((row[-1][1] if row else start_id, target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "not with the last token of the document before",
        ),
        (
            "the last piece is dropped",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = max(map(len, rows)) // n_steps
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row[: shape[1]]):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "The last piece is filled up",
        ),
        (
            "as many batches as the shortest row has",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-min(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row[: shape[1]]):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "as many batches as the longest row needs",
        ),
        (
            "the filling has a target",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, start_id)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "The filling has the target -100",
        ),
        (
            "the filling begins a document",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.ones(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "No document begins in the filling",
        ),
        (
            "neighbouring documents in one row",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i * batch_size // len(documents)].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "with two rows the third document follows the first",
        ),
        (
            "each batch takes the next piece of one row",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(documents):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    shape = (n_batches, batch_size, n_steps)
    return list(zip(inputs.reshape(shape), targets.reshape(shape), resets.reshape(shape)))
""",
            "Row b of a batch must continue row b",
        ),
        (
            "documents without tokens lose their number",
            """
def stateful_batches(
    documents: list[list[int]], batch_size: int, n_steps: int, start_id: int
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    rows = [[] for _ in range(batch_size)]
    for i, document in enumerate(filter(None, documents)):
        before = [start_id, *document[:-1]]
        for t, target in enumerate(document):
            rows[i % batch_size].append((before[t], target, t == 0))
    n_batches = -(-max(map(len, rows)) // n_steps)
    shape = (batch_size, n_batches * n_steps)
    inputs, targets = np.full(shape, start_id), np.full(shape, -100)
    resets = np.zeros(shape, bool)
    for b, row in enumerate(rows):
        for t, (left, right, first) in enumerate(row):
            inputs[b, t], targets[b, t], resets[b, t] = left, right, first
    pieces = [slice(j * n_steps, (j + 1) * n_steps) for j in range(n_batches)]
    return [(inputs[:, s], targets[:, s], resets[:, s]) for s in pieces]
""",
            "A document without tokens gives no step",
        ),
    ],
}
