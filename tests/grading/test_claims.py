"""Tests of what an assertion expected."""

import numpy as np
import pytest

from lmbook.grading.claims import WATCH, Watch


def expected(source: str, returned: object) -> str:
    """What a failing test says that it expected of ``f()``, which returns ``returned``."""
    watch = Watch({"f"})
    with pytest.raises(AssertionError):
        exec(watch.compile(source, "<test>"), {WATCH: watch, "f": lambda: returned, "np": np})
    assert watch.current is not None
    return watch.current.expected(returned)


@pytest.mark.parametrize(
    ("source", "returned", "text"),
    [
        ("assert f() == 2 + 2", 5, "4"),
        ("assert [1, 2] == f()", [1], "[1, 2]"),
        ("assert abs(f() - 1.5) < 1e-9", 2.0, "about 1.5"),
        ("assert np.allclose(f(), [1, 2])", np.zeros(2), "about [1, 2]"),
        ("assert np.array_equal(f(), np.arange(2))", np.zeros(2), "array([0, 1])"),
        ("k = 3\nx = f()\nassert x == k", 2, "3"),
        ("assert f() > 0", 0, "f() > 0"),
        ("assert f() != 3", 3, "f() != 3"),
        ("assert f() is None", 3, "None"),
        ("assert f()[0] == 'a'", "b", "f()[0] is 'a', not 'b'"),
        ("for i in range(3):\n    assert f() == i", 1, "0"),
        ("a, b = f()\nassert a == 1 and b == 3", (1, 2), "b is 3, not 2"),
    ],
)
def test_the_side_that_is_not_the_answers_was_expected(source, returned, text):
    assert expected(source, returned).replace("np.int64", "") == text


def test_watching_calls_the_answer_as_often_as_the_test_does():
    calls = []
    watch = Watch({"f"})
    code = watch.compile("assert f() == 1 and f() < 2 and abs(f() - 1) < 1e-9", "<test>")
    exec(code, {WATCH: watch, "f": lambda: calls.append(0) or 1})
    assert len(calls) == 3


def test_a_conjunction_stops_at_what_fails():
    watch = Watch({"f"})
    code = watch.compile("assert f() == 1 and f()[0]", "<test>")
    with pytest.raises(AssertionError):
        exec(code, {WATCH: watch, "f": lambda: 2})
