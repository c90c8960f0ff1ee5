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
from typing import Any

from tools.exercises import sandbox

MEMORY = 4 << 30


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
    from lmbook.grading.limits import TimeLimit  # while the other process starts
    from tools.exercises.evaluation import Evaluation, Lost

    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        Evaluation(job, process).run(emit)
        emit(end=True)
    except (Lost, TimeLimit):
        pass  # the last event tells where
    finally:
        sandbox.end(process)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
