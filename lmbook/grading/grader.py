"""Runs the visible tests of an exercise, in Otter's OK format, without Otter."""

import inspect
import json
from pathlib import Path
from typing import Any

from lmbook.grading import cases
from lmbook.grading.limits import TimeLimit, time_limit
from lmbook.grading.result import CheckResult, Failure

TESTS = Path(__file__).parent / "tests"
SECONDS_A_QUESTION = 20.0


class Grader:
    """Checks answers to the exercise ``slug`` against its packaged visible tests.

    An answer that takes more than ``seconds`` is stopped. Raises ``ValueError``, naming those
    known, for an exercise that has no tests.
    """

    def __init__(
        self, slug: str, tests: Path | None = None, seconds: float = SECONDS_A_QUESTION
    ) -> None:
        tests = TESTS if tests is None else tests
        known = sorted(p.name for p in tests.iterdir() if p.is_dir()) if tests.is_dir() else []
        if slug not in known:
            raise ValueError(f"unknown exercise {slug!r}; known: {', '.join(known) or 'none'}")
        self.slug, self.seconds = slug, seconds
        self._files = {path.stem: path for path in sorted((tests / slug).glob("q*.py"))}
        hidden = tests / slug / "hidden.json"
        self._n_hidden = json.loads(hidden.read_text()) if hidden.is_file() else {}

    def check(self, question: str, namespace: dict[str, Any] | None = None) -> CheckResult:
        """Test the answer in ``namespace`` (the caller's globals if left out).

        Raises ``ValueError``, naming those known, for an unknown question.
        """
        if question not in self._files:
            known = ", ".join(self._files) or "none"
            raise ValueError(f"unknown question {question!r} of {self.slug}; known: {known}")
        if namespace is None:
            namespace = _caller_globals()
        loaded = cases.load(self._files[question])
        failures = tuple(_failures(loaded, namespace, self.seconds))
        return CheckResult(
            question=question,
            passed=not failures,
            points=0.0 if failures else loaded.points,
            max_points=loaded.points,
            failures=failures,
            n_tests=len(loaded.cases),
            n_more=self._n_hidden.get(question, 0),
        )


def _failures(question: cases.Question, namespace: dict[str, Any], seconds: float) -> list[Failure]:
    failures, answers = [], cases.functions(namespace)
    try:
        with time_limit(seconds):
            for case in question.cases:
                failure = cases.run(case, namespace, answers)
                if failure is not None:
                    failures.append(failure)
    except TimeLimit as limit:
        failures.append(Failure("", called=limit.called, error=too_slow(seconds)))
    return failures


def too_slow(seconds: float) -> str:
    """What a student is told whose answer does not end."""
    return f"stopped after {seconds:g} seconds: does a loop never end?"


def _caller_globals() -> dict[str, Any]:
    frame = inspect.currentframe()
    try:
        return frame.f_back.f_back.f_globals  # type: ignore[union-attr]
    finally:
        del frame
