"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "PyTorch's convention",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / vocab_size)
    smooth[rows, targets[rows]] = 1 - smoothing + smoothing / vocab_size
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows] / len(rows)
    return float(loss), grad
""",
            "the right word gets its V-th part back",
        ),
        (
            "the right word keeps 1",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows] / len(rows)
    return float(loss), grad
""",
            "The right word gives up the smoothing",
        ),
        (
            "the gradient of the sum",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows]
    return float(loss), grad
""",
            "with two positions each gradient is half as large",
        ),
        (
            "the gradient without smoothing",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    hard = smooth >= 0.5
    grad[rows] = (np.exp(log_probs) - hard)[rows] / len(rows)
    return float(loss), grad
""",
            "not the one-hot vector",
        ),
        (
            "q minus p",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (smooth - np.exp(log_probs))[rows] / len(rows)
    return float(loss), grad
""",
            "The sign is turned around",
        ),
        (
            "overflow",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    log_probs = np.log(probs)
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows] / len(rows)
    return float(loss), grad
""",
            "subtract the largest logit of each row first",
        ),
        (
            "the mean over all N positions",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(targets)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows] / len(targets)
    return float(loss), grad
""",
            "not by all N",
        ),
        (
            "the position that does not count has a gradient",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = (np.exp(log_probs) - smooth) / len(rows)
    return float(loss), grad
""",
            "A position with target -100 has gradient 0",
        ),
        (
            "the softmax over the positions",
            """
def smoothed_loss(
    logits: np.ndarray, targets: np.ndarray, smoothing: float
) -> tuple[float, np.ndarray]:
    rows, vocab_size = np.flatnonzero(targets != -100), logits.shape[1]
    shifted = logits - logits.max(axis=0, keepdims=True)
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))
    smooth = np.full(logits.shape, smoothing / (vocab_size - 1))
    smooth[rows, targets[rows]] = 1 - smoothing
    loss = -(smooth * log_probs)[rows].sum() / len(rows)
    grad = np.zeros(logits.shape)
    grad[rows] = (np.exp(log_probs) - smooth)[rows] / len(rows)
    return float(loss), grad
""",
            "The softmax runs over the words",
        ),
    ],
    "q2": [
        (
            "no bias correction",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m
    square = v
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    return weights - scale * update, m, v
""",
            "Correct the bias",
        ),
        (
            "steps are counted from 0",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1** (step + 1))
    square = v / (1 - beta2** (step + 1))
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    return weights - scale * update, m, v
""",
            "do not add one to it",
        ),
        (
            "the decay in the gradient (L2)",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    grad = grad + weight_decay * weights
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps)
    return weights - scale * update, m, v
""",
            "the decay does not go into the gradient",
        ),
        (
            "PyTorch's form of the decay",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps) + lr * weight_decay * weights
    return weights - scale * update, m, v
""",
            "that is PyTorch's form",
        ),
        (
            "the decay of the new weight",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps)
    weights = weights - scale * update
    return weights - scale * weight_decay * weights, m, v
