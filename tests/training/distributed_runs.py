"""What a process of test_distributed.py does; ``torchrun distributed_runs.py FOLDER PARALLEL``."""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.training.distributed import Processes, joined, whole
from lmbook.training.loop import train
from lmbook.training.rows import row_batches
from lmbook.training.settings import FollowUp, OptimizerConfig, Store

CONFIG = GPTConfig(
    vocab_size=13,
    n_positions=8,
    d_model=12,
    n_layers=2,
    n_heads=2,
    d_ff=20,
    dropout=0.0,
    start_id=0,
)
N_STEPS = 9


class Stopped(Exception):
    """What interrupts a run here."""


def rows() -> list[list[int]]:
    """Texts of 1 to 7 tokens: a batch's shares hold unequal numbers of targets."""
    generator = torch.Generator().manual_seed(2)
    lengths = torch.randint(1, 8, (40,), generator=generator).tolist()
    return [torch.randint(1, 13, (n,), generator=generator).tolist() for n in lengths]


def run(processes: Processes, folder: Path | None = None, *, stop: int = 0, dropout: float = 0.0):
    """Nine steps of two micro-batches, the last of a pass of a single row, in order."""
    torch.manual_seed(3)
    model = GPT(GPTConfig(**{**CONFIG.__dict__, "dropout": dropout}))
    torch.manual_seed(4 + processes.rank)
    generator = torch.Generator().manual_seed(5)
    taken = []

    def batches():
        for inputs, targets in row_batches(rows(), 24, 8, 0, generator):
            if stop and len(taken) == stop:
                raise Stopped
            taken.append(1)
            yield inputs, targets
        yield torch.tensor([[0, 3, 4]]), torch.tensor([[3, 4, 5]])  # fewer rows than processes

    history = train(
        model,
        batches,
        n_steps=N_STEPS,
        lr=0.01,
        n_accumulated=2,
        generator=generator,
        processes=processes,
        optimizer=OptimizerConfig(weight_decay=0.1, clip_norm=0.5),
        follow_up=FollowUp(
            evaluate=lambda _: model.log_probs(torch.tensor([[1, 2, 3]])).mean().item(),
            every=4,
            patience=100,
        ),
        store=None if folder is None else Store(folder=folder, every=3, resume=True),
    )
    weights = {name: whole(tensor).clone() for name, tensor in model.state_dict().items()}
    return history, weights


def write(folder: Path, name: str, processes: Processes, outcome) -> None:
    if processes.is_main:
        history, weights = outcome
        save_file(weights, folder / f"{name}.safetensors")
        values = [history.losses, history.evaluations, history.grad_norms, history.n_tokens]
        (folder / f"{name}.json").write_text(json.dumps(values))


def main(folder: Path, parallel: str) -> None:
    with joined(parallel, torch.device("cpu")) as processes:
        write(folder, "plain", processes, run(processes))
        write(folder, "whole", processes, run(processes, dropout=0.2))
        try:
            run(processes, folder / "checkpoint", stop=13, dropout=0.2)
        except Stopped:
            processes.sum(0.0)  # nobody reads before the main process has written
        write(folder, "resumed", processes, run(processes, folder / "checkpoint", dropout=0.2))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]), sys.argv[2])
