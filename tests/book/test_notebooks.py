"""The tool that runs, normalises and checks notebooks."""

import base64
import copy
import importlib
import io
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image, PngImagePlugin

from tools.site import notebooks

ROOT = Path(__file__).resolve().parents[2]

WIDGETS = """import ipywidgets
ipywidgets.HBox([ipywidgets.IntSlider(value=3), ipywidgets.Label("order")])"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A small notebook with a figure, a widget, a stream and an object with an address."""
    notebook = new_notebook(
        cells=[
            new_markdown_cell("# A title"),
            new_code_cell("print('one')\nprint(object())"),
            new_code_cell(WIDGETS),
            new_code_cell("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([0, 1])"),
        ]
    )
    path = tmp_path_factory.mktemp("book") / "99-small.ipynb"
    notebooks.write(notebook, path)
    notebooks.run(path)
    return path


def test_running_again_changes_no_byte(executed):
    first = executed.read_bytes()
    notebooks.run(executed)
    assert executed.read_bytes() == first


def test_normalising_twice_is_normalising_once(executed):
    once = notebooks.normalise(notebooks.read(executed))
    assert notebooks.normalise(copy.deepcopy(once)) == once
    assert once == notebooks.read(executed)


def test_widget_ids_are_numbered_in_outputs_and_in_metadata(executed):
    notebook = notebooks.read(executed)
    state = notebook.metadata.widgets[notebooks.WIDGET_STATE].state
    view = notebook.cells[2].outputs[0].data[notebooks.WIDGET_VIEW]
    assert view.model_id == f"{1:032x}"
    assert sorted(state) == [f"{number:032x}" for number in range(1, len(state) + 1)]
    assert state[view.model_id].model_name == "HBoxModel"
    children = [name.removeprefix("IPY_MODEL_") for name in state[view.model_id].state.children]
    assert [state[child].model_name for child in children] == ["IntSliderModel", "LabelModel"]


def test_no_address_and_no_timing_stays(executed):
    cells = notebooks.read(executed).cells
    assert cells[1].outputs[0].text == "one\n<object object>\n"
    assert cells[2].outputs[0].data["text/plain"] == "HBox"
    assert "iopub" not in executed.read_text("utf-8")


def test_a_fresh_notebook_passes_and_a_changed_copy_is_stale(executed, tmp_path):
    assert notebooks.check([executed]) == []
    changed = notebooks.read(executed)
    changed.cells[1].source += "\nprint('two')"
    copied = tmp_path / executed.name
    notebooks.write(notebooks.normalise(changed), copied)
    (fault,) = notebooks.check([copied])
    assert "99-small.ipynb: stale" in fault
    assert notebooks.main(["check", str(copied)]) == 1
    assert notebooks.main(["check", str(executed)]) == 0


def test_changed_prose_is_not_stale(executed):
    notebook = notebooks.read(executed)
    notebook.cells[0].source = "# Another title"
    assert not notebooks.is_stale(notebook)


def test_a_removed_or_moved_cell_is_stale(executed):
    removed, moved = notebooks.read(executed), notebooks.read(executed)
    del removed.cells[1]
    moved.cells[1], moved.cells[2] = moved.cells[2], moved.cells[1]
    assert notebooks.is_stale(removed)
    assert notebooks.is_stale(moved)


def test_a_large_notebook_is_named_with_its_size(executed, tmp_path):
    notebook = notebooks.read(executed)
    notebook.cells[1].outputs[0].text = "x" * 600_000
    large = tmp_path / "98-large.ipynb"
    notebooks.write(notebook, large)
    (fault,) = notebooks.check([large])
    assert fault.startswith("98-large.ipynb: 6") and "600 kB" in fault


def test_a_failing_cell_leaves_the_notebook_as_it_was(tmp_path, capsys):
    path = tmp_path / "97-broken.ipynb"
    notebooks.write(new_notebook(cells=[new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert notebooks.main(["run", str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_cell_ids_are_kept_and_missing_or_repeated_ones_are_derived():
    cells = [new_code_cell("a = 1"), new_code_cell("b = 2"), new_code_cell("b = 3")]
    cells[0]["id"], cells[1]["id"] = "kept", "kept"
    del cells[2]["id"]
    notebook = new_notebook()
    notebook.cells = cells
    clean = notebooks.normalise(notebook)
    assert [cell.id for cell in clean.cells] == ["kept", "001-b-2", "002-b-3"]
    nbformat.validate(clean)


def test_png_text_is_removed_and_the_pixels_stay():
    note = PngImagePlugin.PngInfo()
    note.add_text("Software", "a version that changes")
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(buffer, "png", pnginfo=note)
    stripped = notebooks.strip_png(buffer.getvalue())
    assert b"Software" in buffer.getvalue() and b"Software" not in stripped
    before, after = Image.open(buffer), Image.open(io.BytesIO(stripped))
    assert before.tobytes() == after.tobytes()


def test_stored_figures_hold_no_text(executed):
    outputs = notebooks.read(executed).cells[3].outputs
    (png,) = [
        output.data["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]
    assert b"tEXt" not in base64.b64decode(png)


def test_an_unknown_chapter_is_named():
    with pytest.raises(ValueError, match="chapter='77' names 0 notebooks"):
        notebooks.find("77")


def test_no_chapter_is_stale_or_too_large():
    assert notebooks.check(notebooks.pages()) == []


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_the_page_holds_the_explorers_of_today(path):
    """A widget's script stands in the notebook; one that changed since must be stored again."""
    widgets = notebooks.read(path).metadata.get("widgets", {}).get(notebooks.WIDGET_STATE, {})
    stored = [one["state"] for one in widgets.get("state", {}).values()]
    explorers = [state for state in stored if "_anywidget_id" in state]
    for state in explorers:
        module, _, name = state["_anywidget_id"].rpartition(".")
        explorer = getattr(importlib.import_module(module), name)
        for part in ("_esm", "_css"):
            assert state[part] == str(getattr(explorer, part)), f"{name}: run the notebook again"
    assert explorers
