"""What an instructor gets from a folder of submissions: the CSV, the pages, and no surprises."""

import html
import json
import re
import time

import pytest

from tests.exercises.submitted import ANSWERS, SLUG, graded, notebook, solution
from tools.exercises import batch, build, pages, submissions

CHECKS = [f'grader.check("q{n}")' for n in range(1, 5)]
PRINTS = "def skip_bigrams(sequences, gap):\n    print('debug', sequences)\n"
LOOP = "def perplexity(log2_probs):\n    while True: pass"
MOODLE = "Anna Ä. Berg_12345_assignsubmission_file_"


@pytest.fixture(scope="module", autouse=True)
def built():
    build.build(SLUG)


@pytest.fixture(scope="module")
def grades(tmp_path_factory, built):
    """One folder with the things that happen; its rows and its pages."""
    folder, output = tmp_path_factory.mktemp("in"), tmp_path_factory.mktemp("out")
    prints = ANSWERS["q1"].replace("def skip_bigrams(sequences, gap):\n", PRINTS)
    notebook(folder / MOODLE / "work.ipynb", *solution())
    notebook(folder / "bergcarl_LATE_231_4567_work-1.ipynb", prints, CHECKS[0])
    notebook(folder / "conda.ipynb", ANSWERS["q1"], *CHECKS, kernel="conda-env-lm-py")
    notebook(folder / "loop.ipynb", ANSWERS["q1"], CHECKS[0], LOOP, *CHECKS[1:])
    notebook(folder / "exits.ipynb", LOOP.replace("while True: pass", "import os; os._exit(3)"),
             CHECKS[1], ANSWERS["q1"], CHECKS[0])  # fmt: skip
    notebook(folder / "top.ipynb", ANSWERS["q1"], CHECKS[0], "while True: pass", ANSWERS["q2"])
    notebook(folder / "late.ipynb", *CHECKS, ANSWERS["q1"])
    notebook(folder / "later.ipynb", ANSWERS["q1"], CHECKS[0], "skip_bigrams = None")
    notebook(folder / "magics.ipynb", "%matplotlib inline\n!ls", "%%time\n" + ANSWERS["q1"], "f?")
    notebook(folder / "typo.ipynb", ANSWERS["q1"].replace("for ids", "for for"), CHECKS[0])
    notebook(folder / "wrong.ipynb", "def skip_bigrams(s, gap):\n    return {'<b>': s}", CHECKS[0])
    notebook(folder / "zero.ipynb", "def skip_bigrams(s, gap):\n    return 1 / 0", CHECKS[0])
    notebook(
        folder / "hidden.ipynb", "def perplexity(x):\n    return [8, 4][len(x) - 1]", CHECKS[1]
    )
    notebook(folder / "=1+1.ipynb", ANSWERS["q1"], CHECKS[0])
    (folder / "@report.pdf").write_bytes(b"%PDF-1.4")
    for clutter in (".DS_Store", "Thumbs.db", f"{MOODLE}/.ipynb_checkpoints/work.ipynb"):
        (folder / clutter).parent.mkdir(exist_ok=True)
        (folder / clutter).write_text("clutter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "SECONDS_A_QUESTION", 2.0)
        patch.setattr(batch, "SECONDS_A_CELL", 2.0)
        return graded(folder, output), output


def page(grades, name: str) -> str:
    file = name.removeprefix("'")  # which keeps spreadsheets from reading a formula
    return (grades[1] / f"{file}.html").read_text(encoding="utf-8")


def facts(grades, name: str, question: str = "q1") -> dict[str, str]:
    """Label and text of what a page tells about a question."""
    section = page(grades, name).split(f"<h2>{question}: ")[1].split("</section>")[0]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(?:<code>)?(.*?)(?:</code>)?</dd>", section)
    return {label: html.unescape(text) for label, text in pairs}


def earned(grades, name: str) -> list[str]:
    return [grades[0][name][question] for question in ("q1", "q2", "q3", "q4")]


def test_a_right_answer_that_prints_has_its_points(grades):
    assert earned(grades, "bergcarl_LATE_231_4567_work-1.ipynb") == ["1", "0", "0", "0"]


def test_the_kernel_that_a_notebook_names_does_not_matter(grades):
    assert earned(grades, "conda.ipynb")[0] == "1"


@pytest.mark.parametrize("name", ["loop.ipynb", "exits.ipynb"])
def test_an_answer_that_never_comes_back_costs_one_question(grades, name):
    assert earned(grades, name)[:2] == ["1", "0"]
    came = facts(grades, name, "q2")["came back"]
    assert "stopped after 2 seconds" in came or "the notebook's process has ended" in came


def test_a_cell_that_never_ends_is_left_out(grades):
    assert earned(grades, "top.ipynb")[0] == "1"
    assert float(grades[0]["top.ipynb"]["seconds"]) < 60


def test_an_answer_may_stand_behind_its_check_and_be_replaced_after_it(grades):
    assert earned(grades, "late.ipynb")[0] == "1"
    assert earned(grades, "later.ipynb")[0] == "1"


def test_magics_do_not_matter(grades):
    assert earned(grades, "magics.ipynb")[0] == "1"


def test_a_question_is_all_or_nothing_as_in_the_notebook(grades):
    assert earned(grades, "hidden.ipynb") == ["0", "0", "0", "0"]


def test_the_page_shows_what_was_called_came_back_and_was_expected(grades):
    told = facts(grades, "wrong.ipynb")
    assert list(told) == ["called", "came back", "expected", "hint"]
    assert told["called"] == "skip_bigrams([[0, 1, 2]], 0)"
    assert told["came back"] == "{'<b>': [[0, 1, 2]]}"
    assert told["expected"] == "{(0, 1): 1, (1, 2): 1}"
    assert "<b>" not in page(grades, "wrong.ipynb")


def test_the_page_shows_an_exception_and_its_line(grades):
    came = facts(grades, "zero.ipynb")["came back"]
    assert came == (
        "ZeroDivisionError: division by zero<br>line 2 of the cell, in skip_bigrams: return 1 / 0"
    )


def test_the_page_shows_why_a_cell_did_not_run(grades):
    told = facts(grades, "typo.ipynb")
    assert told["a cell raised"].startswith("SyntaxError: invalid syntax")
    assert "NameError" in told["came back"]


def test_the_page_keeps_hidden_tests_hidden(grades):
    told = facts(grades, "hidden.ipynb", "q2")
    assert list(told) == ["came back", "hint"]
    assert told["came back"] == pages.NOT_SHOWN
    hidden = [
        case["code"].removeprefix(">>> assert ").strip()
        for question in ("q1", "q2", "q3", "q4")
        for case in batch.cases.load(build.BUILT / SLUG / f"autograder/tests/{question}.py").cases
        if case["hidden"]
    ]
    text = html.unescape(" ".join(p.read_text() for p in grades[1].rglob("*.html")))
    assert hidden and not [code for code in hidden if code in text]


def test_the_page_names_exercise_question_and_total_and_no_path(grades):
    text = page(grades, "hidden.ipynb")
    assert "<h1>Exercise: n-gram models</h1>" in text
    assert "0 of 8 points" in text and "Perplexity from logarithms" in text
    assert "log2_probs[k][t]" in text  # what was asked
    assert 'name="viewport"' in text
    assert str(build.ROOT) not in text and "/tmp" not in text and "Traceback" not in text


def test_one_mistake_gets_one_message(grades):
    for name, row in grades[0].items():
        if not row["error"]:
            n_failed = [row[f"q{n}"] for n in range(1, 5)].count("0")
            assert page(grades, name).count("<dl>") == n_failed
            assert page(grades, name).count("<dt>hint</dt>") <= n_failed


def test_the_csv_names_student_exercise_and_seconds(grades):
    row = grades[0][f"{MOODLE}/work.ipynb"]
    assert (row["student"], row["exercise"]) == ("Anna Ä. Berg", SLUG)
    assert row["total"] == row["of"] == "8" and float(row["seconds"]) > 0
    assert grades[0]["bergcarl_LATE_231_4567_work-1.ipynb"]["student"] == "bergcarl"


def test_what_is_not_graded_has_no_total(grades):
    row = grades[0]["'@report.pdf"]
    assert "not a notebook" in row["error"] and row["total"] == row["of"] == row["q1"] == ""


def test_clutter_is_no_submission(grades):
    assert not [name for name in grades[0] if "DS_Store" in name or "Thumbs" in name]
    assert len([name for name in grades[0] if name.startswith(MOODLE)]) == 1


def test_no_cell_of_the_csv_is_a_formula(grades):
    assert "'=1+1.ipynb" in grades[0]
    for row in grades[0].values():
        assert not [value for value in row.values() if value.startswith(batch.FORMULA)]


def test_pages_of_an_earlier_run_are_removed_and_other_files_kept(tmp_path):
    notebook(tmp_path / "in/new.ipynb", ANSWERS["q1"])
    output = tmp_path / "out"
    pages.write(output / "gone/old.ipynb.html", "old", "old.ipynb", batch.Graded(error="x"))
    (output / "mine.html").write_text("<p>my own page</p>")
    graded(tmp_path / "in", output)
    left = {path.relative_to(output).as_posix() for path in output.rglob("*.html")}
    assert left == {"new.ipynb.html", "mine.html"}


def test_a_master_newer_than_its_archive_is_built_again(tmp_path, monkeypatch):
    built = []
    monkeypatch.setattr(build, "build", built.append)
    notebook(tmp_path / "in/a.ipynb", ANSWERS["q1"])
    graded(tmp_path / "in", tmp_path / "out")
    assert built == [SLUG]


def test_submissions_are_graded_side_by_side(tmp_path, monkeypatch):
    running = []

    def slow(path):
        running.append(1)
        time.sleep(0.5)
        most.append(len(running))
        running.pop()
        return batch.Graded()

    most: list[int] = []
    monkeypatch.setattr(batch, "grade", slow)
    for name in "ab":
        notebook(tmp_path / f"in/{name}.ipynb", "")
    batch.grade_all(tmp_path / "in", tmp_path / "out", jobs=2)
    assert max(most) == 2


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("Anna Berg_123_assignsubmission_file_/x.ipynb", "Anna Berg"),
        ("Anna Berg_123_assignsubmission_file/deep/x.ipynb", "Anna Berg"),
        ("berganna_99_1234_x.ipynb", "berganna"),
        ("berganna_LATE_99_1234_x-2.ipynb", "berganna"),
        ("anna.ipynb", "anna"),
        ("anna/x.ipynb", "anna"),
    ],
)
def test_students_are_named_as_their_files_are(tmp_path, name, who):
    assert submissions.student(tmp_path / name, tmp_path) == who


def test_a_folder_with_nothing_but_clutter_holds_no_submission(tmp_path):
    (tmp_path / ".DS_Store").write_text("")
    with pytest.raises(SystemExit, match="holds no submission"):
        batch.grade_all(tmp_path, tmp_path / "out")


def test_points_are_all_or_nothing_in_the_containers_of_otter_too():
    for question in ("q1", "q2", "q3", "q4"):
        text = (build.BUILT / SLUG / f"autograder/tests/{question}.py").read_text()
        assert "'all_or_nothing': True" in text


def test_the_package_knows_how_many_tests_are_hidden():
    hidden = json.loads(build.visible_tests(SLUG)["hidden.json"])
    assert hidden.keys() == {"q1", "q2", "q3", "q4"} and min(hidden.values()) >= 2
