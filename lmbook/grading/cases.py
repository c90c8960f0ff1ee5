"""Runs one test of a question, and tells what was called, what came back and what was expected."""

import builtins
import dis
import doctest
import functools
import inspect
import linecache
import runpy
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lmbook.grading import shown
from lmbook.grading.claims import WATCH, Watch
from lmbook.grading.limits import TimeLimit
from lmbook.grading.result import Failure

FILE = "<test>"


@dataclass(frozen=True)
class Question:
    """A question's name, its points and its tests in Otter's format."""

    name: str
    points: float
    cases: tuple[dict[str, Any], ...]


def load(path: Path) -> Question:
    """Read a file in Otter's OK format."""
    test = runpy.run_path(str(path))["test"]
    cases = tuple(case for suite in test["suites"] for case in suite["cases"])
    points = test.get("points")
    if points is None:
        points = [case.get("points", 1) for case in cases]
    return Question(path.stem, float(sum(points) if isinstance(points, list) else points), cases)


def statements(case: dict[str, Any]) -> list[str]:
    """The code of a case, without the prompts."""
    examples = doctest.DocTestParser().get_examples(inspect.cleandoc(case["code"]))
    return [example.source for example in examples]


class Call(NamedTuple):
    """A call of the answer: how it is written, what it returned or raised."""

    text: str
    returned: Any = None
    problem: BaseException | None = None


def run(case: dict[str, Any], namespace: dict[str, Any], answers: set[str]) -> Failure | None:
    """Run a case in a copy of ``namespace``; return what went wrong, None where it passes.

    ``answers`` names what the student defines. What the answer prints has no effect.
    """
    watch, calls = Watch(answers), list[Call]()
    scope = {**namespace, WATCH: watch}
    for name in answers & namespace.keys():
        if isinstance(namespace[name], type) or not callable(namespace[name]):
            continue
        scope[name] = _recorded(name, namespace[name], calls)
    try:
        for source in statements(case):
            exec(watch.compile(source, FILE), scope)
    except (Exception, SystemExit) as problem:
        return _failure(case, problem, watch, calls, namespace)
    except TimeLimit as problem:
        problem.called = calls[-1].text if calls else ""
        raise
    return None


def functions(namespace: dict[str, Any]) -> set[str]:
    """The names of the functions that were defined in ``namespace`` itself, not imported."""
    found = set()
    for name, value in namespace.items():
        inner = inspect.unwrap(value) if callable(value) and not isinstance(value, type) else value
        if isinstance(inner, types.FunctionType) and inner.__globals__ is namespace:
            found.add(name)
    return found


def _recorded(name: str, function: Callable[..., Any], calls: list[Call]) -> Callable[..., Any]:
    @functools.wraps(function, updated=())
    def wrapper(*arguments: Any, **keywords: Any) -> Any:
        text = shown.call(name, arguments, keywords)  # before the call may change an argument
        try:
            returned = function(*arguments, **keywords)
        except BaseException as problem:
            calls.append(Call(text, problem=problem))
            raise
        calls.append(Call(text, returned))
        return returned

    return wrapper


def _failure(
    case: dict[str, Any],
    problem: BaseException,
    watch: Watch,
    calls: list[Call],
    namespace: dict[str, Any],
) -> Failure:
    last = calls[-1] if calls else Call("")
    raised = problem is last.problem
    asserted = isinstance(problem, AssertionError) and not raised
    hint = case.get("failure_message") or (str(problem) if asserted else "")
    hidden = bool(case.get("hidden"))
    if isinstance(problem, NotImplementedError):
        return Failure(hint, called=last.text, unanswered=True, hidden=hidden)
    expected = watch.current.expected(last.returned) if watch.current and not raised else ""
    return Failure(
        hint=hint,
        called=last.text,
        returned="" if raised or not calls else _returned(last.returned),
        error="" if asserted else shown.error(problem),
        line="" if asserted else student_line(problem, namespace),
        expected=expected,
        hidden=hidden,
    )


def _returned(value: Any) -> str:
    return "None (is a return statement missing?)" if value is None else shown.short(value)


def student_line(problem: BaseException, namespace: dict[str, Any]) -> str:
    """Where in the student's code an exception arose: ``line 2 of f: return 1 / 0``."""
    known = getattr(problem, "student_line", None)
    if known is not None:
        return str(known)
    trace, found = problem.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            found = trace
        trace = trace.tb_next
    if found is None:
        return ""
    code = found.tb_frame.f_code
    text = linecache.getline(code.co_filename, found.tb_lineno).strip()
    where = f"line {found.tb_lineno} of the cell, in {code.co_name}"
    return f"{where}: {text}" if text else where


def missing_names(cases: tuple[dict[str, Any], ...], namespace: dict[str, Any]) -> set[str]:
    """The names that tests read and neither Python, they themselves nor ``namespace`` define."""
    found: set[str] = set()
    for case in cases:
        code = compile("\n".join(statements(case)), FILE, "exec")
        found |= _global_names(code, set()) - namespace.keys()
    return {name for name in found if not hasattr(builtins, name)}


def _global_names(code: types.CodeType, stored: set[str]) -> set[str]:
    read = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("STORE_NAME", "STORE_GLOBAL"):
            stored = stored | {str(instruction.argval)}
        elif instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            read.add(str(instruction.argval))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            read |= _global_names(constant, stored)
    return read - stored
