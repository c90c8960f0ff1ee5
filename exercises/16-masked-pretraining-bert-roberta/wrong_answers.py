"""Wrong answers that students give, by question: name, code, and what the message must say.

Each is the solution with some pieces of its text replaced.
"""

Q1 = """
def span_mask(
    n: int, n_masked: int, mean_length: float, generator: np.random.Generator
) -> np.ndarray:
    if n_masked > n:
        raise ValueError(f"{n_masked=} is more than {n=}")
    mask = np.zeros(n, dtype=bool)
    while mask.sum() < n_masked:
        drawn = generator.geometric(1 / mean_length)
        longest = min(drawn, 10, n_masked - mask.sum())
        for length in range(longest, 0, -1):
            spans = np.lib.stride_tricks.sliding_window_view(mask, length)
            starts = np.flatnonzero(~spans.any(axis=1))
            if len(starts):
                break
        start = generator.choice(starts)
        mask[start : start + length] = True
    return mask
"""

Q2 = """
def electra_batch(
    ids: np.ndarray, chosen: np.ndarray, proposals: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    inputs = ids.copy()
    inputs[chosen] = proposals
    return inputs, (inputs != ids).astype(int)
"""

Q3 = """
def expected_signal(
    n_tokens: int, rate: float, shares: tuple[float, float, float]
) -> tuple[float, float, float, float, float]:
    if min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"{shares=} are not three chances that sum to 1")
    predicted = n_tokens * rate
    masked, random, unchanged = (share * predicted for share in shares)
    ordinary = n_tokens - masked
    return predicted, masked, random, unchanged, random / ordinary if ordinary > 0 else 0.0
"""

