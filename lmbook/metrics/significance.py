"""How far may a score be trusted? Intervals for a metric, and tests of two systems.

The bootstrap draws new test sets from the one there is, with replacement, and looks at how the
metric varies. It answers for other examples of the same kind, not for other seeds of training:
for those, ``seed_interval``. Source: Efron and Tibshirani (1993).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmbook.arguments import check_tensor
from lmbook.metrics.checks import check_draws, check_labels, check_matrix, check_values
from lmbook.metrics.classification import confusion_matrix

Metric = Callable[[Int[Tensor, "draw target prediction"]], Float[Tensor, " draw"]]

_INDICES = 2**22  # in memory at a time, 32 MB


class Interval(NamedTuple):
    """A metric on the test set, and the ends of its interval, in the units of the metric."""

    estimate: float
    low: float
    high: float


class Comparison(NamedTuple):
    """Two systems on the same examples: first minus second.

    ``p_value`` is two-sided: how often resampling moves the difference by at least its own size.
    ``share_better`` is the share of draws in which the first system wins; a tie counts half.
    """

    difference: float
    low: float
    high: float
    p_value: float
    share_better: float


def bootstrap_mean(
    values: Float[Tensor, " n"],
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval for a metric that is a mean over examples, such as accuracy.

    ``values`` holds the metric of each example, for accuracy 1.0 or 0.0. Raises ``ValueError`` for
    no example, a value that is not finite, ``n_draws`` < 1, and a ``level`` not between 0 and 1.
    """
    check_draws(n_draws, level, generator)
    check_values("values", values, 1)
    low, high = percentiles(_means(values, generator, n_draws), level)
    return Interval(values.double().mean().item(), low, high)


