"""One training run: what a step, an evaluation and a checkpoint do."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor, nn

from lmbook.objectives.causal import causal_loss
from lmbook.training.checkpoint import (
    Checkpoint,
    RecurrentState,
    describe_model,
    load_model_part,
    load_optimizer,
    load_rng,
    load_state,
    load_weights,
    optimizer_tensors,
    prefixed,
    rng_tensors,
    state_tensors,
)
from lmbook.training.distributed import Processes, count_targets, whole
from lmbook.training.feed import Batch, Feed, check_batch
from lmbook.training.history import History
from lmbook.training.optim import drop_still_gradients, set_rates
from lmbook.training.readings import Readings
from lmbook.training.settings import FollowUp, OptimizerConfig

Loss = Callable[[nn.Module, Batch], Tensor]


@dataclass(kw_only=True)
class Run:
    """The parts of a run, and what changes as it goes: history, recurrent state, best weights.

    ``wrapped`` is the model as ``processes`` need it, ``forward`` what is called to train; both
    share the weights of ``model``. ``longest`` is the length of the last step's longest row,
    ``unread`` what the last steps measured and the history has not yet.
    """

    model: nn.Module
    wrapped: nn.Module
    forward: nn.Module
    processes: Processes
    feed: Feed
    settings: OptimizerConfig
    optimizer: torch.optim.Optimizer
    lr: float
    schedule: Callable[[int], float] | None
    loss: Loss | None
    follow_up: FollowUp
    stateful: bool
    n_accumulated: int
    precision: str
    log_every: int
    longest: int = 0
    unread: Readings = field(default_factory=Readings)
    history: History = field(default_factory=History)
    state: RecurrentState = None
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """Number of steps done."""
        return len(self.history.lrs)

    @property
    def device(self) -> torch.device:
        """Where the model's parameters live."""
        return next(self.model.parameters()).device

    def take_step(self) -> None:
        """Learn from the next ``n_accumulated`` batches as if they were one."""
        taken = [self.feed.take() for _ in range(self.n_accumulated)]
        began = time.perf_counter()
        for batch, _ in taken:
            self.longest = check_batch(batch, self.model, self.step + 1)
        counts = [count_targets(batch) for batch, _ in taken]
        if 0 in counts:
            which = f"{counts.index(0) + 1} of {len(counts)} of" if len(counts) > 1 else "of"
            raise ValueError(f"batch {which} step {self.step + 1} has no real target: all are -100")
        n_tokens = sum(counts)
        lr = self.lr * (1.0 if self.schedule is None else self.schedule(self.step + 1))
        set_rates(self.optimizer, lr, self.step + 1)
        self.optimizer.zero_grad()
        losses, shares = self._accumulate(taken, n_tokens)
        drop_still_gradients(self.optimizer, self.step + 1)
        clip_norm = self.settings.clip_norm
        max_norm = math.inf if clip_norm is None else clip_norm
        norm = whole(nn.utils.clip_grad_norm_(self.model.parameters(), max_norm))
        self.unread.add(losses, shares, norm)
        if self.device.type == "cpu":  # nothing waits there: a bad step ends before it is taken
            self._write_readings()
        self.optimizer.step()
        self.history.lrs.append(lr)
        self.history.n_tokens += n_tokens
        self.history.seconds += time.perf_counter() - began
        if len(self.unread) >= self.log_every:
            self.read()

    def read(self) -> None:
        """Bring the history up to date. Raises ``ValueError`` naming the first bad step."""
        began = time.perf_counter()
        self._write_readings()
        self.history.seconds += time.perf_counter() - began  # an accelerator's work is waited for

    def _write_readings(self) -> None:
        for value, norm in self.unread.take():
            step = len(self.history.losses) + 1
            value = self._finite("loss", self.processes.sum(value), step)
            self.history.grad_norms.append(self._finite("gradient's norm", norm, step))
            self.history.losses.append(value)

    def take_evaluation(self) -> None:
        """Evaluate, keep the weights if they are the best so far, stop if patience is at an end."""
        if self.follow_up.evaluate is None:
            return
        self.read()
        self.model.eval()
        with torch.no_grad():
            value = self.processes.from_main(float(self.follow_up.evaluate(self.model)))
            if self.follow_up.observe is not None:
                self.history.observations.append((self.step, *self.follow_up.observe(self.model)))
        self.processes.release(self.model)
        self._finite("evaluation", value, self.step)
        self.model.train()
        self.history.evaluations.append((self.step, value))
        if self.follow_up.patience is None:
            return
        best_step, _ = self.history.best
        if best_step == self.step:
            self.best_weights = {k: v.clone() for k, v in self.model.state_dict().items()}
        since_best = sum(step > best_step for step, _ in self.history.evaluations)
        self.history.stopped_early = since_best >= self.follow_up.patience

    def use_best_weights(self) -> None:
        """Give the model its best weights back, where ``patience`` made the run keep them."""
        if self.best_weights:
            load_weights(self.model, self.best_weights)

    def checkpoint(self) -> Checkpoint:
        """All that ``restore`` needs; all processes must call it, and the main one's is whole."""
        self.read()
        position = {} if self.feed.pass_start is None else {"generator": self.feed.pass_start}
        own = {
            **prefixed("rng", rng_tensors(self.device)),
            **prefixed("state", {k: v.cpu() for k, v in state_tensors(self.state).items()}),
        }
        tensors = {
            **self._gathered("model", self.model.state_dict()),
            **self._gathered("best", self.best_weights),
            **self._gathered("optimizer", optimizer_tensors(self.model, self.optimizer)),
            **prefixed("position", position),
        }
        for rank, part in enumerate(self.processes.gather(own)):
            tensors |= prefixed(f"process.{rank}", part)
        values = {
            "model": describe_model(self.model),
            "optimizer": self.settings.name,
            "n_processes": self.processes.n_processes,
            "n_taken": self.feed.n_taken,
            "history": asdict(self.history),
        }
        return Checkpoint(step=self.step, tensors=tensors, values=values)

    def restore(self, stored: Checkpoint) -> None:
        """Take over the stored run's state. Raises ``ValueError`` if it does not fit this run."""
        load_model_part(self.model, stored)
        ours = {"optimizer": self.settings.name, "n_processes": self.processes.n_processes}
        for name, value in ours.items():
            if stored.values[name] != value:
                raise ValueError(f"{name}={value!r}; the checkpoint's {stored.values[name]!r}")
        history = stored.values["history"]
        for name in ("evaluations", "observations"):  # JSON has no tuples
            history[name] = [tuple(row) for row in history[name]]
        self.history = History(**history)
        self.best_weights = stored.part("best")
        own = f"process.{self.processes.rank}"
        self.state = load_state(stored.part(f"{own}.state"), self.device)
        load_optimizer(self.model, self.optimizer, stored.part("optimizer"))
        self.feed.go_to(stored.values["n_taken"], stored.part("position").get("generator"))
        # last: whatever the batches drew when they were taken again must not count
        load_rng(self.device, stored.part(f"{own}.rng"))

    def _gathered(self, prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Whole tensors on the CPU; only the main process keeps them."""
        kept = {}
        for name, tensor in tensors.items():
            full = whole(tensor.detach())
            if self.processes.is_main:
                kept[name] = full.cpu()
        return prefixed(prefix, kept)

    def _accumulate(
        self, taken: Sequence[tuple[Batch, bool]], n_tokens: int
    ) -> tuple[list[Tensor], list[float]]:
        """Gradients of the mean loss over the ``n_tokens`` targets of a step.

        A micro-batch's own mean counts by its share of the targets, and so does a process's part.
        Returns these means and shares.
        """
        losses, shares = [], []
        for i, (batch, first) in enumerate(taken):
            if first:
                self.state = None
            rows, n_targets = self.processes.share(batch)
            more = i + 1 < len(taken)
            with self.processes.unsynchronised(self.wrapped) if more else nullcontext():
                loss, share = self._loss(self._moved(rows)), n_targets / n_tokens
                # the processes' gradients will be averaged, and their sum is wanted
                (loss * (share * self.processes.n_processes)).backward()
            losses.append(loss.detach())
            shares.append(share)
        return losses, shares

    def _moved(self, batch: Batch) -> Batch:
        # a blocking copy would wait for all that CUDA's queue holds; MPS needs it to be right
        ahead = self.device.type == "cuda"
        return [part.to(self.device, non_blocking=ahead) for part in batch]

    def _loss(self, batch: Batch) -> Tensor:
        half = self.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            if self.loss is not None:
                return self.loss(self.forward, batch)
            inputs, targets = batch
            if self.stateful:
                logits, state = self.forward(inputs, self.state)
                self.state = _detached(state)
            else:
                logits, _ = self.forward(inputs)
        return causal_loss(logits.float(), targets)

    def _finite(self, name: str, value: float, step: int) -> float:
        if math.isfinite(value):
            return value
        losses = self.history.losses
        last = f"the last finite loss was {losses[-1]:.4f}" if losses else "there was none before"
        raise ValueError(f"the {name} of step {step} is {value}; {last}")


def _detached(state: RecurrentState) -> RecurrentState:
    if state is None or isinstance(state, Tensor):
        return None if state is None else state.detach()
    return tuple(part.detach() for part in state)
