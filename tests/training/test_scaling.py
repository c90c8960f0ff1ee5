"""Scaling laws: planted laws come back, scipy finds the same, optima are optima."""

import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from lmbook.training.scaling import (
    ScalingLaw,
    TrainedRun,
    bootstrap_laws,
    fit_law,
    isoflop_minimum,
)

LAW = ScalingLaw(entropy=1.69, a=406.4, b=410.7, alpha=0.34, beta=0.28)
SIZES, TOKENS = (1e7, 1e8, 1e9, 1e10), (1e9, 1e10, 1e11)


def planted(noise: float = 0.0) -> list[TrainedRun]:
    draw = np.random.default_rng(0)
    factors = iter(np.exp(draw.normal(0, noise, len(SIZES) * len(TOKENS))))
    return [TrainedRun(n, d, LAW.loss(n, d) * next(factors)) for n in SIZES for d in TOKENS]


def test_the_loss_is_the_sum_of_three_terms():
    law = ScalingLaw(entropy=1.0, a=2.0, b=3.0, alpha=0.5, beta=1.0)
    assert law.loss(4.0, 6.0) == pytest.approx(1 + 2 / 2 + 3 / 6)


def test_the_best_size_is_the_bottom_along_a_line_of_equal_compute():
    compute = 1e21
    best = LAW.best(compute)
    assert 6 * best.n_parameters * best.n_tokens == pytest.approx(compute)
    for factor in (0.9, 1.1):
        size = factor * best.n_parameters
        assert LAW.loss(size, compute / 6 / size) > best.loss


def test_the_best_size_grows_with_the_size_exponent():
    ratio = LAW.best(1e22).n_parameters / LAW.best(1e20).n_parameters
    assert math.log(ratio) / math.log(100) == pytest.approx(LAW.size_exponent)


def test_a_planted_law_comes_back():
    found = fit_law(planted())
    for name, value in vars(LAW).items():
        assert getattr(found, name) == pytest.approx(value, rel=1e-6), name


def test_scipy_finds_no_better_law_in_noise():
    runs = planted(0.005)
    points = np.log(np.array(runs))

    def objective(law):
        e, a, b, alpha, beta = law
        terms = np.stack(np.broadcast_arrays(e, a - alpha * points[:, 0], b - beta * points[:, 1]))
        error = np.abs(np.logaddexp.reduce(terms) - points[:, 2])
        return np.where(error < 1e-3, error**2 / 2, 1e-3 * (error - 5e-4)).sum()

    tight = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 2000}
    starts = [(0, 5, 5, 0.5, 0.5), (0.5, 6, 6, 0.3, 0.3), (1, 10, 10, 0.5, 0.5)]
    theirs = min(
        (minimize(objective, start, method="L-BFGS-B", options=tight) for start in starts),
        key=lambda result: result.fun,
    )
    law = fit_law(runs)
    logs = [math.log(value) for value in (law.entropy, law.a, law.b)]
    assert objective([*logs, law.alpha, law.beta]) <= theirs.fun * (1 + 1e-6)
    assert (law.alpha, law.beta) == pytest.approx(tuple(theirs.x[3:]), abs=2e-3)


def test_one_bad_run_does_not_bend_the_law():
    runs = planted()
    runs[5] = runs[5]._replace(loss=2 * runs[5].loss)
    assert fit_law(runs).alpha == pytest.approx(LAW.alpha, rel=0.02)


def test_bootstrapped_laws_surround_the_fit_and_repeat_by_seed():
    runs = planted(0.005)
    laws, again = (bootstrap_laws(runs, torch.Generator().manual_seed(3), 20) for _ in range(2))
    exponents = [law.size_exponent for law in laws]
    assert len(laws) == 20 and laws == again
    assert min(exponents) < fit_law(runs).size_exponent < max(exponents)


def test_runs_on_a_diagonal_give_laws_that_disagree():
    """With D = 20 N the two terms cannot be told apart; a grid of as many runs can."""
    draw = np.random.default_rng(0)
    sizes = np.geomspace(1e7, 1e10, 12).tolist()
    designs = {
        "diagonal": [(n, 20 * n) for n in sizes],
        "grid": [(n, 20 * n * factor) for n in sizes[::3] for factor in (0.2, 1.0, 5.0)],
    }
    spread = {}
    for name, pairs in designs.items():
        runs = [
            TrainedRun(n, d, LAW.loss(n, d) * math.exp(draw.normal(0, 0.003))) for n, d in pairs
        ]
        laws = bootstrap_laws(runs, torch.Generator().manual_seed(0), 20)
        spread[name] = np.std([law.size_exponent for law in laws])
        assert all(math.isfinite(law.loss(1e12, 1e12)) for law in [*laws, fit_law(runs)])
    assert spread["diagonal"] > 2 * spread["grid"]


def test_a_parabola_in_the_logarithm_gives_its_bottom():
    sizes = [10.0, 20.0, 50.0, 100.0]
    losses = [2 + 0.1 * math.log(size / 30) ** 2 for size in sizes]
    assert isoflop_minimum(sizes, losses) == pytest.approx((30, 2))


RUNS = planted()
REFUSED = {
    "five runs": (lambda: fit_law(RUNS[:5]), "runs holds 5; .* needs 6"),
    "one size": (lambda: fit_law(planted()[:3] * 2), "all of one size"),
    "one length": (lambda: fit_law(planted()[::3] * 2), "all of one number of tokens"),
    "a negative loss": (
        lambda: fit_law([*RUNS, TrainedRun(1e8, 1e9, -1.0)]),
        r"runs\[12\].loss=-1.0",
    ),
    "no delta": (lambda: fit_law(RUNS, delta=0.0), "delta=0.0 is not"),
    "no draw": (lambda: bootstrap_laws(RUNS, torch.Generator(), 0), "n_draws=0 is below 1"),
    "no compute": (lambda: LAW.best(0.0), "compute=0.0 is not"),
    "no tokens": (lambda: LAW.loss(1e6, 0.0), "n_tokens=0.0 is not"),
    "a negative term": (
        lambda: ScalingLaw(entropy=1.0, a=-1.0, b=1.0, alpha=0.3, beta=0.3),
        "a=-1.0 is not a finite number above 0",
    ),
    "two sizes": (lambda: isoflop_minimum([1.0, 2.0], [3.0, 4.0]), "give three or more of both"),
    "a slope": (
        lambda: isoflop_minimum([1.0, 2.0, 4.0], [3.0, 2.0, 1.0]),
        "have no minimum between",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named(name):
    call, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        call()
