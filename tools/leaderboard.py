"""Train and score every model of the leaderboard; write book/leaderboard.json and .md.

One row is one model, trained in a process of its own on the training plays and scored once on the
test plays. ``--only`` rebuilds the rows whose names hold one of the given words; ``--page`` writes
the page again from the stored numbers; ``--check`` fails if the page does not show them.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / "book/leaderboard.json"
PAGE = ROOT / "book/leaderboard.md"
RANKED = "| # | model | chapter | tokens | bits per byte | size | training, s | memory, MB |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts of names of rows")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="no training, only the page")
    parser.add_argument("--check", action="store_true", help="fail if the page is not up to date")
    arguments = parser.parse_args()
    if arguments.row:
        print(json.dumps(measure(arguments.row)))
        return 0
    stored = load()
    if arguments.check:
        fresh = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page(stored)
        if not fresh or set(stored) != set(_rows()):
            print("Error: the leaderboard is stale; run `make leaderboard`", file=sys.stderr)
        return int(not fresh or set(stored) != set(_rows()))
    if not arguments.page:
        stored = _rebuild(stored, arguments.only)
        STORE.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(stored), encoding="utf-8")
    return 0


def load() -> dict[str, dict]:
    """The stored results, by name of row."""
    return json.loads(STORE.read_text(encoding="utf-8")) if STORE.is_file() else {}


def _rows() -> dict:
    sys.path.insert(0, str(ROOT / "tools"))
    from leaderboard_rows import ROWS

    return ROWS


def _rebuild(stored: dict[str, dict], only: list[str]) -> dict[str, dict]:
    """Run each chosen row in its own process: its memory is then its own too."""
    results = {}
    for name in _rows():
        if name in stored and only and not any(part in name for part in only):
            results[name] = stored[name]
            continue
        print(f"{name} …", end=" ", flush=True)
        command = [sys.executable, __file__, "--row", name]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            sys.exit(f"failed:\n{finished.stderr}")
        results[name] = json.loads(finished.stdout)
        print(f"{results[name]['bits_per_byte']:.3f} bits per byte", flush=True)
    return results


def measure(name: str) -> dict:
    """Train one row and score it: the numbers of its line."""
    from lmbook.data.corpora import load_corpus

    corpus = load_corpus("plays")
    row = _rows()[name]
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
    }


def page(stored: dict[str, dict]) -> str:
    """The page in MyST: one line a row, the best first."""
    lines = []
    for place, (name, row) in enumerate(
        sorted(stored.items(), key=lambda item: item[1]["bits_per_byte"]), start=1
    ):
        cells = [str(place), name, row["chapter"], row["tokens"], f"{row['bits_per_byte']:.3f}"]
        megabytes = "" if row["megabytes"] is None else str(row["megabytes"])
        cells += [f"{row['size']:,} {row['unit']}", f"{row['seconds']:.1f}", megabytes]
        lines.append(f"| {' | '.join(cells)} |")
    table = "\n".join([RANKED, "|---:|---|---|---|---:|---:|---:|---:|", *lines])
    return TEXT.replace("TABLE", table)


TEXT = """# Leaderboard

Every model of the book on one text and in one unit. A row is trained on the 32 training plays and
scored once on three plays it has not seen: *Julius Caesar*, *Much Ado About Nothing* and *The
Tempest*. The vocabularies, $k$ and $D$ were chosen on the three validation plays.

TABLE

**Bits per byte** are the bits that the model needs for all speeches, their ends included, divided
by the bytes of the speeches in UTF-8. A model enters only if its tokens can spell every text and
give it back unchanged; a model over words with `<unk>` cannot, as it never says which word was
unknown. Fewer bits are better; {doc}`01-what-is-a-language-model` derives the unit.

**Size** is what the model stores: n-grams, or parameters. **Training** is CPU time on one thread,
from text to model, the tokenizer's training included. **Memory** is what training needed at its
peak beyond the program and the text. Both depend on the machine; the bits do not.

The networks come from the package's zoo: small models of about 1.2 million parameters, trained by
the recipes in `lmbook/zoo/recipes` for six to nine minutes on one thread of a busy machine. Their
training time is the one on their card, and their memory was not measured. They see each token 1.3
times on average, and their scores on the validation plays were still falling at the last step. The
recipes' learning rates were not tuned, except that for GPT-2's form 0.002 was taken because 0.004
had done worse in a trial of 100 steps; Llama's form took the same.

The two Transformers differ in their norms, their feed-forward layers, their biases and their
positions: GPT-2's form adds a learned vector for each position, Llama's turns queries and keys by
angles that are not learned. All else in their recipes is equal. One run of each cannot say which
difference made the gap in their scores. The size of the first weights did not: with
`init_std = 0.083`, which is 1/√144, in place of GPT-2's 0.02 the same run ended at 2.313 bits per
byte on the validation plays, and with 0.02 at 2.324.

The table is generated: `make leaderboard` trains every row again and writes this page. A
compressor is no model of the book; it stands there for comparison. It reads the training plays
first and is charged for the test plays only.
"""


if __name__ == "__main__":
    sys.exit(main())
