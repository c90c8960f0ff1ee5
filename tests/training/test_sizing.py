"""A run's bill by hand."""

import math

import pytest

from lmbook.training.sizing import Machine, affordable_compute, bill, split_by_ratio

MACHINE = {
    "peak_flops": 1e15,
    "utilization": 0.4,
    "memory_bytes": 80e9,
    "dollars_per_hour": 2.0,
    "watts": 1000.0,
    "overhead": 1.25,
    "grams_per_kwh": 400.0,
}


def test_a_bill_by_hand():
    found = bill(7e9, 1.4e11, Machine(**MACHINE), n_machines=10)
    # 6 · 7e9 · 1.4e11 = 5.88e21 operations at 4e14 a second are 14.7 million seconds
    assert found.compute == pytest.approx(5.88e21)
    assert found.machine_hours == pytest.approx(14.7e6 / 3600)
    assert found.days == pytest.approx(14.7e6 / 86400 / 10)
    assert found.dollars == pytest.approx(2 * 14.7e6 / 3600)
    assert found.kilowatt_hours == pytest.approx(1.25 * 14.7e6 / 3600)
    assert found.kilograms_co2 == pytest.approx(0.4 * found.kilowatt_hours)
    assert found.state_bytes == pytest.approx(112e9) and found.n_least == 2


def test_money_and_compute_are_inverse():
    machine = Machine(**MACHINE)
    compute = affordable_compute(5_000.0, machine)
    size, tokens = split_by_ratio(compute, 20.0)
    assert tokens == pytest.approx(20 * size)
    assert bill(size, tokens, machine).dollars == pytest.approx(5_000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Machine(**MACHINE | {"watts": 0.0}), "watts=0.0 is not"),
        (lambda: Machine(**MACHINE | {"utilization": 1.5}), "utilization=1.5 is a share"),
        (lambda: Machine(**MACHINE | {"overhead": 0.9}), "overhead=0.9 is below 1"),
        (lambda: Machine(**MACHINE | {"peak_flops": math.nan}), "peak_flops=nan is not"),
        (lambda: bill(0.0, 1.0, Machine(**MACHINE)), "n_parameters=0.0 is not"),
        (lambda: bill(1.0, 1.0, Machine(**MACHINE), 0), "n_machines=0 is below 1"),
        (lambda: affordable_compute(-1.0, Machine(**MACHINE)), "dollars=-1.0 is not"),
        (
            lambda: affordable_compute(1.0, Machine(**MACHINE | {"dollars_per_hour": 0.0})),
            "dollars_per_hour=0",
        ),
        (lambda: split_by_ratio(1e20, 0.0), "tokens_per_parameter=0.0 is not"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
