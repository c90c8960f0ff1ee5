"""The runner for a CUDA machine, on a CPU: notebooks that pass, fail, or are not reached."""

import json

import nbformat
import pytest

from tools.cuda.__main__ import main


@pytest.fixture
def notebook(tmp_path):
    def write(name, *sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return str(path)

    return write


def run(tmp_path, *arguments):
    output = tmp_path / "report.json"
    status = main([*arguments, "--device", "cpu", "--output", str(output)])
    return status, json.loads(output.read_text())


def test_a_notebook_that_passes_and_one_that_fails(tmp_path, notebook, capsys):
    good = notebook("good", "x = 1", "x + 1")
    bad = notebook("bad", "x = 1", "x / 0", "print(x)")
    before = (tmp_path / "good.ipynb").read_bytes()
    status, report = run(tmp_path, good, bad, "--processes", "2")
    assert status == 1
    assert report["good"]["status"] == "passed"
    assert report["good"]["n_run"] == report["good"]["n_cells"] == 2
    assert report["good"]["peak_bytes"] is None and report["good"]["device"] == "cpu"
    assert report["bad"]["status"] == "failed" and report["bad"]["n_run"] == 3
    (failure,) = report["bad"]["failures"]
    assert failure["cell"] == 1 and "ZeroDivisionError" in failure["traceback"][-1]
    assert (tmp_path / "good.ipynb").read_bytes() == before
    shown = capsys.readouterr().out
    assert "passed" in shown and "bad, cell 1" in shown


def test_what_the_time_does_not_reach_is_not_run(tmp_path, notebook):
    endless = notebook("endless", "x = 1", "import time\ntime.sleep(600)")
    later = notebook("later", "x = 1")
    status, report = run(tmp_path, endless, later, "--processes", "1", "--minutes", "0.5")
    assert status == 1
    assert report["endless"]["status"] == "stopped"
    assert report["later"] == {"status": "not run"}
