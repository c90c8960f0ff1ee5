"""The loss-curve reader: what the page draws, says and counts is what it was given."""

import json
from pathlib import Path

import numpy as np
import pytest

from lmbook.viz.explorers import loss_curves
from lmbook.viz.explorers.loss_curves import LossCurvesExplorer, LossRun

SCRIPT = Path(loss_curves.__file__).parent / "loss_curves.js"
CAUSES = {"nothing": "A sound run falls.", "a leak": "A leak falls far too low."}


def run(**changes) -> LossRun:
    fields = {"losses": [4.0, 2.0, 1.0, 0.00001], "cause": "a leak", "reason": "It ends at zero."}
    return LossRun(**{**fields, "evaluations": [(2, 3.0), (4, 3.1234567)], **changes})


def test_smoothing_by_hand(run_js):
    # memory 1/2 from 4, 2: means 4, then (4/4 + 2/2) / (1/4 + 1/2) = 8/3
    assert run_js("smooth([4, 2], 0.5)") == pytest.approx([4, 8 / 3])
    assert run_js("smooth([4, 2, 1], 0)") == [4, 2, 1]


def test_smoothing_a_constant_leaves_it_alone(run_js):
    assert run_js("smooth([3, 3, 3, 3], 0.95)") == pytest.approx([3, 3, 3, 3])


def test_places_on_either_axis(run_js):
    assert run_js("[place(10, 1, 100, true), place(10, 0, 100, false)]") == [0.5, 0.1]
    assert run_js("place(2, 2, 2, false)") == 0.5


@pytest.mark.parametrize(
    ("low", "high", "log", "marks"),
    [
        (0, 4.4, "false", [0, 2, 4]),
        (1, 100, "false", [50, 100]),
        (1, 100, "true", [1, 2, 5, 10, 20, 50, 100]),
        (0.03, 0.6, "true", [0.05, 0.1, 0.2, 0.5]),
    ],
)
def test_marks_of_an_axis_are_round_numbers_inside_it(run_js, low, high, log, marks):
    assert run_js(f"ticks({low}, {high}, {log})") == pytest.approx(marks)


def test_the_range_holds_losses_evaluations_and_references(run_js):
    shown = LossCurvesExplorer([run()], CAUSES, references={"uniform": 4.5})
    code = f"range({json.dumps(shown.runs[0])}, {json.dumps(shown.references)}, "
    assert run_js(code + "false)") == pytest.approx({"low": 0, "high": 4.59})
    assert run_js(code + "true)")["low"] == 0.001


def test_a_right_choice_gets_the_reason_and_a_wrong_one_its_own_sign(run_js):
    shown = LossCurvesExplorer([run()], CAUSES)
    known = f"{json.dumps(shown.runs[0])}, {json.dumps(shown.causes)}"
    assert run_js(f"answer({known}, 'a leak')") == {
        "right": True,
        "text": "Yes: a leak. It ends at zero.",
    }
    wrong = run_js(f"answer({known}, 'nothing')")
    assert wrong == {"right": False, "text": "Not here. A sound run falls. Look again."}


def test_a_step_is_described_in_words(run_js):
    shown = json.dumps(LossCurvesExplorer([run()], CAUSES).runs[0])
    assert run_js(f"describe({shown}, 1, 0)") == "Step 1: training loss 4.00."
    expected = "Step 3: training loss 1.00; validation 3.00 at step 2."
    assert run_js(f"describe({shown}, 3, 0)") == expected


def test_the_page_receives_three_decimals_and_nothing_that_a_log_axis_cannot_hold():
    shown = LossCurvesExplorer([run()], CAUSES).runs[0]
    assert shown["losses"] == [4.0, 2.0, 1.0, 0.001]
    assert shown["evaluations"] == [[2, 3.0], [4, 3.123]]


def test_numbers_of_numpy_are_welcome():
    shown = LossCurvesExplorer([run(losses=list(np.array([2.0, 1.5, 1.0, 0.5])))], CAUSES)
    json.dumps(shown.runs)


def test_the_repr_is_short():
    assert repr(LossCurvesExplorer([run()], CAUSES)) == "LossCurvesExplorer(1 runs, 2 causes)"


@pytest.mark.parametrize(
    ("runs", "causes", "message"),
    [
        ([], CAUSES, "0 runs, needs 1 to 24"),
        ([run()] * 25, CAUSES, "25 runs, needs 1 to 24"),
        ([run()], {"a leak": "x"}, r"causes=\['a leak'\] has 1 names, needs 2"),
        ([run(losses=[1.0], evaluations=[])], CAUSES, r"runs\[0\] has 1 losses, needs 2 to 2000"),
        ([run(losses=[1.0, float("nan")])], CAUSES, r"runs\[0\] holds a loss of nan"),
        ([run(losses=[1.0, 0.0], evaluations=[])], CAUSES, "a loss of 0.0, needs numbers above 0"),
        ([run(evaluations=[(2, -1.0)])], CAUSES, "a loss of -1.0"),
        ([run(evaluations=[(3, 1.0), (2, 1.0)])], CAUSES, r"evaluations at \[3, 2\]"),
        ([run(evaluations=[(5, 1.0)])], CAUSES, "needs rising steps 1 to 4"),
        ([run(), run(cause="luck")], CAUSES, r"runs\[1\] has cause='luck', not one of nothing"),
        ([run(reason=" ")], CAUSES, r"runs\[0\] has an empty reason"),
    ],
)
def test_what_cannot_be_shown_is_refused(runs, causes, message):
    with pytest.raises(ValueError, match=message):
        LossCurvesExplorer(runs, causes)


def test_a_reference_must_be_a_loss():
    with pytest.raises(ValueError, match=r"references\['none'\]=0.0 is not a number above 0"):
        LossCurvesExplorer([run()], CAUSES, references={"none": 0.0})
