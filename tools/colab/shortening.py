"""Cut the training of the Colab edition's chapters short for a simulation, and judge such a run."""

from pathlib import Path

import nbformat

SHORT = Path(__file__).resolve().parents[1] / "kernels/short.py"
CUT = "cut-short"


def cut_short(paths: list[Path]) -> list[Path]:
    """Put a cell before each notebook of the book, which cuts the training of the others short."""
    for path in paths:
        if path.parent.name != "exercises":
            notebook = nbformat.read(path, 4)
            code = f"import runpy\nrunpy.run_path({str(SHORT)!r})['begin'](get_ipython(), {{!r}})"
            cell = nbformat.v4.new_code_cell(code.format(path.name[:2]), id=CUT)
            notebook.cells.insert(0, cell)
            nbformat.write(notebook, path)
    return paths


def is_short(notebook: nbformat.NotebookNode) -> bool:
    """Whether the notebook's training is cut short."""
    return bool(notebook.cells) and notebook.cells[0].get("id") == CUT


def faults(notebook: nbformat.NotebookNode, is_exercise: bool) -> list[str]:
    """The errors of a run; a student's unanswered stub may raise ``NotImplementedError``.

    Where training was cut short, a mean over nothing is none.
    """
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    allowed = {"NotImplementedError"} if is_exercise else set()
    allowed |= {"ZeroDivisionError"} if is_short(notebook) else set()
    return [f"{error.ename}: {error.evalue}" for error in errors if error.ename not in allowed]
