"""Train and score every model of the leaderboard; write book/leaderboard.json, .md and .svg.

One row is one model, trained in a process of its own on the training plays and scored once on the
test plays. ``--only`` rebuilds the rows whose names hold one of the given words; ``--page`` writes
page and figure again from the stored numbers; ``--check`` fails if they do not show them.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from lmbook.data.sets.corpora import load_corpus
from tools.leaderboard import pseudo, rows
from tools.leaderboard.page import page
from tools.leaderboard.years import figure

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "book/leaderboard.json"
PAGE = ROOT / "book/leaderboard.md"
FIGURE = ROOT / "book/leaderboard-years.svg"
RANKED, PSEUDO = "likelihood", "pseudo-likelihood"

Rows = dict[str, dict]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of rows")
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="no training, only page and figure")
    parser.add_argument("--check", action="store_true", help="fail if they are not up to date")
    arguments = parser.parse_args()
    if arguments.row:
        table, name = arguments.row
        print(json.dumps(measure(name) if table == RANKED else measure_pseudo(name)))
        return 0
    stored = load()
    if arguments.check:
        if stale := _stale(stored):
            names = ", ".join(stale)
            print(f"Error: stale: {names}; run `make leaderboard`", file=sys.stderr)
        return int(bool(stale))
    if not arguments.page:
        stored = {table: _rebuild(table, stored, arguments.only) for table in _names()}
        STORE.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for path, text in written(stored).items():
        path.write_text(text, encoding="utf-8")
    return 0


def load() -> dict[str, Rows]:
    """The stored results: for each of the two tables, numbers by name of row."""
    if not STORE.is_file():
        return {RANKED: {}, PSEUDO: {}}
    return json.loads(STORE.read_text(encoding="utf-8"))


def written(stored: Mapping[str, Rows]) -> dict[Path, str]:
    """What is made of the stored numbers: the page and its figure."""
    return {PAGE: page(stored[RANKED], stored[PSEUDO]), FIGURE: figure(stored[RANKED])}


def _stale(stored: Mapping[str, Rows]) -> list[str]:
    """Files that do not show the stored numbers, or whose rows are not those of the tools."""
    if any(set(stored[table]) != set(names) for table, names in _names().items()):
        return [STORE.name]
    return [
        path.name
        for path, text in written(stored).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _names() -> dict[str, Iterable[str]]:
    return {RANKED: rows.ROWS, PSEUDO: pseudo.ROWS}


def _rebuild(table: str, stored: Mapping[str, Rows], only: list[str]) -> Rows:
    """Run each chosen row in its own process: its memory is then its own too."""
    results = {}
    for name in _names()[table]:
        if name in stored[table] and only and not any(part in name for part in only):
            results[name] = stored[table][name]
            continue
        print(f"{name} …", end=" ", flush=True)
        command = [sys.executable, "-m", "tools.leaderboard", "--row", table, name]
        finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if finished.returncode:
            sys.exit(f"failed:\n{finished.stderr}")
        results[name] = json.loads(finished.stdout)
        print(f"{results[name]['bits_per_byte']:.3f} bits per byte", flush=True)
    return results


def measure(name: str) -> dict:
    """Train one row and score it: the numbers of its line."""
    corpus = load_corpus("plays")
    row = rows.ROWS[name]
    at_rest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    trained = row.train(corpus)
    seconds = time.process_time() - started
    at_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "chapter": row.chapter,
        "tokens": trained.tokens,
        "bits_per_byte": round(trained.bits_per_byte(corpus.speeches("test")), 6),
        "size": trained.size,
        "unit": trained.unit,
        "seconds": round(seconds if trained.seconds is None else trained.seconds, 2),
        "megabytes": round((at_peak - at_rest) / 1024) if trained.seconds is None else None,
        "n_tokens": trained.n_tokens,
    }


def measure_pseudo(name: str) -> dict:
    """Score one model of the second table: the numbers of its line."""
    return pseudo.measure(name, load_corpus("plays").speeches("test"))


if __name__ == "__main__":
    sys.exit(main())
