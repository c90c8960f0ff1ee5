"""Runs a notebook's cells and the tests of its questions, cell by cell."""

import subprocess
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lmbook.grading import cases, shown
from lmbook.grading.grader import too_slow
from lmbook.grading.limits import TimeLimit, time_limit
from lmbook.grading.result import Failure, one_mistake
from tools.exercises.remote import Lost, Session


class Evaluation:
    """One run over a notebook's cells and the questions that are still open."""

    def __init__(self, job: dict[str, Any], process: subprocess.Popen[bytes]) -> None:
        self.job = job
        self.namespace: dict[str, Any] = {"__name__": "setup"}
        exec(Path(job["setup"]).read_text(encoding="utf-8"), self.namespace)
        kinds = [kind for kind in self.namespace.values() if isinstance(kind, type)]
        own = {kind.__name__: kind for kind in kinds if kind.__module__ == "setup"}
        self.session = Session(process, own)
        self.open = list(job["questions"])
        tests = Path(job["tests"])
        self.questions = {name: cases.load(tests / f"{name}.py") for name in self.open}

    def run(self, emit: Callable[..., None]) -> None:
        """Run the cells; test each question at its check, and again at the end if it fails."""
        for number, source in enumerate(self.job["cells"]):
            if number not in self.job["skipped"]:
                emit(begin=number)
                self._cell(number, source, emit)
            for name in self.job["checks"].get(str(number), ()):
                if name in self.open:
                    self._test(name, emit, last=False)
            if not self.open:
                break
        for name in list(self.open):
            self._test(name, emit, last=True)

    def _cell(self, number: int, source: str, emit: Callable[..., None]) -> None:
        try:
            with time_limit(self.job["seconds_a_cell"]):
                self.session.run(source, number)
        except (Exception, SystemExit) as problem:
            line = getattr(problem, "student_line", "")
            emit(cell=number, problem=shown.error(problem), line=line)
        except TimeLimit:
            emit(cell=number, problem=too_slow(self.job["seconds_a_cell"]), line="")
            raise
        except Lost as problem:
            emit(cell=number, problem=str(problem), line="")
            raise

    def _test(self, name: str, emit: Callable[..., None], last: bool) -> None:
        emit(begin=name)
        question, failures = self.questions[name], list[Failure]()
        try:
            with time_limit(self.job["seconds_a_question"]):
                found = self.session.look(cases.missing_names(question.cases, self.namespace))
                scope = {**self.namespace, **found}
                for case in question.cases:
                    failure = cases.run(case, scope, set(found))
                    failures += [failure] if failure else []
                    if failure and (failure.hidden or failure.error or failure.unanswered):
                        break
        except TimeLimit:
            error = too_slow(self.job["seconds_a_question"])
            emit(question=name, failure=asdict(Failure("", error=error)))
            raise
        except Lost as problem:
            emit(question=name, failure=asdict(Failure("", error=str(problem))))
            raise
        if not failures or last:
            self.open.remove(name)
            emit(question=name, failure=asdict(one_mistake(failures)) if failures else None)
