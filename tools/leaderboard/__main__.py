"""Train and score every model of the leaderboard; write book/leaderboard.json, .md and figures.

One row is one model, trained in a process of its own on the training plays and scored once on the
test plays. ``--only`` rebuilds the rows whose names hold one of the given words, the tables of
these names, and what was never built; ``--page`` writes page and figures again from the stored
numbers; ``--check`` fails if they do not show them.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from lmbook.data.sets.corpora import load_corpus
from tools.leaderboard import costs, curves, mixture, pseudo, rows
from tools.leaderboard.page import page, with_costs
from tools.leaderboard.years import figure

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / "book/leaderboard.json"
PAGE = ROOT / "book/leaderboard.md"
FIGURE = ROOT / "book/leaderboard-years.svg"
COST_FIGURE = ROOT / "book/leaderboard-cost.svg"
RANKED, PSEUDO, MIXED, COST = "likelihood", "pseudo-likelihood", "mixture", "cost"

Rows = dict[str, dict]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of rows, or tables")
    parser.add_argument("--row", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="no training, only page and figure")
    parser.add_argument("--check", action="store_true", help="fail if they are not up to date")
    arguments = parser.parse_args()
    if arguments.row:
        table, name = arguments.row
        print(json.dumps(_MEASURES[table](name)))
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
    """The stored results: for each table that was built, numbers by name of row."""
    if not STORE.is_file():
        return {}
    return json.loads(STORE.read_text(encoding="utf-8"))


def written(stored: Mapping[str, Rows]) -> dict[Path, str]:
    """What is made of the stored numbers: the page and its figures."""
    ranked, second, mixed, paid = (stored.get(t, {}) for t in (RANKED, PSEUDO, MIXED, COST))
    timed, _, _ = with_costs(ranked, {}, {}, paid)
    texts = {PAGE: page(ranked, second, mixed, paid), FIGURE: figure(timed)}
    return texts | ({COST_FIGURE: curves.figure(paid)} if paid else {})


def _stale(stored: Mapping[str, Rows]) -> list[str]:
    """Files that do not show the stored numbers, or whose rows are not those of the tools.

    A table that was never built is not asked for: the page does without it.
    """
    names = _names()
    if any(set(stored[table]) != set(names[table]) for table in stored):
        return [STORE.name]
    return [
        path.name
        for path, text in written(stored).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _names() -> dict[str, Iterable[str]]:
    ranked, second = rows.ROWS, pseudo.ROWS
    return {RANKED: ranked, PSEUDO: second, MIXED: [mixture.NAME], COST: costs.names()}


def _rebuild(table: str, stored: Mapping[str, Rows], only: list[str]) -> Rows:
    """Run each chosen row in its own process: its memory is then its own too."""
    results, known = {}, stored.get(table, {})
    for name in _names()[table]:
        chosen = not only or table in only or any(part in name for part in only)
        if name in known and not chosen:
            results[name] = known[name]
            continue
        print(f"{table}: {name} …", end=" ", flush=True)
        command = [sys.executable, "-m", "tools.leaderboard", "--row", table, name]
        finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if finished.returncode:
            sys.exit(f"failed:\n{finished.stderr}")
        results[name] = json.loads(finished.stdout)
        print(_said(results[name]), flush=True)
    return results


def _said(row: dict) -> str:
    if "seconds_per_step" in row:
        return f"{row['seconds_per_step']:.3f} CPU seconds per step"
    return f"{row['bits_per_byte']:.3f} bits per byte"


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


def measure_mixture(name: str) -> dict:
    """Choose and score the mixture: the numbers of its line."""
    return mixture.measure(name, load_corpus("plays"))


_MEASURES: dict[str, Callable[[str], dict]] = {
    RANKED: measure,
    PSEUDO: measure_pseudo,
    MIXED: measure_mixture,
    COST: costs.measure,
}


if __name__ == "__main__":
    sys.exit(main())
