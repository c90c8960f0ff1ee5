"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def best_fit_pack(lengths: list[int], n_positions: int) -> list[list[int]]:
    if max(lengths, default=0) > n_positions:
        raise ValueError(f"a document of {max(lengths)} tokens is longer than {n_positions=}")
    rows, room = [], []
    for document in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        fitting = [row for row in range(len(rows)) if room[row] >= lengths[document]]
        if not fitting:
            fitting = [len(rows)]
            rows.append([])
            room.append(n_positions)
        best = min(fitting, key=lambda row: room[row])
        rows[best].append(document)
        room[best] -= lengths[document]
    return rows
"""

Q2 = """
def sliding_windows(n_tokens: int, n_positions: int, stride: int) -> list[tuple[int, int, int]]:
    if not 1 <= stride <= n_positions:
        raise ValueError(f"{stride=} is not between 1 and {n_positions=}")
    windows, scored = [], 0
    while scored < n_tokens:
        begin = max(0, scored - (n_positions - stride))
        end = min(begin + n_positions, n_tokens)
        windows.append((begin, end, scored))
        scored = end
    return windows
"""

Q3 = """
def choose(
    log_probs: np.ndarray,
    lengths_bytes: np.ndarray,
    prior_log_probs: np.ndarray,
    normalise: str,
) -> np.ndarray:
    if normalise not in ("raw", "bytes", "pmi"):
        raise ValueError(f"{normalise=} is not raw, bytes or pmi")
    real = lengths_bytes > 0
    scores = np.full(log_probs.shape, -np.inf)
    scores[real] = log_probs[real]
    if normalise == "bytes":
        scores[real] = log_probs[real] / lengths_bytes[real]
    if normalise == "pmi":
        scores[real] = log_probs[real] - prior_log_probs[real]
    return scores.argmax(axis=1)
