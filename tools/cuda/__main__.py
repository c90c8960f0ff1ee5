"""Run the chapters on a machine with an NVIDIA GPU and report what they took.

``python -m tools.cuda`` executes every chapter in a kernel of its own, three at a time, within 15
minutes, and changes no notebook. It prints a table and writes ``cuda.json``: of each chapter its
status, seconds, slowest cells, peak memory on the GPU (as torch counts it), and the cells that
failed with the ends of their tracebacks. A chapter still running when the time is up is "stopped",
one that had not begun "not run". The exit status is 0 only if every chapter passed.

``python -m tools.cuda 09 22`` runs two chapters; ``--device cpu`` hides the GPU, for a test on
any machine. Chapters train ten times as long on a GPU; ``--scale 1`` makes that as on a CPU.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tools.site.notebooks import ROOT, chapters, find

POLL_SECONDS = 0.2


def run_all(
    notebooks: Sequence[Path], environment: dict[str, str], n_processes: int, seconds: float
) -> dict[str, dict]:
    """The report of each chapter by its name; chapters begin in the given order."""
    deadline, waiting = time.monotonic() + seconds, list(notebooks)
    running: dict[Path, subprocess.Popen] = {}
    reports: dict[str, dict] = {}
    with tempfile.TemporaryDirectory() as folder:
        while waiting or running:
            over = time.monotonic() > deadline
            for path, process in list(running.items()):
                if over and process.poll() is None:
                    _end(process)
                if process.poll() is not None:
                    running.pop(path)
                    reports[path.stem] = _report(path, Path(folder), process, over)
            if over:
                reports |= {path.stem: {"status": "not run"} for path in waiting}
                waiting.clear()
            while waiting and len(running) < n_processes:
                path = waiting.pop(0)
                running[path] = _start(path, Path(folder), environment)
            time.sleep(POLL_SECONDS)
    return {path.stem: reports[path.stem] for path in notebooks}


def _start(path: Path, folder: Path, environment: dict[str, str]) -> subprocess.Popen:
    command = [sys.executable, "-m", "tools.cuda.chapter", str(path.resolve())]
    with open(folder / f"{path.stem}.log", "wb") as log:
        return subprocess.Popen(
            [*command, str(folder / f"{path.stem}.json")],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _end(process: subprocess.Popen) -> None:
    """End a chapter and its kernel."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _report(path: Path, folder: Path, process: subprocess.Popen, over: bool) -> dict:
    written = folder / f"{path.stem}.json"
    found = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else {}
    if over and process.returncode:
        return {"status": "stopped", **found}
    if process.returncode:
        log = (folder / f"{path.stem}.log").read_text(encoding="utf-8", errors="replace")
        return {"status": "crashed", "log": log.splitlines()[-12:], **found}
    return {"status": "failed" if found["failures"] else "passed", **found}


def table(reports: dict[str, dict]) -> str:
    """A line a chapter, and the failures below."""
    lines = [f"{'chapter':<42} {'status':<8} {'seconds':>8} {'slowest cell':>20} {'peak MiB':>9}"]
    for name, report in reports.items():
        slowest = report.get("slowest") or [{}]
        slow = "{seconds} s, cell {cell}".format(**slowest[0]) if slowest[0] else ""
        peak = report.get("peak_bytes")
        memory = f"{peak / 2**20:.0f}" if peak is not None else ""
        seconds = report.get("seconds", "")
        lines.append(f"{name:<42} {report['status']:<8} {seconds:>8} {slow:>20} {memory:>9}")
    for name, report in reports.items():
        for failure in report.get("failures", []):
            lines += [f"\n{name}, cell {failure['cell']} ({failure['id']}):", *failure["traceback"]]
        lines += [f"\n{name}:", *report["log"]] if "log" in report else []
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the arguments, run, print and write the report."""
    parser = argparse.ArgumentParser(prog="python -m tools.cuda", description=__doc__)
    parser.add_argument("chapters", nargs="*", help="numbers or paths; all if left out")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--processes", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--scale", type=int, help="LMBOOK_SCALE of the chapters")
    parser.add_argument("--output", type=Path, default=Path("cuda.json"))
    options = parser.parse_args(arguments)
    environment = dict(os.environ)
    if options.device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    elif not _has_cuda():
        print("torch finds no CUDA device here; --device cpu runs without one", file=sys.stderr)
        return 2
    if options.scale is not None:
        environment["LMBOOK_SCALE"] = str(options.scale)
    notebooks = [find(chapter) for chapter in options.chapters] or chapters()
    reports = run_all(notebooks, environment, options.processes, 60 * options.minutes)
    options.output.write_text(json.dumps(reports, indent=1, ensure_ascii=False), encoding="utf-8")
    print(table(reports))
    return int(any(report["status"] != "passed" for report in reports.values()))


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


if __name__ == "__main__":
    sys.exit(main())
