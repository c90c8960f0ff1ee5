"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def tied_weights(
    curvature: np.ndarray, wanted: np.ndarray, strengths: np.ndarray, centres: np.ndarray
) -> np.ndarray:
    total = curvature + strengths.sum()
    if (total <= 0).any():
        raise ValueError("curvature and strengths are 0: every weight is as good")
    return (curvature * wanted + strengths @ centres) / total
"""

Q2 = """
def unbeaten(scores: np.ndarray, forgetting: np.ndarray) -> np.ndarray:
    s, f = scores.mean(axis=1), forgetting.mean(axis=1)
    no_worse = (s[:, None] >= s) & (f[:, None] <= f)
    better = (s[:, None] > s) | (f[:, None] < f)
    return ~(no_worse & better).any(axis=0)
"""

Q3 = """
def slanted_rates(n_layers: int, n_steps: int, every: int, decay: float) -> np.ndarray:
    factors = np.zeros((n_layers, n_steps))
    for k in range(n_layers):
        left = n_steps - k * every
        if left <= 0:
            continue
        peak = max(1, left // 10)
        step = np.arange(1, left + 1)
        falling = (left - step) / max(1, left - peak)
        factors[k, k * every :] = np.where(step <= peak, step / peak, falling) / decay**k
    return factors
"""

Q4 = """
def fisher_penalty(logits: np.ndarray, jacobian: np.ndarray, moved: np.ndarray) -> float:
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    mean = (p[:, :, None] * jacobian).sum(axis=1, keepdims=True)
    scores = jacobian - mean
    fisher = (p[:, :, None] * scores**2).sum(axis=1).mean(axis=0)
    return float(0.5 * (fisher * moved**2).sum())
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
            "towards zero",
            _with(Q1, (" + strengths @ centres", "")),
            "here it pulls to 0",
        ),
        (
            "curvature left out",
            _with(Q1, ("curvature * wanted", "wanted"), ("= curvature +", "= 0 * curvature + 1 +")),
            "as if h were 1",
        ),
        (
            "one strength below",
            _with(Q1, ("curvature + strengths.sum()", "curvature + strengths[0]")),
            "here it has one of them",
        ),
        (
            "mean of the centres",
            _with(Q1, ("strengths @ centres", "strengths.sum() * centres.mean(axis=0)")),
            "here their plain mean",
        ),
        (
            "away from the centre",
            _with(Q1, ("wanted + strengths", "wanted - strengths")),
            "not away from it",
        ),
        (
            "nothing is refused",
            _with(Q1, ("(total <= 0).any()", "False")),
            "neither curvature nor pull",
        ),
    ],
    "q2": [
        (
            "strictly better on both",
            _with(Q2, ("no_worse & better", "(s[:, None] > s) & (f[:, None] < f)")),
            "here it stays",
        ),
        (
            "equals beat each other",
            _with(Q2, ("no_worse & better", "no_worse & ~np.eye(len(s), dtype=bool)")),
            "here they do",
        ),
        (
            "more forgetting is better",
            _with(Q2, ("<= f", ">= f"), ("< f)", "> f)")),
            "here more of it counts",
        ),
        (
            "the best seed",
            _with(Q2, ("scores.mean(axis=1)", "scores.max(axis=1)")),
            "not by its best seed",
        ),
        (
            "the best on one count",
            _with(Q2, ("no_worse & better", "better")),
            "is not beaten: here it is",
        ),
        ("the wrong axis", _with(Q2, ("axis=1", "axis=0")), "here the settings are averaged"),
        (
            "takes the median over seeds",
            _with(Q2, ("scores.mean(axis=1)", "np.median(scores, axis=1)")),
            "by its median",
        ),
    ],
    "q3": [
        (
            "from the bottom up",
            _with(Q3, ("return factors", "return factors[::-1]")),
            "here the rows go",
        ),
        ("no decay", _with(Q3, (" / decay**k", "")), "or all alike"),
        (
            "cut out of the head's triangle",
            _with(
                Q3,
                ("peak = max(1, left // 10)", "peak = max(1, n_steps // 10)"),
                ("step = np.arange(1, left + 1)", "step = np.arange(1, left + 1) + k * every"),
                (
                    "(left - step) / max(1, left - peak)",
                    "(n_steps - step) / max(1, n_steps - peak)",
                ),
            ),
            "cut out of the head",
        ),
        (
            "a step late",
            _with(
                Q3,
                ("left = n_steps - k * every", "left = n_steps - k * every - (k > 0)"),
                ("factors[k, k * every :]", "factors[k, n_steps - left :]"),
            ),
            "joins one step off",
        ),
        (
            "a tenth of all steps",
            _with(Q3, ("max(1, left // 10)", "max(1, n_steps // 10)")),
            "not a tenth of all steps",
        ),
        (
            "no peak for a short layer",
            _with(Q3, ("left <= 0", "left <= 1")),
            "one step is enough",
        ),
    ],
    "q4": [
        (
            "slopes of the logits",
            _with(Q4, ("jacobian - mean", "jacobian")),
            "has to be taken out",
        ),
        (
            "the square of the mean",
            _with(
                Q4,
                (
                    "(p[:, :, None] * scores**2).sum(axis=1)",
                    "((p[:, :, None] * scores).sum(axis=1) ** 2)",
                ),
            ),
            "always zero",
        ),
        (
            "the most probable answer",
            _with(
                Q4,
                (
                    "(p[:, :, None] * scores**2).sum(axis=1)",
                    "(scores**2)[np.arange(len(p)), p.argmax(axis=1)]",
                ),
            ),
            "stands for all",
        ),
        (
            "all answers alike",
            _with(Q4, ("(p[:, :, None] * scores**2).sum(axis=1)", "(scores**2).mean(axis=1)")),
            "here all answers count the same",
        ),
        ("sum over places", _with(Q4, (".mean(axis=0)", ".sum(axis=0)")), "here it is their sum"),
        ("no half", _with(Q4, ("0.5 * ", "")), "one half is missing"),
        ("signed distance", _with(Q4, ("moved**2", "moved")), "The distance is squared"),
        (
            "the exponential overflows",
            _with(Q4, ("logits - logits.max(axis=1, keepdims=True)", "logits")),
            "is not finite",
        ),
    ],
}