""",
            "not of the weight after Adam's step",
        ),
        (
            "the schedule on Adam's step alone",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps)
    return weights - scale * update - weight_decay * weights, m, v
""",
            "The schedule multiplies both parts",
        ),
        (
            "epsilon under the root",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / np.sqrt(square + eps) + weight_decay * weights
    return weights - scale * update, m, v
""",
            "ε is added to the root",
        ),
        (
            "the corrected means are kept",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    return weights - scale * update, mean, square
""",
            "the corrected ones are for this update alone",
        ),
        (
            "the betas are swapped",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta2, beta1 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    return weights - scale * update, m, v
""",
            "here they are swapped",
        ),
        (
            "no square in v",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * np.abs(grad)
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    return weights - scale * update, m, v
""",
            "v is the running mean of g squared",
        ),
        (
            "the caller's arrays change",
            """
def adam_step(
    weights: np.ndarray,
    grad: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    step: int,
    lr: float,
    betas: tuple[float, float],
    eps: float,
    weight_decay: float,
    scale: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    beta1, beta2 = betas
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad**2
    mean = m / (1 - beta1**step)
    square = v / (1 - beta2**step)
    update = lr * mean / (np.sqrt(square) + eps) + weight_decay * weights
    weights -= scale * update
    return weights.copy(), m.copy(), v.copy()
""",
            "*= and -= change them in place",
        ),
    ],
    "q3": [
        (
            "short vectors stay short",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    units = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1)
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "only a norm of zero is left alone",
        ),
        (
            "the word itself",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "A word is not a neighbour of itself",
        ),
        (
            "stop words are kept",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "leave out the ids in stop_ids",
        ),
        (
            "the stop words are dropped after taking k",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(units @ units[word], 9)
    ids = sorted(range(len(vectors)), key=lambda i: (-cosines[i], i))[: k + 1]
    return [i for i in ids if i != word and i not in stop_ids]
""",
            "Leave out the word and the stop words first",
        ),
        (
            "the dot product",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "Divide by the norms",
        ),
        (
            "the Euclidean distance",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(-np.linalg.norm(vectors - vectors[word], axis=1), 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "this is the order of the distances",
        ),
        (
            "the farthest first",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (cosines[i], i))[:k]
""",
            "Nearest first",
        ),
        (
            "the absolute value",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(np.abs(units @ units[word]), 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "The sign counts",
        ),
        (
            "the larger id first",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (cosines[i], i))[::-1][:k]
""",
            "Of equal cosines the smaller id",
        ),
        (
            "no rounding",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.where(norms > 0, norms, 1)
    cosines = units @ units[word]
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "Round before you compare",
        ),
        (
            "a division by zero",
            """
def neighbours(vectors: np.ndarray, word: int, k: int, stop_ids: set[int]) -> list[int]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / norms
    cosines = np.round(units @ units[word], 9)
    ids = [i for i in range(len(vectors)) if i != word and i not in stop_ids]
    return sorted(ids, key=lambda i: (-cosines[i], i))[:k]
""",
            "A vector of zeros has cosine 0",
        ),
    ],
    "q4": [
        (
            "the noise leaves the centre alone",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w] * label
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "The noise words pull at the centre too",
        ),
        (
            "a repeated noise word counts once",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        words = [w for w, _ in pairs]
        labels = np.array([label for _, label in pairs])
        errors = (1 + np.tanh(outputs[words] @ u / 2)) / 2 - labels
        grad_outputs[words] += errors[:, None] * u
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
    return float(loss), grad_centre, grad_outputs
""",
            "grad[ids] += rows adds only once",
        ),
        (
            "the context word as noise",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "the context word itself is left out",
        ),
        (
            "other context words are left out too",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w not in contexts]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "only its own context word rules it out",
        ),
        (
            "the mean over the noise words",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        share = 1 / max(len(pairs) - 1, 1)
        for w, label in pairs:
            weight = 1 if label else share
            score = u @ outputs[w]
            loss += weight * np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            error *= weight
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "Sum over the noise words",
        ),
        (
            "the mean over the contexts",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    n = len(contexts)
    return float(loss) / n, grad_centre / n, grad_outputs / n
""",
            "Sum over the contexts",
        ),
        (
            "the sign in the loss of the noise",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "a noise word with a large score must cost much",
        ),
        (
            "overflow",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            prob = 1 / (1 + np.exp(-score))
            loss -= np.log(prob if label else 1 - prob)
            error = prob - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "use np.logaddexp",
        ),
        (
            "the tables are swapped",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    inputs, outputs = outputs, inputs
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
    return float(loss), grad_centre, grad_outputs
""",
            "here the tables are swapped",
        ),
        (
            "the step is made at once",
            """
def negative_sampling(
    inputs: np.ndarray,
    outputs: np.ndarray,
    centre: int,
    contexts: list[int],
    negatives: list[list[int]],
) -> tuple[float, np.ndarray, np.ndarray]:
    u, loss = inputs[centre], 0.0
    grad_centre, grad_outputs = np.zeros(u.shape), np.zeros(outputs.shape)
    for context, noise in zip(contexts, negatives):
        pairs = [(context, 1)] + [(w, 0) for w in noise if w != context]
        for w, label in pairs:
            score = u @ outputs[w]
            loss += np.logaddexp(0, -score if label else score)
            error = (1 + np.tanh(score / 2)) / 2 - label
            grad_centre += error * outputs[w]
            grad_outputs[w] += error * u
            outputs[w] -= 0.1 * error * u
    return float(loss), grad_centre, grad_outputs
""",
            "do not make the step",
        ),
    ],
}
