"""What a step of training keeps in memory: measured on the tensors themselves.

The activations are what autograd saves for the backward pass. What lives only while one layer is
computed is not counted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True)
class StepMemory:
    """Bytes of four kinds."""

    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        """All four together."""
        return self.weights + self.training

    @property
    def training(self) -> int:
        """What training needs beside the weights, which inference needs too."""
        return self.gradients + self.optimizer + self.activations


def step_memory(
    model: nn.Module, loss: Callable[[], Tensor], optimizer: torch.optim.Optimizer
) -> StepMemory:
    """Take one step on ``loss`` and count what it kept; tensors that share their bytes count once.

    The step changes the model. Raises ``ValueError`` if nothing in ``optimizer`` learns.
    """
    learned = [p for group in optimizer.param_groups for p in group["params"] if p.requires_grad]
    if not learned:
        raise ValueError("optimizer holds no parameter that learns")
    kept = [*model.parameters(), *model.buffers()]
    known = {tensor.untyped_storage().data_ptr() for tensor in kept}
    saved: list[Tensor] = []

    def save(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in known:
            saved.append(tensor)
        return tensor

    optimizer.zero_grad()
    with torch.autograd.graph.saved_tensors_hooks(save, lambda tensor: tensor):
        value = loss()
    activations = _n_bytes(saved)
    saved.clear()
    value.backward()
    optimizer.step()
    states = [part for state in optimizer.state.values() for part in state.values()]
    return StepMemory(
        weights=_n_bytes(kept),
        gradients=_n_bytes(p.grad for p in model.parameters() if p.grad is not None),
        optimizer=_n_bytes(part for part in states if isinstance(part, Tensor)),
        activations=activations,
    )


def _n_bytes(tensors: Iterable[Tensor]) -> int:
    storages = (tensor.untyped_storage() for tensor in tensors)
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())
