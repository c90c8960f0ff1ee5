"""The sizing explorer: the page calculates what the package does."""

import json
from pathlib import Path

import pytest

from lmbook.training.scaling import ScalingLaw
from lmbook.training.sizing import Machine, affordable_compute, bill, split_by_ratio
from lmbook.viz.explorers import sizing
from lmbook.viz.explorers.sizing import SizingExplorer

SCRIPT = Path(sizing.__file__).parent / "sizing.js"
LAW = {"entropy": 1.69, "a": 406.4, "b": 410.7, "alpha": 0.34, "beta": 0.28}
CHOSEN = {
    **{"dollars": 5_000, "ratio": 20, "machines": 8, "price": 2, "petaflops": 0.5, "used": 0.4},
    **{"watts": 700, "grams": 300},
}
MACHINE = Machine(
    peak_flops=0.5e15,
    utilization=0.4,
    memory_bytes=80e9,
    dollars_per_hour=2.0,
    watts=700.0,
    overhead=1.2,
    grams_per_kwh=300.0,
)


def test_the_page_makes_the_packages_bill(run_js):
    found = run_js(f"bill({json.dumps(CHOSEN)})")
    compute = affordable_compute(5_000.0, MACHINE)
    size, tokens = split_by_ratio(compute)
    ours = bill(size, tokens, MACHINE, 8)
    expected = {"compute": compute, "size": size, "tokens": tokens, "hours": ours.machine_hours}
    expected |= {"days": ours.days, "energy": ours.kilowatt_hours, "carbon": ours.kilograms_co2}
    assert found == pytest.approx(expected | {"memory": ours.state_bytes})


def test_the_page_knows_the_law(run_js):
    law, data = ScalingLaw(**LAW), json.dumps(LAW)
    assert run_js(f"loss({data}, 7e10, 1.4e12)") == pytest.approx(law.loss(7e10, 1.4e12))
    best = law.best(5.76e23)
    expected = {"size": best.n_parameters, "tokens": best.n_tokens}
    assert run_js(f"best({data}, 5.76e23)") == pytest.approx(expected)


def test_numbers_have_names_as_far_as_there_are(run_js):
    assert run_js("[0.5, 7, 1234, 56.7e6, 1.4e12, 5.76e23].map(big)") == [
        *("0.5", "7", "1.23 thousand", "56.7 million", "1.4 trillion", "5.76 · 10^23")
    ]


def test_the_status_says_what_is_bought(run_js):
    text = run_js(f"describe(bill({json.dumps(CHOSEN)}), 2.5)")
    assert text.startswith(
        "3.87 billion parameters on 77.5 billion tokens: 1.80 · 10^21 operations"
    )
    assert text.endswith("The law expects 2.500 nats per token.")


def test_the_repr_is_short():
    assert repr(SizingExplorer(LAW)) == "SizingExplorer(α 0.34, β 0.28)"


def test_laws_that_are_none_are_named():
    with pytest.raises(ValueError, match="lacks 'beta'"):
        SizingExplorer({name: LAW[name] for name in list(LAW)[:4]})
    with pytest.raises(ValueError, match=r"law\['a'\]=-1.0 is not above 0"):
        SizingExplorer(LAW | {"a": -1.0})
