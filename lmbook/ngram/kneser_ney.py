"""Kneser–Ney smoothing: lower orders count in how many contexts a word appears.

The interpolated form with one discount a level is Kneser and Ney's (1995) as Chen and
Goodman (1999) write it; the modified form with three discounts is theirs, section 4.1.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Int64

from lmbook.arguments import check_number, check_type
from lmbook.ngram.backoff import BackoffModel, context_sums, interpolate
from lmbook.ngram.counts import NgramCounts


def continuation_counts(counts: NgramCounts) -> NgramCounts:
    """Replace each count below the top level by the number of different tokens to its left.

    An n-gram that begins with BOS has nothing to its left and keeps its count, as in
    KenLM. The top level keeps its counts.
    """
    check_type("counts", counts, NgramCounts)
    levels = []
    for n in range(1, counts.order):
        n_left = np.bincount(counts.suffixes[n], minlength=counts.n_types(n))
        levels.append(np.where(_begins_with_bos(counts, n), counts.counts[n - 1], n_left))
    result = replace(counts, counts=(*levels, counts.counts[-1]))
    result.__dict__["suffixes"] = counts.suffixes  # same n-grams, same links
    return result


def _begins_with_bos(counts: NgramCounts, n: int) -> np.ndarray:
    """BOS has the highest id, so the n-grams that begin with it stand at a level's end."""
    begin = len(counts.keys[0]) - int(counts.keys[0][-1] == counts.bos_id)
    for level in range(2, n + 1):
        begin = np.searchsorted(counts.keys[level - 1], begin * (counts.vocab_size + 1))
    return np.arange(counts.n_types(n)) >= begin


def kneser_ney(counts: NgramCounts, discount: float | None = None) -> BackoffModel:
    """Interpolated Kneser–Ney with one discount, or n1 / (n1 + 2 n2) of each level.

    Raises ``ValueError`` if ``discount`` is outside (0, 1), or for a text without
    n-grams seen once at some level (no discount can be estimated).
    """
    check_discount(discount)
    adjusted = continuation_counts(counts)
    discounts = []
    for n in range(1, counts.order + 1):
        d = discount or estimate_discount(_predicted(adjusted, n), n)
        discounts.append((d, d, d))
    return _discounted(adjusted, discounts)


def modified_kneser_ney(
    counts: NgramCounts, fallback: tuple[float, float, float] | None = None
) -> BackoffModel:
    """Interpolated Kneser–Ney with discounts D1, D2 and D3+ of each level.

    Agrees with KenLM's estimator. Raises ``ValueError`` if a level is too small or too
    odd for the three discounts to be estimated; with ``fallback`` such a level takes
    those discounts instead. KenLM's fallback is (0.5, 1.0, 1.5).
    """
    adjusted = continuation_counts(counts)
    discounts = []
    for n in range(1, counts.order + 1):
        try:
            discounts.append(modified_discounts(_predicted(adjusted, n)))
        except ValueError as error:
            if fallback is None:
                hint = "give fallback=(0.5, 1.0, 1.5) for a small text"
                raise ValueError(f"level {n}: {error}; {hint}") from None
            discounts.append(fallback)
    return _discounted(adjusted, discounts)


def check_discount(discount: float | None) -> None:
    """Raise ``ValueError`` for a discount outside (0, 1); None is to be estimated."""
    if discount is not None:
        check_number("discount", discount)
        if not 0 < discount < 1:
            raise ValueError(f"discount={discount} is not between 0 and 1")


def estimate_discount(level_counts: Int64[np.ndarray, " ngrams"], n: int = 1) -> float:
    """D = n1 / (n1 + 2 n2), where n_r n-grams have count r. Source: Ney et al. (1994)."""
    n1, n2 = np.count_nonzero(level_counts == 1), np.count_nonzero(level_counts == 2)
    if n1 == 0:
        raise ValueError(f"level {n}: no n-gram has count 1 to estimate a discount from; give one")
    return n1 / (n1 + 2 * n2) if n2 else 1 - 1e-6  # D = 1 would leave a singleton nothing


def modified_discounts(level_counts: Int64[np.ndarray, " ngrams"]) -> tuple[float, float, float]:
    """D_r = r - (r + 1) Y n_{r+1} / n_r with Y = n1 / (n1 + 2 n2), for r = 1, 2, 3.

    Source: Chen and Goodman (1999), eq. 17. Raises ``ValueError`` if some n_r is 0 or a
    discount is outside [0, r].
    """
    n_r = np.bincount(np.minimum(level_counts, 5), minlength=6)
    if (n_r[1:4] == 0).any():
        missing = int(np.flatnonzero(n_r[1:4] == 0)[0]) + 1
        raise ValueError(f"no n-gram has count {missing}")
    y = n_r[1] / (n_r[1] + 2 * n_r[2])
    discounts = [r - (r + 1) * y * n_r[r + 1] / n_r[r] for r in (1, 2, 3)]
    for r, value in enumerate(discounts, start=1):
        if not 0 <= value <= r:
            raise ValueError(f"the discount {value:.3f} of count {r} is outside 0 to {r}")
    return (float(discounts[0]), float(discounts[1]), float(discounts[2]))


def _predicted(counts: NgramCounts, n: int) -> Int64[np.ndarray, " ngrams"]:
    """The counts of one level without BOS as a word, which is never predicted."""
    level = counts.counts[n - 1]
    return level[counts.words(n) != counts.bos_id] if n == 1 else level


def _discounted(counts: NgramCounts, discounts: list[tuple[float, float, float]]) -> BackoffModel:
    """kept = (c - D(c)) / Σc and left = Σ D(c) / Σc, at every level."""
    kept, left = [], []
    for n, level_discounts in enumerate(discounts, start=1):
        level = counts.counts[n - 1]
        discount = np.array([0.0, *level_discounts])[np.minimum(level, 3)]
        totals = context_sums(counts, n, level)
        removed = context_sums(counts, n, discount)
        is_context = totals > 0
        safe = np.where(is_context, totals, 1)
        kept.append((level - discount) / safe[counts.contexts(n)])
        left.append(np.where(is_context, removed / safe, 1.0))
    return interpolate(counts, kept, left)
