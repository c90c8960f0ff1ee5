"""Run targets of make side by side, and say at the end what each took.

``python -m tools.side_by_side lint types book browser:book`` starts them in this order, two at a
time; ``browser:book`` waits for ``book``. Each line of output begins with its target. After a
failure nothing new starts, and the output of what failed is shown once more, in one piece.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import NamedTuple

WIDTH = 18


class Task(NamedTuple):
    """A target, and the targets that must have passed before."""

    name: str
    after: frozenset[str]


class Done(NamedTuple):
    """A target that ended: its exit status, its output, the seconds that passed, its CPU's."""

    name: str
    status: int
    lines: list[str]
    seconds: float
    cpu: float


def parse(words: list[str]) -> list[Task]:
    """Tasks from words such as ``browser:book`` or ``colab:book,exercises``.

    Raises ``ValueError`` for a target that is given twice or waits for none given before it.
    """
    tasks: list[Task] = []
    for word in words:
        name, _, after = word.partition(":")
        known, needed = {task.name for task in tasks}, frozenset(filter(None, after.split(",")))
        if name in known:
            raise ValueError(f"target {name!r} is given twice")
        if needed - known:
            raise ValueError(f"{name!r} waits for {sorted(needed - known)}, not given before it")
        tasks.append(Task(name, needed))
    return tasks


def run(command: list[str]) -> Done:
    """Run one target, the last word of ``command``, printing its lines as they come."""
    name, started, lines = command[-1], time.monotonic(), list[str]()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            print(f"{name:{WIDTH}}| {lines[-1]}", flush=True)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    return Done(name, process.returncode, lines, seconds, used.ru_utime + used.ru_stime)


def run_all(tasks: list[Task], at_once: int, make: list[str]) -> list[Done]:
    """Run ``at_once`` tasks at a time, the first ones first, until all passed or one failed."""
    waiting, running, ended = list(tasks), set[Future[Done]](), list[Done]()
    with ThreadPoolExecutor(at_once) as pool:
        while True:
            failed, passed = any(d.status for d in ended), {d.name for d in ended}
            ready = [task for task in waiting if task.after <= passed and not failed]
            for task in ready[: at_once - len(running)]:
                print(f"=== make {task.name}", flush=True)
                waiting.remove(task)
                running.add(pool.submit(run, [*make, task.name]))
            if not running:
                return ended
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for done in (future.result() for future in finished):
                ended.append(done)
                said = "FAILED" if done.status else "passed"
                print(f"=== make {done.name} {said}: {done.seconds:.0f} s", flush=True)


def table(ended: list[Done], seconds: float) -> list[str]:
    """Seconds and CPU seconds by target, in the order in which they ended, and of all."""
    rows = [(done.name, done.seconds, done.cpu) for done in ended]
    rows.append(("together", seconds, sum(done.cpu for done in ended)))
    head = f"=== {'seconds':{WIDTH}}{'passed':>8}{'of CPU':>8}"
    return [head, *(f"    {name:{WIDTH}}{took:8.0f}{cpu:8.0f}" for name, took, cpu in rows)]


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 if a target failed."""
    parser = argparse.ArgumentParser(prog="python -m tools.side_by_side", description=__doc__)
    parser.add_argument("targets", nargs="+", help="NAME, or NAME:OTHER,OTHER to wait for others")
    parser.add_argument("--at-once", type=int, default=2)
    parser.add_argument("--make", default="make", help="the program that makes a target")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    ended = run_all(parse(options.targets), options.at_once, [options.make])
    failures = [done for done in ended if done.status]
    for done in failures:
        print(f"\n=== make {done.name} FAILED", *done.lines, sep="\n")
    print("", *table(ended, time.monotonic() - started), sep="\n")
    print(f"=== {'failed: ' + ', '.join(d.name for d in failures) if failures else 'all passed'}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
