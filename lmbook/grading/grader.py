"""Runs the visible tests of an exercise, in Otter's OK format, without Otter."""

import doctest
import inspect
import runpy
from pathlib import Path
from typing import Any

from lmbook.grading.result import CheckResult

TESTS = Path(__file__).parent / "tests"


class Grader:
    """Checks answers to the exercise ``slug`` against its packaged visible tests.

    Raises ``ValueError``, naming those known, for an exercise that has no tests.
    """

    def __init__(self, slug: str, tests: Path | None = None) -> None:
        tests = TESTS if tests is None else tests
        known = sorted(p.name for p in tests.iterdir() if p.is_dir()) if tests.is_dir() else []
        if slug not in known:
            raise ValueError(f"unknown exercise {slug!r}; known: {', '.join(known) or 'none'}")
        self.slug = slug
        self._files = {path.stem: path for path in sorted((tests / slug).glob("q*.py"))}

    def check(self, question: str, namespace: dict[str, Any] | None = None) -> CheckResult:
        """Test the answer in ``namespace`` (the caller's globals if left out).

        Raises ``ValueError``, naming those known, for an unknown question.
        """
        if question not in self._files:
            known = ", ".join(self._files) or "none"
            raise ValueError(f"unknown question {question!r} of {self.slug}; known: {known}")
        if namespace is None:
            namespace = _caller_globals()
        test = runpy.run_path(str(self._files[question]))["test"]
        cases = [case for suite in test["suites"] for case in suite["cases"]]
        failures = [_failure(case, namespace) for case in cases]
        messages = tuple(message for message in failures if message is not None)
        maximum = _points(test, cases)
        earned = 0.0 if messages else maximum
        return CheckResult(question, not messages, earned, maximum, messages)


def _caller_globals() -> dict[str, Any]:
    frame = inspect.currentframe()
    try:
        return frame.f_back.f_back.f_globals  # type: ignore[union-attr]
    finally:
        del frame


def _points(test: dict[str, Any], cases: list[dict[str, Any]]) -> float:
    points = test.get("points")
    if points is None:
        return float(sum(case.get("points", 1) for case in cases))
    return float(sum(points) if isinstance(points, list) else points)


def _failure(case: dict[str, Any], namespace: dict[str, Any]) -> str | None:
    """Return the message of a failing case, or None where it passes."""
    output: list[str] = []
    examples = doctest.DocTestParser().get_doctest(
        inspect.cleandoc(case["code"]), dict(namespace), "test", None, None
    )
    result = doctest.DocTestRunner(verbose=False).run(examples, out=output.append)
    if result.failed == 0:
        return None
    text = "".join(output).strip()
    return case.get("failure_message") or text.splitlines()[-1].strip()
