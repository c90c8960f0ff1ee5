"""Strengths from comparisons: Bradley and Terry's model, with intervals, and Elo's ratings.

A judge says which of two systems did better. P(i beats j) = σ(s_i - s_j) turns many such answers
into a strength for each system. Source: Bradley and Terry (1952); Elo (1978).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_number, check_several, check_tensor, check_whole
from lmbook.metrics.checks import check_draws

ELO_PER_LOGIT = 400 / math.log(10)
"""Points of Elo's scale in one unit of log odds; 400 points are odds of ten to one."""

_STEPS = 100


class Strengths(NamedTuple):
    """Log odds of each system against the average one, with the ends of its interval.

    Multiply by ``ELO_PER_LOGIT`` for points of Elo's scale. The intervals are Wald's: right for
    many comparisons, too narrow for few.
    """

    estimate: Float[Tensor, " system"]
    low: Float[Tensor, " system"]
    high: Float[Tensor, " system"]


def bradley_terry(wins: Float[Tensor, "winner loser"], level: float = 0.95) -> Strengths:
    """The strengths under which ``wins`` are most probable; they sum to 0.

    ``wins[i, j]`` counts how often i beat j; a tie is half a win for both. The likelihood is
    concave in the strengths, so Newton's method finds its one maximum, and its curvature there
    gives the intervals. The order of the comparisons does not matter.

    Raises ``ValueError`` for what is no square of counts from 0 up, and where no maximum exists:
    some systems never lost to one of the others. Source: Bradley and Terry (1952); Hunter (2004)
    on when the maximum exists.
    """
    check_draws(1, level)
    _check_wins(wins)
    wins = wins.double()
    n = len(wins)
    games = wins + wins.T
    strengths, curvature = wins.new_zeros(n), games
    for _ in range(_STEPS):
        expected = torch.sigmoid(strengths[:, None] - strengths)
        slope = wins.sum(1) - (games * expected).sum(1)
        weight = games * expected * (1 - expected)
        curvature = weight.sum(1).diag() - weight
        # adding 1 / n to all entries fixes the mean, which the likelihood leaves free
        step = torch.linalg.solve(curvature + 1 / n, slope)
        strengths = strengths + step / max(1.0, step.abs().max().item())
        if step.abs().max() < 1e-12:
            break
    covariance = torch.linalg.inv(curvature + 1 / n) - 1 / n
    z = torch.special.ndtri(torch.tensor((1 + level) / 2, dtype=torch.float64))
    half = z * covariance.diag().clamp(min=0).sqrt()
    strengths = strengths - strengths.mean()
    return Strengths(strengths, strengths - half, strengths + half)


def elo_ratings(
    games: Sequence[tuple[int, int, float]], n_systems: int, k: float = 32.0, start: float = 1000.0
) -> Float[Tensor, " system"]:
    """Ratings after ``games``, one after the other: (first, second, result of the first).

    The result is 1 for a win, 0.5 for a tie, 0 for a loss. A rating moves by ``k`` times the
    result less its expectation, so late games weigh more and another order gives other ratings:
    ``bradley_terry`` has neither fault. Raises ``ValueError`` for a number of a system that does
    not exist, a system against itself, and a result not between 0 and 1. Source: Elo (1978).
    """
    check_several("games", games)
    check_whole("n_systems", n_systems, 2)
    check_number("k", k)
    check_number("start", start)
    ratings = [float(start)] * n_systems
    for i, (first, second, result) in enumerate(games):
        for system in (first, second):
            if not 0 <= system < n_systems:
                raise ValueError(f"games[{i}]: system {system} is not below n_systems={n_systems}")
        if first == second:
            raise ValueError(f"games[{i}]: system {first} against itself")
        check_number(f"games[{i}][2]", result, 0.0, 1.0)
        expected = 1 / (1 + 10 ** ((ratings[second] - ratings[first]) / 400))
        ratings[first] += k * (result - expected)
        ratings[second] -= k * (result - expected)
    return torch.tensor(ratings, dtype=torch.float64)


def _check_wins(wins: Tensor) -> None:
    check_tensor("wins", wins, "float", 2)
    if wins.shape[0] != wins.shape[1] or len(wins) < 2:
        raise ValueError(f"wins has shape {tuple(wins.shape)}, not that of a square of 2 or more")
    if not bool((wins >= 0).all()) or not bool(wins.isfinite().all()):
        raise ValueError("wins holds a count that is below 0 or not finite")
    if bool(wins.diagonal().any()):
        raise ValueError("wins counts a system against itself")
    reach = (wins > 0).double() + torch.eye(len(wins), dtype=torch.float64, device=wins.device)
    for _ in range(len(wins).bit_length()):
        reach = (reach @ reach > 0).double()
    if not bool(reach.all()):
        i, j = (reach == 0).nonzero()[0].tolist()
        raise ValueError(
            f"wins: no chain of wins leads from system {i} to system {j}, so the strength of one "
            "is infinite: compare more, or add half a win to each pair"
        )
