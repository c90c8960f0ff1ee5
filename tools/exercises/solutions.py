"""Solved notebooks for instructors, and what the tests know of each question.

``write_all`` puts a notebook per exercise into _build/solutions, which neither the site nor the
package nor a student's notebook draws from. The master notebooks store no outputs, so the solved
ones have none either; their cells run from top to bottom. Cells are only moved, so this is fast.
"""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from tools.exercises import wrong_answers
from tools.exercises.build import ROOT, slugs

SOLUTIONS = ROOT / "_build/solutions"
NOTICE = "**For instructors: this notebook holds the solutions and the hidden tests.**"
_HEADING = re.compile(r"^## Question \d+ \((★+)\) (.+)$", re.M)
_POINTS = re.compile(r"^points: (.+)$", re.M)
_CONFIG = re.compile(r'^""" # BEGIN TEST CONFIG\n(.*?)^"""  # END TEST CONFIG\n', re.M | re.S)
_FAILURE = re.compile(r'^failure_message: "?(.*?)"?$', re.M)


@dataclass(frozen=True)
class Question:
    """A graded question: its stars and title, and what a student reads after a wrong answer.

    ``messages`` are those of the question's tests; ``wrong`` has the message and the changed lines
    of each wrong answer that the tests are known to catch.
    """

    name: str
    stars: str
    title: str
    points: int
    messages: tuple[str, ...]
    wrong: tuple[tuple[str, str], ...]


def questions(slug: str, folder: Path = wrong_answers.EXERCISES) -> list[Question]:
    """The questions of an exercise. Raises ``ValueError`` for a message that no test gives."""
    master = _read(slug, folder)
    blocks = wrong_answers.parse((folder / slug / "wrong_answers.txt").read_text("utf-8"))
    found = []
    for name, cells in _by_question(master).items():
        heading = next(filter(None, (_HEADING.search(cell.source) for cell in cells)))
        points = next(filter(None, (_POINTS.search(cell.source) for cell in cells)))
        texts = [match[1] for cell in cells if (match := _CONFIG.search(cell.source))]
        messages = tuple(match[1] for text in texts if (match := _FAILURE.search(text)))
        own = [one for one in blocks if one.question == name and not one.right]
        wrong = tuple((_message(one, messages, slug), _lines(one)) for one in own)
        found.append(Question(name, heading[1], heading[2], int(points[1]), messages, wrong))
    return found


def _read(slug: str, folder: Path) -> NotebookNode:
    return nbformat.read(folder / slug / f"{slug}.ipynb", as_version=4)


def _by_question(master: NotebookNode) -> dict[str, list[NotebookNode]]:
    """The cells of each question, the raw one that names it first."""
    found: dict[str, list[NotebookNode]] = {}
    cells: list[NotebookNode] | None = None
    for cell in master.cells:
        if cell.cell_type == "raw" and cell.source.startswith("# BEGIN QUESTION"):
            name = wrong_answers.NAME.search(cell.source)
            assert name, cell.source
            cells = found[name[1]] = []
        if cells is not None:
            cells.append(cell)
        if cell.cell_type == "raw" and cell.source.startswith("# END QUESTION"):
            cells = None
    return found


def _message(block: wrong_answers.Block, messages: tuple[str, ...], slug: str) -> str:
    """The whole message of which the list of wrong answers gives a part."""
    for one in messages:
        if block.message in one:
            return one
    raise ValueError(f"{slug}: no test of {block.question} says {block.message!r}")


def _lines(block: wrong_answers.Block) -> str:
    changes = [
        [*(f"- {line}" for line in old), *(f"+ {line}" for line in new)]
        for old, new in block.changes
    ]
    return "\n".join(line for lines in changes for line in lines)


def solved(slug: str, folder: Path = wrong_answers.EXERCISES) -> NotebookNode:
    """The master notebook with its answers, all tests as code, and notes above each question."""
    master = _read(slug, folder)
    notes = {one.name: _notes(one) for one in questions(slug, folder)}
    cells = [new_markdown_cell(NOTICE)]
    name = ""
    for cell in master.cells:
        if cell.cell_type != "raw":
            cells.append(_shown(cell))
        elif cell.source.startswith("# BEGIN QUESTION"):
            match = wrong_answers.NAME.search(cell.source)
            name = match[1] if match else ""
            cells.append(new_markdown_cell(notes[name]))
        elif cell.source.startswith("# END TESTS"):
            cells.append(new_code_cell(f'grader.check("{name}")'))
    for number, cell in enumerate(cells):
        cell["id"] = f"solved-{number}"
    return nbformat.v4.new_notebook(cells=cells, metadata=master.metadata)


def _notes(one: Question) -> str:
    """Points and wrong answers of a question, in Markdown."""
    lines = [
        f"**Question {one.name[1:]}: {one.points} point{'s' * (one.points != 1)}, "
        f"{len(one.messages)} tests, {len(one.wrong)} wrong answers known.** After a wrong answer, "
        "a student reads the message; the lines below it are the change from the solution.",
    ]
    for message, changed in one.wrong:
        code = f"<pre>{escape(changed)}</pre>"
        lines.append(f"<details><summary>{escape(message)}</summary>{code}</details>")
    return "\n\n".join(lines)


def _shown(cell: NotebookNode) -> NotebookNode:
    """A cell as an instructor sees it: hints open, answers in place, tests as plain code."""
    if cell.cell_type == "markdown":
        return new_markdown_cell(cell.source.replace("<details>", "<details open>"))
    config = _CONFIG.search(cell.source)
    if not config:
        return new_code_cell(wrong_answers.without_prompt(cell.source))
    kind = "hidden" if re.search("^hidden: true$", config[1], re.M) else "visible"
    message = _FAILURE.search(config[1])
    said = message[1] if message else ""
    return new_code_cell(f"# {kind} test: {said}\n{cell.source[config.end() :]}")


def write_all(folder: Path = SOLUTIONS) -> list[Path]:
    """Write the solved notebook of every exercise and remove those of exercises that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{slug}.ipynb" for slug in slugs()]
    for path in paths:
        nbformat.write(solved(path.stem), path)
    for path in set(folder.glob("*.ipynb")) - set(paths):
        path.unlink()
    return paths
