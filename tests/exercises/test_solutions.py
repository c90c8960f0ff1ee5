"""Solved notebooks: they solve, they say what a student would read, and they stay unpublished."""

import ast
import re

import nbformat
import pytest

from lmbook.grading import Grader
from tests.exercises.submitted import SLUG
from tools.exercises import build, solutions, wrong_answers
from tools.site import graded
from tools.site.notebooks import ROOT, code_cells, pages

SLUGS = build.slugs()
SOLVED = "05-language-models-at-work"
INSIDE = re.compile(r"# BEGIN SOLUTION.*\n([\s\S]*?)# END SOLUTION")


def code(notebook) -> str:
    return "\n".join(cell.source for cell in code_cells(notebook))


def answer_lines(slug: str) -> set[str]:
    """Lines that only the solutions of an exercise hold, too long to be there by chance."""
    master = nbformat.read(ROOT / f"exercises/{slug}/{slug}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in master.cells if cell.cell_type != "raw")
    answers, others = INSIDE.findall(text), INSIDE.sub("", text)
    lines = {line.strip() for answer in answers for line in answer.splitlines()}
    return {line for line in lines if len(line) > 20 and line not in others}


def test_a_solved_notebook_runs_and_passes_every_check_and_test(monkeypatch):
    checked = []
    monkeypatch.setattr(Grader, "check", lambda self, name: checked.append(name))
    exec(compile(code(solutions.solved(SOLVED)), SOLVED, "exec"), {"__name__": "__main__"})
    assert checked == [one.name for one in solutions.questions(SOLVED)]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_answer_every_test_and_every_message_is_shown(slug):
    notebook = solutions.solved(slug)
    nbformat.validate(notebook)
    text, shown = code(notebook), "\n".join(cell.source for cell in notebook.cells)
    ast.parse(text)
    for answer in wrong_answers.solutions(ROOT / f"exercises/{slug}/{slug}.ipynb").values():
        assert answer in text
    asked = solutions.questions(slug)
    assert text.count("# hidden test: ") + text.count("# visible test: ") == sum(
        len(one.messages) for one in asked
    )
    assert shown.count("<details><summary>") == sum(len(one.wrong) for one in asked)
    assert not re.search("(BEGIN|END) (SOLUTION|PROMPT|TEST|QUESTION)", shown)
    assert notebook.cells[0].source == solutions.NOTICE


@pytest.mark.parametrize("slug", SLUGS)
def test_a_student_gets_no_line_of_a_solution_and_no_wrong_answer(slug):
    build.build(slug)
    lines = answer_lines(slug)
    assert lines
    folder, packaged = build.BUILT / slug / "student", build.PACKAGED / slug
    for path in [*folder.rglob("*"), *packaged.rglob("*")]:
        if path.suffix in (".py", ".ipynb", ".json", ".txt"):
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".ipynb":
                cells = nbformat.reads(text, as_version=4).cells
                text = "\n".join(cell.source for cell in cells)
            assert [line for line in lines if line in text] == [], path
            assert solutions.NOTICE not in text


def test_nothing_that_is_published_comes_from_the_solutions(tmp_path):
    solutions.write_all(tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == set(SLUGS)
    assert not solutions.SOLUTIONS.is_relative_to(ROOT / "_build/html")
    assert not solutions.SOLUTIONS.is_relative_to(build.BUILT)
    names = {path.name for path in pages()}
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert 'exclude_patterns: ["_build"' in config and not names & set(SLUGS)
    for folder in ("_build/html", "dist", "lmbook", "book"):
        found = [*(ROOT / folder).rglob("*.ipynb"), *(ROOT / folder).rglob("*.zip")]
        assert [path for path in found if solutions.NOTICE.encode() in path.read_bytes()] == []


def test_a_notebook_of_an_exercise_that_is_gone_is_removed(tmp_path, monkeypatch):
    (tmp_path / "99-gone.ipynb").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(solutions, "slugs", lambda: [SLUG])
    assert solutions.write_all(tmp_path) == [tmp_path / f"{SLUG}.ipynb"]
    assert [path.name for path in tmp_path.iterdir()] == [f"{SLUG}.ipynb"]


def test_a_message_that_no_test_gives_is_refused():
    block = wrong_answers.Block(False, "q2", "unheard", [])
    with pytest.raises(ValueError, match="03-x: no test of q2 says 'unheard'"):
        solutions._message(block, ("heard",), "03-x")


def test_the_whole_message_and_the_changed_lines_are_given():
    block = wrong_answers.Block(False, "q1", "by two", [(["a"], ["b", "c"]), ([], ["d"])])
    assert solutions._message(block, ("Divide by one.", "Divide by two."), "x") == "Divide by two."
    assert solutions._lines(block) == "- a\n+ b\n+ c\n+ d"


def test_the_table_counts_questions_and_gives_no_message():
    text = graded.question_table()
    assert text.count("★") >= len(SLUGS)
    asked = [one for slug in SLUGS for one in solutions.questions(slug)]
    wrong = sum(len(one.wrong) for one in asked)
    assert f"{len(asked)} questions |  | {sum(one.points for one in asked)} | {wrong} |" in text
    messages = {message for one in asked for message, _ in one.wrong}
    assert not any(message in text for message in messages)
    page = (ROOT / "book/instructors.md").read_text(encoding="utf-8")
    assert "```{graded-questions}" in page
