"""Train the models of chapter 18's scaling law: python -m tools.studies.scaling STAGE.

``runs``     22 models of Llama's form, 6 widths, on 0.06 to 1.5 million tokens of the plays
``seeds``    one of them with two other seeds
``predict``  the law fitted to those runs, and what it says of a larger one, written down
``larger``   the larger run; refused until its prediction is on record
``repeats``  the text of one small run again and again, against new text

A width is one run at a constant learning rate; each length is a branch of it, whose rate falls
over the last fifth (Hägele et al., 2024). What is recorded is skipped, so that a stage that was
interrupted goes on where it stopped. The results go to lmbook/zoo/studies/scaling.json: about
twenty minutes of one CPU thread.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from torch import nn

from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.causal import IGNORE_INDEX, causal_loss
from lmbook.training.loop import train
from lmbook.training.recipe import read_recipe
from lmbook.training.rows import row_batches
from lmbook.training.scaling import TrainedRun, bootstrap_laws, fit_law
from lmbook.training.schedules import warmup_stable_decay
from lmbook.training.settings import OptimizerConfig, Store
from lmbook.training.texts import Rows, read_text
from lmbook.zoo import checkpoints, studies

RECIPE = Path(checkpoints.__file__).parent / "recipes" / "llama-tiny.toml"
VOCAB_SIZE, N_POSITIONS, D_HEAD = 1024, 256, 16
START_ID = 0  # the end of a text, which the tokenizer puts first
BATCH, WARMUP, LR, WEIGHT_DECAY, DECAY_SHARE = 1024, 20, 0.015, 0.1, 0.2
BETAS = (0.9, 0.95)
LEVELS = (0.0625e12, 0.125e12, 0.25e12, 0.5e12, 1e12)  # operations, 6ND
LEAST, MOST = 60_000, 1_500_000  # tokens; the plays have 1.5 million
SHAPES = ((16, 2), (32, 2), (48, 2), (64, 2), (80, 3), (96, 4))  # d_model, n_layers
LARGER, LARGER_TOKENS = (112, 4), 1_000_000
REPEATED = (64, 2)
PER_STEP = 960  # targets among the 1,024 places of a step, the rest is padding
N_DRAWS = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=sorted(STAGES))
    parser.add_argument("--width", type=int, help="of the runs, this d_model alone")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    path = studies.file_of("scaling")
    study = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    STAGES[arguments.stage](study, arguments.width)
    return 0


def keep(study: dict) -> None:
    text = json.dumps(study, indent=1) + "\n"
    studies.file_of("scaling").write_text(text, encoding="utf-8")


def texts() -> tuple[Rows, Rows]:
    """The training speeches of the plays, and every second validation speech."""
    text = read_text(read_recipe(RECIPE))
    return text.rows, text.held_out_rows[::2]


def build(d_model: int, n_layers: int, seed: int, tied: bool = True) -> Llama:
    torch.manual_seed(seed)
    sizes = {"d_model": d_model, "n_layers": n_layers, "d_ff": d_model * 8 // 3 // 8 * 8}
    heads = {"n_heads": d_model // D_HEAD, "n_kv_heads": d_model // D_HEAD}
    fixed = {"vocab_size": VOCAB_SIZE, "n_positions": N_POSITIONS, "start_id": START_ID}
    return Llama(LlamaConfig(**sizes, **heads, **fixed, tied=tied))


def lengths(model: nn.Module) -> list[int]:
    """Steps at which the shape's branches end: tokens = level / 6N, within the text."""
    size = sum(parameter.numel() for parameter in model.parameters())
    wanted = [level / (6 * size) for level in LEVELS]
    return [round(tokens / BATCH) for tokens in wanted if LEAST <= tokens <= 1.05 * MOST]


