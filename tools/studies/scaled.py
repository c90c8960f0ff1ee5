"""Record what chapters print when they train ten times as long: python -m tools.studies.scaled 09.

A reader with a GPU gets these numbers. The chapter runs on this machine's CPU with
``LMBOOK_SCALE=10`` and must pass its own assertions; the text that each cell prints goes to
lmbook/zoo/studies/scaled/09.json, by the cell's id. Nothing in the notebook itself changes.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.site import notebooks

FOLDER = notebooks.ROOT / "lmbook/zoo/studies/scaled"
SCALE = 10
CELL_TIMEOUT_SECONDS = 3600


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="+", help="03, a slug or a path")
    parser.add_argument("--keep", help="folder for the executed notebooks, figures included")
    arguments = parser.parse_args()
    for path in map(notebooks.find, arguments.chapter):
        notebook, seconds = run(path)
        if arguments.keep:
            nbformat.write(notebook, Path(arguments.keep) / path.name)
        target = FOLDER / f"{path.name[:2]}.json"
        target.parent.mkdir(exist_ok=True)
        text = json.dumps(record(notebook, seconds), indent=1, ensure_ascii=False)
        target.write_text(text + "\n", encoding="utf-8")
        print(f"{path.name}: {seconds:.0f} s at {SCALE} times the steps", flush=True)
    return 0


def run(path: Path) -> tuple[NotebookNode, float]:
    """An executed copy of the notebook, and how long it took in seconds."""
    notebook = notebooks.read(path)
    os.environ["LMBOOK_SCALE"] = str(SCALE)
    began = time.monotonic()
    notebooks.execute(notebook, timeout=CELL_TIMEOUT_SECONDS)
    return notebook, time.monotonic() - began


def record(notebook: NotebookNode, seconds: float) -> dict:
    """What the cells print, and the hash of the code that printed it."""
    cells = {cell.id: printed(cell) for cell in notebooks.code_cells(notebook)}
    return {
        "code_hash": notebooks.code_hash(notebook),
        "scale": SCALE,
        "seconds": round(seconds),
        "cells": {name: text for name, text in cells.items() if text},
    }


def printed(cell: NotebookNode) -> str:
    """The plain text of a cell's outputs; a figure or a widget has none worth keeping."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            texts.append(output.text)
        elif "text/plain" in (data := output.get("data", {})) and len(data) == 1:
            texts.append(data["text/plain"] + "\n")
    return "".join(texts)


if __name__ == "__main__":
    sys.exit(main())
