"""Wrong answers to exercise 10: name, code, and a part of the message that they get."""

WRONG_ANSWERS = {
    "q1": [
        (
            "one too many",
            """
def window_mask(n: int, width: int) -> np.ndarray:
    lag = np.arange(n)[:, None] - np.arange(n)
    return (lag >= 0) & (lag <= width)
""",
            "one key too many",
        ),
        (
            "one too few",
            """
def window_mask(n: int, width: int) -> np.ndarray:
    lag = np.arange(n)[:, None] - np.arange(n)
    return (lag >= 0) & (lag < width - 1)
""",
            "one key too few",
        ),
        (
            "both sides",
            """
def window_mask(n: int, width: int) -> np.ndarray:
    lag = np.arange(n)[:, None] - np.arange(n)
    return abs(lag) < width
""",
            "does not see the future",
        ),
        (
            "numbers",
            """
def window_mask(n: int, width: int) -> np.ndarray:
    lag = np.arange(n)[:, None] - np.arange(n)
    return ((lag >= 0) & (lag < width)).astype(float)
""",
            "Return truth values",
        ),
        (
            "transposed",
            """
def window_mask(n: int, width: int) -> np.ndarray:
    lag = np.arange(n)[:, None] - np.arange(n)
    return ((lag >= 0) & (lag < width)).T
""",
            "this mask is transposed",
        ),
    ],
    "q2": [
        (
            "transposed",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[j] = (np.abs(function(x) - old) > 1e-9).any(axis=1)
    return found
""",
            "this one is transposed",
        ),
        (
            "perturbations pile up",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        base[j] += 1
        found[:, j] = (np.abs(function(base.copy()) - old) > 1e-9).any(axis=1)
    return found
""",
            "Take each perturbation back",
        ),
        (
            "no absolute value",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = ((function(x) - old) > 1e-9).any(axis=1)
    return found
""",
            "compare absolute changes",
        ),
        (
            "all numbers",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = (np.abs(function(x) - old) > 1e-9).all(axis=1)
    return found
""",
            "not all must",
        ),
        (
            "a sum of changes",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = np.abs((function(x) - old).sum(axis=1)) > 1e-9
    return found
""",
            "may cancel",
        ),
        (
            "first number only",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j, 0] += 1
        found[:, j] = (np.abs(function(x) - old) > 1e-9).any(axis=1)
    return found
""",
            "Perturb every number",
        ),
        (
            "from zero",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.zeros((n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = (np.abs(function(x) - old) > 1e-9).any(axis=1)
    return found
""",
            "starts from the random input",
        ),
        (
            "no copies",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = function(base)
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = (np.abs(function(x) - old) > 1e-9).any(axis=1)
    return found
""",
            "give it a copy",
        ),
        (
            "a coarse threshold",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = (np.abs(function(x) - old) > 1e-3).any(axis=1)
    return found
""",
            "A small influence",
        ),
        (
            "no threshold",
            """
def influences(function, n: int, d: int) -> np.ndarray:
    base = np.random.default_rng(0).normal(size=(n, d))
    old = np.array(function(base.copy()))
    found = np.zeros((n, n), dtype=bool)
    for j in range(n):
        x = base.copy()
        x[j] += 1
        found[:, j] = (np.abs(function(x) - old) > 0).any(axis=1)
    return found
""",
            "is rounding",
        ),
    ],
    "q3": [
        (
            "sums are added",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    return m, z1 + z2, f1[:, None] * a1 + f2[:, None] * a2
""",
            "added as they are",
        ),
        (
            "values are added",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    return m, f1 * z1 + f2 * z2, a1 + a2
""",
            "shrink by the same factor",
        ),
        (
            "the first maximum",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = m1
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    return m, f1 * z1 + f2 * z2, f1[:, None] * a1 + f2[:, None] * a2
""",
            "may hold the larger maximum",
        ),
        (
            "NaN",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = m
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    return m, f1 * z1 + f2 * z2, f1[:, None] * a1 + f2[:, None] * a2
""",
            "and no NaN",
        ),
        (
            "NaN replaced later",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = m
    f1, f2 = np.nan_to_num(np.exp(m1 - base)), np.nan_to_num(np.exp(m2 - base))
    return m, f1 * z1 + f2 * z2, f1[:, None] * a1 + f2[:, None] * a2
""",
            "No warning may arise",
        ),
        (
            "no maximum subtracted",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    f1, f2, back = np.exp(m1), np.exp(m2), np.exp(-base)
    z = (f1 * z1 + f2 * z2) * back
    return m, z, (f1[:, None] * a1 + f2[:, None] * a2) * back[:, None]
""",
            "Large scores overflow",
        ),
        (
            "one maximum for all rows",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.full_like(m1, max(m1.max(), m2.max()))
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    return m, f1 * z1 + f2 * z2, f1[:, None] * a1 + f2[:, None] * a2
""",
            "Each row has its own",
        ),
        (
            "divided too early",
            """
def merge(first: tuple, second: tuple) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    (m1, z1, a1), (m2, z2, a2) = first, second
    m = np.maximum(m1, m2)
    base = np.where(np.isneginf(m), 0.0, m)
    f1, f2 = np.exp(m1 - base), np.exp(m2 - base)
    z = f1 * z1 + f2 * z2
    return m, z, (f1[:, None] * a1 + f2[:, None] * a2) / np.where(z == 0, 1, z)[:, None]
""",
            "Leave a undivided",
        ),
    ],
    "q4": [
        (
            "scores only",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = n_layers * n_heads * n * n * d_head
    cached = 2 * n_layers * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "only one of the two",
        ),
        (
            "grouped scores",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_layers * n_key_heads * n * n * d_head
    cached = 2 * n_layers * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "Shared keys save no scores",
        ),
        (
            "a linear cost",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_layers * n_heads * n * d_head
    cached = 2 * n_layers * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "square of the text",
        ),
        (
            "a cache a query head",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_layers * n_heads * n * n * d_head
    cached = 2 * n_layers * n_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "Only the key heads",
        ),
        (
            "keys only",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_layers * n_heads * n * n * d_head
    cached = n_layers * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "Keys and values",
        ),
        (
            "numbers",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_layers * n_heads * n * n * d_head
    cached = 2 * n_layers * n_key_heads * n * d_head
    return multiply_adds, cached
""",
            "in bytes",
        ),
        (
            "one layer",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 2 * n_heads * n * n * d_head
    cached = 2 * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "Every layer",
        ),
        (
            "operations",
            """
def attention_cost(
    n: int, n_layers: int, n_heads: int, n_key_heads: int, d_head: int, n_bytes: int
) -> tuple[int, int]:
    multiply_adds = 4 * n_layers * n_heads * n * n * d_head
    cached = 2 * n_layers * n_key_heads * n * d_head * n_bytes
    return multiply_adds, cached
""",
            "Multiply-adds, not operations",
        ),
    ],
}
