"""Is a translator better than another? Paired tests of scores that are no means over sentences.

BLEU, chrF and TER of a corpus are functions of summed statistics. Drawing sentences anew, or
exchanging the outputs of two systems sentence by sentence, changes the sums, not the statistics:
the texts are read once. Source: Koehn (2004); Riezler and Maxwell (2005); the tests are those of
sacrebleu 2.6.0, and equal its own for ``numpy.random.default_rng(12345)``.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from lmbook.arguments import check_type, check_whole
from lmbook.metrics.corpus_metric import CorpusMetric
from lmbook.metrics.pairs import References

_CELLS = 2**22  # of a table of draws in memory at a time


class ScoreInterval(NamedTuple):
    """A corpus score, the mean of its draws, and half the width of their middle 95 %."""

    score: float
    mean: float
    half_width: float


class PairedTest(NamedTuple):
    """A baseline and a system on the same sentences, in the units of the metric.

    ``difference`` is system minus baseline, ``low`` and ``high`` the ends of its middle 95 % over
    draws (NaN for the randomisation test, which draws no sentences), ``p_value`` two-sided.
    """

    baseline: float
    system: float
    difference: float
    low: float
    high: float
    p_value: float


def bootstrap_score(
    metric: CorpusMetric,
    hypotheses: Sequence[str],
    references: References,
    generator: np.random.Generator,
    n_draws: int = 1000,
) -> ScoreInterval:
    """The score of a corpus, with an interval from sentences drawn anew with replacement.

    The ends are the draws that leave n // 40 on either side, as in sacrebleu. Raises
    ``ValueError`` for ``n_draws`` below 1 and as ``metric.statistics`` does.
    """
    _check_draws(generator, n_draws)
    statistics = metric.statistics(hypotheses, references)
    draws = np.sort(_resampled(metric, [statistics], generator, n_draws)[0])
    low = n_draws // 40
    half = 0.5 * (draws[n_draws - low - 1] - draws[low])
    return ScoreInterval(metric.score(statistics.sum(0)).item(), float(draws.mean()), float(half))


def paired_bootstrap(
    metric: CorpusMetric,
    baseline: Sequence[str],
    system: Sequence[str],
    references: References,
    generator: np.random.Generator,
    n_draws: int = 1000,
) -> PairedTest:
    """Score both systems on the same drawn sentences, ``n_draws`` times.

    The p-value is Moses's and sacrebleu's: the share of draws in which the absolute difference,
    less its mean over draws, exceeds the observed one; the observed one counts as a draw.

    Raises ``ValueError`` for systems with other numbers of outputs, ``n_draws`` below 1, and as
    ``metric.statistics`` does. Source: Koehn (2004).
    """
    both = _both(metric, baseline, system, references, generator, n_draws)
    draws = _resampled(metric, both, generator, n_draws)
    differences = draws[1] - draws[0]
    spread = np.abs(differences) - np.abs(differences).mean()
    low, high = np.quantile(differences, [0.025, 0.975]).tolist()
    return _result(metric, both, spread, (low, high))


def paired_randomization(
    metric: CorpusMetric,
    baseline: Sequence[str],
    system: Sequence[str],
    references: References,
    generator: np.random.Generator,
    n_draws: int = 10_000,
) -> PairedTest:
    """Exchange the systems' outputs on sentences chosen by chance, ``n_draws`` times.

    If the systems are equally good, nobody can tell the exchanged from the real ones. The p-value
    is the share of exchanges whose absolute difference exceeds the observed one; the observed one
    counts as an exchange. Raises ``ValueError`` as ``paired_bootstrap`` does. Source: Riezler and
    Maxwell (2005).
    """
    both = _both(metric, baseline, system, references, generator, n_draws)
    first, second = (stats.numpy() for stats in both)
    # drawn at once: numpy cuts random bits into these truth values across the rows
    kept = generator.integers(2, size=(n_draws, len(first)), dtype=bool)
    rows = max(1, _CELLS // len(first))
    differences = np.empty(n_draws)
    for begin in range(0, n_draws, rows):
        block = kept[begin : begin + rows].astype(np.float64)
        exchanged = (block @ first + (1 - block) @ second, (1 - block) @ first + block @ second)
        one, other = (metric.score(torch.from_numpy(stats)).numpy() for stats in exchanged)
        differences[begin : begin + rows] = np.abs(one - other)
    return _result(metric, both, differences, (float("nan"), float("nan")))


def _both(
    metric: CorpusMetric,
    baseline: Sequence[str],
    system: Sequence[str],
    references: References,
    generator: np.random.Generator,
    n_draws: int,
) -> list[Tensor]:
    _check_draws(generator, n_draws)
    return [metric.statistics(texts, references) for texts in (baseline, system)]


def _resampled(
    metric: CorpusMetric, systems: list[Tensor], generator: np.random.Generator, n_draws: int
) -> list[np.ndarray]:
    """The score of each system in each draw of sentences; a draw is the same for all systems."""
    n = len(systems[0])
    places = generator.choice(n, size=(n_draws, n), replace=True)
    rows = max(1, _CELLS // n)
    scores: list[list[np.ndarray]] = [[] for _ in systems]
    for begin in range(0, n_draws, rows):
        block = places[begin : begin + rows]
        cells = block + n * np.arange(len(block))[:, None]
        times = np.bincount(cells.ravel(), minlength=len(block) * n).reshape(len(block), n)
        for stats, found in zip(systems, scores, strict=True):
            sums = torch.from_numpy(times.astype(np.float64) @ stats.numpy())
            found.append(metric.score(sums).numpy())
    return [np.concatenate(found) for found in scores]


def _result(
    metric: CorpusMetric, both: list[Tensor], extremes: np.ndarray, ends: tuple[float, float]
) -> PairedTest:
    baseline, system = (metric.score(stats.sum(0)).item() for stats in both)
    beyond = int((extremes > abs(system - baseline)).sum())
    p_value = (1 + beyond) / (1 + len(extremes))
    return PairedTest(baseline, system, system - baseline, *ends, p_value)


def _check_draws(generator: np.random.Generator, n_draws: int) -> None:
    check_type("generator", generator, np.random.Generator)
    check_whole("n_draws", n_draws, 1)
