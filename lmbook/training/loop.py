"""The training loop: batches in, a trained model and its history out."""

from collections.abc import Callable
from typing import cast

import torch
from torch import nn

from lmbook.arguments import check_positive
from lmbook.training.checkpoint import load_checkpoint, save_checkpoint
from lmbook.training.distributed import Processes
from lmbook.training.feed import Batches, Feed
from lmbook.training.history import History
from lmbook.training.progress import progress_bar
from lmbook.training.run import Loss, Run
from lmbook.training.settings import PRECISIONS, FollowUp, OptimizerConfig, Store

_ADAMW, _NOTHING = OptimizerConfig(), FollowUp()


def train(
    model: nn.Module,
    batches: Batches,
    *,
    n_steps: int,
    lr: float,
    schedule: Callable[[int], float] | None = None,
    loss: Loss | None = None,
    optimizer: OptimizerConfig = _ADAMW,
    follow_up: FollowUp = _NOTHING,
    store: Store | None = None,
    stateful: bool = False,
    generator: torch.Generator | None = None,
    n_accumulated: int = 1,
    precision: str = "float32",
    compiled: bool = False,
    processes: Processes | None = None,
    progress: bool = False,
    log_every: int = 50,
) -> History:
    """Train ``model`` until ``n_steps`` steps are done, and leave it in evaluation mode.

    ``batches`` is an iterable of batches, or a function that returns one, called anew whenever
    they run out; ``generator`` is the one that they draw from. ``schedule(step)``, for steps 1 to
    ``n_steps``, is a factor of ``lr``. ``loss(model, batch)`` is the scalar to lower, a mean over
    the targets in the batch's last tensor that are not -100; without it a batch is (inputs,
    targets), the model returns (logits, state), and the loss is ``causal_loss``. ``stateful``
    hands the state on from batch to batch, detached: truncated backpropagation through time.

    A step learns from ``n_accumulated`` batches, as if they were one: each counts by its number
    of targets. ``precision="bfloat16"`` lets torch's autocast compute in 16 bits what bears it;
    weights, optimiser and evaluation stay in float32. ``compiled`` trains through
    ``torch.compile``. ``processes``, from ``lmbook.training.distributed.joined``, share each
    batch by rows; the main one writes and shows progress, and all return the same history.

    An accelerator works behind the program that feeds it. Losses and norms stay there and are read
    every ``log_every`` steps, at evaluations, checkpoints and the end; the CPU's at every step.

    Raises ``ValueError`` for a loss or gradient that is not finite (naming the step, once it is
    read), a batch that is empty or has no target, a sequence longer than
    ``model.config.n_positions``, batches that run out, a damaged checkpoint or another model's, a
    store that holds a run which is not resumed, or an argument out of range.
    """
    counts = {"n_steps": n_steps, "n_accumulated": n_accumulated, "log_every": log_every}
    _check_numbers(counts, lr)
    _check_choices(precision, loss, stateful)
    processes = Processes() if processes is None else processes
    wrapped = processes.wrap(model)
    run = Run(
        model=model,
        wrapped=wrapped,
        forward=_compiled(wrapped) if compiled else wrapped,
        processes=processes,
        feed=Feed(batches, generator),
        settings=optimizer,
        optimizer=optimizer.build(model, lr),
        lr=lr,
        schedule=schedule,
        loss=loss,
        follow_up=follow_up,
        stateful=stateful,
        n_accumulated=n_accumulated,
        precision=precision,
        log_every=log_every,
    )
    _resume(run, store)
    model.train()
    with progress_bar(run, n_steps, progress and processes.is_main) as advance:
        while run.step < n_steps and not run.history.stopped_early:
            run.take_step()
            advance()
            if run.step == n_steps or run.step % follow_up.every == 0:
                run.take_evaluation()
            _keep(run, store, ended=run.step == n_steps or run.history.stopped_early)
    run.read()
    run.use_best_weights()
    model.eval()
    return run.history


def _resume(run: Run, store: Store | None) -> None:
    stored = None if store is None else load_checkpoint(store.folder)
    if store is None or stored is None:
        return
    if not store.resume:
        raise ValueError(
            f"folder={str(store.folder)!r} holds a run of {stored.step} steps: "
            f"give resume=True to go on with it, or another folder"
        )
    run.restore(stored)


def _keep(run: Run, store: Store | None, ended: bool) -> None:
    if store is None:
        return
    due = store.every is not None and run.step % store.every == 0
    if ended or due:
        checkpoint = run.checkpoint()  # all processes take part
        if run.processes.is_main:
            save_checkpoint(store.folder, checkpoint)


def _compiled(module: nn.Module) -> nn.Module:
    """The module through ``torch.compile``; its weights keep their names in ``module``."""
    return cast(nn.Module, torch.compile(module))  # a module where it was given one


def _check_numbers(counts: dict[str, int], lr: float) -> None:
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name}={count} is below 1")
    check_positive("lr", lr)


def _check_choices(precision: str, loss: Loss | None, stateful: bool) -> None:
    if precision not in PRECISIONS:
        raise ValueError(f"precision={precision!r} is none of {', '.join(PRECISIONS)}")
    if stateful and loss is not None:
        raise ValueError("stateful=True carries the state through the default loss; loss is given")
