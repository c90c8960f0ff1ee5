"""Tests of the grader: it runs OK-format tests against a namespace."""

from pathlib import Path

import pytest

from lmbook.grading import Grader

TEST = """test = {"name": "q1", "points": 2, "suites": [{"cases": [
    {"code": ">>> assert double(3) == 6, 'double must multiply by two'"}], "type": "doctest"}]}
"""


@pytest.fixture
def grader(tmp_path: Path) -> Grader:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "q1.py").write_text(TEST)
    return Grader("demo", tests=tmp_path)


def test_right_answer_passes(grader: Grader) -> None:
    result = grader.check("q1", {"double": lambda x: 2 * x})
    assert result.passed and result.points == result.max_points == 2


def test_wrong_answer_gives_its_message(grader: Grader) -> None:
    result = grader.check("q1", {"double": lambda x: x})
    assert not result.passed and result.points == 0
    assert "double must multiply by two" in repr(result)
    assert "double must multiply by two" in result._repr_html_()


def test_missing_answer_fails(grader: Grader) -> None:
    assert "NameError" in grader.check("q1", {}).messages[0]


def test_unknown_names_are_refused(grader: Grader, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="known: q1"):
        grader.check("q9")
    with pytest.raises(ValueError, match="known: demo"):
        Grader("nothing", tests=tmp_path)
