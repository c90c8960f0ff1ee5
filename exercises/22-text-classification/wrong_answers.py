"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def cheapest_threshold(
    scores: np.ndarray, targets: np.ndarray, alarm: float, miss: float
) -> float:
    thresholds = np.append(np.unique(scores), np.inf)
    accepted = scores >= thresholds[:, None]
    false_alarms = (accepted & (targets == 0)).sum(axis=1)
    misses = (~accepted & (targets == 1)).sum(axis=1)
    cost = alarm * false_alarms + miss * misses
    cheapest = np.flatnonzero(cost == cost.min())
    return float(thresholds[cheapest[-1]])
"""

Q2 = """
def adjust_prior(
    probabilities: np.ndarray, old: np.ndarray, new: np.ndarray
) -> np.ndarray:
    for prior in (old, new):
        if (prior < 0).any() or abs(prior.sum() - 1) > 1e-6:
            raise ValueError(f"{prior} are not shares that sum to 1")
    if (old == 0).any():
        raise ValueError(f"{old=} holds a class that was never seen in training")
    weighted = probabilities * new / old
    return weighted / weighted.sum(axis=1, keepdims=True)
"""

Q3 = """
def log_count_ratios(
    counts: np.ndarray, targets: np.ndarray, alpha: float = 1.0
) -> np.ndarray:
    present = counts > 0
    positive = alpha + present[targets == 1].sum(axis=0)
    negative = alpha + present[targets == 0].sum(axis=0)
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())
"""

Q4 = """
def adaptive_calibration_error(
    confidence: np.ndarray, right: np.ndarray, n_bins: int
) -> float:
    order = np.argsort(confidence, kind="stable")
    error = 0.0
    for part in np.array_split(order, n_bins):
        if len(part):
            gap = right[part].mean() - confidence[part].mean()
            error += len(part) / len(order) * abs(gap)
    return float(error)
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
            "costs swapped",
            _with(
                Q1, ("alarm * false_alarms + miss * misses", "miss * false_alarms + alarm * misses")
            ),
            "here they are swapped",
        ),
        (
            "only above the threshold",
            _with(Q1, ("scores >= thresholds", "scores > thresholds")),
            "here only scores above it are",
        ),
        (
            "something is always accepted",
            _with(Q1, ("np.append(np.unique(scores), np.inf)", "np.unique(scores)")),
            "Nothing at all may be called spam",
        ),
        (
            "the lowest of the cheapest",
            _with(Q1, ("cheapest[-1]", "cheapest[0]")),
            "here it is the lowest",
        ),
        (
            "shares of the classes",
            _with(
                Q1,
                (
                    "alarm * false_alarms + miss * misses",
                    (
                        "alarm * false_alarms / max(1, sum(targets == 0)) + "
                        "miss * misses / max(1, sum(targets))"
                    ),
                ),
            ),
            "not shares of their class",
        ),
        (
            "the formula",
            _with(Q1, ("return float(thresholds[cheapest[-1]])", "return alarm / (alarm + miss)")),
            "for calibrated probabilities only",
        ),
    ],
    "q2": [
        (
            "the old prior stays",
            _with(Q2, ("probabilities * new / old", "probabilities * new")),
            "here the new one is multiplied in alone",
        ),
        (
            "priors exchanged",
            _with(
                Q2, ("probabilities * new / old", "probabilities * old / np.maximum(new, 1e-12)")
            ),
            "here they are exchanged",
        ),
        (
            "rows do not sum to one",
            _with(Q2, ("return weighted / weighted.sum(axis=1, keepdims=True)", "return weighted")),
            "Each row sums to one",
        ),
        ("sums over the texts", _with(Q2, ("axis=1", "axis=0")), "sum to one over the texts"),
        (
            "new zeros are refused",
            _with(Q2, ("(prior < 0).any()", "(prior <= 0).any()")),
            "is no error",
        ),
        (
            "uniform is left alone",
            _with(
                Q2,
                (
                    "    weighted =",
                    "    if np.ptp(new) == 0:\n        return probabilities\n    weighted =",
                ),
            ),
            "the old one still goes out",
        ),
        (
            "anything is a prior",
            _with(Q2, ("(prior < 0).any() or abs(prior.sum() - 1) > 1e-6", "prior.sum() <= 0")),
            "raise ValueError",
        ),
    ],
    "q3": [
        ("counts added up", _with(Q3, ("counts > 0", "counts")), "here counts are added up"),
        ("no smoothing", _with(Q3, ("alpha + ", "")), "has a finite ratio"),
        (
            "no division by the sums",
            _with(
                Q3,
                ("positive / positive.sum()", "positive"),
                ("negative / negative.sum()", "negative"),
            ),
            "wins everywhere",
        ),
        (
            "number of texts divides",
            _with(
                Q3,
                ("positive / positive.sum()", "positive / (targets == 1).sum()"),
                ("negative / negative.sum()", "negative / (targets == 0).sum()"),
            ),
            "the number of texts divides",
        ),
        (
            "classes exchanged",
            _with(
                Q3,
                ("targets == 1", "targets == 2"),
                ("targets == 0", "targets == 1"),
                ("targets == 2", "targets == 0"),
            ),
            "the classes are exchanged",
        ),
        ("logarithm to base 2", _with(Q3, ("np.log(", "np.log2(")), "not np.log2"),
        (
            "alpha for each text",
            _with(Q3, ("present = counts > 0", "present = (counts > 0) + alpha"), ("alpha + ", "")),
            "added for each text",
        ),
        ("alpha is always 1", _with(Q3, ("alpha + ", "1 + ")), "alpha must be used"),
    ],
    "q4": [
        (
            "bins of equal width",
            _with(
                Q4,
                (
                    "for part in np.array_split(order, n_bins):",
                    (
                        "bins = np.ceil(confidence * n_bins)\n    for k in range(n_bins):"
                        "\n        part = np.flatnonzero(bins == k + 1)"
                    ),
                ),
            ),
            "here they have equal width",
        ),
        (
            "not sorted",
            _with(Q4, ('np.argsort(confidence, kind="stable")', "np.arange(len(confidence))")),
            "must be sorted",
        ),
        (
            "every bin weighs the same",
            _with(Q4, ("len(part) / len(order)", "1 / min(n_bins, len(order))")),
            "every bin weighs the same",
        ),
        (
            "gaps cancel",
            _with(Q4, ("abs(gap)", "gap"), ("return float(error)", "return float(abs(error))")),
            "must not cancel",
        ),
        (
            "distance of each text",
            _with(
                Q4,
                (
                    "gap = right[part].mean() - confidence[part].mean()",
                    "gap = np.abs(right[part] - confidence[part]).mean()",
                ),
            ),
            "the mean distance of its texts",
        ),
        (
            "the rest is dropped",
            _with(
                Q4,
                (
                    "np.array_split(order, n_bins)",
                    "order[: len(order) // n_bins * n_bins].reshape(n_bins, -1)",
                ),
            ),
            "No text may be dropped",
        ),
        ("empty bins", _with(Q4, ("if len(part):", "if True:")), "no NaN"),
        (
            "ties in the reverse order",
            _with(
                Q4,
                (
                    'np.argsort(confidence, kind="stable")',
                    'np.argsort(-confidence, kind="stable")[::-1]',
                ),
            ),
            "use a stable sort",
        ),
    ],
}
