"""How a run moves the weights, what it measures on the way, and where it is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from lmbook.training.muon import Muon, muon_groups
from lmbook.training.optim import Rates, parameter_groups

BETAS = (0.9, 0.999)
PRECISIONS = ("float32", "bfloat16")
"""Formats of the arithmetic in ``train``; the weights are float32 in both."""


def _sgd(groups: list[dict], lr: float, betas: tuple[float, float]) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=lr)


def _momentum(groups: list[dict], lr: float, betas: tuple[float, float]) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, lr=lr, momentum=betas[0])


def _adam(groups: list[dict], lr: float, betas: tuple[float, float]) -> torch.optim.Optimizer:
    return torch.optim.Adam(groups, lr=lr, betas=betas)


def _adamw(groups: list[dict], lr: float, betas: tuple[float, float]) -> torch.optim.Optimizer:
    return torch.optim.AdamW(groups, lr=lr, betas=betas)


OPTIMIZERS = {
    "sgd": _sgd,
    "momentum": _momentum,
    "adam": _adam,
    "adamw": _adamw,
    "muon": Muon,
}
"""The optimisers by the names that ``OptimizerConfig`` takes; all but Muon are torch's."""


@dataclass(frozen=True, kw_only=True)
class OptimizerConfig:
    """Which optimiser moves the weights, and how.

    ``betas`` are the memories of Adam's mean and mean square; momentum has the first, and Muon's
    matrices have a momentum of 0.95 whatever they are. Weight decay is for parameters of two
    dimensions or more. Gradients longer than ``clip_norm``, all of them taken together, are
    shortened to it; None clips nothing. ``rates`` are pairs of parameters and a factor of their
    learning rate by step; they stand still where it is 0.

    Raises ``ValueError`` naming the field that is out of range.
    """

    name: str = "adamw"
    betas: tuple[float, ...] = BETAS
    weight_decay: float = 0.0
    clip_norm: float | None = 1.0
    rates: Rates | None = None

    def __post_init__(self) -> None:
        if self.name not in OPTIMIZERS:
            raise ValueError(f"name={self.name!r} is none of {', '.join(OPTIMIZERS)}")
        if len(self.betas) != 2:
            raise ValueError(f"betas={self.betas} are not two numbers, as in (0.9, 0.95)")
        for i, beta in enumerate(self.betas):
            if not 0 <= beta < 1:
                raise ValueError(f"betas[{i}]={beta} is not from 0 to below 1")
        if self.weight_decay < 0:
            raise ValueError(f"weight_decay={self.weight_decay} is below 0")
        if self.clip_norm is not None and self.clip_norm <= 0:
            raise ValueError(f"clip_norm={self.clip_norm} is not above 0; None clips nothing")

    def build(self, model: nn.Module, lr: float) -> torch.optim.Optimizer:
        """Torch's optimiser over the parameters of ``model``."""
        groups = parameter_groups(model, self.weight_decay, self.rates)
        if self.name == "muon":
            groups = muon_groups(model, groups)
        mean, square = self.betas
        return OPTIMIZERS[self.name](groups, lr, (mean, square))


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """What is measured while a model trains, and when that ends the run.

    ``evaluate(model)``, where lower is better, runs every ``every`` steps and at the end, without
    gradients or dropout, and with it ``observe(model)``, which gives further numbers for the
    history. With ``patience``, that many evaluations in a row without a new best stop the run, and
    the model ends with its best weights.

    Raises ``ValueError`` for a number below 1, or for a patience without ``evaluate``.
    """

    evaluate: Callable[[nn.Module], float] | None = None
    observe: Callable[[nn.Module], tuple[float, ...]] | None = None
    every: int = 100
    patience: int | None = None

    def __post_init__(self) -> None:
        for name, count in {"every": self.every, "patience": self.patience}.items():
            if count is not None and count < 1:
                raise ValueError(f"{name}={count} is below 1")
        if self.patience is not None and self.evaluate is None:
            raise ValueError(f"patience={self.patience} counts evaluations; evaluate is None")


@dataclass(frozen=True, kw_only=True)
class Store:
    """Where a run is kept: after every ``every`` steps and at the end, in ``folder``.

    With ``resume`` the run goes on from what is stored there, or begins where nothing is: given
    the same arguments and the same batches from their beginning, its losses are those of a run
    that was never interrupted, bit for bit. Without it, a folder that holds a run is refused.

    Raises ``ValueError`` if ``every`` is below 1.
    """

    folder: str | Path
    every: int | None = None
    resume: bool = False

    def __post_init__(self) -> None:
        if self.every is not None and self.every < 1:
            raise ValueError(f"every={self.every} is below 1")
