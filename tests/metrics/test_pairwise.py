"""Strengths are those of logistic regression; their intervals cover; Elo depends on the order."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from lmbook.metrics.pairwise import ELO_PER_LOGIT, bradley_terry, elo_ratings


def test_two_systems_by_hand():
    # 30 wins to 10: odds of 3, shared between the two
    found = bradley_terry(torch.tensor([[0.0, 30.0], [10.0, 0.0]]))
    assert found.estimate.tolist() == pytest.approx([math.log(3) / 2, -math.log(3) / 2])
    # the difference has variance 1/30 + 1/10; each strength is half of it
    half = 1.959964 * math.sqrt(1 / 30 + 1 / 10) / 2
    assert (found.high - found.estimate).tolist() == pytest.approx([half, half], rel=1e-5)
    assert math.log(10) * ELO_PER_LOGIT == pytest.approx(400)


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_maximum_that_a_general_method_finds(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 7))
    wins = rng.integers(1, 20, (n, n)) * 1.0
    np.fill_diagonal(wins, 0)

    def loss(free):
        s = np.append(free, -free.sum())
        return (wins * np.log1p(np.exp(s[None] - s[:, None]))).sum()

    best = minimize(loss, np.zeros(n - 1), tol=1e-12).x
    found = bradley_terry(torch.tensor(wins))
    assert found.estimate.tolist() == pytest.approx([*best, -best.sum()], abs=1e-4)
    assert found.estimate.sum().item() == pytest.approx(0, abs=1e-9)


def test_intervals_cover_the_truth():
    truth = torch.tensor([0.8, 0.1, -0.3, -0.6], dtype=torch.float64)
    p = torch.sigmoid(truth[:, None] - truth)
    generator = torch.Generator().manual_seed(0)
    inside = []
    for _ in range(300):
        upper = torch.binomial(torch.full((4, 4), 40.0).double(), p, generator=generator).triu(1)
        wins = upper + (40.0 * torch.ones(4, 4).triu(1) - upper).T
        found = bradley_terry(wins)
        inside.append((found.low <= truth) & (truth <= found.high))
    assert 0.93 <= torch.stack(inside).double().mean() <= 0.97


def test_half_wins_are_ties_and_lopsided_counts_converge():
    tie = bradley_terry(torch.tensor([[0.0, 0.5], [0.5, 0.0]]))
    assert tie.estimate.tolist() == [0, 0]
    found = bradley_terry(torch.tensor([[0.0, 1e6], [1.0, 0.0]]).double())
    assert (found.estimate[0] - found.estimate[1]).item() == pytest.approx(math.log(1e6))


def test_elo_by_hand_and_in_another_order():
    # equal ratings: a win moves both by k / 2
    assert elo_ratings([(0, 1, 1.0)], 2).tolist() == [1016, 984]
    games = [(0, 1, 1.0), (1, 0, 1.0)]
    one, other = elo_ratings(games, 2), elo_ratings(games[::-1], 2)
    assert one[1] > one[0] and other[0] > other[1]  # who won last stands higher
    assert one.sum().item() == pytest.approx(2000)


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        ([[0.0, 1.0]], "not that of a square"),
        ([[0.0, -1.0], [1.0, 0.0]], "below 0"),
        ([[1.0, 1.0], [1.0, 0.0]], "against itself"),
        ([[0.0, 5.0], [0.0, 0.0]], "no chain of wins leads from system 1 to system 0"),
    ],
)
def test_tables_without_an_answer_are_named(wins, said):
    with pytest.raises(ValueError, match=said):
        bradley_terry(torch.tensor(wins))


def test_games_that_cannot_be_are_named():
    with pytest.raises(ValueError, match=r"games\[0\]: system 2 is not below n_systems=2"):
        elo_ratings([(0, 2, 1.0)], 2)
    with pytest.raises(ValueError, match=r"games\[0\]: system 1 against itself"):
        elo_ratings([(1, 1, 1.0)], 2)
    with pytest.raises(ValueError, match=r"games\[0\]\[2\]=2.0"):
        elo_ratings([(0, 1, 2.0)], 2)
