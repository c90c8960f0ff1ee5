"""Losses and gradient norms of recent steps, which stay on the device until they are read.

An accelerator works through a queue that the program fills ahead of it. Reading one number waits
until the queue is empty, and the accelerator then idles until it is filled again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(kw_only=True)
class Readings:
    """What the last steps measured and nobody has read yet.

    A step's loss is the sum of its micro-batches' losses, each times its share of the targets.
    """

    losses: list[Sequence[Tensor]] = field(default_factory=list)
    shares: list[Sequence[float]] = field(default_factory=list)
    norms: list[Tensor] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.norms)

    def add(self, losses: Sequence[Tensor], shares: Sequence[float], norm: Tensor) -> None:
        """Keep a step's losses, by micro-batch, and its gradient's norm."""
        self.losses.append(losses)
        self.shares.append(shares)
        self.norms.append(norm)

    def take(self) -> list[tuple[float, float]]:
        """Loss and norm of each step that was added, after one wait for the device."""
        if not self.norms:
            return []
        steps = list(zip(self.losses, self.shares, self.norms, strict=True))
        unread = [value.reshape(()) for losses, _, norm in steps for value in (*losses, norm)]
        values = iter(torch.stack(unread).tolist())
        taken = []
        for _, shares, _ in steps:
            loss = 0.0  # not by sum(), which rounds differently from Python 3.12 on
            for share in shares:
                loss += share * next(values)
            taken.append((loss, next(values)))
        self.losses, self.shares, self.norms = [], [], []
        return taken