def bootstrap_matrix(
    matrix: Int[Tensor, "target prediction"],
    metric: Metric,
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval for a metric of the confusion matrix, such as macro F1.

    ``metric`` takes a stack of matrices and gives a number for each: ``accuracy``, or
    ``lambda m: macro(m).f1``. Raises ``ValueError`` for a matrix without examples, ``n_draws`` < 1,
    and a ``level`` not between 0 and 1.
    """
    check_draws(n_draws, level, generator)
    check_matrix("matrix", matrix)
    if not matrix.any():
        raise ValueError("matrix holds no example")
    drawn = _resample(matrix.flatten(), generator, n_draws).view(n_draws, *matrix.shape)
    low, high = percentiles(metric(drawn), level)
    return Interval(metric(matrix[None]).item(), low, high)


def compare_means(
    first: Float[Tensor, " n"],
    second: Float[Tensor, " others"],
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Comparison:
    """Paired bootstrap of two systems whose metric is a mean over the same examples.

    Entry i of both belongs to example i. A draw takes both values of an example or neither, so
    what makes an example hard for both cancels. Raises ``ValueError`` for lengths that differ, and
    as ``bootstrap_mean`` does. Source: Koehn (2004); Berg-Kirkpatrick et al. (2012).
    """
    check_draws(n_draws, level, generator)
    check_values("first", first, 1)
    check_values("second", second, 1)
    if len(first) != len(second):
        raise ValueError(f"first has {len(first)} examples, second {len(second)}")
    differences = first.double() - second.double()
    draws = _means(differences, generator, n_draws)
    return comparison(differences.mean().item(), draws, level)


def compare_predictions(
    first: Int[Tensor, " n"],
    second: Int[Tensor, " others"],
    targets: Int[Tensor, " labels"],
    n_classes: int,
    metric: Metric,
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Comparison:
    """Paired bootstrap of two classifiers by a metric of the confusion matrix.

    Raises ``ValueError`` as ``confusion_matrix`` and ``bootstrap_matrix`` do.
    """
    check_draws(n_draws, level, generator)
    check_labels("first", first, n_classes)
    check_labels("second", second, n_classes)
    matrices = [confusion_matrix(system, targets, n_classes)[None] for system in (first, second)]
    # examples with the same target and the same two predictions are alike: one count for each kind
    kinds = torch.stack([targets.long(), first.long(), second.long()])
    (target, one, two), counts = kinds.unique(dim=1, return_counts=True)
    drawn = _resample(counts, generator, n_draws)
    for cells in (target * n_classes + one, target * n_classes + two):
        stack = drawn.new_zeros(n_draws, n_classes**2).index_add(1, cells, drawn)
        matrices.append(stack.view(n_draws, n_classes, n_classes))
    scores = [metric(stack) for stack in matrices]
    return comparison((scores[0] - scores[1]).item(), scores[2] - scores[3], level)


def seed_interval(scores: Float[Tensor, " seed"], level: float = 0.95) -> Interval:
    """Student's interval for the mean score over training seeds: mean ± t · s / √n.

    s is the standard deviation with n - 1 in its denominator, t the quantile for n - 1 degrees of
    freedom: at ``level`` 0.95, 4.30 with 3 seeds and 1.96 with many. It takes the scores for
    independent and normal. Raises ``ValueError`` for fewer than two seeds, a score that is not
    finite, and a ``level`` not between 0 and 1. Source: Student (1908).
    """
    check_draws(1, level)
    check_values("scores", scores, 2)
    mean, n = scores.double().mean().item(), len(scores)
    half = _student_quantile(level, n - 1) * scores.double().std().item() / math.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def mcnemar(first: Bool[Tensor, " n"], second: Bool[Tensor, " others"]) -> float:
    """Exact two-sided p-value of McNemar's test that two systems are right equally often.

    Examples on which both are right, or both wrong, say nothing about the difference. On the
    others each system wins with probability 1/2 if they are equally good, so the wins are
    binomial. 1 where the systems never differ. Raises ``ValueError`` for lengths that differ and
    for no example. Source: McNemar (1947).
    """
    check_tensor("first", first, "bool", 1)
    check_tensor("second", second, "bool", 1)
    if len(first) != len(second) or len(first) == 0:
        raise ValueError(f"first has {len(first)} examples, second {len(second)}")
    wins = (int((first & ~second).sum()), int((second & ~first).sum()))
    n, fewer = sum(wins), torch.arange(min(wins) + 1).double()
    # logarithms: the binomial coefficients of 1,100 trials overflow float64
    log_choose = math.lgamma(n + 1) - torch.lgamma(fewer + 1) - torch.lgamma(n - fewer + 1)
    return min(1.0, 2 * (log_choose - n * math.log(2)).exp().sum().item())


def _means(
    values: Float[Tensor, " n"], generator: torch.Generator, n_draws: int
) -> Float[Tensor, " draw"]:
    """Means of ``n_draws`` samples of n values, drawn with replacement."""
    values, n = values.double(), len(values)
    rows = max(1, _INDICES // n)
    sizes = [(min(rows, n_draws - begin), n) for begin in range(0, n_draws, rows)]
    places = (torch.randint(n, size, generator=generator, device=values.device) for size in sizes)
    return torch.cat([values[place].mean(dim=1) for place in places])


def _resample(
    counts: Int[Tensor, " cell"], generator: torch.Generator, n_draws: int
) -> Int[Tensor, "draw cell"]:
    """Multinomial counts of as many examples: each cell takes a binomial share of what is left.

    The result has the distribution of drawing examples one by one and counting them, at a cost
    that grows with the number of cells and not with the number of examples.
    """
    drawn = counts.new_zeros(n_draws, len(counts), dtype=torch.long)
    left = counts.sum().double().repeat(n_draws)
    rest = counts.sum().double()
    for cell in counts.nonzero().flatten().tolist():
        share = (counts[cell] / rest).expand(n_draws)
        taken = torch.binomial(left, share, generator=generator)
        drawn[:, cell] = taken.long()
        left, rest = left - taken, rest - counts[cell]
    return drawn


def percentiles(draws: Float[Tensor, " draw"], level: float) -> tuple[float, float]:
    """The ends between which the middle ``level`` of ``draws`` lies."""
    ends = torch.tensor([(1 - level) / 2, (1 + level) / 2], dtype=torch.double, device=draws.device)
    low, high = draws.double().quantile(ends).tolist()
    return low, high


def comparison(difference: float, draws: Float[Tensor, " draw"], level: float) -> Comparison:
    """What ``draws`` of a difference say of it; for metrics that resample by themselves.

    The p-value shifts the draws to mean 0, as they would be if the systems were equal.

    Berg-Kirkpatrick et al. (2012) count draws above 2 · difference; we count both sides and ties,
    and the observed difference as one more draw, so that p is never 0.
    """
    low, high = percentiles(draws, level)
    moved = (draws - difference).abs() >= abs(difference) - 1e-12  # a tie, for all rounding
    p_value = (1 + moved.sum().item()) / (1 + len(draws))
    share_better = ((draws.sign() + 1) / 2).mean().item()
    return Comparison(difference, low, high, p_value, share_better)


def _student_quantile(level: float, df: int) -> float:
    """The t with P(-t < T < t) = ``level``, by bisection of its angle atan(t / √df)."""
    low, high = 0.0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _student_within(middle, df) < level else (low, middle)
    return math.sqrt(df) * math.tan(low)


def _student_within(angle: float, df: int) -> float:
    """P(|T| < √df · tan(angle)) for whole ``df``.

    The density of the angle goes as cos(angle) to the power df - 1; its integral is a finite sum.
    """
    odd = df % 2
    term = math.cos(angle) if odd else 1.0
    total = term if df > 1 else 0.0
    for k in range(2 + odd, df, 2):
        term *= math.cos(angle) ** 2 * (k - 1) / k
        total += term
    total *= math.sin(angle)
    return 2 / math.pi * (angle + total) if odd else total
