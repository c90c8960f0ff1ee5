"""Intervals cover what they promise to, and tests are wrong no more often than they say."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.metrics.classification import accuracy, confusion_matrix, macro, matthews
from lmbook.metrics.significance import (
    _resample,
    bootstrap_matrix,
    bootstrap_mean,
    compare_means,
    compare_predictions,
    mcnemar,
    seed_interval,
)

# rows are targets; the true values of metrics in the simulations below
JOINT = torch.tensor([[0.45, 0.04, 0.01], [0.05, 0.20, 0.05], [0.03, 0.02, 0.15]])


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def macro_f1(matrices):
    return macro(matrices).f1


def three_classes(n, seed):
    """Targets, and two systems that are right on about 80 % and 70 % of them."""
    targets, wrong = torch.randint(3, (2, n), generator=seeded(seed))
    luck = torch.rand(2, n, generator=seeded(seed + 1))
    return (
        targets,
        torch.where(luck[0] < 0.7, targets, wrong),
        torch.where(luck[1] < 0.55, targets, wrong),
    )


def test_the_bootstrap_of_two_examples_by_hand():
    # means 0, 0.5 and 1 with probabilities 1/4, 1/2, 1/4: half the mass is 0.5 alone
    values = torch.tensor([0.0, 1.0])
    assert bootstrap_mean(values, seeded(), level=0.4) == (0.5, 0.5, 0.5)
    assert bootstrap_mean(values, seeded(), level=0.6) == (0.5, 0.0, 1.0)


def test_the_p_value_equals_the_sum_over_all_samples():
    first, second = torch.tensor([3.0, 1.0, 2.0, 0.0]), torch.tensor([1.0, 1.5, 0.0, 1.0])
    gaps = (first - second).tolist()  # 2, -0.5, 2, -1
    means = [sum(draw) / 4 for draw in itertools.product(gaps, repeat=4)]  # 256 equally likely
    exact = sum(abs(mean - 0.625) >= 0.625 for mean in means) / 256
    wins = sum((mean > 0) + (mean == 0) / 2 for mean in means) / 256
    found = compare_means(first, second, seeded(), n_draws=100_000)
    assert found.difference == 0.625
    # one standard error of a share of 100,000 draws is below 0.0016
    assert found.p_value == pytest.approx(exact, abs=0.005)
    assert found.share_better == pytest.approx(wins, abs=0.005)


def test_mcnemar_by_hand():
    # the systems part on 5 examples, and the first wins all: 2 · (1/2)^5
    first, second = torch.ones(8).bool(), torch.arange(8) >= 5
    assert mcnemar(first, second) == pytest.approx(2 / 32)
    # one win to three: 2 · (1 + 4) / 16
    one, three = torch.tensor([True, False, False, False]), torch.tensor([False, True, True, True])
    assert mcnemar(one, three) == pytest.approx(10 / 16)
    assert mcnemar(first, first) == 1  # they never part
    assert mcnemar(torch.tensor([True, False]), torch.tensor([False, True])) == 1  # one to one


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_a_sum_of_binomial_coefficients(b, c):
    first = torch.tensor([True] * b + [False] * c + [True, False])
    second = torch.tensor([False] * b + [True] * c + [True, False])
    tail = sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    assert mcnemar(first, second) == pytest.approx(min(1, 2 * tail))
    assert mcnemar(first, second) == mcnemar(second, first)


def test_mcnemar_of_many_examples_overflows_nowhere():
    first = torch.arange(20_000) < 10_200
    # normal approximation with continuity correction: z = (400 - 1) / √20000
    assert mcnemar(first, ~first) == pytest.approx(math.erfc(399 / 200), rel=1e-3)


@pytest.mark.parametrize(
    ("n", "level", "t"),
    [  # any printed table of Student's t
        (2, 0.95, 12.706),
        (3, 0.95, 4.303),
        (4, 0.95, 3.182),
        (5, 0.95, 2.776),
        (6, 0.99, 4.032),
        (11, 0.9, 1.812),
        (31, 0.95, 2.042),
        (121, 0.99, 2.617),
    ],
)
def test_the_seed_interval_is_students(n, level, t):
    scores = torch.rand(n, generator=seeded(n), dtype=torch.double)
    interval = seed_interval(scores, level)
    half = t * np.std(scores.numpy(), ddof=1) / math.sqrt(n)
    assert interval.estimate == pytest.approx(scores.mean().item())
    assert interval.high - interval.estimate == pytest.approx(half, rel=5e-4)
    assert interval.low + interval.high == pytest.approx(2 * interval.estimate)


def test_many_seeds_give_the_normal_quantile():
    scores = torch.rand(4001, generator=seeded(), dtype=torch.double)
    normal = torch.special.ndtri(torch.tensor(0.975, dtype=torch.double)).item()
    interval = seed_interval(scores)
    half = normal * scores.std().item() / math.sqrt(4001)
    assert interval.high - interval.estimate == pytest.approx(half, rel=1e-3)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9).filter(any), st.integers(0, 99))
def test_resampled_tables_hold_as_many_examples_and_no_new_kinds(counts, seed):
    counts = torch.tensor(counts)
    drawn = _resample(counts, seeded(seed), 50)
    assert (drawn.sum(1) == counts.sum()).all() and (drawn >= 0).all()
    assert (drawn[:, counts == 0] == 0).all()


def test_resampled_tables_have_the_moments_of_a_multinomial():
    counts = torch.tensor([50, 0, 30, 15, 5])
    drawn = _resample(counts, seeded(), 40_000).double()
    p = counts.double() / 100
    # standard errors: 5 / √40000 = 0.025 for a mean, about 25 √(2 / 40000) = 0.18 for a variance
    assert_close(drawn.mean(0), 100 * p, atol=0.1, rtol=0)
    assert_close(drawn.T.cov(), 100 * (p.diag() - p.outer(p)), atol=0.6, rtol=0)


def test_the_table_drawn_at_once_agrees_with_numpy_and_with_examples_drawn_one_by_one():
    targets, predictions, _ = three_classes(400, seed=1)
    matrix = confusion_matrix(predictions, targets, 3)
    ours = bootstrap_matrix(matrix, macro_f1, seeded(), n_draws=20_000)
    cells = np.random.default_rng(0).multinomial(400, matrix.flatten().numpy() / 400, 20_000)
    theirs = macro_f1(torch.from_numpy(cells).view(-1, 3, 3)).quantile(
        torch.tensor([0.025, 0.975], dtype=torch.double)
    )
    assert [ours.low, ours.high] == pytest.approx(theirs.tolist(), abs=0.002)
    at_once = bootstrap_matrix(matrix, accuracy, seeded(), n_draws=20_000)
    right = (predictions == targets).double()
    assert at_once == pytest.approx(bootstrap_mean(right, seeded(), n_draws=20_000), abs=0.0026)


def test_both_paired_tests_agree_on_accuracy():
    targets, good, bad = three_classes(300, seed=2)
    table = compare_predictions(good, bad, targets, 3, accuracy, seeded(), n_draws=20_000)
    rights = ((good == targets).double(), (bad == targets).double())
    means = compare_means(*rights, seeded(), n_draws=20_000)
    assert table == pytest.approx(means, abs=0.0034)  # one example of 300


@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(5, 60))
def test_exchanged_systems_give_the_mirrored_comparison(seed, n):
    first, second = torch.randn(2, n, generator=seeded(seed), dtype=torch.double)
    one = compare_means(first, second, seeded(), n_draws=300)
    other = compare_means(second, first, seeded(), n_draws=300)
    mirrored = (-other.difference, -other.high, -other.low, other.p_value, 1 - other.share_better)
    assert one == pytest.approx(mirrored)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_the_order_of_the_examples_changes_nothing(seed):
    targets, good, bad = three_classes(50, seed)
    order = torch.randperm(50, generator=seeded(seed))
    one = compare_predictions(good, bad, targets, 3, macro_f1, seeded(), 200)
    same = compare_predictions(good[order], bad[order], targets[order], 3, macro_f1, seeded(), 200)
    assert one == same


def test_a_system_compared_with_itself_is_neither_better_nor_worse():
    targets, good, _ = three_classes(50, seed=3)
    assert compare_predictions(good, good, targets, 3, matthews, seeded()) == (0, 0, 0, 1, 0.5)
    assert compare_means(good.double(), good.double(), seeded()) == (0, 0, 0, 1, 0.5)


def test_the_smallest_p_value_says_how_many_draws_there_were():
    # every draw has difference 1: none moves it, and the observed one is counted
    ones, zeros = torch.ones(30), torch.zeros(30)
    assert compare_means(ones, zeros, seeded(), n_draws=199) == (1, 1, 1, 1 / 200, 1)


def test_pairing_removes_what_is_hard_for_both():
    hard = 10 * torch.randn(200, generator=seeded(1))
    noise = 0.1 * torch.randn(200, generator=seeded(2))
    paired = compare_means(hard + 0.05 + noise, hard, seeded())
    assert paired.p_value < 0.01 and paired.low > 0
    unpaired = bootstrap_mean(hard, seeded())
    assert unpaired.high - unpaired.low > 50 * (paired.high - paired.low)


@given(st.floats(0.5, 0.98), st.integers(0, 100))
def test_a_wider_level_contains_the_narrower(level, seed):
    values = torch.rand(20, generator=seeded(seed))
    narrow = bootstrap_mean(values, seeded(seed), 200, level)
    wide = bootstrap_mean(values, seeded(seed), 200, level + 0.01)
    assert wide.low <= narrow.low <= narrow.estimate <= narrow.high <= wide.high


def test_many_examples_are_drawn_in_pieces_and_only_the_generator_is_used():
    values = torch.randn(50_000, generator=seeded(), dtype=torch.double)
    before = torch.get_rng_state()
    interval = bootstrap_mean(values, seeded(1), n_draws=300)
    assert interval == bootstrap_mean(values, seeded(1), n_draws=300)
    assert torch.equal(torch.get_rng_state(), before)
    half = 1.96 / math.sqrt(50_000)
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.15)


def covered(intervals, truth):
    return sum(interval.low <= truth <= interval.high for interval in intervals) / len(intervals)


def test_95_percent_intervals_cover_the_truth_in_92_to_98_percent_of_400_sets():
    generator = seeded(7)
    uniform = torch.rand(400, 150, generator=generator)
    means = [bootstrap_mean(values, generator, 500) for values in uniform]
    assert 0.92 <= covered(means, 0.5) <= 0.98

    cells = torch.multinomial(JOINT.flatten(), 400 * 300, True, generator=generator)
    matrices = torch.stack([c.bincount(minlength=9).view(3, 3) for c in cells.view(400, 300)])
    truth = macro_f1((JOINT * 100).round().long()).item()
    scores = [bootstrap_matrix(matrix, macro_f1, generator, 500) for matrix in matrices]
    assert 0.92 <= covered(scores, truth) <= 0.98

    runs = torch.randn(400, 3, generator=generator)
    assert 0.92 <= covered([seed_interval(scores) for scores in runs], 0.0) <= 0.98


def test_paired_intervals_cover_and_equal_systems_seldom_differ():
    generator = seeded(8)
    first, second = (torch.rand(2, 400, 150, generator=generator) < 0.7).double()
    found = [compare_means(a, b, generator, 500) for a, b in zip(first, second, strict=True)]
    assert 0.92 <= covered(found, 0.0) <= 0.98
    # p < 0.05 in about 5 % of sets, p < 0.5 in about half
    assert 0.02 <= sum(c.p_value < 0.05 for c in found) / 400 <= 0.08
    assert 0.42 <= sum(c.p_value < 0.5 for c in found) / 400 <= 0.58
    exact = [mcnemar(a.bool(), b.bool()) for a, b in zip(first, second, strict=True)]
    assert sum(p < 0.05 for p in exact) / 400 <= 0.07


X, Y = torch.tensor([0.0, 1.0]), torch.tensor([0, 1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bootstrap_mean(X[:0], seeded()), "values holds 0 values, fewer than 1"),
        (lambda: bootstrap_mean(math.nan * X, seeded()), "values holds a value that is not finite"),
        (lambda: bootstrap_mean(X, seeded(), 0), "n_draws=0 is below 1"),
        (lambda: bootstrap_mean(X, seeded(), level=1.0), "level=1.0 is not between 0 and 1"),
        (lambda: bootstrap_matrix(torch.zeros(2, 2).long(), accuracy, seeded()), "no example"),
        (lambda: bootstrap_matrix(torch.eye(2).long(), accuracy, seeded(), 0), "n_draws=0"),
        (lambda: compare_means(X, X[:1], seeded()), "first has 2 examples, second 1"),
        (lambda: compare_means(X, math.inf * X, seeded()), "second holds a value that is not"),
        (lambda: compare_means(X, X, seeded(), level=0.0), "level=0.0 is not between 0 and 1"),
        (
            lambda: compare_predictions(Y, Y, Y[:1], 2, accuracy, seeded()),
            "targets holds 1 labels for 2 examples",
        ),
        (
            lambda: compare_predictions(Y, Y[:1], Y, 2, accuracy, seeded()),
            "targets holds 2 labels for 1 examples",
        ),
        (
            lambda: compare_predictions(Y, Y + 1, Y, 2, accuracy, seeded()),
            r"second\[1\]=2 is not between 0 and 1",
        ),
        (lambda: seed_interval(X[:1]), "scores holds 1 values, fewer than 2"),
        (lambda: seed_interval(X, 95.0), "level=95.0 is not between 0 and 1"),
        (lambda: mcnemar(Y.bool(), Y[:1].bool()), "first has 2 examples, second 1"),
        (lambda: mcnemar(Y[:0].bool(), Y[:0].bool()), "first has 0 examples, second 0"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
