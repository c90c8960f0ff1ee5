"""The gate explorer: what the page shows is what was given, to the precision of 8 bits."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from lmbook.viz.explorers import gates
from lmbook.viz.explorers.gates import QUANTITIES, GateExplorer

SCRIPT = Path(gates.__file__).parent / "gates.js"
PASSAGES = ["To be,\nor", "你好 é"]
UNITS = ["3", "17", "40"]


def made_traces() -> list[np.ndarray]:
    rng = np.random.default_rng(8)
    traces = [rng.uniform(-1, 1, (6, len(UNITS), len(passage))) for passage in PASSAGES]
    for trace in traces:
        trace[[0, 1, 3]] = abs(trace[[0, 1, 3]])  # gates
        trace[4] *= np.array([[0.5], [3.0], [20.0]])  # a cell state has no limit
    return traces


def explorer(**changes) -> GateExplorer:
    fields = {"passages": PASSAGES, "traces": made_traces(), "units": UNITS, **changes}
    return GateExplorer(**fields)


@pytest.mark.parametrize("passage", [0, 1])
def test_the_page_reads_back_every_value_to_half_a_step(run_js, passage):
    shown = explorer()
    fields = f"bytes: decodeBytes({json.dumps(shown.values_base64[passage])}), "
    fields += f"nUnits: {len(UNITS)}, nSteps: {len(PASSAGES[passage])}"
    limits = json.dumps(shown.cell_limits)
    code = f"QUANTITIES.map((quantity) => {limits}.map((limit, unit) => "
    code += f"trace({{ {fields}, quantity, unit, limit }})))"
    names = run_js("QUANTITIES.map(({ name }) => name)")
    for name, page in zip(names, np.array(run_js(code)), strict=True):
        at = QUANTITIES.index(name)
        steps = {4: np.array(shown.cell_limits)[:, None] / 127}.get(at, 1 / 127)
        steps = 1 / 255 if at in (0, 1, 3) else steps
        assert (abs(page - made_traces()[passage][at]) <= steps / 2 + 1e-9).all(), name


def test_the_page_names_the_six_quantities_of_the_package(run_js):
    assert sorted(run_js("QUANTITIES.map(({ name }) => name)")) == sorted(QUANTITIES)
    signed = run_js("QUANTITIES.map(({ at, signed }) => [at, signed])")
    assert dict(signed) == dict(enumerate([False, False, True, False, True, True]))


def test_the_ends_of_the_ranges_are_exact(run_js):
    trace = np.zeros((6, 1, 2))
    trace[[0, 1, 3]] = [0.0, 1.0]
    trace[[2, 4, 5]] = [-1.0, 1.0]
    shown = GateExplorer(["ab"], [trace], ["0"])
    fields = f"bytes: decodeBytes({json.dumps(shown.values_base64[0])}), nUnits: 1, nSteps: 2"
    code = f"QUANTITIES.map((quantity) => trace({{ {fields}, quantity, unit: 0, limit: 1 }}))"
    assert run_js(code) == [[0, 1], [0, 1], [-1, 1], [-1, 1], [0, 1], [-1, 1]]


def test_the_page_counts_characters_as_python_does(run_js):
    text = "é你😀\n"
    assert run_js(f"characters({json.dumps(text)}).length") == len(text)


def test_characters_are_named_in_words(run_js):
    named = run_js('[" ", "\\n", "k"].map(nameCharacter)')
    assert named == ["space", "line break", "“k”"]


def test_a_state_is_drawn_around_the_middle_and_a_gate_from_the_bottom(run_js):
    assert run_js("linePoints([-2, 0, 2], true, 2)") == "0.0,90.0 300.0,45.0 600.0,0.0"
    assert run_js("linePoints([0, 1], false, 1)") == "0.0,90.0 600.0,0.0"


def test_the_summary_finds_the_extremes(run_js):
    assert run_js("extremes([0.5, -1, 2, 0.5])") == {"largest": 2, "smallest": 1, "mean": 0.5}


def test_the_state_takes_one_byte_a_value():
    shown = explorer()
    sizes = [len(base64.b64decode(one)) for one in shown.values_base64]
    assert sizes == [6 * len(UNITS) * len(passage) for passage in PASSAGES]


def test_the_repr_is_short():
    assert repr(explorer()) == "GateExplorer(n_units=3, n_characters=[9, 4])"


def wrong_trace(quantity: int, value: float) -> list[np.ndarray]:
    traces = made_traces()
    traces[1][quantity, 0, 0] = value
    return traces


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"passages": [], "traces": []}, "0 passages and 3 units, needs 1 or more"),
        ({"units": []}, "2 passages and 0 units, needs 1 or more"),
        ({"traces": made_traces()[:1]}, "traces has 1 arrays for 2 passages"),
        ({"units": ["3", "3", "4"]}, "holds a name twice"),
        ({"notes": ["one"]}, "notes has 1 sentences for 3 units"),
        ({"passages": ["To be,\nor", ""]}, r"passages\[1\] is empty"),
        ({"units": ["3"]}, r"traces\[0\] has shape \(6, 3, 9\), needs \(6, 1, 9\)"),
        ({"traces": wrong_trace(4, np.nan)}, r"traces\[1\] holds values that are not finite"),
        ({"traces": wrong_trace(1, 1.5)}, r"traces\[1\]: forget gate from .* to 1.5 leaves"),
        ({"traces": wrong_trace(5, -1.5)}, r"traces\[1\]: hidden state from -1.5 to"),
        (
            {"passages": ["a" * 11_000], "traces": [np.zeros((6, 1, 11_000))], "units": ["1"]},
            "traces hold 66000 values, the limit is 65536",
        ),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