"""

Q4 = """
def induction_score(weights: np.ndarray, ids: np.ndarray) -> np.ndarray:
    n = len(ids)
    earlier = np.tril(ids[:, None] == ids[None, :], k=-1)
    queries = np.flatnonzero(earlier.any(axis=1))
    if len(queries) == 0:
        raise ValueError("no token comes twice")
    last = n - 1 - earlier[queries, ::-1].argmax(axis=1)
    return weights[:, queries, last + 1].mean(axis=1)
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
            "first fit",
            _with(Q1, ("min(fitting, key=lambda row: room[row])", "min(fitting)")),
            "(first fit)",
        ),
        ("worst fit", _with(Q1, ("best = min(", "best = max(")), "(worst fit)"),
        (
            "in the order in which they stand",
            _with(
                Q1,
                ("sorted(range(len(lengths)), key=lambda i: -lengths[i])", "range(len(lengths))"),
            ),
            "in the order in which they stand",
        ),
        ("shortest first", _with(Q1, ("-lengths[i]", "lengths[i]")), "here the shortest do"),
        (
            "a full row is refused",
            _with(Q1, (">= lengths[document]", "> lengths[document]")),
            "one place stays empty",
        ),
        (
            "only the last row is open",
            _with(Q1, ("for row in range(len(rows)) if", "for row in range(len(rows))[-1:] if")),
            "only the last one is filled up",
        ),
        (
            "later documents first among equals",
            _with(
                Q1,
                (
                    "sorted(range(len(lengths)), key=lambda i: -lengths[i])",
                    "sorted(range(len(lengths)), key=lambda i: (lengths[i], i))[::-1]",
                ),
            ),
            "keep the order of their numbers",
        ),
        (
            "lengths for numbers",
            _with(Q1, ("append(document)", "append(lengths[document])")),
            "here they hold lengths",
        ),
        (
            "the last of equal rows",
            _with(Q1, ("min(fitting, key", "min(fitting[::-1], key")),
            "take the earliest",
        ),
        (
            "long documents pass",
            _with(Q1, ("if max(lengths, default=0) > n_positions:", "if False:")),
            "raise ValueError",
        ),
    ],
    "q2": [
        (
            "stride and overlap confused",
            _with(Q2, ("scored - (n_positions - stride)", "scored - min(stride, n_positions - 1)")),
            "here they overlap by stride",
        ),
        (
            "a window for every stride",
            _with(
                Q2,
                ("while scored < n_tokens:", "for begin in range(0, n_tokens, stride):"),
                ("        begin = max(0, scored - (n_positions - stride))\n", ""),
            ),
            "here one is too many",
        ),
        (
            "the overlap is scored twice",
            _with(Q2, ("(begin, end, scored)", "(begin, end, begin)")),
            "here the tokens of the overlap",
        ),
        (
            "the last stride of every window",
            _with(Q2, ("(begin, end, scored)", "(begin, end, end - stride if begin else 0)")),
            "which may be less than stride",
        ),
        (
            "the first tokens are left out",
            _with(Q2, ("(begin, end, scored)", "(begin, end, max(scored, n_positions - stride))")),
            "scores its first tokens, too",
        ),
        (
            "full windows only",
            _with(
                Q2,
                (
                    "while scored < n_tokens:",
                    "while scored < n_tokens and (scored == 0 or scored + stride <= n_tokens):",
                ),
            ),
            "shorter window is missing",
        ),
        (
            "behind the end",
            _with(Q2, ("min(begin + n_positions, n_tokens)", "begin + n_positions")),
            "reaches behind it",
        ),
        (
            "place in the window",
            _with(Q2, ("(begin, end, scored)", "(begin, end, scored - begin)")),
            "here it is one in the window",
        ),
        (
            "any stride",
            _with(Q2, ("not 1 <= stride <= n_positions", "stride < 1")),
            "or one above n_positions raises ValueError",
        ),
    ],
    "q3": [
        (
            "the lowest score",
            _with(Q3, ("scores.argmax(", "np.where(real, scores, np.inf).argmin(")),
            "nearest to zero",
        ),
        (
            "times the bytes",
            _with(Q3, ("/ lengths_bytes[real]", "* lengths_bytes[real]")),
            "here the score is multiplied",
        ),
        (
            "quotient of logarithms",
            _with(Q3, ("- prior_log_probs[real]", "/ prior_log_probs[real]")),
            "do not divide them",
        ),
        (
            "inverted quotient of logarithms",
            _with(
                Q3,
                (
                    "log_probs[real] - prior_log_probs[real]",
                    "-log_probs[real] / prior_log_probs[real]",
                ),
            ),
            "with a minus before it either",
        ),
        (
            "the prior is added",
            _with(Q3, ("- prior_log_probs[real]", "+ prior_log_probs[real]")),
            "here it is added",
        ),
        (
            "PMI per byte",
            _with(
                Q3,
                (
                    "log_probs[real] - prior_log_probs[real]",
                    "(log_probs[real] - prior_log_probs[real]) / lengths_bytes[real]",
                ),
            ),
            "not divided by the bytes as well",
        ),
        (
            "the filling is chosen",
            _with(Q3, ("np.full(log_probs.shape, -np.inf)", "np.zeros(log_probs.shape)")),
            "here the filling",
        ),
        (
            "division by zero",
            _with(
                Q3,
                (
                    "scores[real] = log_probs[real] / lengths_bytes[real]",
                    "scores = log_probs / lengths_bytes",
                ),
            ),
            "0 / 0",
        ),
        ("axis 0", _with(Q3, ("argmax(axis=1)", "argmax(axis=0)")), "here questions are compared"),
        (
            "any word is raw",
            _with(Q3, ('if normalise not in ("raw", "bytes", "pmi"):', "if not normalise:")),
            "none of the three",
        ),
    ],
    "q4": [
        (
            "the first occurrence",
            _with(
                Q4,
                (
                    "n - 1 - earlier[queries, ::-1].argmax(axis=1)",
                    "earlier[queries].argmax(axis=1)",
                ),
            ),
            "here it is the first one",
        ),
        ("the occurrence itself", _with(Q4, ("last + 1]", "last]")), "on the occurrence itself"),
        ("the token before", _with(Q4, ("last + 1]", "last - 1]")), "on the token before"),
        (
            "a token occurs at its own place",
            _with(Q4, ("k=-1", "k=0"), ("last + 1]", "np.minimum(last + 1, n - 1)]")),
            "not its own occurrence",
        ),
        (
            "the mean over all tokens",
            _with(Q4, (".mean(axis=1)", ".sum(axis=1) / n")),
            "not over all tokens",
        ),
        ("the sum", _with(Q4, (".mean(axis=1)", ".sum(axis=1)")), "here it is the sum"),
        (
            "query and key swapped",
            _with(Q4, ("weights[:, queries, last + 1]", "weights[:, last + 1, queries]")),
            "here they are swapped",
        ),
        ("one number for all heads", _with(Q4, (".mean(axis=1)", ".mean()")), "a score of its own"),
        ("immediate repetitions are left out", _with(Q4, ("k=-1", "k=-2")), "it is not left out"),
    ],
}
