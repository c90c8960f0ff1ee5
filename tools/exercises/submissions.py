"""Which files of a folder are submissions, whose they are and which exercise they answer."""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat

EXERCISE = re.compile(r"""Grader\(\s*["']([\w-]+)["']""")
CHECK = re.compile(r"""\.check\(\s*["'](q\d+)["']""")
# What operating systems, editors and archives leave in folders.
CLUTTER = {"__MACOSX", "Thumbs.db", "desktop.ini"}
MOODLE = re.compile(r"(.+?)_\d+_assign\w*")
CANVAS = re.compile(r"([^_]+)(?:_LATE)?_\d+_\d+_.+")
LARGEST = 100 << 20


class Notebook(NamedTuple):
    """A submission as code: its cells, and by cell the questions that are checked there."""

    exercise: str
    cells: list[str]
    checks: dict[str, list[str]]


def find(folder: Path) -> list[Path]:
    """The files of ``folder`` and of the folders in it, one a student, without clutter."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        clutter = any(part in CLUTTER or part.startswith((".", "~$")) for part in parts)
        if path.is_file() and not path.is_symlink() and not clutter:
            found.append(path)
    return found


def student(path: Path, folder: Path) -> str:
    """Whose submission it is, by the name of the student's folder or of the file.

    Exports of Moodle and Canvas put numbers behind the name, which are left out.
    """
    first = path.relative_to(folder).parts[0]
    found = MOODLE.fullmatch(first) or CANVAS.fullmatch(first)
    if found:
        return found[1]
    return path.stem if first == path.name else first


def read(path: Path, known: list[str]) -> Notebook:
    """Read a submission. Raises ``ValueError`` saying what is wrong with it."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError
        notebook = nbformat.read(path, as_version=4)
        cells = [str(cell.source) for cell in notebook.cells if cell.cell_type == "code"]
    except Exception as error:
        raise ValueError("this file is not a notebook") from error
    found = EXERCISE.search("\n".join(cells))
    if found is None:
        raise ValueError('no cell names the exercise with Grader("...")')
    if found[1] not in known:
        raise ValueError(f"unknown exercise {found[1]}; known: {', '.join(known)}")
    checks = {str(number): CHECK.findall(source) for number, source in enumerate(cells)}
    return Notebook(found[1], cells, {n: names for n, names in checks.items() if names})
