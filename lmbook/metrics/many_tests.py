"""Many tests at once, and intervals of shares: what to make of twenty p-values.

Of twenty tests of equal systems one falls below 0.05 on average. Holm's rule bounds the chance of
any false alarm, Benjamini and Hochberg's the share of false ones among the alarms.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole
from lmbook.metrics.checks import check_draws
from lmbook.metrics.significance import Interval


def holm(p_values: Float[Tensor, " test"]) -> Float[Tensor, " test"]:
    """p-values such that rejecting those up to α errs anywhere with probability α at most.

    The k-th smallest of m is multiplied by m - k + 1, and is no smaller than the one before. It
    holds for tests that depend on each other, and rejects whatever Bonferroni's rule does. Raises
    ``ValueError`` for no p-value and one outside 0 … 1. Source: Holm (1979).
    """
    ordered, order = _sorted(p_values)
    m = len(ordered)
    adjusted = (ordered * torch.arange(m, 0, -1)).cummax(0).values.clamp(max=1)
    return torch.empty_like(adjusted).scatter(0, order, adjusted)


def benjamini_hochberg(p_values: Float[Tensor, " test"]) -> Float[Tensor, " test"]:
    """p-values such that of those up to α at most the share α is expected to be false.

    The k-th smallest of m is multiplied by m / k, and is no greater than the one after. It holds
    for independent tests and some that depend on each other positively. Raises ``ValueError`` as
    ``holm`` does. Source: Benjamini and Hochberg (1995).
    """
    ordered, order = _sorted(p_values)
    m = len(ordered)
    scaled = ordered * m / torch.arange(1, m + 1)
    adjusted = scaled.flip(0).cummin(0).values.flip(0).clamp(max=1)
    return torch.empty_like(adjusted).scatter(0, order, adjusted)


def wilson(n_right: int, n: int, level: float = 0.95) -> Interval:
    """The interval of a share of which ``n_right`` of ``n`` were seen, without resampling.

    It holds the shares p for which n_right / n is within z standard errors √(p (1 - p) / n), and
    stays between 0 and 1, also where all or none are right and the bootstrap's has no width.
    Raises ``ValueError`` for ``n`` below 1, ``n_right`` not between 0 and ``n``, and a ``level``
    not between 0 and 1. Source: Wilson (1927).
    """
    check_whole("n", n, 1)
    check_whole("n_right", n_right, 0)
    check_draws(1, level)
    if n_right > n:
        raise ValueError(f"n_right={n_right} is above n={n}")
    z = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64)).item()
    share, more = n_right / n, z * z / n
    middle = (share + more / 2) / (1 + more)
    half = z * ((share * (1 - share) + more / 4) / n) ** 0.5 / (1 + more)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def _sorted(p_values: Tensor) -> tuple[Tensor, Tensor]:
    check_tensor("p_values", p_values, "float", 1)
    if not len(p_values):
        raise ValueError("p_values is empty: give at least one")
    wrong = (~((p_values >= 0) & (p_values <= 1))).nonzero().flatten().tolist()
    if wrong:
        value = p_values[wrong[0]].item()
        raise ValueError(f"p_values[{wrong[0]}]={value} is not between 0 and 1")
    return p_values.double().sort(stable=True)
