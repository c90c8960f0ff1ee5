"""Programs of a toolkit, run in its environment, with their CPU time."""

import os
import resource
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.toolkits.environments import FOLDER, ToolkitError, python_of

INSIDE = Path(__file__).parent / "inside"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
# nothing is fetched: a toolkit that asks a hub for news would wait for an answer
ONE_THREAD |= {
    "HF_HUB_OFFLINE": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Finished:
    """What a program wrote to its standard output, and its CPU time in seconds."""

    stdout: str
    seconds: float


def launch(
    name: str,
    command: Sequence[object],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    environments: Path = FOLDER,
) -> Finished:
    """Run ``python COMMAND`` of the toolkit's environment in ``folder``, on one thread.

    Raises ``ToolkitError`` if the toolkit is not installed, or with the last lines of what the
    program said if it fails.
    """
    python = python_of(name, environments)
    return execute([python, *command], name, folder, environment)


def execute(
    command: Sequence[object],
    name: str,
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run a command in ``folder``; ``name`` stands in the ``ToolkitError`` if it fails."""
    words = [str(word) for word in command]
    surroundings = {**os.environ, **ONE_THREAD, **(environment or {})}
    before = _cpu_seconds()
    done = subprocess.run(
        words, cwd=folder, env=surroundings, capture_output=True, encoding="utf-8", errors="replace"
    )
    if done.returncode:
        said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-5:])
        raise ToolkitError(f"{name}: `{' '.join(words[1:4])} …` failed and said:\n{said}")
    return Finished(done.stdout, _cpu_seconds() - before)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
