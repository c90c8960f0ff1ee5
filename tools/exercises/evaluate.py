"""Grades one notebook in a process of its own, which can be ended if the notebook hangs it.

``python -m tools.exercises.evaluate`` reads a job (JSON) from standard input and writes events,
one JSON object a line: what begins (``{"begin": "q1"}``, ``{"begin": 3}`` for a cell), what a
cell raises, the outcome of each question, and ``{"end": true}``.
"""

import json
import os
import resource
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lmbook.grading import cases, shown
from lmbook.grading.grader import too_slow
from lmbook.grading.limits import TimeLimit, time_limit
from lmbook.grading.result import Failure
from tools.exercises import sandbox
from tools.exercises.remote import Lost, Session

MEMORY = 4 << 30


class Evaluation:
    """One run over a notebook's cells and the questions that are still open."""

    def __init__(self, job: dict[str, Any], session: Session, namespace: dict[str, Any]) -> None:
        self.job, self.session, self.namespace = job, session, namespace
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

    def _test(self, name: str, emit: Callable[..., None], last: bool) -> None:
        emit(begin=name)
        question, failure = self.questions[name], None
        try:
            with time_limit(self.job["seconds_a_question"]):
                found = self.session.look(cases.missing_names(question.cases, self.namespace))
                scope = {**self.namespace, **found}
                for case in question.cases:
                    failure = cases.run(case, scope, set(found))
                    if failure is not None:
                        break
        except TimeLimit:
            error = too_slow(self.job["seconds_a_question"])
            emit(question=name, failure=asdict(Failure("", error=error)))
            raise
        except Lost as problem:
            emit(question=name, failure=asdict(Failure("", error=str(problem))))
            raise
        if failure is None or last:
            self.open.remove(name)
            emit(question=name, failure=failure and asdict(failure))


def main() -> None:
    """Read the job, write the events."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    sys.stdout = sys.stderr

    def emit(**event: Any) -> None:
        print(json.dumps(event), file=events, flush=True)

    job = json.load(sys.stdin)
    walls = sandbox.Sandbox(*job["sandbox"])
    folder = sandbox.make_folder(walls)
    process = sandbox.start(walls, folder)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        namespace: dict[str, Any] = {"__name__": "setup"}
        exec(Path(job["setup"]).read_text(encoding="utf-8"), namespace)
        own = (v for v in namespace.values() if isinstance(v, type) and v.__module__ == "setup")
        session = Session(process, {kind.__name__: kind for kind in own})
        Evaluation(job, session, namespace).run(emit)
        emit(end=True)
    except (Lost, TimeLimit):
        pass  # the last event tells where
    finally:
        sandbox.end(process)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
