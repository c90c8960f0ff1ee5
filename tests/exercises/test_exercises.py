"""Every exercise of the book, graded as an instructor does it and question by question."""

import ast
import csv
import html
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import nbformat
import pytest

from lmbook.grading import Grader
from lmbook.grading.result import one_mistake
from tools.exercises import batch, wrong_answers
from tools.exercises import build as TOOL

ROOT = Path(__file__).resolve().parents[2]
# What the reader of an exercise has: the standard library, and the package with what it stands on.
IMPORTABLE = {*sys.stdlib_module_names, "lmbook", "numpy", "torch"}
CHECK = re.compile(r'grader\.check\("(\w+)"\)')
ANSWER = "otter_assign_solution_cell"
CRASH = "raise RuntimeError('crash')"


def _answers(read: Callable[[str], list[tuple[str, str, str]]], slug: str):
    """Question, code and message of answers; none if a block is stale: one test says so."""
    try:
        return read(slug)
    except (OSError, ValueError):
        return []


def _parameters(read: Callable[[str], list[tuple[str, str, str]]]):
    return [
        pytest.param(slug, *case, id=f"{slug}-{case[0]}-{case[2]}")
        for slug in SLUGS
        for case in _answers(read, slug)
    ]


def _by_question(slug: str) -> dict[str, list[tuple[str, str]]]:
    """Code and message of each wrong answer, by question."""
    found: dict[str, list[tuple[str, str]]] = {}
    for question, code, message in _answers(wrong_answers.cases, slug):
        found.setdefault(question, []).append((code, message))
    return found


SLUGS = TOOL.slugs()
WRONG = {slug: _by_question(slug) for slug in SLUGS}
each_exercise = pytest.mark.parametrize("slug", SLUGS)


class Exercise:
    """A built exercise: the cells of its solution by question, and its tests, hidden ones too."""

    def __init__(self, slug: str, copies: Path) -> None:
        self.slug, self.folder = slug, TOOL.BUILT / slug
        self.tests = {
            path.stem: runpy.run_path(str(path))["test"]
            for path in sorted((self.folder / "autograder/tests").glob("q*.py"))
        }
        self.points = {question: test["points"] for question, test in self.tests.items()}
        shutil.copytree(self.folder / "autograder/tests", copies / slug)
        self.grader = Grader(slug, tests=copies)
        self.setup, self.answers = self._read()

    def _read(self) -> tuple[list[str], dict[str, list[str]]]:
        """The code before the first answer, and the answers to each question."""
        setup, answers, pending = [], {}, []
        for cell in self.solution().cells:
            check = CHECK.search(cell.source)
            if ANSWER in cell.metadata.get("tags", ()):
                pending.append(cell.source)
            elif check:
                answers[check[1]], pending = pending, []
            elif cell.cell_type == "code" and not answers and not pending:
                setup.append(cell.source)
        return setup, answers

    def solution(self):
        """A fresh copy of the solved notebook."""
        return nbformat.read(self.folder / f"autograder/{self.slug}.ipynb", as_version=4)

    def cases(self, question: str) -> list[dict]:
        """The test cases of a question."""
        return [case for suite in self.tests[question]["suites"] for case in suite["cases"]]

    def check(self, question: str, *answer: str):
        """Run an answer after the setup cells, and check it with every test."""
        namespace: dict[str, object] = {}
        for source in (*self.setup, *answer):
            exec(source, namespace)
        return self.grader.check(question, namespace)

    def submit(self, path: Path, changes: dict[str, str | None]) -> None:
        """Write the solution with other code for some questions; None leaves no answer."""
        notebook = self.solution()
        for question, code in changes.items():
            first, *others = self.answers[question]
            for cell in notebook.cells:
                if cell.source == first and code is not None:
                    cell.source = code
                elif cell.source in (first, *others):
                    cell.source = ""
        nbformat.write(notebook, path)


class Made(dict):
    """Values by exercise, each made when it is first asked for: with ``-k 04`` no other is."""

    def __init__(self, make: Callable[[str], object]) -> None:
        self.make = make

    def __missing__(self, slug: str) -> object:
        self[slug] = self.make(slug)
        return self[slug]


def _build(slug: str, copies: Path) -> Exercise:
    TOOL.build(slug)
    return Exercise(slug, copies)


