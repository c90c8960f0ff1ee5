"""Good–Turing estimation: what the things seen once say about those never seen."""

import numpy as np
from jaxtyping import Float64, Int64

from lmbook.arguments import check_whole


def counts_of_counts(
    level_counts: Int64[np.ndarray, " types"], up_to: int
) -> Int64[np.ndarray, "_"]:
    """N_1 … N_up_to: how many types occur once, twice, …, ``up_to`` times."""
    check_whole("up_to", up_to, 1)
    small = level_counts[(level_counts > 0) & (level_counts <= up_to)]
    return np.bincount(small, minlength=up_to + 1)[1:]


def simple_good_turing(
    level_counts: Int64[np.ndarray, " types"],
) -> Float64[np.ndarray, "_"]:
    """r* for every count r = 0 … max; entry 0 is the *total* count N_1 of all unseen types.

    For small r, r* = (r + 1) N_{r+1} / N_r. As r grows N_r becomes sparse, so from the
    first r where it makes no significant difference we take N_r from a line fitted to
    log N_r over log r. What was seen is scaled to sum to N - N_1. Source: Gale and Sampson
    (1995). Raises ``ValueError`` if the counts have fewer than two different values.
    """
    r, n_r = np.unique(level_counts[level_counts > 0], return_counts=True)
    if len(r) < 2:
        raise ValueError(f"counts with {len(r)} different values admit no Good–Turing estimate")
    slope = _log_log_slope(r, n_r)
    line = (r + 1) * (1 + 1 / r) ** slope  # (r + 1) times the ratio of two fitted values
    following = np.where(np.append(r[1:], -1) == r + 1, np.append(n_r[1:], 0), 0)
    turing = (r + 1) * following / n_r
    deviation = (r + 1) / n_r * np.sqrt(np.maximum(following, 1) * (1 + following / n_r))
    differs = (np.abs(turing - line) > 1.96 * deviation) & (following > 0)
    n_turing = len(r) if differs.all() else int(np.argmin(differs))
    stars = np.where(np.arange(len(r)) < n_turing, turing, line)
    total = float((r * n_r).sum())
    n_once = float(n_r[0]) if r[0] == 1 else 0.0
    stars *= (total - n_once) / (stars * n_r).sum()
    result = np.zeros(int(r[-1]) + 1)
    result[r] = stars
    result[0] = n_once
    return result


def _log_log_slope(r: Int64[np.ndarray, " values"], n_r: Int64[np.ndarray, " values"]) -> float:
    """Slope of log Z_r over log r, where Z_r spreads N_r over the gap to its neighbours."""
    before = np.append(0, r[:-1])
    after = np.append(r[1:], 2 * r[-1] - before[-1])
    z = 2 * n_r / (after - before)
    return float(np.polyfit(np.log(r), np.log(z), 1)[0])


def katz_discounts(
    level_counts: Int64[np.ndarray, " types"], threshold: int
) -> Float64[np.ndarray, "_"]:
    """Katz's factors d_0 … d_{threshold + 1}; a count above the threshold keeps all.

    d_r = (r* / r - A) / (1 - A) with r* = (r + 1) N_{r+1} / N_r and A = (k + 1) N_{k+1} / N_1
    for threshold k. Source: Katz (1987), eq. 10. Raises ``ValueError`` if some d_r is not
    in (0, 1].
    """
    n_r = counts_of_counts(level_counts, threshold + 1)
    if (n_r[:-1] == 0).any():
        missing = int(np.flatnonzero(n_r == 0)[0]) + 1
        raise ValueError(f"no n-gram has count {missing}; threshold={threshold}")
    r = np.arange(1, threshold + 1)
    share = (threshold + 1) * n_r[-1] / n_r[0]
    if share >= 1:
        raise ValueError(f"too few n-grams have count 1 for threshold={threshold}")
    factors = ((r + 1) * n_r[1:] / n_r[:-1] / r - share) / (1 - share)
    if not ((factors > 0) & (factors <= 1)).all():
        bad = int(np.flatnonzero((factors <= 0) | (factors > 1))[0])
        raise ValueError(
            f"count {bad + 1} would be multiplied by {factors[bad]:.3f}, which is "
            f"not in (0, 1]; threshold={threshold}"
        )
    return np.concatenate([[0.0], factors, [1.0]])
