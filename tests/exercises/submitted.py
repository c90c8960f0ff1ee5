"""Submissions for tests of the grader: one exercise, built once, and notebooks about it."""

import csv
import time
from pathlib import Path

import nbformat

from tools.exercises import batch, build

SLUG = "03-ngram-models"
QUESTIONS = ("q1", "q2", "q3", "q4")
ANSWERS = {
    "q1": "def skip_bigrams(sequences, gap):\n"
    "    return Counter(p for ids in sequences for p in zip(ids, ids[gap + 1 :]))",
    "q2": "def perplexity(log2_probs):\n"
    "    scores = [score for row in log2_probs for score in row]\n"
    "    return 2 ** (-sum(scores) / len(scores))",
}
FIRST = (
    f'from collections import Counter\nfrom lmbook.grading import Grader\ngrader = Grader("{SLUG}")'
)


def notebook(path: Path, *cells: str, kernel: str = "python3") -> None:
    """Write a notebook: the exercise's first cell, then these."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (FIRST, *cells)],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
    )
    nbformat.write(made, path)


def graded(folder: Path, output: Path) -> dict[str, dict[str, str]]:
    """Grade a folder; return the rows of the CSV by submission."""
    batch.grade_all(folder, output, jobs=2)
    with open(output / "grades.csv", encoding="utf-8") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


def solution() -> list[str]:
    """The cells of the solved notebook."""
    solved = build.BUILT / SLUG / f"autograder/{SLUG}.ipynb"
    cells = nbformat.read(solved, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def alive(word: str) -> list[str]:
    """The command lines of running processes that hold this word."""
    time.sleep(0.2)
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found
