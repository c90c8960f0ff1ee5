"""Grades a folder of submissions: a CSV, and a page of feedback for each."""

import csv
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmbook.grading import cases
from lmbook.grading.result import Failure
from tools.exercises import build, pages, sandbox, submissions

SECONDS_A_QUESTION, SECONDS_A_CELL, SECONDS_A_SUBMISSION = 20.0, 60.0, 300.0
GRACE = 15.0
LONGEST_LINE = 1 << 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Outcome:
    """A question: its points, what went wrong, and what a cell before its check raised."""

    of: float
    failure: Failure | None = None
    problem: str = ""

    @property
    def points(self) -> float:
        """All points or none."""
        return 0.0 if self.failure else self.of


@dataclass
class Graded:
    """A submission; ``error`` says why it has no grade."""

    exercise: str = ""
    questions: dict[str, Outcome] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""

    @property
    def total(self) -> float:
        """The points of all questions."""
        return sum(outcome.points for outcome in self.questions.values())

    @property
    def of(self) -> float:
        """What the total can be."""
        return sum(outcome.of for outcome in self.questions.values())


def grade(path: Path) -> Graded:
    """Grade one submission."""
    started, graded = time.monotonic(), Graded()
    try:
        notebook = submissions.read(path, build.slugs())
        graded.exercise = notebook.exercise
        build.build(notebook.exercise)
        graded.questions = _questions(notebook, started + SECONDS_A_SUBMISSION)
    except ValueError as problem:
        graded.error = str(problem)
    graded.seconds = time.monotonic() - started
    return graded


def _questions(notebook: submissions.Notebook, deadline: float) -> dict[str, Outcome]:
    """Run evaluations until every question has its outcome: one that hangs costs only itself."""
    folder = build.BUILT / notebook.exercise / "autograder"
    loaded = [cases.load(path) for path in sorted((folder / "tests").glob("q*.py"))]
    outcomes = {question.name: Outcome(question.points) for question in loaded}
    left, skipped = list(outcomes), list[int]()
    while left and time.monotonic() < deadline:
        job = {
            "tests": str(folder / "tests"),
            "setup": str(folder / "setup.py"),
            "cells": notebook.cells,
            "checks": notebook.checks,
            "questions": left,
            "skipped": skipped,
            "sandbox": sandbox.strictest(),
            "seconds_a_cell": SECONDS_A_CELL,
            "seconds_a_question": SECONDS_A_QUESTION,
        }
        begun = _evaluate(job, deadline, outcomes, left)
        if begun is None:
            raise ValueError("the grader cannot start its sandbox")
        if isinstance(begun, int):
            skipped.append(begun)
        elif begun in left:
            outcomes[begun].failure = Failure("", error="this answer ended the process")
            left.remove(begun)
    for name in left:
        seconds = f"{SECONDS_A_SUBMISSION:g} seconds"
        outcomes[name].failure = Failure("", error=f"the notebook took more than {seconds}")
    return outcomes


def _evaluate(
    job: dict[str, Any], deadline: float, outcomes: dict[str, Outcome], left: list[str]
) -> str | int | None:
    """One run; return what began last: a question, the number of a cell, or "" at the end."""
    begun: str | int | None = None
    for event in _events(job, deadline):
        if "begin" in event:
            begun = event["begin"]
        elif "question" in event:
            found = event["failure"]
            outcomes[event["question"]].failure = found and Failure(**found)
            left.remove(event["question"])
        elif "problem" in event:
            _note(event, job["checks"], outcomes)
        elif "end" in event:
            begun = ""
    return begun


def _note(
    event: dict[str, Any], checks: dict[str, list[str]], outcomes: dict[str, Outcome]
) -> None:
    """An exception in a cell belongs to the question that is checked next."""
    later = [int(number) for number in checks if int(number) >= event["cell"]]
    for name in checks[str(min(later))] if later else ():
        if name in outcomes:
            parts = (event["problem"], event["line"])
            outcomes[name].problem = "\n".join(part for part in parts if part)


def _events(job: dict[str, Any], deadline: float) -> Iterator[dict[str, Any]]:
    """What an evaluation tells. It is ended when it is silent for too long."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.exercises.evaluate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=build.ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        with process.stdin:
            process.stdin.write(json.dumps(job).encode())
        for line in _lines(process.stdout.fileno(), deadline):
            yield json.loads(line)
    finally:
        if process.poll() is None:
            _stop(process)
        process.stdout.close()
        process.wait()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let it end its sandbox, for a moment; then kill it."""
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def _lines(source: int, deadline: float) -> Iterator[bytes]:
    buffer, silence = b"", max(SECONDS_A_QUESTION, SECONDS_A_CELL) + GRACE
    while True:
        wait = min(silence, deadline - time.monotonic() + GRACE)
        ready, _, _ = select.select([source], [], [], max(wait, 0.0))
        data = os.read(source, 1 << 16) if ready else b""
        if not data or len(buffer) > LONGEST_LINE:
            return
        *lines, buffer = (buffer + data).split(b"\n")
        yield from lines


def grade_all(folder: Path, output: Path, jobs: int | None = None) -> None:
    """Grade every submission in ``folder``; a bad one never stops the others.

    ``jobs`` run at the same time, as many as there are processors if left out.
    """
    if not folder.is_dir():
        raise SystemExit(f"{folder} is not a folder of submissions")
    found = submissions.find(folder)
    if not found:
        raise SystemExit(f"{folder} holds no submission")
    pages.remove_old(output)
    rows = []
    walls = sandbox.strictest()
    print(f"{len(found)} submissions; the sandbox is {sandbox.described(walls)}", flush=True)
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        for path, graded in zip(found, pool.map(grade, found), strict=True):
            name, who = path.relative_to(folder).as_posix(), submissions.student(path, folder)
            pages.write(output / f"{name}.html", who, name, graded)
            rows.append(_row(name, who, graded))
            verdict = graded.error or f"{graded.total:g} of {graded.of:g}"
            print(name, verdict, sep=": ", flush=True)
    write_csv(output / "grades.csv", rows)


def _row(name: str, who: str, graded: Graded) -> dict[str, str]:
    row = {"submission": name, "student": who, "exercise": graded.exercise, "error": graded.error}
    row |= {question: f"{o.points:g}" for question, o in graded.questions.items()}
    if not graded.error:
        row |= {"total": f"{graded.total:g}", "of": f"{graded.of:g}"}
    return {**row, "seconds": f"{graded.seconds:.1f}"}


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """One line a submission; no cell is a formula to a spreadsheet."""
    questions = sorted({name for row in rows for name in row if name.startswith("q")})
    head = ["submission", "student", "exercise", *questions, "total", "of", "seconds", "error"]
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, head)
        table.writeheader()
        for row in rows:
            table.writerow({key: _text(value) for key, value in row.items()})


def _text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