@pytest.fixture(scope="session")
def exercises(tmp_path_factory):
    return Made(partial(_build, copies=tmp_path_factory.mktemp("every")))


def _grade(exercise: Exercise, folder: Path):
    """Grade three submissions: by name their rows in grades.csv, and the folder of the pages."""
    submissions, output = folder / "submissions", folder / "grades"
    submissions.mkdir()
    exercise.submit(submissions / "solution.ipynb", {})
    first, second, *_, last = exercise.points
    damage = {first: WRONG[exercise.slug][first][0][0], second: CRASH, last: None}
    exercise.submit(submissions / "damaged.ipynb", damage)
    shutil.copy(exercise.folder / f"student/{exercise.slug}.ipynb", submissions / "blank.ipynb")
    batch.grade_all(submissions, output)
    return _rows(output), output


def _rows(output: Path) -> dict[str, dict[str, str]]:
    with open(output / "grades.csv", encoding="utf-8") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="session")
def grades(exercises, tmp_path_factory):
    return Made(lambda slug: _grade(exercises[slug], tmp_path_factory.mktemp(slug)))


def points(row: dict[str, str], exercise: Exercise) -> dict[str, float]:
    return {question: float(row[question] or 0) for question in exercise.points}


# --- the notebook ----------------------------------------------------------------------------


@each_exercise
def test_the_packaged_tests_are_those_that_the_notebook_builds(exercises, slug):
    assert exercises[slug].points
    stored = TOOL.packaged_tests(slug)
    assert stored == TOOL.visible_tests(slug), f"run make exercises and commit {slug}"


@each_exercise
def test_every_question_has_stars_hints_and_visible_and_hidden_tests(exercises, slug):
    exercise = exercises[slug]
    text = "\n".join(cell.source for cell in exercise.solution().cells)
    assert 3 <= len(exercise.points) <= 6
    for number, (question, stars) in enumerate(exercise.points.items(), start=1):
        assert f"## Question {number} ({'★' * stars})" in text
        hidden = [case["hidden"] for case in exercise.cases(question)]
        assert 1 <= hidden.count(False) <= 2
        assert hidden.count(True) >= 2
    assert text.count("<summary>Hint 1") == text.count("<summary>Hint 2") == number
    assert "## Open experiment (not graded)" in text
    assert f'Grader("{slug}")' in text


@each_exercise
def test_every_test_case_has_a_message_of_its_own(exercises, slug):
    for question in exercises[slug].points:
        messages = [case.get("failure_message") for case in exercises[slug].cases(question)]
        assert all(messages)
        assert len(set(messages)) == len(messages)


