"""The chapters and their exercises, read from the notebooks: what is proved, asked and graded."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

from tools.site import notebooks
from tools.site.facts.functions import called
from tools.site.notebooks import ROOT

COMPARED_BY_NBVAL = "nbval-check-output"
_RUN_TIME = re.compile(r"\*\*Run time:\*\* (.+?)(?: on (?:one|two) CPU cores?)?[;,.]")
_ANSWER = re.compile(r"^(right )?q\d+ ", re.M)


@dataclass(frozen=True)
class Facts:
    """Counts of one chapter and of its exercise; ``run_time`` is what the chapter's card says.

    ``n_proved`` counts code cells that assert something or whose output is compared with the
    stored one, ``n_parity`` those that compare with another implementation.
    """

    slug: str
    title: str
    run_time: str
    n_cells: int
    n_proved: int
    n_parity: int
    n_questions: int
    n_graded: int
    n_visible: int
    n_hidden: int
    n_wrong: int
    n_right: int


@cache
def chapters() -> list[Facts]:
    """One entry for each chapter, in the order of the book."""
    return [_facts(path) for path in notebooks.chapters()]


def _facts(path: Path) -> Facts:
    notebook = notebooks.read(path)
    cells = notebooks.code_cells(notebook)
    card = notebook.cells[0].source
    exercise = ROOT / "exercises" / path.stem
    master, wrong = exercise / f"{path.stem}.ipynb", exercise / "wrong_answers.txt"
    return Facts(
        path.stem,
        card.splitlines()[0].removeprefix("# ").strip(),
        run_time(card),
        len(cells),
        sum(asserts(cell.source) or _is_tagged(cell, COMPARED_BY_NBVAL) for cell in cells),
        sum(_is_tagged(cell, "parity") for cell in cells),
        sum(len(calls(cell.source, "Question")) for cell in cells),
        *(graded(notebooks.read(master)) if master.is_file() else (0, 0, 0)),
        *answers(wrong.read_text(encoding="utf-8") if wrong.is_file() else ""),
    )


def run_time(card: str) -> str:
    """The run time in the words of a chapter's card, a dash if it has none."""
    found = _RUN_TIME.search(card)
    return found[1] if found else "–"


def asserts(source: str) -> bool:
    """True for a cell that asserts, by a statement or by a function that is named so."""
    nodes = list(ast.walk(_tree(source)))
    return any(isinstance(one, ast.Assert) for one in nodes) or any(
        isinstance(one, ast.Call) and called(one).startswith("assert_") for one in nodes
    )


def calls(source: str, name: str) -> list[ast.Call]:
    """The calls of ``name`` or ``module.name`` in a cell."""
    nodes = ast.walk(_tree(source)) if f"{name}(" in source else ()
    return [one for one in nodes if isinstance(one, ast.Call) and called(one) == name]


def graded(master: NotebookNode) -> tuple[int, int, int]:
    """Questions, visible tests and hidden tests of an Otter master notebook."""
    raw = [cell.source for cell in master.cells if cell.cell_type == "raw"]
    tests = [
        cell.source for cell in notebooks.code_cells(master) if "# BEGIN TEST CONFIG" in cell.source
    ]
    n_hidden = sum("\nhidden: true" in source for source in tests)
    n_questions = sum("# BEGIN QUESTION" in source for source in raw)
    return n_questions, len(tests) - n_hidden, n_hidden


def answers(text: str) -> tuple[int, int]:
    """Wrong answers, and right answers in another style, of a list of wrong answers."""
    heads = [match[1] for match in _ANSWER.finditer(text)]
    return heads.count(None), len(heads) - heads.count(None)


def _is_tagged(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def _tree(source: str) -> ast.Module:
    """The syntax of a cell, without its magics."""
    kept = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    return ast.parse("\n".join(kept))
