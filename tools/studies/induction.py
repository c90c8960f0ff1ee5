"""When do induction heads form? python -m tools.studies.induction

Decoders of Llama's form with one and two layers learn to predict rows in which a random passage
repeats; nothing but copying helps. Every 20 steps the losses of the first and second reading and
the scores of the heads are recorded; at the end heads are silenced one by one. The results go to
lmbook/zoo/studies/induction.json: about a minute and a half of one CPU thread.
"""

import sys
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lmbook.interpret.induction import (
    induction_scores,
    previous_token_scores,
    random_passages,
    repeating_rows,
    without_heads,
)
from lmbook.metrics.copying import repeated_nats
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.causal import shift
from lmbook.zoo import studies
from tools.studies._lines import write_lines

N_KINDS, N_TOKENS, PERIODS = 64, 48, (8, 24)
N_STEPS, BATCH, LR, EVERY = 400, 32, 3e-3, 20
SEEDS, DEPTHS, EVALUATED = (0, 1, 2), (1, 2), 20


def main() -> int:
    torch.set_num_threads(1)
    runs = {}
    for n_layers in DEPTHS:
        for seed in SEEDS:
            runs[f"{n_layers} layers, seed {seed}"] = run(n_layers, seed)
            write_lines(studies.file_of("induction"), runs)
            print(n_layers, seed, runs[f"{n_layers} layers, seed {seed}"]["second"], flush=True)
    return 0


def build(n_layers: int, seed: int) -> Llama:
    """A decoder of width 64 with four heads a layer; the id after the last kind starts a row."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=N_KINDS + 1,
        n_positions=N_TOKENS + 1,
        start_id=N_KINDS,
        d_model=64,
        n_layers=n_layers,
        n_heads=4,
        n_kv_heads=4,
        d_ff=128,
    )
    return Llama(config)


def run(n_layers: int, seed: int) -> dict[str, Any]:
    """The curves of one training run, and the losses without each head."""
    model, draw, kinds = build(n_layers, seed), torch.Generator(), torch.arange(N_KINDS)
    draw.manual_seed(seed)
    held_out = random_passages(64, EVALUATED, kinds, torch.Generator().manual_seed(100))
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, betas=(0.9, 0.98), weight_decay=0.01)
    curves: dict[str, Any] = {name: [] for name in ("steps", "first", "second", "heads", "before")}
    for step in range(N_STEPS + 1):
        if step % EVERY == 0:
            _record(curves, model, held_out, step)
        rows = repeating_rows(BATCH, N_TOKENS, PERIODS, kinds, draw)
        logits, _ = model(shift(rows, N_KINDS))
        loss = F.cross_entropy(logits.flatten(0, 1), rows.flatten())
        optimizer.param_groups[0]["lr"] = LR * min(1.0, (step + 1) / 50)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return {**curves, "silenced": _silenced(model, held_out)}


def _record(curves: dict[str, Any], model: Llama, held_out: Tensor, step: int) -> None:
    first, second = repeated_nats(model, held_out)
    curves["steps"].append(step)
    curves["first"].append(round(first, 4))
    curves["second"].append(round(second, 4))
    curves["heads"].append(_rounded(induction_scores(model, held_out)))
    curves["before"].append(_rounded(previous_token_scores(model, held_out)))


def _silenced(model: Llama, held_out: Tensor) -> list[list[float]]:
    """The loss of the second reading without each head, by layer."""
    found = []
    for layer in range(len(model.blocks)):
        found.append([])
        for head in range(4):
            with without_heads(model, [(layer, head)]):
                found[-1].append(round(repeated_nats(model, held_out)[1], 4))
    return found


def _rounded(scores: Tensor) -> list[list[float]]:
    return [[round(score, 3) for score in layer] for layer in scores.tolist()]


if __name__ == "__main__":
    sys.exit(main())
