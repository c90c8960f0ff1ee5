"""Compare AdamW and Muon, each at its best learning rate: python -m tools.studies.tuning.

A recipe of the zoo is shortened and run with each optimiser at each learning rate with one seed;
the best learning rate of each optimiser is then run with two more seeds. What is stored already
is not run again. A run is scored by bits per byte on 300 validation speeches. The results go to
lmbook/zoo/studies/tuning.json; a network takes about twenty minutes of one CPU thread.
"""

import argparse
import dataclasses
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

from lmbook.training.from_recipe import train_recipe
from lmbook.training.recipe import Recipe, read_recipe
from lmbook.zoo import checkpoints, studies

NETWORKS = ("lstm-tiny", "llama-tiny")
OPTIMIZERS = ("adamw", "muon")
RATES = (0.003, 0.006, 0.012)
SEEDS = (1, 2, 3)
N_STEPS, WARMUP = 400, 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", nargs="*", default=NETWORKS, help="names of zoo recipes")
    path = studies.file_of("tuning")
    stored = studies.results("tuning") if path.is_file() else {}
    for network in parser.parse_args().network:
        rows = stored.setdefault(network, {"n_steps": N_STEPS, "runs": []})["runs"]
        for run in to_do(rows):
            rows.append(run | measured(network, run))
            print(network, rows[-1], flush=True)
            path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    return 0


def to_do(rows: list[dict]) -> Iterator[dict]:
    """What is missing in ``rows``, which grows meanwhile: the sweep, then the other seeds."""
    for optimizer in OPTIMIZERS:
        wanted = [(rate, SEEDS[0]) for rate in RATES]
        yield from _missing(rows, optimizer, wanted)
        best = best_rate(rows, optimizer)
        yield from _missing(rows, optimizer, [(best, seed) for seed in SEEDS[1:]])


def _missing(rows: list[dict], optimizer: str, wanted: list[tuple[float, int]]) -> Iterator[dict]:
    done = {(row["optimizer"], row["lr"], row["seed"]) for row in rows}
    for rate, seed in wanted:
        if (optimizer, rate, seed) not in done:
            yield {"optimizer": optimizer, "lr": rate, "seed": seed}


def best_rate(rows: list[dict], optimizer: str) -> float:
    """The learning rate with which the first seed needs the fewest bits."""
    swept = [r for r in rows if r["optimizer"] == optimizer and r["seed"] == SEEDS[0]]
    return min(swept, key=lambda row: row["bits_per_byte"])["lr"]


def measured(network: str, run: dict) -> dict:
    """Train one run; its bits per byte and its seconds."""
    recipe = shortened(read_recipe(checkpoints.recipe_path(network)), run)
    with tempfile.TemporaryDirectory() as folder:
        outcome = train_recipe(recipe, Path(folder) / recipe.name, device=torch.device("cpu"))
    _, bits = outcome.history.evaluations[-1]
    return {"bits_per_byte": round(bits, 4), "seconds": round(outcome.history.seconds)}


def shortened(recipe: Recipe, run: dict) -> Recipe:
    """The recipe with the run's optimiser, learning rate and seed, and fewer steps."""
    training = dataclasses.replace(
        recipe.training,
        n_steps=N_STEPS,
        warmup_steps=WARMUP,
        evaluate_every=N_STEPS,
        checkpoint_every=N_STEPS,
        **run,
    )
    return dataclasses.replace(recipe, training=training)


if __name__ == "__main__":
    sys.exit(main())
