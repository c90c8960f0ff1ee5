"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "top-p",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(surprisal, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "this is top-p",
        ),
        (
            "drops the token that reaches the mass",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[np.cumsum(p[order]) < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "here it is dropped",
        ),
        (
            "one token too many",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before - np.append(0, p[order][:-1]) < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "One token too many",
        ),
        (
            "no absolute value",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(surprisal - entropy, kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "an absolute value",
        ),
        (
            "bits and nats",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0]) / np.log(2)
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "one in nats",
        ),
        (
            "scores taken as log probabilities",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores)
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "Scores are logits",
        ),
        (
            "returns log probabilities",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p[p > 0] * surprisal[p > 0])
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = -surprisal[chosen]
    return kept
""",
            "Return the old scores",
        ),
        (
            "NaN at probability 0",
            """
def typical(scores: np.ndarray, mass: float) -> np.ndarray:
    p = np.exp(scores - scores.max())
    p /= p.sum()
    surprisal = np.full(len(p), np.inf)
    surprisal[p > 0] = -np.log(p[p > 0])
    entropy = np.sum(p * surprisal)
    order = np.argsort(np.abs(surprisal - entropy), kind="stable")
    before = np.cumsum(p[order]) - p[order]
    kept = np.full(len(p), -np.inf)
    chosen = order[before < mass]
    kept[chosen] = scores[chosen]
    return kept
""",
            "must not give NaN",
        ),
    ],
    "q2": [
        (
            "a negative index for n = 1",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    end = ids[-(n - 1) :]
    starts = range(len(ids) - n + 1)
    return {ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end}
""",
            "is not empty for n = 1",
        ),
        (
            "misses the last n-gram",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    end = ids[len(ids) - n + 1 :]
    starts = range(len(ids) - n)
    return {ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end}
""",
            "The last n-gram of the text counts",
        ),
        (
            "an end of n ids",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    end = ids[len(ids) - n :]
    return {ids[i + n] for i in range(len(ids) - n) if ids[i : i + n] == end}
""",
            "with n of them, longer",
        ),
        (
            "an end of n - 2 ids",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    m = max(n - 1, 1)
    end = ids[len(ids) - m + 1 :]
    return {ids[i + m - 1] for i in range(len(ids) - m + 1) if ids[i : i + m - 1] == end}
""",
            "with n - 2 of them",
        ),
        (
            "only the last occurrence",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    end = ids[len(ids) - n + 1 :]
    starts = range(len(ids) - n + 1)
    found = [ids[i + n - 1] for i in starts if ids[i : i + n - 1] == end]
    return set(found[-1:]) if n > 1 else set(found)
""",
            "collect every token",
        ),
        (
            "the order is lost",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    end = ids[len(ids) - n + 1 :]
    starts = range(len(ids) - n + 1)
    return {ids[i + n - 1] for i in starts if sorted(ids[i : i + n - 1]) == sorted(end)}
""",
            "The order of the ids",
        ),
        (
            "every token that occurred",
            """
def blocked(ids: list[int], n: int) -> set[int]:
    return set(ids) if len(ids) >= n else set()
""",
            "not all that occurred",
        ),
    ],
    "q3": [
        (
            "not normalised",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = p - both
    residual = rest if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "The rest must be normalised",
        ),
        (
            "p and q swapped",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = q - both
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "here p and q are swapped",
        ),
        (
            "absolute value",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = np.abs(p - q)
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "their absolute value is taken",
        ),
        (
            "draws from p after a rejection",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = p - both
    residual = p.copy()
    return alpha, residual, n_tokens
""",
            "would count twice",
        ),
        (
            "sum of p q",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float((p * q).sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = p - both
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "nor the sum of p · q",
        ),
        (
            "the half is missing",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(1 - np.abs(p - q).sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = p - both
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "the half is missing",
        ),
        (
            "exponent n_drafted",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted)))
    rest = p - both
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "exponent is n_drafted + 1",
        ),
        (
            "all drafted tokens alike",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = 1 + n_drafted * alpha
    rest = p - both
    residual = rest / rest.sum() if rest.sum() > 1e-12 else p.copy()
    return alpha, residual, n_tokens
""",
            "is too much",
        ),
        (
            "0/0 for equal distributions",
            """
def draft_distribution(
    p: np.ndarray, q: np.ndarray, n_drafted: int
) -> tuple[float, np.ndarray, float]:
    both = np.minimum(p, q)
    alpha = float(both.sum())
    n_tokens = float(sum(alpha**j for j in range(n_drafted + 1)))
    rest = p - both
    residual = rest / rest.sum()
    return alpha, residual, n_tokens
""",
            "nothing to divide by",
        ),
    ],
    "q4": [
        (
            "keys only",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = n_kv_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "the factor 2 is missing",
        ),
        (
            "heads of queries",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "not those of the queries",
        ),
        (
            "rounds up",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * bytes_per_number
    n_tokens = -(-n_bytes // (n_layers * per_layer))
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "round down",
        ),
        (
            "always two bytes",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * 2
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "it need not be 2",
        ),
        (
            "the window is always full",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "not full yet",
        ),
        (
            "all layers have the window",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "the others keep everything",
        ),
        (
            "the window cuts the text",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens < window:
        return n_tokens
    if n_windowed == n_layers:
        return window
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "every length fits: None",
        ),
        (
            "stops when the windows are just full",
            """
def longest_context(
    n_bytes: int,
    n_layers: int,
    n_heads: int,
    n_kv_heads: int,
    d_head: int,
    bytes_per_number: int = 2,
    window: int = 0,
    n_windowed: int = 0,
) -> int | None:
    per_layer = 2 * n_kv_heads * d_head * bytes_per_number
    n_tokens = n_bytes // (n_layers * per_layer)
    if n_windowed == 0 or n_tokens <= window:
        return n_tokens
    if n_windowed == n_layers:
        return None
    rest = n_bytes - n_windowed * window * per_layer
    return rest // ((n_layers - n_windowed) * per_layer)
""",
            "just full",
        ),
    ],
}
