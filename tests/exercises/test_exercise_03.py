"""The exercise of chapter 3, graded as an instructor does it and question by question."""

import csv
import importlib.util
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from lmbook.grading import Grader

ROOT = Path(__file__).resolve().parents[2]
SLUG = "03-ngram-models"
BUILT = ROOT / "_build/exercises" / SLUG
QUESTIONS = ("q1", "q2", "q3", "q4")
POINTS = {"q1": 1, "q2": 2, "q3": 2, "q4": 3}


def _load(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRONG_ANSWERS = _load(ROOT / f"exercises/{SLUG}/wrong_answers.py").WRONG_ANSWERS
CASES = [(question, *case) for question, cases in WRONG_ANSWERS.items() for case in cases]


def run_tool(*arguments):
    command = [sys.executable, str(ROOT / "tools/exercises.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture(scope="module", autouse=True)
def built():
    done = run_tool("build", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def all_tests(tmp_path_factory):
    """The visible and hidden tests, where the grader finds them."""
    folder = tmp_path_factory.mktemp("tests") / SLUG
    folder.mkdir()
    for path in (BUILT / "autograder/tests").glob("q*.py"):
        (folder / path.name).write_bytes(path.read_bytes())
    return folder.parent


def solution_cells():
    notebook = nbformat.read(BUILT / "autograder" / f"{SLUG}.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run_code(*sources):
    namespace = {"Counter": Counter}
    for source in sources:
        exec(source, namespace)
    return namespace


def test_the_solution_passes_every_test_and_the_blank_none(all_tests):
    namespace = run_code(*(source for source in solution_cells() if source.startswith("def ")))
    grader = Grader(SLUG, tests=all_tests)
    assert all(grader.check(question, namespace).passed for question in QUESTIONS)
    assert not any(grader.check(question, {}).passed for question in QUESTIONS)


def test_each_question_has_three_wrong_answers_or_more():
    assert set(WRONG_ANSWERS) == set(QUESTIONS)
    assert min(map(len, WRONG_ANSWERS.values())) >= 3


@pytest.mark.parametrize(("question", "name", "code", "message"), CASES)
def test_a_wrong_answer_fails_with_its_own_message(all_tests, question, name, code, message):
    result = Grader(SLUG, tests=all_tests).check(question, run_code(code))
    assert not result.passed
    assert message in " ".join(result.messages)
    first_messages = [m for q, n, _, m in CASES if q == question and n != name]
    assert message not in first_messages


def submission(path, change):
    """A submission made from the solution: ``change`` edits a cell's source or drops it."""
    notebook = nbformat.read(BUILT / "autograder" / f"{SLUG}.ipynb", as_version=4)
    kept = []
    for cell in notebook.cells:
        source = change(cell.source)
        if source is not None:
            cell.source = source
            kept.append(cell)
    notebook.cells = kept
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def grades(tmp_path_factory):
    folder, output = tmp_path_factory.mktemp("submissions"), tmp_path_factory.mktemp("grades")
    submission(folder / "solution.ipynb", lambda source: source)
    blank = (BUILT / "student" / f"{SLUG}.ipynb").read_bytes()
    (folder / "blank.ipynb").write_bytes(blank)
    crash = "raise RuntimeError('crash')\ndef perplexity"
    submission(folder / "crash.ipynb", lambda source: source.replace("def perplexity", crash))
    submission(
        folder / "lacking.ipynb", lambda source: None if "def sample_with" in source else source
    )
    (folder / "broken.ipynb").write_text("this is not JSON")
    (folder / "report.pdf").write_bytes(b"%PDF-1.4")
    done = run_tool("grade", folder, "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    with open(output / "grades.csv", encoding="utf-8") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    return rows, output


def points(row):
    return {question: float(row[question] or 0) for question in QUESTIONS}


def test_the_solution_gets_full_marks_and_the_blank_notebook_none(grades):
    rows, _ = grades
    assert points(rows["solution.ipynb"]) == POINTS
    assert points(rows["blank.ipynb"]) == dict.fromkeys(QUESTIONS, 0)
    assert float(rows["blank.ipynb"]["of"]) == 8


def test_a_crash_or_a_missing_answer_costs_one_question(grades):
    rows, _ = grades
    assert points(rows["crash.ipynb"]) == POINTS | {"q2": 0}
    assert points(rows["lacking.ipynb"]) == POINTS | {"q4": 0}


def test_what_is_not_a_notebook_gets_a_clear_row_and_stops_nothing(grades):
    rows, _ = grades
    assert "not a notebook" in rows["broken.ipynb"]["error"]
    assert "not a notebook" in rows["report.pdf"]["error"]


def test_every_submission_has_a_page_that_names_the_mistake(grades):
    rows, output = grades
    assert {f"{name}.html" for name in rows} == {path.name for path in output.glob("*.html")}
    page = (output / "lacking.ipynb.html").read_text(encoding="utf-8")
    assert "q4: 0 of 3" in page
    assert "NameError" in page or "the largest count does not" in page


def test_a_missing_folder_is_named():
    done = run_tool("grade", ROOT / "no-such-folder")
    assert done.returncode == 1
    assert "is not a folder of submissions" in done.stderr
