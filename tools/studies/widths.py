"""Learning rates by width, as usually parametrised and by muP: python -m tools.studies.widths.

Two-layer models of Llama's form, 32, 64 and 128 wide, learn 60 steps of the plays with AdamW at
five learning rates. What is recorded is skipped. The results go to lmbook/zoo/studies/widths.json:
about three minutes of one CPU thread.
"""

import json
import sys

import torch

from lmbook.training.loop import train
from lmbook.training.mup import rescale_weights, width_rates
from lmbook.training.rows import row_batches
from lmbook.training.schedules import warmup_stable_decay
from lmbook.training.settings import OptimizerConfig
from lmbook.training.texts import Rows
from lmbook.zoo import studies
from tools.studies import scaling

WIDTHS, N_LAYERS, N_STEPS = (32, 64, 128), 2, 60
RATES = (0.001, 0.003, 0.01, 0.03, 0.1)
KINDS = ("standard", "mup")


def main() -> int:
    torch.set_num_threads(1)
    path = studies.file_of("widths")
    study = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"runs": []}
    done = {(run["kind"], run["d_model"], run["lr"]) for run in study["runs"]}
    rows, held_out = scaling.texts()
    for kind, width, lr in ((k, w, lr) for k in KINDS for w in WIDTHS for lr in RATES):
        if (kind, width, lr) in done:
            continue
        loss = run(rows, held_out, width, lr, by_width=kind == "mup")
        study["runs"].append({"kind": kind, "d_model": width, "lr": lr, "loss": loss})
        path.write_text(json.dumps(study, indent=1) + "\n", encoding="utf-8")
        print(study["runs"][-1], flush=True)
    return 0


def run(rows: Rows, held_out: Rows, width: int, lr: float, by_width: bool) -> float:
    """Held-out nats per token after training."""
    model, draw = scaling.build(width, N_LAYERS, 0, tied=False), torch.Generator().manual_seed(0)
    rates = width_rates(model, WIDTHS[0]) if by_width else None
    if by_width:
        rescale_weights(model, WIDTHS[0])
    train(
        model,
        lambda: row_batches(rows, scaling.BATCH, scaling.N_POSITIONS, scaling.START_ID, draw),
        n_steps=N_STEPS,
        lr=lr,
        schedule=warmup_stable_decay(scaling.WARMUP, N_STEPS // 5, N_STEPS, 0.02),
        optimizer=OptimizerConfig(name="adamw", betas=scaling.BETAS, rates=rates),
        generator=draw,
    )
    return round(scaling.held_out_loss(model, held_out), 4)


if __name__ == "__main__":
    sys.exit(main())
