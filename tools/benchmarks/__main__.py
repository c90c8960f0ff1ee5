"""Time the package against named peers: CPU seconds, one thread, peers taking turns.

Each module of ``tools/benchmarks`` has ``cases(corpus)``: the name of a piece of work → the name
of a peer → a call that does the whole work once. ``lmbook`` comes first. Ratios below are
lmbook's median over the peer's; ``GOALS`` says what each ought to be.
"""

import argparse
import importlib.util
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

from lmbook.data.sets.corpora import load_corpus  # noqa: E402 - after the thread limits

FOLDER = Path(__file__).parent
SLOW_SECONDS = 10.0  # a peer that takes longer runs once


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "only", nargs="*", help="modules, or parts of names of the work to time; default all"
    )
    parser.add_argument("--runs", type=int, default=5, help="turns of each peer (default 5)")
    arguments = parser.parse_args()
    corpus = load_corpus("plays")
    print("| work | peer | lmbook, s | peer, s | lmbook / peer | goal | runs |")
    print("|---|---|---|---|---|---|---|")
    paths = sorted(FOLDER.glob("[a-z]*.py"))
    named = [path for path in paths if path.stem in arguments.only]
    for path in named or paths:
        module = _load(path)
        for work, peers in module.cases(corpus).items():
            if named or not arguments.only or any(part in work for part in arguments.only):
                _report(work, _time(peers, arguments.runs), module.GOALS.get(work, {}))
    return 0


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cpu_seconds() -> float:
    """CPU time of this process and of the children it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _time(peers: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Seconds of every run, the peers taking turns so that a slow minute hits them all."""
    times: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(runs):
        for name, call in peers.items():
            if times[name] and times[name][0] > SLOW_SECONDS:
                continue
            started = cpu_seconds()
            call()
            times[name].append(cpu_seconds() - started)
    return times


def _report(work: str, times: dict[str, list[float]], goals: dict[str, str]) -> None:
    ours, *peers = times
    for peer in peers or [ours]:
        a, b = statistics.median(times[ours]), statistics.median(times[peer])
        cells = [work, peer, f"{a:.3f}", f"{b:.3f}", f"{a / b:.3f}", goals.get(peer, "")]
        print("|", " | ".join([*cells, f"{len(times[ours])}, {len(times[peer])}"]), "|", flush=True)


if __name__ == "__main__":
    started = time.perf_counter()
    status = main()
    print(f"\nAll benchmarks: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    sys.exit(status)
