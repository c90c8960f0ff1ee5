"""Wrong answers that students give, by question: name, code, and what the message must say."""

WRONG_ANSWERS = {
    "q1": [
        (
            "the mask is turned around",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, -np.inf, np.tanh(hidden) @ v)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], 0, values)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "here it is turned around",
        ),
        (
            "the mask after the softmax",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.tanh(hidden) @ v
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    weights = np.where(mask, weights, 0)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "Mask the scores before the softmax",
        ),
        (
            "a masked score is 0",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, 0)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "A score of 0 is not masked",
        ),
        (
            "a very small number instead of −∞",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -1e9)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "where the query may look nowhere",
        ),
        (
            "nan in the masked values",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = values
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "replace them before the product",
        ),
        (
            "no tanh",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, hidden @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "The tanh is missing",
        ),
        (
            "no coverage in the score",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "it is missing there",
        ),
        (
            "the coverage outside the tanh",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T
    scores = np.where(mask, np.tanh(hidden) @ v + coverage * (w_coverage @ v), -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "do not add it to the score afterwards",
        ),
        (
            "the coverage stays",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage.copy()
""",
            "plus the weights of this step",
        ),
        (
            "the caller's coverage changes",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    coverage += weights
    return context, weights, coverage.copy()
""",
            "Leave the caller's coverage as it is",
        ),
        (
            "the softmax over the batch",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=0, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=0, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "not over the rows of the batch",
        ),
        (
            "overflow",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v, -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores)
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "subtract the largest score",
        ),
        (
            "scaled by √d",
            """
def attend(
    queries: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    coverage: np.ndarray,
    w_query: np.ndarray,
    w_key: np.ndarray,
    w_coverage: np.ndarray,
    v: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hidden = (queries @ w_query.T)[:, None] + keys @ w_key.T + coverage[..., None] * w_coverage
    scores = np.where(mask, np.tanh(hidden) @ v / np.sqrt(len(v)), -np.inf)
    top = scores.max(axis=1, keepdims=True)
    scales = np.exp(scores - np.where(np.isfinite(top), top, 0))
    total = scales.sum(axis=1, keepdims=True)
    weights = scales / np.where(total > 0, total, 1)
    seen = np.where(mask[..., None], values, 0)
    context = (weights[..., None] * seen).sum(axis=1)
    return context, weights, coverage + weights
""",
            "Additive attention has no factor",
        ),
    ],
    "q2": [
        (
            "an empty answer costs one more",
            """
def phoneme_error_rate(predicted, references):
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 2))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        nearest, minus = min((distance(plain(answer), plain(o)), -len(o)) for o in options)
        errors += nearest
        length -= minus
    return errors / length
""",
            "An empty answer has as many errors",
        ),
        (
            "the mean of the words' rates",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    rates = []
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        rates.append(nearest / -minus_length)
    return sum(rates) / len(rates)
""",
            "this is the mean of the words' rates",
        ),
        (
            "the first reference alone",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options[:1]]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "not only the first",
        ),
        (
            "the length of the answer",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length += len(answer)
    return errors / length
""",
            "not by that of the answer",
        ),
        (
            "the length of the first reference",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length += len(options[0])
    return errors / length
""",
            "not by that of the first in the list",
        ),
        (
            "the smallest rate",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found, key=lambda pair: pair[0] / -pair[1])
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "not the smallest rate",
        ),
        (
            "the shortest of equally near references",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length += minus_length
    return errors / length
""",
            "The longer one is taken",
        ),
        (
            "stress counts",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "Stress does not count",
        ),
        (
            "letters are compared",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return "".join(phoneme.rstrip("012") for phoneme in phonemes)

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        said, right = plain(answer), [plain(option) for option in options]
        found = [(distance(said, option), -len(option)) for option in right]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "Compare phonemes, not letters",
        ),
        (
            "place by place",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        wrong = sum(a != b for a, b in zip(left, right))
        return wrong + abs(len(left) - len(right))

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "do not compare place by place",
        ),
        (
            "a replacement costs 2",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + 2 * (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return errors / length
""",
            "A replacement costs 1",
        ),
        (
            "at most 1",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return min(1.0, errors / length)
""",
            "The rate may be larger than 1",
        ),
        (
            "the share of what is right",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest
        length -= minus_length
    return 1 - errors / length
""",
            "not the share of what is right",
        ),
        (
            "the word error rate",
            """
def phoneme_error_rate(
    predicted: list[tuple[str, ...]], references: list[list[tuple[str, ...]]]
) -> float:
    def plain(phonemes):
        return [phoneme.rstrip("012") for phoneme in phonemes]

    def distance(left, right):
        row = list(range(len(right) + 1))
        for i, a in enumerate(left, start=1):
            last, row = row, [i]
            for j, b in enumerate(right, start=1):
                row.append(min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b)))
        return row[-1]

    errors = length = 0
    for answer, options in zip(predicted, references):
        found = [(distance(plain(answer), plain(option)), -len(option)) for option in options]
        nearest, minus_length = min(found)
        errors += nearest > 0
        length += 1
    return errors / length
""",
            "this is the word error rate",
        ),
    ],
    "q3": [
        (
            "the tosses are turned around",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, guess, before), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "here the tosses are turned around",
        ),
        (
            "the token of the step itself",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, 1:], predicted[:, 1:], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "at its own step the decoder would see the answer",
        ),
        (
            "the toss of the step before",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, :-1]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "here it is that of the step before",
        ),
        (
            "np.roll without a start",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    inputs[:, 0] = np.where(use_gold[:, 0], gold[:, -1], predicted[:, -1])
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "not the last token of the row",
        ),
        (
            "one toss a row",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, :1]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "Every step has its own toss",
        ),
        (
            "-100 as an input",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(tosses, before, guess)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "-100 is no token",
        ),
        (
            "guesses in the padding",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(tosses, np.where(real, before, pad_id), guess)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "also where the toss asks for the guess",
        ),
        (
            "the share of the gold tokens",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "not that of the gold tokens",
        ),
        (
            "padding in the share",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    return inputs, float((~tosses).sum() / max(tosses.size, 1))
""",
            "Padding does not count in the share",
        ),
        (
            "the start in the share",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / (int(real.sum()) + len(gold))
""",
            "it does not count in the share",
        ),
        (
            "the caller's gold tokens change",
            """
def mix_inputs(
    gold: np.ndarray, predicted: np.ndarray, use_gold: np.ndarray, start_id: int, pad_id: int
) -> tuple[np.ndarray, float]:
    for t in range(1, gold.shape[1]):
        column = gold[:, t - 1]
        swap = ~use_gold[:, t] & (column != -100)
        column[swap] = predicted[swap, t - 1]
    before, guess, tosses = gold[:, :-1], predicted[:, :-1], use_gold[:, 1:]
    real = before != -100
    inputs = np.full(gold.shape, start_id)
    inputs[:, 1:] = np.where(real, np.where(tosses, before, guess), pad_id)
    guessed = int((real & ~tosses).sum())
    return inputs, guessed / max(int(real.sum()), 1)
""",
            "Leave the caller's gold tokens as they are",
        ),
    ],
    "q4": [
        (
            "neighbouring steps alone",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.diff(centres)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "not only neighbours",
        ),
        (
            "the largest weight of a row",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used.argmax(axis=1).astype(float)
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "not the position of its largest weight",
        ),
        (
            "the share that goes forward",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return forward / max(forward + back, 1)
""",
            "not the share of the pairs",
        ),
        (
            "equal centres in the denominator",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(len(centres) * (len(centres) - 1) // 2, 1)
""",
            "also not in the denominator",
        ),
        (
            "standing still goes forward",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((np.triu(steps > -1e-9, k=1)).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "standing still is no step",
        ),
        (
            "rounding decides",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps > 0).sum()), int((steps < 0).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "differ by rounding alone",
        ),
        (
            "a row of zeros looks at position 0",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights
    centres = used @ np.arange(weights.shape[1]) / np.where(totals > 0, totals, 1)
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "it did not look at position 0",
        ),
        (
            "the centre is not divided by the sum",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1])
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "divide its centre by its sum",
        ),
        (
            "the matrix is transposed",
            """
def monotonicity(weights: np.ndarray) -> float:
    weights = weights.T
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / max(forward + back, 1)
""",
            "here the matrix is transposed",
        ),
        (
            "the absolute value",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return abs(forward - back) / max(forward + back, 1)
""",
            "do not take the absolute value",
        ),
        (
            "a division by zero",
            """
def monotonicity(weights: np.ndarray) -> float:
    totals = weights.sum(axis=1)
    used = weights[totals > 0]
    centres = used @ np.arange(weights.shape[1]) / totals[totals > 0]
    steps = np.triu(centres[None, :] - centres[:, None], k=1)
    forward, back = int((steps >= 1e-9).sum()), int((steps <= -1e-9).sum())
    return (forward - back) / (forward + back)
""",
            "Without a pair that goes anywhere",
        ),
    ],
}
