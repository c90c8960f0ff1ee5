"""One training run: what a step, an evaluation and a checkpoint do."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field

import torch
from torch import Tensor, nn

from lmbook.objectives.causal import IGNORE_INDEX, causal_loss
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
from lmbook.training.feed import Batch, Feed

Loss = Callable[[nn.Module, Batch], Tensor]


def _sgd(parameters: Iterable[Tensor], lr: float, weight_decay: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay)


def _momentum(parameters: Iterable[Tensor], lr: float, weight_decay: float) -> torch.optim.SGD:
    return torch.optim.SGD(parameters, lr=lr, weight_decay=weight_decay, momentum=0.9)


def _adam(parameters: Iterable[Tensor], lr: float, weight_decay: float) -> torch.optim.Adam:
    return torch.optim.Adam(parameters, lr=lr, weight_decay=weight_decay)


def _adamw(parameters: Iterable[Tensor], lr: float, weight_decay: float) -> torch.optim.AdamW:
    return torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay)


OPTIMIZERS = {"sgd": _sgd, "momentum": _momentum, "adam": _adam, "adamw": _adamw}
"""Torch's optimisers by the names that ``train`` takes."""


@dataclass(kw_only=True)
class History:
    """What happened in training. Entry i of a list is of step i + 1; losses in nats per token.

    ``grad_norms`` are the norms before clipping. ``evaluations`` are pairs (steps done, value of
    ``evaluate``). ``seconds`` leaves evaluation out.
    """

    losses: list[float] = field(default_factory=list)
    grad_norms: list[float] = field(default_factory=list)
    lrs: list[float] = field(default_factory=list)
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    n_tokens: int = 0
    seconds: float = 0.0
    stopped_early: bool = False

    @property
    def tokens_per_second(self) -> float:
        """Targets learned from in a second of training."""
        return self.n_tokens / self.seconds if self.seconds else 0.0

    @property
    def best(self) -> tuple[int, float]:
        """Steps done and value of the lowest evaluation. Raises ``ValueError`` if there is none."""
        if not self.evaluations:
            raise ValueError("evaluations is empty: train was given no evaluate")
        return min(self.evaluations, key=lambda pair: pair[1])


@dataclass(kw_only=True)
class Run:
    """The parts of a run, and what changes as it goes: history, recurrent state, best weights."""

    model: nn.Module
    feed: Feed
    optimizer_name: str
    optimizer: torch.optim.Optimizer
    lr: float
    loss: Loss | None
    clip_norm: float | None
    schedule: Callable[[int], float] | None
    evaluate: Callable[[nn.Module], float] | None
    patience: int | None
    stateful: bool
    history: History = field(default_factory=History)
    state: RecurrentState = None
    best_weights: dict[str, Tensor] = field(default_factory=dict)

    @property
    def step(self) -> int:
        """Number of steps done."""
        return len(self.history.losses)

    @property
    def device(self) -> torch.device:
        """Where the model's parameters live."""
        return next(self.model.parameters()).device

    def take_step(self) -> float:
        """Learn from the next batch; returns its loss."""
        batch, first = self.feed.take()
        began = time.perf_counter()
        self._check_batch(batch)
        n_tokens = int((batch[-1] != IGNORE_INDEX).sum())
        if first:
            self.state = None
        lr = self.lr * (1.0 if self.schedule is None else self.schedule(self.step + 1))
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.zero_grad()
        loss = self._loss([part.to(self.device) for part in batch])
        value = self._finite("loss", loss.item(), self.step + 1)
        loss.backward()
        max_norm = math.inf if self.clip_norm is None else self.clip_norm
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), max_norm)
        norm = self._finite("gradient's norm", norm.item(), self.step + 1)
        self.optimizer.step()
        self.history.seconds += time.perf_counter() - began
        self.history.n_tokens += n_tokens
        self.history.grad_norms.append(norm)
        self.history.lrs.append(lr)
        self.history.losses.append(value)
        return value

    def take_evaluation(self) -> None:
        """Evaluate, keep the weights if they are the best so far, stop if patience is at an end."""
        if self.evaluate is None:
            return
        self.model.eval()
        with torch.no_grad():
            value = self._finite("evaluation", float(self.evaluate(self.model)), self.step)
        self.model.train()
        self.history.evaluations.append((self.step, value))
        if self.patience is None:
            return
        best_step, _ = self.history.best
        if best_step == self.step:
            self.best_weights = {k: v.clone() for k, v in self.model.state_dict().items()}
        since_best = sum(step > best_step for step, _ in self.history.evaluations)
        self.history.stopped_early = since_best >= self.patience

    def use_best_weights(self) -> None:
        """Give the model its best weights back, where ``patience`` made the run keep them."""
        if self.best_weights:
            load_weights(self.model, self.best_weights)

    def checkpoint(self) -> Checkpoint:
        """All that ``restore`` needs."""
        position = {} if self.feed.pass_start is None else {"generator": self.feed.pass_start}
        return Checkpoint(
            step=self.step,
            tensors={
                **prefixed("model", self.model.state_dict()),
                **prefixed("best", self.best_weights),
                **prefixed("optimizer", optimizer_tensors(self.optimizer)),
                **prefixed("rng", rng_tensors(self.device)),
                **prefixed("state", state_tensors(self.state)),
                **prefixed("position", position),
            },
            values={
                "model": describe_model(self.model),
                "optimizer": self.optimizer_name,
                "n_taken": self.feed.n_taken,
                "history": asdict(self.history),
            },
        )

    def restore(self, stored: Checkpoint) -> None:
        """Take over the stored run's state. Raises ``ValueError`` if it does not fit this run."""
        load_model_part(self.model, stored)
        if stored.values["optimizer"] != self.optimizer_name:
            stored_name = stored.values["optimizer"]
            raise ValueError(f"optimizer={self.optimizer_name!r}; the checkpoint's {stored_name!r}")
        history = stored.values["history"]
        evaluations = [(step, value) for step, value in history["evaluations"]]
        self.history = History(**{**history, "evaluations": evaluations})
        self.best_weights = stored.part("best")
        self.state = load_state(stored.part("state"), self.device)
        load_optimizer(self.optimizer, stored.part("optimizer"))
        self.feed.go_to(stored.values["n_taken"], stored.part("position").get("generator"))
        # last: whatever the batches drew when they were taken again must not count
        load_rng(self.device, stored.part("rng"))

    def _loss(self, batch: Batch) -> Tensor:
        if self.loss is not None:
            return self.loss(self.model, batch)
        inputs, targets = batch
        if not self.stateful:
            logits, _ = self.model(inputs)
            return causal_loss(logits, targets)
        logits, state = self.model(inputs, self.state)
        self.state = _detached(state)
        return causal_loss(logits, targets)

    def _check_batch(self, batch: Batch) -> None:
        shapes = [tuple(part.shape) for part in batch]
        if not shapes or any(0 in shape for shape in shapes):
            raise ValueError(f"the batch of step {self.step + 1} is empty: shapes {shapes}")
        limit = getattr(getattr(self.model, "config", None), "n_positions", None)
        if limit is not None and shapes[0][-1] > limit:
            raise ValueError(
                f"the batch of step {self.step + 1} has sequences of {shapes[0][-1]} tokens; "
                f"the model's limit is n_positions={limit}"
            )

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
