"""The training loop: batches in, a trained model and its history out."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch
from torch import nn

from lmbook.training.checkpoint import load_checkpoint, save_checkpoint
from lmbook.training.distributed import Processes
from lmbook.training.feed import Batches, Feed
from lmbook.training.history import History
from lmbook.training.optim import Rates, parameter_groups
from lmbook.training.progress import progress_bar
from lmbook.training.run import OPTIMIZERS, PRECISIONS, Loss, Run


def train(
    model: nn.Module,
    batches: Batches,
    *,
    n_steps: int,
    lr: float,
    optimizer: str = "adamw",
    weight_decay: float = 0.0,
    loss: Loss | None = None,
    clip_norm: float | None = 1.0,
    schedule: Callable[[int], float] | None = None,
    rates: Rates | None = None,
    evaluate: Callable[[nn.Module], float] | None = None,
    observe: Callable[[nn.Module], tuple[float, ...]] | None = None,
    evaluate_every: int = 100,
    patience: int | None = None,
    stateful: bool = False,
    generator: torch.Generator | None = None,
    n_accumulated: int = 1,
    precision: str = "float32",
    compiled: bool = False,
    processes: Processes | None = None,
    progress: bool = False,
    checkpoint_folder: str | Path | None = None,
    checkpoint_every: int | None = None,
    resume: bool = False,
) -> History:
    """Train ``model`` until ``n_steps`` steps are done, and leave it in evaluation mode.

    ``batches`` is an iterable of batches, or a function that returns one, called anew whenever
    they run out. ``loss(model, batch)`` is the scalar to lower, a mean over the targets in the
    batch's last tensor that are not -100; without it a batch is (inputs, targets), the model
    returns (logits, state), and the loss is ``causal_loss``. ``weight_decay`` is for parameters
    of two dimensions or more. ``stateful``
    hands the state on from batch to batch, detached: truncated backpropagation through time.
    ``schedule(step)``, for steps 1 to ``n_steps``, is a factor of ``lr``. ``rates`` are pairs of
    parameters and a further factor of theirs, which stand still where it is 0. ``evaluate(model)``,
    where lower is better, runs every ``evaluate_every`` steps and at the end, without gradients
    or dropout, and with it ``observe(model)``, which gives further numbers for the history. With
    ``patience``, that many evaluations in a row without a new best stop the run, and the model
    ends with its best weights. ``generator`` is the one that ``batches`` draws from.

    A step learns from ``n_accumulated`` batches, as if they were one: each counts by its number
    of targets. ``precision="bfloat16"`` lets torch's autocast compute in 16 bits what bears it;
    weights, optimiser and evaluation stay in float32. ``compiled`` trains through
    ``torch.compile``. ``processes``, from ``lmbook.training.distributed.joined``, share each
    batch by rows; the main one writes and shows progress, and all return the same history.

    With ``checkpoint_folder`` the run is stored every ``checkpoint_every`` steps and at the end.
    ``resume=True`` goes on from there, or begins where nothing is stored: given the same
    arguments and the same batches from their beginning, its losses are those of a run that was
    never interrupted, bit for bit.

    Raises ``ValueError`` for a loss or gradient that is not finite (naming the step), a batch
    that is empty or has no target, a sequence longer than ``model.config.n_positions``, batches
    that run out, a damaged checkpoint or another model's, or an argument out of range.
    """
    counts = (n_steps, evaluate_every, patience, checkpoint_every, n_accumulated)
    _check_numbers(*counts, lr, weight_decay, clip_norm)
    _check_choices(optimizer, precision, loss, stateful, evaluate, patience)
    if checkpoint_folder is None and (resume or checkpoint_every is not None):
        raise ValueError("checkpoint_folder=None, but resume or checkpoint_every needs a folder")
    processes = Processes() if processes is None else processes
    wrapped = processes.wrap(model)
    run = Run(
        model=model,
        wrapped=wrapped,
        forward=_compiled(wrapped) if compiled else wrapped,
        processes=processes,
        feed=Feed(batches, generator),
        optimizer_name=optimizer,
        optimizer=OPTIMIZERS[optimizer](parameter_groups(model, weight_decay, rates), lr),
        lr=lr,
        loss=loss,
        clip_norm=clip_norm,
        schedule=schedule,
        evaluate=evaluate,
        observe=observe,
        patience=patience,
        stateful=stateful,
        n_accumulated=n_accumulated,
        precision=precision,
    )
    if resume and checkpoint_folder is not None:
        stored = load_checkpoint(checkpoint_folder)
        if stored is not None:
            run.restore(stored)
    model.train()
    with progress_bar(run, n_steps, progress and processes.is_main) as advance:
        while run.step < n_steps and not run.history.stopped_early:
            run.take_step()
            advance()
            if run.step == n_steps or run.step % evaluate_every == 0:
                run.take_evaluation()
            ended = run.step == n_steps or run.history.stopped_early
            due = checkpoint_every is not None and run.step % checkpoint_every == 0
            if checkpoint_folder is not None and (ended or due):
                stored = run.checkpoint()
                if processes.is_main:
                    save_checkpoint(checkpoint_folder, stored)
    run.use_best_weights()
    model.eval()
    return run.history


def _compiled(module: nn.Module) -> nn.Module:
    """The module through ``torch.compile``; its weights keep their names in ``module``."""
    return cast(nn.Module, torch.compile(module))  # a module where it was given one


def _check_numbers(
    n_steps: int,
    evaluate_every: int,
    patience: int | None,
    checkpoint_every: int | None,
    n_accumulated: int,
    lr: float,
    weight_decay: float,
    clip_norm: float | None,
) -> None:
    counts = {
        "n_steps": n_steps,
        "evaluate_every": evaluate_every,
        "patience": patience,
        "checkpoint_every": checkpoint_every,
        "n_accumulated": n_accumulated,
    }
    for name, count in counts.items():
        if count is not None and count < 1:
            raise ValueError(f"{name}={count} is below 1")
    if lr <= 0:
        raise ValueError(f"lr={lr} is not above 0")
    if weight_decay < 0:
        raise ValueError(f"weight_decay={weight_decay} is below 0")
    if clip_norm is not None and clip_norm <= 0:
        raise ValueError(f"clip_norm={clip_norm} is not above 0; None clips nothing")


def _check_choices(
    optimizer: str,
    precision: str,
    loss: Loss | None,
    stateful: bool,
    evaluate: Callable[[nn.Module], float] | None,
    patience: int | None,
) -> None:
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer={optimizer!r} is none of {', '.join(OPTIMIZERS)}")
    if precision not in PRECISIONS:
        raise ValueError(f"precision={precision!r} is none of {', '.join(PRECISIONS)}")
    if stateful and loss is not None:
        raise ValueError("stateful=True carries the state through the default loss; loss is given")
    if patience is not None and evaluate is None:
        raise ValueError(f"patience={patience} counts evaluations; evaluate is None")