Q4 = """
def pll_masks(words: np.ndarray) -> np.ndarray:
    begins = np.ones(len(words), dtype=bool)
    begins[1:] = words[1:] != words[:-1]
    word = np.cumsum(begins)
    same = word[:, None] == word[None, :]
    return np.triu(same) & (words >= 0)[:, None]
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
            "more than n_masked",
            _with(Q1, ("min(drawn, 10, n_masked - mask.sum())", "min(drawn, 10, n)")),
            "the last span is cut",
        ),
        (
            "spans overlap",
            _with(Q1, ("np.flatnonzero(~spans.any(axis=1))", "np.arange(len(spans))")),
            "here it may begin anywhere",
        ),
        ("no longest span", _with(Q1, ("min(drawn, 10, ", "min(drawn, ")), "at most 10 tokens"),
        (
            "the mean as the chance",
            _with(
                Q1,
                (
                    "generator.geometric(1 / mean_length)",
                    "generator.geometric(min(1.0, 1 / (mean_length + 1)))",
                ),
            ),
            "geometric gets another number",
        ),
        (
            "the last start is missing",
            _with(
                Q1,
                (
                    "starts = np.flatnonzero(~spans.any(axis=1))",
                    "starts = np.flatnonzero(~spans.any(axis=1)[: max(1, len(spans) - 1)])",
                ),
            ),
            "here the last start is missing",
        ),
        (
            "gives up without a wide gap",
            _with(
                Q1,
                ("            if len(starts):\n                break\n", "            break\n"),
                (
                    "        start = ",
                    "        if len(starts) == 0:\n            break\n        start = ",
                ),
            ),
            "until it fits",
        ),
        (
            "a token between spans",
            _with(
                Q1,
                (
                    "np.flatnonzero(~spans.any(axis=1))",
                    (
                        "np.flatnonzero(~spans.any(axis=1))\n"
                        "            wider = np.convolve(mask, [1, 1, 1])[1:-1] > 0\n"
                        "            windows = np.lib.stride_tricks.sliding_window_view\n"
                        "            spans = windows(wider, length)\n"
                        "            starts = np.flatnonzero(~spans.any(axis=1))"
                    ),
                ),
                (
                    "        start = ",
                    "        if len(starts) == 0:\n            break\n        start = ",
                ),
            ),
            "a free token is kept",
        ),
        (
            "too many are accepted",
            _with(
                Q1,
                ("n_masked > n:", "n_masked > 2 * n:"),
                (
                    "        start = ",
                    "        if len(starts) == 0:\n            break\n        start = ",
                ),
            ),
            "More tokens to hide than there are",
        ),
    ],
    "q2": [
        (
            "every hidden token is replaced",
            _with(Q2, ("(inputs != ids).astype(int)", "chosen.astype(int)")),
            "A proposal that equals the original",
        ),
        ("labels swapped", _with(Q2, ("inputs != ids", "inputs == ids")), "here they are swapped"),
        (
            "only hidden tokens count",
            _with(Q2, ("(inputs != ids).astype(int)", "np.where(chosen, inputs != ids, -100)")),
            "and not -100",
        ),
        (
            "changes its argument",
            _with(Q2, ("ids.copy()", "ids"), ("inputs != ids", "chosen")),
            "must not be changed",
        ),
        (
            "column by column",
            _with(Q2, ("inputs[chosen] = proposals", "inputs.T[chosen.T] = proposals")),
            "here they go column by column",
        ),
        (
            "the proposal at the place",
            _with(
                Q2,
                (
                    "inputs[chosen] = proposals",
                    "inputs[chosen] = np.resize(np.append(proposals, 0), ids.shape)[chosen]",
                ),
            ),
            "at the place in the text",
        ),
        ("the text as it was", _with(Q2, ("return inputs,", "return ids,")), "as it was"),
    ],
    "q3": [
        (
            "only [MASK] is predicted",
            _with(Q3, ("return predicted, ", "return masked, ")),
            "not only those that are hidden",
        ),
        (
            "shares of all tokens",
            _with(Q3, ("share * predicted", "share * n_tokens")),
            "here they are taken of all tokens",
        ),
        (
            "random and unchanged swapped",
            _with(Q3, ("masked, random, unchanged = (", "masked, unchanged, random = (")),
            "the last two are swapped",
        ),
        (
            "a share of the chosen",
            _with(Q3, ("ordinary = n_tokens - masked", "ordinary = predicted - masked")),
            "a share of the chosen ones",
        ),
        (
            "a share of all tokens",
            _with(Q3, ("ordinary = n_tokens - masked", "ordinary = n_tokens")),
            "a share of all tokens",
        ),
        (
            "only tokens that were not chosen",
            _with(Q3, ("ordinary = n_tokens - masked", "ordinary = n_tokens - predicted")),
            "not chosen are counted",
        ),
        (
            "the original instead",
            _with(Q3, ("random / ordinary", "1 - random / ordinary")),
            "that a token is the original",
        ),
        (
            "nothing over nothing",
            _with(
                Q3, ("random / ordinary if ordinary > 0 else 0.0", "np.float64(random) / ordinary")
            ),
            "not 0 / 0",
        ),
        (
            "any shares",
            _with(Q3, ("min(shares) < 0 or abs(sum(shares) - 1) > 1e-6", "sum(shares) > 1.000001")),
            "raise ValueError",
        ),
    ],
    "q4": [
        (
            "one piece at a time",
            _with(Q4, ("np.triu(same)", "np.eye(len(words), dtype=bool)")),
            "here only the piece itself is",
        ),
        ("the whole word", _with(Q4, ("np.triu(same)", "same")), "here the whole word is hidden"),
        (
            "the pieces to the left",
            _with(Q4, ("np.triu(same)", "np.tril(same)")),
            "here it is the other way",
        ),
        (
            "all that follows",
            _with(Q4, ("np.triu(same)", "np.triu(np.ones_like(same)) & (words >= 0)")),
            "here all that follows",
        ),
        (
            "not the piece itself",
            _with(Q4, ("np.triu(same)", "np.triu(same, 1)")),
            "piece itself is hidden.",
        ),
        (
            "numbers that come again",
            _with(Q4, ("word = np.cumsum(begins)", "word = words")),
            "is another word",
        ),
        (
            "special tokens are predicted",
            _with(Q4, (" & (words >= 0)[:, None]", "")),
            "never predicted: its row",
        ),
        ("word 0 is taken for special", _with(Q4, ("words >= 0", "words > 0")), "like the others"),
        (
            "only the next piece",
            _with(Q4, ("np.triu(same)", "np.triu(same) & ~np.triu(same, 2)")),
            "more than two pieces",
        ),
    ],
}
