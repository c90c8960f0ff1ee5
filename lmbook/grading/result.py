"""The outcome of checking one graded question, and how a notebook shows it."""

from dataclasses import dataclass, replace
from html import escape

UNANSWERED = "No answer yet: replace `raise NotImplementedError` with your code."


@dataclass(frozen=True)
class Failure:
    """A test that fails: what was called, what came back, what was expected, and a hint.

    ``error`` is the exception instead of a value, ``line`` the line of the answer that raised
    it; ``hidden`` says that the student's notebook does not hold the test.
    """

    hint: str
    called: str = ""
    returned: str = ""
    error: str = ""
    line: str = ""
    expected: str = ""
    unanswered: bool = False
    hidden: bool = False

    def facts(self) -> list[tuple[str, str]]:
        """Label and text of each line that is shown, in the order of the class's description."""
        if self.unanswered:
            return [("called", self.called), ("came back", UNANSWERED)]
        came = "\n".join(part for part in (self.returned, self.error, self.line) if part)
        facts = [
            ("called", self.called),
            ("came back", came),
            ("expected", self.expected),
            ("hint", self.hint),
        ]
        return [(label, text) for label, text in facts if text]

    def summary(self) -> str:
        """The mistake in one line."""
        if self.unanswered:
            return UNANSWERED
        return " · ".join(part for part in (self.error, self.hint) if part)


def one_mistake(failures: list[Failure]) -> Failure:
    """What is told of an answer that fails several tests: the facts of the first one.

    Where a hidden test fails too, its hint replaces the first one's: hidden tests tell mistakes
    apart, while visible ones explain an example. An exception speaks for itself.
    """
    first = failures[0]
    hidden = next((failure for failure in failures if failure.hidden), first)
    return first if first.error or first.unanswered else replace(first, hint=hidden.hint)


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one question, which has all of its points or none.

    ``n_more`` tests run only when the notebook is graded.
    """

    question: str
    passed: bool
    points: float
    max_points: float
    failures: tuple[Failure, ...] = ()
    n_tests: int = 0
    n_more: int = 0

    @property
    def messages(self) -> tuple[str, ...]:
        """The mistake that each failing test names."""
        return tuple(failure.summary() for failure in self.failures)

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        worth = f"{self.max_points:g} point{'s' if self.max_points != 1 else ''}"
        if not self.passed:
            return f"{self.question}: not yet ({worth})"
        if not self.n_more:
            return f"{self.question}: passed ({worth})"
        shown = "1 test" if self.n_tests == 1 else f"all {self.n_tests} tests"
        more = "1 more test runs" if self.n_more == 1 else f"{self.n_more} more tests run"
        return f"{self.question}: passed {shown} of this notebook; {more} when graded ({worth})"

    def __repr__(self) -> str:
        lines = [self.headline]
        for label, text in self.failures[0].facts() if self.failures else ():
            lines.append(f"  {label + ':':<11}" + text.replace("\n", "\n" + " " * 13))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        head = f"<p><strong>{escape(self.headline)}</strong></p>"
        return head + (facts_html(self.failures[0]) if self.failures else "")


def facts_html(failure: Failure) -> str:
    """A failure as a table of its facts."""
    rows = ""
    for label, text in failure.facts():
        inner = escape(text).replace("\n", "<br>")
        cell = inner if label == "hint" else f"<code>{inner}</code>"
        rows += f'<tr><th scope="row" style="text-align:left">{label}</th>'
        rows += f'<td style="text-align:left">{cell}</td></tr>'
    return f"<table>{rows}</table>"
