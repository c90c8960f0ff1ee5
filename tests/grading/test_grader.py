"""Tests of the grader: it runs OK-format tests against a namespace."""

import json
import threading
from pathlib import Path

import pytest

from lmbook.grading import Grader
from lmbook.grading.result import Failure, one_mistake

TEST = """test = {"name": "q1", "points": 2, "suites": [{"cases": [
    {"code": ">>> assert double(3) == 6", "failure_message": "double multiplies by two"},
    {"code": ">>> assert double('ab') == 'abab'", "failure_message": "strings, too"}],
    "type": "doctest"}]}
"""
UNANSWERED = "No answer yet: replace `raise NotImplementedError` with your code."


@pytest.fixture
def grader(tmp_path: Path) -> Grader:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "q1.py").write_text(TEST)
    return Grader("demo", tests=tmp_path, seconds=0.5)


def defined(code: str) -> dict[str, object]:
    """The namespace of a notebook that ran this cell."""
    namespace: dict[str, object] = {}
    exec(code, namespace)
    return namespace


def checked(grader: Grader, code: str):
    return grader.check("q1", defined(code))


def facts(grader: Grader, code: str) -> dict[str, str]:
    """What is told about the first test that fails."""
    return dict(checked(grader, code).failures[0].facts())


def test_right_answer_passes(grader: Grader) -> None:
    result = checked(grader, "def double(x): return 2 * x")
    assert result.passed and result.points == result.max_points == 2
    assert result.failures == ()


def test_a_right_answer_that_prints_passes(grader: Grader, capsys) -> None:
    assert checked(grader, "def double(x):\n    print('debug', x)\n    return 2 * x").passed
    assert "debug 3" in capsys.readouterr().out


def test_a_wrong_answer_shows_call_value_expectation_and_hint_in_this_order(grader: Grader) -> None:
    result = checked(grader, "def double(x): return x")
    assert not result.passed and result.points == 0
    told = {
        "called": "double(3)",
        "came back": "3",
        "expected": "6",
        "hint": "double multiplies by two",
    }
    assert result.failures[0].facts() == list(told.items())
    places = [repr(result).index(f"{label}:") for label in told]
    assert places == sorted(places)
    assert all(text in result._repr_html_() for text in told.values())


def test_one_mistake_is_shown_once_and_every_test_keeps_its_message(grader: Grader) -> None:
    result = checked(grader, "def double(x): return x")
    assert "strings, too" not in repr(result)
    assert result.messages == ("double multiplies by two", "strings, too")


def test_points_are_all_or_nothing(grader: Grader) -> None:
    result = checked(grader, "def double(x): return 6")
    assert result.points == 0 and len(result.failures) == 1


def test_an_exception_is_shown_with_its_line_before_the_hint(grader: Grader) -> None:
    told = facts(grader, "def double(x):\n    y = 1 / 0\n    return y")
    assert told["came back"].startswith("ZeroDivisionError: division by zero\nline 2 of the cell")
    assert list(told) == ["called", "came back", "hint"]


def test_a_line_outside_the_answer_is_not_shown(grader: Grader) -> None:
    told = facts(grader, "import json\ndef double(x):\n    return json.loads('{')")
    assert "line 3 of the cell, in double" in told["came back"]


def test_a_misspelt_name_is_shown(grader: Grader) -> None:
    told = facts(grader, "def double(x):\n    return 2 * y")
    assert "NameError: name 'y' is not defined" in told["came back"]


def test_a_syntax_error_is_shown(grader: Grader) -> None:
    told = facts(grader, "def double(x):\n    return eval('2 *')")
    assert "SyntaxError" in told["came back"]


def test_missing_answer_fails(grader: Grader) -> None:
    assert "NameError: name 'double' is not defined" in grader.check("q1", {}).messages[0]


def test_the_untouched_stub_is_no_wrong_answer(grader: Grader) -> None:
    result = checked(grader, "def double(x):\n    raise NotImplementedError")
    assert result.messages[0] == UNANSWERED
    assert "multiplies" not in repr(result)


def test_a_missing_return_is_named(grader: Grader) -> None:
    assert "is a return statement missing?" in repr(checked(grader, "def double(x): 2 * x"))


def test_an_endless_loop_is_stopped(grader: Grader) -> None:
    told = facts(grader, "def double(x):\n    while True: pass")
    assert told == {"called": "double(3)", "came back": told["came back"]}
    assert "stopped after 0.5 seconds" in told["came back"]


def test_an_endless_loop_that_catches_exceptions_is_stopped(grader: Grader) -> None:
    code = "def double(x):\n  while True:\n    try: x += 1\n    except Exception: pass"
    assert "stopped after" in checked(grader, code).messages[0]


def test_an_endless_loop_is_stopped_on_another_thread(grader: Grader) -> None:
    found = []
    code = "def double(x):\n    while True: x = x"
    thread = threading.Thread(target=lambda: found.append(checked(grader, code)))
    thread.start()
    thread.join()
    assert "stopped after" in found[0].messages[0]


def test_an_answer_that_exits_fails(grader: Grader) -> None:
    assert "SystemExit" in checked(grader, "def double(x): raise SystemExit(0)").messages[0]


def test_a_pass_says_how_many_tests_are_still_to_come(grader: Grader, tmp_path: Path) -> None:
    (tmp_path / "demo/hidden.json").write_text(json.dumps({"q1": 4}))
    result = Grader("demo", tests=tmp_path).check("q1", {"double": lambda x: 2 * x})
    assert result.headline == (
        "q1: passed all 2 tests of this notebook; 4 more tests run when graded (2 points)"
    )


def test_html_of_an_answer_is_escaped(grader: Grader) -> None:
    shown = checked(grader, "def double(x): return '<script>alert(1)</script>'")._repr_html_()
    assert "<script>" not in shown and "&lt;script&gt;" in shown


def test_of_several_failures_the_first_gives_the_facts_and_a_hidden_one_the_hint() -> None:
    first, other = Failure("an example", called="f(1)"), Failure("another", called="f(2)")
    hidden = Failure("the mistake", called="f(3)", hidden=True)
    assert one_mistake([first, other]) == first
    assert one_mistake([first, other, hidden]) == Failure("the mistake", called="f(1)")
    crash = Failure("an example", error="ZeroDivisionError")
    assert one_mistake([crash, hidden]) == crash


def test_unknown_names_are_refused(grader: Grader, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="known: q1"):
        grader.check("q9")
    with pytest.raises(ValueError, match="known: demo"):
        Grader("nothing", tests=tmp_path)