def train_branches(
    rows: Rows, held_out: Rows, shape: tuple[int, int], ends: Sequence[int], seed: int = 0
) -> list[dict]:
    """One run at a constant rate, and from it a branch of falling rate for each end in steps."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        trunk = Path(folder) / "trunk"
        for end in sorted(ends):
            began, decay = time.process_time(), round(DECAY_SHARE * end)
            _train(rows, shape, seed, end - decay, 0, trunk)
            shutil.copytree(trunk, branch := Path(folder) / f"{end}")
            model, n_tokens = _train(rows, shape, seed, end, decay, branch)
            seconds = round(time.process_time() - began, 1)
            found.append(record(model, shape, n_tokens, held_out) | {"seconds": seconds})
            print(found[-1], flush=True)
    return found


def _train(
    rows: Rows, shape: tuple[int, int], seed: int, n_steps: int, decay: int, folder: Path
) -> tuple[Llama, int]:
    model, draw = build(*shape, seed), torch.Generator().manual_seed(seed)
    history = train(
        model,
        lambda: row_batches(rows, BATCH, N_POSITIONS, START_ID, draw),
        n_steps=n_steps,
        lr=LR,
        schedule=warmup_stable_decay(min(WARMUP, n_steps - decay), decay, n_steps, 0.02),
        optimizer=OptimizerConfig(name="muon", betas=BETAS, weight_decay=WEIGHT_DECAY),
        store=Store(folder=folder, resume=True),
        generator=draw,
    )
    return model, history.n_tokens


def record(model: Llama, shape: tuple[int, int], n_tokens: int, held_out: Rows) -> dict:
    size = sum(parameter.numel() for parameter in model.parameters())
    return {
        "d_model": shape[0],
        "n_layers": shape[1],
        "n_parameters": size,
        "n_embedding": VOCAB_SIZE * shape[0],
        "n_tokens": n_tokens,
        "loss": round(held_out_loss(model, held_out), 4),
    }


@torch.no_grad()
def held_out_loss(model: nn.Module, held_out: Rows) -> float:
    """Mean nats per token."""
    nats, n, draw = 0.0, 0, torch.Generator().manual_seed(0)
    for inputs, targets in row_batches(held_out, 4 * BATCH, N_POSITIONS, START_ID, draw):
        n_real = int((targets != IGNORE_INDEX).sum())
        nats, n = nats + causal_loss(model(inputs)[0], targets).item() * n_real, n + n_real
    return nats / n


def runs(study: dict, width: int | None) -> None:
    found = study.setdefault("runs", [])
    rows, held_out = texts()
    for shape in SHAPES:
        done = any(run["d_model"] == shape[0] for run in found)
        if not done and width in (None, shape[0]):
            found += train_branches(rows, held_out, shape, lengths(build(*shape, 0)))
            keep(study)


def seeds(study: dict, _: int | None) -> None:
    """The spread of one run's loss when weights and order of the text are drawn anew."""
    rows, held_out = texts()
    end = lengths(build(*REPEATED, 0))[1]
    found = [train_branches(rows, held_out, REPEATED, [end], seed)[0] for seed in (1, 2)]
    study["seeds"] = found
    keep(study)


def predict(study: dict, _: int | None) -> None:
    """Write down what the law says of the larger run, before that run exists."""
    if "larger" in study:
        raise SystemExit("the larger run is on record: a prediction would come too late")
    points = [
        TrainedRun(run["n_parameters"], run["n_tokens"], run["loss"]) for run in study["runs"]
    ]
    size = sum(parameter.numel() for parameter in build(*LARGER, 0).parameters())
    law = fit_law(points)
    laws = bootstrap_laws(points, torch.Generator().manual_seed(0), N_DRAWS)
    losses = torch.tensor([drawn.loss(size, LARGER_TOKENS) for drawn in laws])
    low, high = losses.quantile(torch.tensor([0.025, 0.975])).tolist()
    study["prediction"] = {
        "n_runs": len(points),
        "law": asdict(law),
        "bootstrap": [
            [float(f"{value:.5g}") for value in asdict(drawn).values()] for drawn in laws
        ],
        "n_parameters": size,
        "n_tokens": LARGER_TOKENS,
        "loss": round(law.loss(size, LARGER_TOKENS), 4),
        "interval": [round(low, 4), round(high, 4)],
    }
    keep(study)


def larger(study: dict, _: int | None) -> None:
    """The run that was predicted."""
    if "prediction" not in study:
        raise SystemExit("no prediction is on record: run the stage predict first")
    rows, held_out = texts()
    n_steps = round(LARGER_TOKENS / PER_STEP)
    study["larger"] = train_branches(rows, held_out, LARGER, [n_steps])[0]
    keep(study)


def repeats(study: dict, _: int | None) -> None:
    """The tokens of one small run, in up to eight passes; the runs of that shape are new text."""
    rows, held_out = texts()
    same = sorted(run["n_tokens"] for run in study["runs"] if run["d_model"] == REPEATED[0])
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(1)).tolist()
    few, n_unique = [], 0
    while n_unique < same[1]:
        few.append(rows[order[len(few)]])
        n_unique += len(few[-1])
    ends = lengths(build(*REPEATED, 0))[2:]
    found = train_branches(few, held_out, REPEATED, ends)
    study["repeats"] = {"n_unique": n_unique, "runs": found}
    keep(study)


STAGES = {
    "runs": runs,
    "seeds": seeds,
    "predict": predict,
    "larger": larger,
    "repeats": repeats,
}


if __name__ == "__main__":
    sys.exit(main())
