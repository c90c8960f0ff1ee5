"""Wrong answers to exercise 11: name, code, and a part of the message that they get."""

WRONG_ANSWERS = {
    "q1": [
        (
            "r is constant",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad * weight
    grad_x = inner / r
    return grad_x, (grad * u).sum(axis=0)
""",
            "held constant",
        ),
        (
            "a sum instead of the mean",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad * weight
    grad_x = (inner - u * (inner * u).sum(axis=1, keepdims=True)) / r
    return grad_x, (grad * u).sum(axis=0)
""",
            "1/d is missing",
        ),
        (
            "no weight",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad
    grad_x = (inner - u * (inner * u).mean(axis=1, keepdims=True)) / r
    return grad_x, (grad * u).sum(axis=0)
""",
            "The weight multiplies",
        ),
        (
            "a mean over rows",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad * weight
    grad_x = (inner - u * (inner * u).mean(axis=1, keepdims=True)) / r
    return grad_x, (grad * u).mean(axis=0)
""",
            "not their mean",
        ),
        (
            "not normalised",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad * weight
    grad_x = (inner - u * (inner * u).mean(axis=1, keepdims=True)) / r
    return grad_x, (grad * x).sum(axis=0)
""",
            "not x.",
        ),
        (
            "LayerNorm",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    u = x / r
    inner = grad * weight
    inner = inner - inner.mean(axis=1, keepdims=True)
    grad_x = (inner - u * (inner * u).mean(axis=1, keepdims=True)) / r
    return grad_x, (grad * u).sum(axis=0)
""",
            "RMSNorm subtracts no mean",
        ),
        (
            "no eps",
            """
def rms_norm_backward(
    x: np.ndarray, weight: np.ndarray, grad: np.ndarray, eps: float
) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-30)
    u = x / r
    inner = grad * weight
    grad_x = (inner - u * (inner * u).mean(axis=1, keepdims=True)) / r
    return grad_x, (grad * u).sum(axis=0)
""",
            "do not leave it out",
        ),
    ],
    "q2": [
        (
            "ungrouped",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + 2 * d_model
    tables = 1 if tied else 2
    return tables * vocab_size * d_model + n_layers * layer + d_model
""",
            "as wide as the queries",
        ),
        (
            "two matrices",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 2 * d_model * d_ff + 2 * d_model
    tables = 1 if tied else 2
    return tables * vocab_size * d_model + n_layers * layer + d_model
""",
            "not two",
        ),
        (
            "no last norm",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + 2 * d_model
    tables = 1 if tied else 2
    return tables * vocab_size * d_model + n_layers * layer
""",
            "after the last layer is missing",
        ),
        (
            "one norm a layer",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + d_model
    tables = 1 if tied else 2
    return tables * vocab_size * d_model + n_layers * layer + d_model
""",
            "Two norms a layer",
        ),
        (
            "always tied",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + 2 * d_model
    tables = 1
    return tables * vocab_size * d_model + n_layers * layer + d_model
""",
            "a second table",
        ),
        (
            "never tied",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + 2 * d_model
    tables = 2
    return tables * vocab_size * d_model + n_layers * layer + d_model
""",
            "not counted again",
        ),
        (
            "a last norm each layer",
            """
def count_parameters(
    vocab_size: int,
    d_model: int,
    n_layers: int,
    n_heads: int,
    n_key_heads: int,
    d_ff: int,
    tied: bool,
) -> int:
    d_key = d_model // n_heads * n_key_heads
    attention = 2 * d_model * d_model + 2 * d_model * d_key
    layer = attention + 3 * d_model * d_ff + 2 * d_model
    tables = 1 if tied else 2
    return tables * vocab_size * d_model + n_layers * (layer + d_model)
""",
            "stands once",
        ),
    ],
    "q3": [
        (
            "halves",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / n_rotated)
    a, b = x[:, 0:n_rotated // 2], x[:, n_rotated // 2:n_rotated]
    rotated = x.copy()
    rotated[:, 0:n_rotated // 2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, n_rotated // 2:n_rotated] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "as in Llama",
        ),
        (
            "divided by d",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / x.shape[1])
    a, b = x[:, 0:n_rotated:2], x[:, 1:n_rotated:2]
    rotated = x.copy()
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "not by d",
        ),
        (
            "the 2 is missing",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / 2 / n_rotated)
    a, b = x[:, 0:n_rotated:2], x[:, 1:n_rotated:2]
    rotated = x.copy()
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "the 2 is missing",
        ),
        (
            "the other way",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / n_rotated)
    angle = -angle
    a, b = x[:, 0:n_rotated:2], x[:, 1:n_rotated:2]
    rotated = x.copy()
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "the wrong sign",
        ),
        (
            "in place",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / n_rotated)
    rotated = x.copy()
    a, b = rotated[:, 0:n_rotated:2], rotated[:, 1:n_rotated:2]
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "keep it until both",
        ),
        (
            "counted positions",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = np.arange(len(x))[:, None] * base ** (-even / n_rotated)
    a, b = x[:, 0:n_rotated:2], x[:, 1:n_rotated:2]
    rotated = x.copy()
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "Use the given positions",
        ),
        (
            "the caller's x changes",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / n_rotated)
    a, b = x[:, 0:n_rotated:2].copy(), x[:, 1:n_rotated:2].copy()
    rotated = x
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "leave the caller's x",
        ),
        (
            "everything is rotated",
            """
def partial_rotary(
    x: np.ndarray, positions: np.ndarray, n_rotated: int, base: float
) -> np.ndarray:
    n_rotated = x.shape[1] // 2 * 2
    even = np.arange(0, n_rotated, 2)
    angle = positions[:, None] * base ** (-even / n_rotated)
    a, b = x[:, 0:n_rotated:2], x[:, 1:n_rotated:2]
    rotated = x.copy()
    rotated[:, 0:n_rotated:2] = a * np.cos(angle) - b * np.sin(angle)
    rotated[:, 1:n_rotated:2] = a * np.sin(angle) + b * np.cos(angle)
    return rotated
""",
            "from n_rotated on stay",
        ),
    ],
    "q4": [
        (
            "no root",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return int((operations / (6 * tokens_per_parameter)))
""",
            "take the root",
        ),
        (
            "minutes",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 60 * flops_per_second * mfu
    return int((operations / (6 * tokens_per_parameter)) ** 0.5)
""",
            "3,600 seconds",
        ),
        (
            "no mfu",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second
    return int((operations / (6 * tokens_per_parameter)) ** 0.5)
""",
            "Only the part mfu",
        ),
        (
            "divided by mfu",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second / mfu
    return int((operations / (6 * tokens_per_parameter)) ** 0.5)
""",
            "Multiply by mfu",
        ),
        (
            "no 6",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return int((operations / tokens_per_parameter) ** 0.5)
""",
            "The 6 is missing",
        ),
        (
            "forward only",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return int((operations / (2 * tokens_per_parameter)) ** 0.5)
""",
            "the forward pass alone",
        ),
        (
            "tokens",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return int((operations / (6 * tokens_per_parameter)) ** 0.5 * tokens_per_parameter)
""",
            "This is D",
        ),
        (
            "rounded up",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return 1 + int((operations / (6 * tokens_per_parameter)) ** 0.5)
""",
            "Round down",
        ),
        (
            "a float",
            """
def largest_model(
    hours: float, flops_per_second: float, mfu: float, tokens_per_parameter: float
) -> int:
    operations = hours * 3600 * flops_per_second * mfu
    return ((operations / (6 * tokens_per_parameter)) ** 0.5) // 1
""",
            "Return a whole number",
        ),
    ],
}
