"""What the Colab simulation calls a fault; the simulation itself is ``make colab``."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
simulation = SimpleNamespace(**runpy.run_path(str(ROOT / "tools/colab_simulation.py")))


def notebook_with(*names):
    errors = [new_output("error", ename=name, evalue="why", traceback=[]) for name in names]
    return new_notebook(cells=[new_code_cell("f()", outputs=[error]) for error in errors])


def test_changed_and_removed_packages_are_named_and_new_ones_are_not():
    before = {"numpy": "2.1.3", "pillow": "11.3.0", "torch": "2.13.0", "lmbook": "0.1"}
    after = {"numpy": "2.4.6", "torch": "2.13.0", "jaxtyping": "0.3", "lmbook": "0.2"}
    found = simulation.changed_packages(before, after)
    assert found == ["numpy 2.1.3 -> 2.4.6", "pillow 11.3.0 -> removed"]


def test_only_an_exercise_may_leave_a_stub_unanswered():
    notebook = notebook_with("NotImplementedError", "NameError")
    assert simulation.faults(notebook, is_exercise=True) == ["NameError: why"]
    assert len(simulation.faults(notebook, is_exercise=False)) == 2


def test_a_failing_command_shows_its_last_lines():
    with pytest.raises(simulation.SimulationError, match=r"(?s)failed: .*no such thing"):
        simulation.run(simulation.sys.executable, "-c", "raise SystemExit('no such thing')")
