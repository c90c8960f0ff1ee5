"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def order_log_prob(log_prob_of, ids: list[int], order: list[int]) -> float:
    if sorted(order) != list(range(len(ids))):
        raise ValueError(f"{order=} does not hold each of {len(ids)} positions once")
    total = 0.0
    for step, position in enumerate(order):
        known = {earlier: ids[earlier] for earlier in order[:step]}
        total += log_prob_of(position, ids[position], known)
    return total
"""

Q2 = """
def predicted_in_order(order: np.ndarray, n_first: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    n = len(order)
    if k < 1 or n_first >= n:
        raise ValueError(f"{k=} is below 1, or {n_first=} leaves nothing of {n} tokens")
    rank = np.argsort(order)
    if np.any(rank[:n_first] >= n_first):
        raise ValueError(f"the order does not begin with the first {n_first} positions")
    n_predicted = max(1, (n - n_first) // k)
    positions = np.flatnonzero(rank >= n - n_predicted)
    return positions, rank[positions]
"""

Q3 = """
def relative_shift(x: np.ndarray) -> np.ndarray:
    n_heads, n_queries, n_relative = x.shape
    n_keys = n_relative - n_queries + 1
    if n_keys < n_queries:
        raise ValueError(f"{n_relative} distances of {n_queries} queries: only {n_keys} keys")
    flat = np.pad(x.reshape(n_heads, -1), ((0, 0), (0, n_queries)))
    rows = flat.reshape(n_heads, n_queries, n_relative + 1)
    return rows[:, :, :n_keys][:, :, ::-1]
"""

Q4 = """
def memory_reach(n_layers: int, n_memory: int, n_steps: int) -> tuple[int, float]:
    if n_layers < 1 or n_steps < 1 or n_memory < 0 or n_memory % n_steps:
        raise ValueError(f"{n_layers=}, {n_steps=} below 1, or {n_memory=} is no multiple of it")
    reach = n_steps - 1 + n_layers * n_memory
    n_keys = n_memory + n_steps
    by_windows = n_keys * n_keys
    by_memory = n_steps * n_keys / n_steps
    return reach, by_windows / by_memory
"""


def _with(solution: str, *changes: tuple[str, str]) -> str:
    """The solution with each first text replaced by the second, at every place."""
    for old, new in changes:
        if old not in solution:
            raise ValueError(f"the solution has no {old!r}")
        solution = solution.replace(old, new)
    return solution


WRONG_ANSWERS = {
    "q1": [
        (
            "the tokens to the left are known",
            _with(Q1, ("for earlier in order[:step]", "for earlier in range(position)")),
            "here they are those to the left",
        ),
        (
            "the token itself is known",
            _with(Q1, ("order[:step]", "order[: step + 1]")),
            "at its own step",
        ),
        (
            "steps for positions",
            _with(
                Q1,
                (
                    "known = {earlier: ids[earlier] for earlier in order[:step]}",
                    "known = {i: ids[order[i]] for i in range(step)}",
                ),
            ),
            "here they are steps",
        ),
        (
            "tokens are permuted",
            _with(Q1, ("log_prob_of(position, ids[position]", "log_prob_of(position, ids[step]")),
            "The tokens stay where they are",
        ),
        (
            "the order as ranks",
            _with(
                Q1,
                (
                    "    total = 0.0\n",
                    "    total, order = 0.0, [order.index(i) for i in range(len(order))]\n",
                ),
            ),
            "not the step at which",
        ),
        (
            "the mean",
            _with(Q1, ("return total", "return total / max(1, len(ids))")),
            "here it is the mean",
        ),
        (
            "one dictionary for all",
            _with(
                Q1,
                ("    total = 0.0\n", "    total, known = 0.0, {}\n"),
                ("        known = {earlier: ids[earlier] for earlier in order[:step]}\n", ""),
                (
                    "ids[position], known)",
                    "ids[position], known)\n        known[position] = ids[position]",
                ),
            ),
            "here all share one",
        ),
        (
            "any order",
            _with(
                Q1, ("sorted(order) != list(range(len(ids)))", "max(order, default=0) > len(ids)")
            ),
            "or leaves one out",
        ),
    ],
    "q2": [
        (
            "the first of the order",
            _with(
                Q2,
                ("rank >= n - n_predicted", "(rank >= n_first) & (rank < n_first + n_predicted)"),
            ),
            "here the first ones are",
        ),
        (
            "start tokens count",
            _with(Q2, ("(n - n_first) // k", "n // k")),
            "do not count when one in K",
        ),
        (
            "K tokens",
            _with(Q2, ("max(1, (n - n_first) // k)", "min(k, n - n_first)")),
            "the number of predicted tokens",
        ),
        (
            "rounded up",
            _with(Q2, ("(n - n_first) // k", "-((n_first - n) // k)")),
            "here it is rounded up",
        ),
        (
            "none at a large K",
            _with(Q2, ("max(1, (n - n_first) // k)", "(n - n_first) // k")),
            "At least one token",
        ),
        (
            "tokens to the left",
            _with(Q2, ("return positions, rank[positions]", "return positions, positions")),
            "not those to its left",
        ),
        (
            "sees itself",
            _with(
                Q2, ("return positions, rank[positions]", "return positions, rank[positions] + 1")
            ),
            "one too many",
        ),
        (
            "start tokens are not seen",
            _with(
                Q2,
                (
                    "return positions, rank[positions]",
                    "return positions, rank[positions] - n_first",
                ),
            ),
            "missing in n_context",
        ),
        (
            "sees only what is not predicted",
            _with(
                Q2,
                (
                    "return positions, rank[positions]",
                    "return positions, np.full(len(positions), n - n_predicted)",
                ),
            ),
            "only what is not predicted",
        ),
        (
            "in the order of prediction",
            _with(
                Q2,
                (
                    "positions = np.flatnonzero(rank >= n - n_predicted)",
                    "positions = order[n - n_predicted :]",
                ),
            ),
            "in the order of their prediction",
        ),
        (
            "the start tokens are not checked",
            _with(Q2, ("rank[:n_first] >= n_first", "rank[:n_first] >= n")),
            "one that does not begin with them",
        ),
        (
            "the order as ranks",
            _with(Q2, ("rank = np.argsort(order)", "rank = order")),
            "read as the time",
        ),
    ],
    "q3": [
        (
            "keys in the opposite order",
            _with(Q3, ("rows[:, :, :n_keys][:, :, ::-1]", "rows[:, :, :n_keys]")),
            "in the opposite order",
        ),
        (
            "the published table",
            _with(Q3, ("    flat = ", "    x = x[:, :, ::-1]\n    flat = ")),
            "read as published XLNet's",
        ),
        (
            "no shift",
            _with(Q3, ("rows = flat.reshape(n_heads, n_queries, n_relative + 1)", "rows = x")),
            "all rows take the same ones",
        ),
        (
            "two columns a row",
            _with(
                Q3,
                ("(0, n_queries))", "(0, 2 * n_queries))"),
                ("n_relative + 1)", "n_relative + 2)"),
            ),
            "not by two",
        ),
        (
            "heads run together",
            _with(
                Q3,
                (
                    "np.pad(x.reshape(n_heads, -1), ((0, 0), (0, n_queries)))",
                    "np.pad(x.reshape(-1), (0, n_heads * n_queries))",
                ),
            ),
            "runs into the next",
        ),
        (
            "as many keys as queries",
            _with(Q3, ("rows[:, :, :n_keys]", "rows[:, :, :n_queries]")),
            "only as many keys are kept",
        ),
        (
            "the future is 0",
            _with(
                Q3,
                (
                    "    return rows[:, :, :n_keys][:, :, ::-1]",
                    "    return np.tril(rows[:, :, :n_keys][:, :, ::-1], n_keys - n_queries)",
                ),
            ),
            "here they are 0",
        ),
        ("any shape", _with(Q3, ("n_keys < n_queries", "n_keys < 1")), "fewer than the queries"),
    ],
    "q4": [
        (
            "the segment in every layer",
            _with(Q4, ("n_steps - 1 + n_layers * n_memory", "n_layers * (n_memory + n_steps - 1)")),
            "here the segment is, too",
        ),
        (
            "without its own segment",
            _with(Q4, ("n_steps - 1 + n_layers * n_memory", "n_layers * n_memory")),
            "here that is missing",
        ),
        (
            "counts the token itself",
            _with(Q4, ("n_steps - 1 + n_layers", "n_steps + n_layers")),
            "the token itself is counted",
        ),
        (
            "one layer too few",
            _with(Q4, ("n_layers * n_memory", "(n_layers - 1) * n_memory")),
            "here one layer is missing",
        ),
        (
            "a single layer",
            _with(Q4, ("n_layers * n_memory", "n_memory")),
            "that of a single layer",
        ),
        (
            "scores of a segment, not of a token",
            _with(Q4, ("n_steps * n_keys / n_steps", "n_steps * n_keys")),
            "are shared by them",
        ),
        (
            "inverted ratio",
            _with(Q4, ("by_windows / by_memory", "by_memory / by_windows")),
            "the other way round",
        ),
        (
            "layers in the ratio",
            _with(Q4, ("by_windows / by_memory", "n_layers * by_windows / by_memory")),
            "their number cancels",
        ),
        (
            "keys of the memory only",
            _with(Q4, ("by_memory = n_steps * n_keys / n_steps", "by_memory = max(1, n_memory)")),
            "missing among them",
        ),
        (
            "any memory",
            _with(
                Q4,
                (" or n_memory % n_steps", ""),
                ("n_steps < 1", "n_steps < 0"),
                ("n_steps * n_keys / n_steps", "n_keys"),
            ),
            "segments of 4.",
        ),
    ],
}