@each_exercise
def test_the_student_notebook_imports_only_what_the_reader_has(exercises, slug):
    path = exercises[slug].folder / f"student/{slug}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    tree = ast.parse("\n".join(cell.source for cell in cells if cell.cell_type == "code"))
    names = [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
    names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {name.split(".")[0] for name in names} <= IMPORTABLE


# --- question by question --------------------------------------------------------------------


@each_exercise
def test_the_solution_passes_every_test_and_the_blank_none(exercises, slug):
    exercise = exercises[slug]
    for question, answer in exercise.answers.items():
        result = exercise.check(question, *answer)
        assert result.passed, result
        assert not exercise.check(question).passed
    assert list(exercise.answers) == list(exercise.points)


@each_exercise
def test_the_answers_of_the_text_file_apply_to_the_solution(slug):
    assert wrong_answers.cases(slug)
    wrong_answers.right_cases(slug)


@each_exercise
def test_each_question_has_three_wrong_answers_or_more_each_with_its_message(exercises, slug):
    assert list(WRONG[slug]) == list(exercises[slug].points)
    for answers in WRONG[slug].values():
        messages = [message for _, message in answers]
        assert len(set(messages)) == len(messages) >= 3


@pytest.mark.parametrize(("slug", "question", "code", "message"), _parameters(wrong_answers.cases))
def test_a_wrong_answer_fails_with_its_own_message(exercises, slug, question, code, message):
    result = exercises[slug].check(question, code)
    assert not result.passed
    assert message in " ".join(result.messages)


@pytest.mark.parametrize(
    ("slug", "question", "code", "style"), _parameters(wrong_answers.right_cases)
)
def test_a_right_answer_in_another_style_passes_every_test(exercises, slug, question, code, style):
    result = exercises[slug].check(question, code)
    assert result.passed, result


# --- a batch, as an instructor grades it -----------------------------------------------------


@each_exercise
def test_the_solution_gets_full_marks_and_the_blank_notebook_none(exercises, grades, slug):
    rows, _ = grades[slug]
    full = exercises[slug].points
    assert points(rows["solution.ipynb"], exercises[slug]) == full
    assert points(rows["blank.ipynb"], exercises[slug]) == dict.fromkeys(full, 0)
    assert float(rows["blank.ipynb"]["of"]) == sum(full.values())


def section(output: Path, question: str) -> str:
    """What the page of the damaged notebook says about a question."""
    page = (output / "damaged.ipynb.html").read_text(encoding="utf-8")
    head, _, facts = page.split(f"<h2>{question}: ")[1].split("</section>")[0].partition("<dl>")
    return html.unescape(head.split()[0] + facts)


@each_exercise
def test_a_wrong_a_crashing_and_a_missing_answer_cost_one_question_each(exercises, grades, slug):
    rows, output = grades[slug]
    exercise = exercises[slug]
    first, second, *_, last = exercise.points
    damaged = (first, second, last)
    assert points(rows["damaged.ipynb"], exercise) == {
        question: 0 if question in damaged else worth for question, worth in exercise.points.items()
    }
    assert section(output, last).startswith("0")
    assert "RuntimeError: crash" in section(output, second)
    assert "NameError" in section(output, last)


@each_exercise
def test_the_page_tells_one_mistake_and_the_grader_tells_it_too(exercises, grades, slug):
    _, output = grades[slug]
    exercise = exercises[slug]
    first, second, *_, last = exercise.points
    answers = exercise.answers | {first: [WRONG[slug][first][0][0]], second: [], last: []}
    for question, answer in answers.items():
        failures = exercise.check(question, *answer).failures
        if not failures:
            assert section(output, question) == str(exercise.points[question])
            continue
        hints = [case["failure_message"] for case in exercise.cases(question)]
        told = [hint for hint in hints if hint in section(output, question)]
        assert told == [one_mistake(list(failures)).hint]


@each_exercise
def test_every_submission_has_a_page(grades, slug):
    rows, output = grades[slug]
    assert {f"{name}.html" for name in rows} == {path.name for path in output.glob("*.html")}
    assert not any(row["error"] for row in rows.values())


# --- what goes wrong -------------------------------------------------------------------------


def run_tool(*arguments):
    command = [sys.executable, "-m", "tools.exercises", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)


def test_what_is_not_a_notebook_gets_a_clear_row_and_stops_nothing(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "broken.ipynb").write_text("this is not JSON")
    (folder / "report.pdf").write_bytes(b"%PDF-1.4")
    other = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell('Grader("99-none")')])
    nbformat.write(other, folder / "other.ipynb")
    done = run_tool("grade", folder, "--output", tmp_path / "grades")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = _rows(tmp_path / "grades")
    assert "not a notebook" in rows["broken.ipynb"]["error"]
    assert "not a notebook" in rows["report.pdf"]["error"]
    assert "unknown exercise 99-none" in rows["other.ipynb"]["error"]
    assert len(list((tmp_path / "grades").glob("*.html"))) == 3


def test_a_missing_folder_is_named():
    done = run_tool("grade", ROOT / "no-such-folder")
    assert done.returncode == 1
    assert "is not a folder of submissions" in done.stderr


def test_the_check_refuses_stored_tests_that_differ(monkeypatch, tmp_path):
    monkeypatch.setattr(TOOL, "slugs", lambda: ["03-ngram-models"])
    monkeypatch.setattr(TOOL, "build", lambda slug: None)
    monkeypatch.setattr(TOOL, "PACKAGED", tmp_path)
    monkeypatch.setattr(TOOL, "visible_tests", lambda slug: {"q1.py": b"new"})
    with pytest.raises(SystemExit, match="run make exercises"):
        TOOL.build_all(check=True)
    TOOL.build_all(check=False)
    TOOL.build_all(check=True)
