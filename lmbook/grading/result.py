"""The outcome of checking one graded question."""

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one question: points are those of its visible tests alone."""

    question: str
    passed: bool
    points: float
    max_points: float
    messages: tuple[str, ...] = ()

    def __repr__(self) -> str:
        verdict = "passed" if self.passed else "not yet"
        head = f"{self.question}: {verdict} ({self.points:g} of {self.max_points:g} points)"
        return "\n".join([head, *(f"  - {message}" for message in self.messages)])

    def _repr_html_(self) -> str:
        head, *_ = repr(self).splitlines()
        items = "".join(f"<li>{escape(message)}</li>" for message in self.messages)
        return f"<p><strong>{escape(head)}</strong></p>" + (f"<ul>{items}</ul>" if items else "")
