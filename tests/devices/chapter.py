"""Run a chapter's code as on a GPU: ``python -m tests.devices.chapter 09 cuda``.

The code cells run one after the other in one process, with ``pick_device`` giving the pretended
device, on which float64 is refused, since Apple's GPU has none. Training is cut short as
``tools/kernels/short.py`` does it, so asserts are computed and not judged, and a mean over nothing
is passed over. Figures are not drawn. A cell that fails is reported, and the next ones run all the
same. A chapter that names no device but the CPU keeps every tensor there, pretended GPU or not,
since nothing below it chooses a device: ``names_a_device`` tells such chapters apart.
"""

import argparse
import ast
import json
import os
import re
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from tools.kernels import short

BOOK = Path(__file__).parents[2] / "book"
IDENTIFIER = re.compile(r"\w*device|cuda|mps|accelerator", re.IGNORECASE)
NAME = re.compile(r"(cuda|mps)(:\d+)?")


@dataclass(frozen=True)
class Fault:
    """A cell that failed: its number in the notebook, its id, the error and its line."""

    cell: int
    cell_id: str
    device: bool
    error: str
    where: str


def _compute(claim: Callable[[], object]) -> None:
    """Compute a claim; of its errors only those of devices count."""
    from tests.devices.pretend import DeviceError

    try:
        claim()
    except Exception as error:  # after two steps a claim may not even be computable
        if _is_device(error, DeviceError):
            raise


def notebook(number: str) -> Path:
    """The notebook of chapter ``number``, such as "09"."""
    return next(BOOK.glob(f"{number}-*.ipynb"))


def code_cells(number: str) -> list[tuple[int, dict[str, Any]]]:
    """The code cells of a chapter with their numbers in the notebook."""
    cells = json.loads(notebook(number).read_text(encoding="utf-8"))["cells"]
    return [(i, cell) for i, cell in enumerate(cells) if cell["cell_type"] == "code"]


def names_a_device(code: str) -> bool:
    """Whether ``code`` names a device other than by the argument ``device="cpu"``."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.keyword(arg="device", value=ast.Constant(value="cpu")):
                found = False
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                found = IDENTIFIER.fullmatch(name.rsplit(".", 1)[-1]) is not None
            case ast.keyword(arg=str(name)) | ast.arg(arg=name):
                found = IDENTIFIER.fullmatch(name) is not None
            case ast.Constant(value=str(text)):
                found = NAME.fullmatch(text) is not None
            case _:
                found = False
        if found:
            return True
    return False


def run(number: str, device: str) -> list[Fault]:
    """Run the chapter under the pretended ``device``; what failed."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from tests.devices.pretend import pretended

    short.shorten_train()
    plt.show = lambda *args, **kwargs: plt.close("all")
    module = types.ModuleType("__main__")
    namespace = module.__dict__
    namespace["_compute"] = _compute
    namespace["display"] = lambda *values, **_: [repr(value) for value in values]
    sys.modules["__main__"] = module  # where the classes of a notebook's cells live
    os.chdir(BOOK)
    faults = []
    with pretended(device, has_float64=False):
        for i, cell in code_cells(number):
            fault = _run_cell(i, cell, namespace, short.passes_of(number))
            faults += [] if fault is None else [fault]
            plt.close("all")
    return faults


def _run_cell(i: int, cell: dict, namespace: dict[str, Any], n_passes: float) -> Fault | None:
    from tests.devices.pretend import DeviceError

    name = f"cell {i}"
    tree = short.shortened("".join(cell["source"]), name, n_passes)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    try:
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            exec(compile(tree, name, "exec"), namespace)
            if last is not None:
                repr(eval(compile(ast.Expression(last.value), name, "eval"), namespace))
    except ZeroDivisionError:
        return None
    except Exception as error:  # whatever a cell may raise is what we look for
        frames = traceback.extract_tb(error.__traceback__)
        frames = [f for f in frames if "devices" not in f.filename and "/torch/" not in f.filename]
        where = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames))
        about = f"{type(error).__name__}: {error}"
        return Fault(i, cell.get("id", ""), _is_device(error, DeviceError), about[:300], where)
    return None


def _is_device(error: BaseException | None, kind: type) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def main(arguments: list[str] | None = None) -> int:
    """Run one chapter, print what failed; 1 if something did."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.devices.chapter")
    parser.add_argument("chapter", help="two digits, such as 09")
    parser.add_argument("device", choices=["cuda", "mps"])
    parser.add_argument("--json", help="write the faults into this file")
    options = parser.parse_args(arguments)
    os.environ.update(LMBOOK_SCALE="1", HF_HUB_OFFLINE="1")  # data may still be fetched
    began = time.perf_counter()
    faults = run(options.chapter, options.device)
    for fault in faults:
        kind = "DEVICE" if fault.device else "other"
        print(f"{kind} cell {fault.cell} ({fault.cell_id}): {fault.error}\n    {fault.where}")
    seconds = time.perf_counter() - began
    print(f"chapter {options.chapter} on {options.device}: {len(faults)} faults, {seconds:.0f} s")
    if options.json:
        Path(options.json).write_text(json.dumps([asdict(fault) for fault in faults]))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
