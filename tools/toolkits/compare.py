"""One task in every hand: python -m tools.toolkits.compare [hand …] [--task dates] [--seeds 0 1 2]

The same dates, sizes, updates and seeds in the book and in each toolkit that is installed; the runs
go to lmbook/zoo/studies/toolkits.json as they finish: about 90 seconds of one CPU thread each.

A run "hand, task, seed k" has "exact" (how many of the ``n`` translations are right to the letter),
"bleu" (of characters) and "chrf", "train seconds" and "translate seconds" of CPU time, the start of
the program included, "lines" that were written for it, and "wrong", some errors: source, output,
reference. A hand may say after a comma what differs from the toolkit's own: "opennmt, default
initialisation". What "about" holds is said in ``about.py``, what "parity" holds in ``parity.py``.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.zoo import studies
from tools.studies._lines import write_lines
from tools.toolkits.about import about
from tools.toolkits.environments import TOOLKITS, ToolkitError, is_installed
from tools.toolkits.hands import HANDS, Outcome
from tools.toolkits.task import TASKS, Task

STUDY = "toolkits"
SEEDS = (0, 1, 2)
N_WRONG = 5


def main() -> int:
    """Run what was asked for; exit status 1 if a toolkit failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hands", nargs="*", metavar="hand", help=", ".join(HANDS))
    parser.add_argument("--task", choices=list(TASKS), default="dates")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options = parser.parse_args()
    failed = False
    task = TASKS[options.task]()
    hands = options.hands or list(HANDS)
    for seed in options.seeds:
        for hand in hands:
            try:
                record(f"{hand}, {task.name}, seed {seed}", run(hand, task, seed))
            except ToolkitError as error:
                print(f"Error: {error}", file=sys.stderr, flush=True)
                failed = True
    record("about", known("about") | {name: about(name) for name in ("book", *installed())})
    return failed


def run(hand: str, task: Task, seed: int) -> dict[str, Any]:
    """Train and translate with one hand, in a folder that is thrown away.

    Raises ``ToolkitError`` for an unknown hand, or a toolkit that is missing or fails.
    """
    if hand not in HANDS:
        raise ToolkitError(f"hand={hand!r} is not one of {', '.join(HANDS)}")
    toolkit = hand.partition(",")[0]
    if toolkit in TOOLKITS and not is_installed(toolkit):
        raise ToolkitError(f"{toolkit} is not installed: run `make toolkits NAME={toolkit}` first")
    with tempfile.TemporaryDirectory() as folder:
        return measure(task, HANDS[hand](task, Path(folder), seed))


def installed() -> list[str]:
    """The toolkits whose environments are there."""
    return [name for name in TOOLKITS if is_installed(name)]


def measure(task: Task, outcome: Outcome) -> dict[str, Any]:
    """Scores of the translations of the test part, and what they cost.

    Raises ``ToolkitError`` if there are more or fewer translations than sources.
    """
    pairs, outputs = task.pairs["test"], outcome.translations
    if len(outputs) != len(pairs):
        raise ToolkitError(f"{len(outputs)} translations of {len(pairs)} sources")
    references = [reference for _, reference in pairs]
    wrong = [[s, out, ref] for (s, ref), out in zip(pairs, outputs, strict=True) if out != ref]
    return {
        "n": len(pairs),
        "exact": len(pairs) - len(wrong),
        "bleu": round(Bleu(tokenize="char").corpus(outputs, references), 2),
        "chrf": round(Chrf().corpus(outputs, references), 2),
        "train seconds": outcome.train_seconds,
        "translate seconds": outcome.translate_seconds,
        "lines": outcome.n_lines,
        "wrong": wrong[:N_WRONG],
    }


def known(name: str, store: Path | None = None) -> dict[str, Any]:
    """What was recorded under a name before; empty if nothing."""
    store = store or studies.file_of(STUDY)
    return json.loads(store.read_text(encoding="utf-8")).get(name, {}) if store.is_file() else {}


def record(name: str, found: dict[str, Any], store: Path | None = None) -> None:
    """Put one result among those recorded before, sorted by name, and show it."""
    store = store or studies.file_of(STUDY)
    runs = json.loads(store.read_text(encoding="utf-8")) if store.is_file() else {}
    write_lines(store, dict(sorted((runs | {name: found}).items())))
    print(name, {k: v for k, v in found.items() if k != "wrong"}, flush=True)


if __name__ == "__main__":
    sys.exit(main())
