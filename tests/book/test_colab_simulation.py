"""What the Colab simulation calls a fault; the simulation itself is ``make colab``."""

import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.colab import simulation
from tools.colab.shortening import cut_short, faults, is_short
from tools.kernels.short import N_PASSES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of notebooks, run with this Python where the simulation takes Colab's."""
    names = simulation.run_notebooks.__globals__
    monkeypatch.setitem(names, "BUILD", tmp_path)
    monkeypatch.setitem(names, "python", lambda: Path(sys.executable))
    return tmp_path


def write(path, *cells):
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    return path


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
    assert faults(notebook, is_exercise=True) == ["NameError: why"]
    assert len(faults(notebook, is_exercise=False)) == 2


def test_a_failing_command_shows_its_last_lines():
    with pytest.raises(simulation.SimulationError, match=r"(?s)failed: .*no such thing"):
        simulation.run(simulation.sys.executable, "-c", "raise SystemExit('no such thing')")


def test_every_broken_notebook_is_named_and_a_good_one_is_not(folder, capfd):
    good = write(
        folder / "good.ipynb", "import pathlib", "assert not list(pathlib.Path().iterdir())"
    )
    wrong = write(folder / "wrong.ipynb", "open('left', 'w')", "raise KeyError('no such cell')")
    dead = write(folder / "dead.ipynb", "import os", "os._exit(3)")
    with pytest.raises(simulation.SimulationError) as caught:
        simulation.run_notebooks([good, wrong, dead])
    assert sorted(str(caught.value).splitlines())[1] == "wrong.ipynb: KeyError: 'no such cell'"
    assert re.match(r"dead\.ipynb: DeadKernelError", min(str(caught.value).splitlines()))
    assert re.search(r"^good\.ipynb: ran in \d+ s$", capfd.readouterr().out, re.M)


def test_forked_kernels_run_in_empty_folders_too(folder, monkeypatch):
    code = "import sys\nsys.path.insert(0, {!r})\nfrom tools.kernels import server\n"
    code += "server.IMPORTED = ('ipykernel.kernelapp',)\nsys.exit(server.main(sys.argv[1:]))"
    (folder / "server.py").write_text(code.format(str(ROOT)), "utf-8")
    monkeypatch.setitem(simulation.run_notebooks.__globals__, "KERNELS", folder / "server.py")
    is_fork = "import pathlib, sys\nassert 'tools.kernels.server' in sys.modules"
    good = write(folder / "good.ipynb", is_fork, "assert not list(pathlib.Path().iterdir())")
    wrong = write(folder / "wrong.ipynb", "raise KeyError('no such cell')")
    with pytest.raises(simulation.SimulationError, match=r"^wrong\.ipynb: KeyError"):
        simulation.run_notebooks([good, wrong], forked=True)


def test_a_client_that_fails_shows_its_last_lines(folder):
    with pytest.raises(
        simulation.SimulationError, match=r"(?s)1 notebooks did not run.*none\.ipynb"
    ):
        simulation.run_notebooks([folder / "none.ipynb"])


def test_only_the_install_cell_that_ran_is_left_out(folder):
    same, other = (
        write(folder / "same.ipynb", "install", "f()"),
        write(folder / "other.ipynb", "g()"),
    )
    simulation.without_install_cell([same], "install")
    assert [cell.source for cell in nbformat.read(same, 4).cells] == ["f()"]
    with pytest.raises(simulation.SimulationError, match=r"other\.ipynb: its first cell is not"):
        simulation.without_install_cell([other], "install")


def test_a_chapters_training_is_cut_short_and_its_claims_are_not_judged(folder):
    code = """
steps, ended = [], []
class Loss:
    def backward(self): steps.append(1)
for _ in range(500): Loss().backward()
for _ in range(500): ended.append(1)
open("n", "w").write(f"{len(steps)} {len(ended)}")
assert len(steps) == 500
assert 1 / 0"""
    path = write(folder / "08-chapter.ipynb", code, "print(open('n').read())", "1 / 0")
    simulation.run_notebooks(cut_short([path]))
    assert nbformat.read(path, 4).cells[2].outputs[0].text == f"{N_PASSES} 500\n"


def test_a_changed_interface_within_a_claim_counts_in_a_short_run(folder):
    path = write(folder / "08-chapter.ipynb", "assert ''.no_such_method()")
    with pytest.raises(simulation.SimulationError, match="AttributeError: .*no_such_method"):
        simulation.run_notebooks(cut_short([path]))


def test_exercises_are_never_cut_short(folder):
    (folder / "exercises").mkdir()
    path = write(folder / "exercises/08-chapter.ipynb", "1 / 0")
    assert not is_short(nbformat.read(*cut_short([path]), 4))
    with pytest.raises(simulation.SimulationError, match="ZeroDivisionError"):
        simulation.run_notebooks([path])
