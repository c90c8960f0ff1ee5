"""Run one notebook in a kernel, cell by cell: ``python -m tools.cuda.chapter NOTEBOOK REPORT``.

The notebook is not changed. The report, a JSON file, is written anew after every cell, so that it
says how far a run came that was stopped. A cell that fails does not stop the next ones.
"""

import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from tools.site.notebooks import THREADS, code_cells, read

CELL_TIMEOUT_SECONDS = 600
TRACEBACK_LINES = 12
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_MEMORY = """
import json as _json, sys as _sys
_cuda = getattr(_sys.modules.get("torch"), "cuda", None)
_used = _cuda is not None and _cuda.is_available()
print(_json.dumps({
    "device": _cuda.get_device_name() if _used else "cpu",
    "peak_bytes": _cuda.max_memory_allocated() if _used else None,
}))
"""


def run(path: Path, report: Path) -> dict:
    """Execute all code cells and write ``report``, which is also returned."""
    notebook = read(path)
    # a node's own copy: the file keeps its outputs
    os.environ.update(dict.fromkeys(THREADS, "1"), PYTHONHASHSEED="0", MPLBACKEND="agg")
    found: dict = {"n_cells": len(code_cells(notebook)), "n_run": 0, "failures": [], "slowest": []}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        where = {"metadata": {"path": folder}}
        client = NotebookClient(
            notebook, timeout=CELL_TIMEOUT_SECONDS, kernel_name="python3", resources=where
        )
        with client.setup_kernel():
            for i, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                alive = _run_cell(client, i, cell, found)
                found["n_run"] += 1
                found["seconds"] = round(time.perf_counter() - began, 1)
                _write(report, found)
                if not alive:
                    return found
            found |= _memory(client, notebook)
    _write(report, found)
    return found


def _run_cell(client: NotebookClient, i: int, cell: dict, found: dict) -> bool:
    """Run the cell and note how long it took and how it failed; False where the kernel died."""
    began, alive, text = time.perf_counter(), True, None
    try:
        client.execute_cell(cell, i)
    except CellExecutionError as error:
        text = str(error)
    except (CellTimeoutError, DeadKernelError) as error:
        alive, text = False, f"{type(error).__name__}: {error}"
    if text is not None:
        lines = _ANSI.sub("", text).strip().splitlines()[-TRACEBACK_LINES:]
        found["failures"].append({"cell": i, "id": cell.get("id", ""), "traceback": lines})
    took = round(time.perf_counter() - began, 1)
    slowest = [*found["slowest"], {"cell": i, "id": cell.get("id", ""), "seconds": took}]
    found["slowest"] = sorted(slowest, key=lambda cell: -cell["seconds"])[:3]
    return alive


def _memory(client: NotebookClient, notebook: dict) -> dict:
    """The GPU's name and the most memory that torch held on it."""
    cell = new_code_cell(_MEMORY)
    notebook["cells"].append(cell)
    client.execute_cell(cell, len(notebook["cells"]) - 1)
    return json.loads(cell.outputs[0].text)


def _write(report: Path, found: dict) -> None:
    temporary = report.with_name(f".{report.name}.tmp")
    temporary.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, report)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]))
