"""The recorded runs at ten times the steps were made by the chapters as they stand."""

import json

import pytest

from tools.site import notebooks
from tools.studies import scaled

RECORDS = sorted(scaled.FOLDER.glob("[0-9][0-9].json"))
SCALED = [
    path
    for path in notebooks.chapters()
    if any("step_scale(" in cell.source for cell in notebooks.code_cells(notebooks.read(path)))
]


@pytest.mark.parametrize("path", SCALED, ids=lambda path: path.stem)
def test_a_chapter_that_scales_has_a_record_of_its_own_code(path):
    chapter = path.name[:2]
    file = scaled.FOLDER / f"{chapter}.json"
    record = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    is_fresh = record.get("code_hash") == notebooks.code_hash(notebooks.read(path))
    assert is_fresh, f"run python -m tools.studies.scaled {chapter}, about ten minutes"
    assert record["scale"] == scaled.SCALE


def test_every_record_belongs_to_a_chapter():
    assert {path.stem for path in RECORDS} <= {path.name[:2] for path in SCALED}


def test_a_record_holds_what_is_printed_and_nothing_else():
    from nbformat.v4 import new_code_cell, new_notebook, new_output

    cell = new_code_cell(
        "print(1)",
        outputs=[
            new_output("stream", text="1\n"),
            new_output("execute_result", data={"text/plain": "2"}),
            new_output("display_data", data={"text/plain": "<Figure>", "image/png": "…"}),
        ],
    )
    quiet = new_code_cell("x = 1")
    record = scaled.record(new_notebook(cells=[cell, quiet]), 61.4)
    assert record["cells"] == {cell.id: "1\n2\n"}
    assert record["seconds"] == 61
