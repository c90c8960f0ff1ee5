"""Factors of the learning rate, by hand."""

import math

import pytest

from lmbook.training.schedules import warmup_cosine, warmup_stable_decay


def test_warmup_rises_and_the_cosine_falls():
    factor = warmup_cosine(10, 110, final_factor=0.2)
    assert factor(1) == pytest.approx(0.1)
    assert factor(10) == 1.0
    assert factor(60) == pytest.approx(0.6)  # half-way between 1 and 0.2
    assert factor(110) == pytest.approx(0.2)
    assert factor(500) == pytest.approx(0.2)
    assert all(factor(step) > factor(step + 1) for step in range(10, 110))
    assert math.isclose(warmup_cosine(0, 5)(1), 0.1 + 0.45 * (1 + math.cos(math.pi / 5)))


def test_the_stable_schedule_rises_stays_and_falls():
    factor = warmup_stable_decay(4, 10, 30, final_factor=0.5)
    assert [factor(step) for step in (1, 2, 4, 12, 20)] == [0.25, 0.5, 1.0, 1.0, 1.0]
    assert factor(25) == pytest.approx(0.75)  # half of the fall
    assert factor(30) == factor(99) == 0.5


def test_runs_of_two_lengths_share_their_steps_until_the_fall():
    short, long = warmup_stable_decay(5, 10, 40), warmup_stable_decay(5, 10, 80)
    assert [short(step) for step in range(1, 31)] == [long(step) for step in range(1, 31)]
    assert short(31) < long(31) == 1.0
    assert short(40) == long(80) == 0.0


def test_without_a_fall_the_rate_stays():
    factor = warmup_stable_decay(0, 0, 10)
    assert [factor(step) for step in range(1, 11)] == [1.0] * 10


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: warmup_cosine(10, 10), "warmup_steps=10 is not between 0 and n_steps=10"),
        (lambda: warmup_stable_decay(-1, 2, 10), "warmup_steps=-1 is below 0"),
        (lambda: warmup_stable_decay(1, -2, 10), "decay_steps=-2 is below 0"),
        (lambda: warmup_stable_decay(6, 5, 10), "together exceed n_steps=10"),
    ],
)
def test_a_schedule_longer_than_the_run_is_refused(build, message):
    with pytest.raises(ValueError, match=message):
        build()
