"""One run in several processes, as ``torchrun`` starts them: each learns from its own rows.

Every process draws the same batches and takes its share of each. The mean over all targets of a
batch is a sum of the processes' parts, so that several processes do what one would do.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from lmbook.objectives.causal import IGNORE_INDEX
from lmbook.training.feed import Batch

Value = TypeVar("Value")


class Processes:
    """One process alone, and what a run asks of the processes that share it.

    ``rank`` is this process's number from 0, ``n_processes`` how many there are.
    """

    rank = 0
    n_processes = 1

    @property
    def is_main(self) -> bool:
        """Whether this is the process that writes and shows progress."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """What to call in the model's place so that gradients become means over processes."""
        return model

    def unsynchronised(self, wrapped: nn.Module) -> AbstractContextManager:
        """Within it, ``backward`` leaves the other processes' gradients out: more are to come."""
        return nullcontext()

    def share(self, batch: Batch) -> tuple[Batch, int]:
        """This process's rows of a batch, and the number of their real targets.

        Where a process gets no target, it gets a row that counts for nothing, as all must call
        the model equally often.
        """
        rows = [part[self.rank :: self.n_processes] for part in batch]
        n_targets = count_targets(rows)
        if n_targets or self.n_processes == 1:
            return rows, n_targets
        real = (batch[-1] != IGNORE_INDEX).reshape(len(batch[-1]), -1).any(dim=1)
        i = int(real.int().argmax())
        return [part[i : i + 1] for part in batch], 0

    def release(self, model: nn.Module) -> None:
        """Undo what calling the model without a backward pass leaves behind."""

    def sum(self, number: float) -> float:
        """The sum of all processes' numbers."""
        return number

    def gather(self, value: Value) -> list[Value]:
        """All processes' values, in order of rank."""
        return [value]

    def from_main(self, value: Value) -> Value:
        """The main process's value, in every process."""
        return value


class DataParallel(Processes):
    """Every process holds the whole model: ``DistributedDataParallel`` averages the gradients."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.rank, self.n_processes = dist.get_rank(), dist.get_world_size()

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model inside ``DistributedDataParallel``; the main process's weights go to all."""
        return nn.parallel.DistributedDataParallel(model)

    def unsynchronised(self, wrapped: nn.Module) -> AbstractContextManager:
        """The wrapper's ``no_sync``: one exchange a step, however many micro-batches it has."""
        if isinstance(wrapped, nn.parallel.DistributedDataParallel):
            return wrapped.no_sync()
        return nullcontext()

    def sum(self, number: float) -> float:
        """An all-reduce of one float64."""
        total = torch.tensor(number, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.item()

    def gather(self, value: Value) -> list[Value]:
        """Through the processes' own connection; nothing touches the disk."""
        values: list = [None] * self.n_processes
        dist.all_gather_object(values, value)
        return values

    def from_main(self, value: Value) -> Value:
        """A broadcast from rank 0."""
        values = [value]
        dist.broadcast_object_list(values, device=self.device)
        return values[0]


class Sharded(DataParallel):
    """Every process holds a share of each weight, gradient and average of the optimiser.

    A layer's weights are gathered when it computes and dropped afterwards (``fully_shard``), so
    that a model fits that is too large for one device. Source: Rajbhandari et al. (2020), stage 3.
    """

    def wrap(self, model: nn.Module) -> nn.Module:
        """Shard ``model`` in place: each member of a ``ModuleList`` is one unit, then the rest."""
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        for tensor in [*model.parameters(), *model.buffers()]:
            dist.broadcast(tensor.data, 0)
        mesh = init_device_mesh(self.device.type, (self.n_processes,))
        units = [m for group in model.modules() if isinstance(group, nn.ModuleList) for m in group]
        for unit in units:
            fully_shard(unit, mesh=mesh)
        fully_shard(model, mesh=mesh)
        return model

    def unsynchronised(self, wrapped: nn.Module) -> AbstractContextManager:
        """None: gradients that are not exchanged would be whole ones, and need the room."""
        return nullcontext()

    def release(self, model: nn.Module) -> None:
        """Drop the whole weights of the outermost unit, which wait there for a backward pass."""
        model.reshard()  # type: ignore


PARALLEL = {"data": DataParallel, "sharded": Sharded}
"""Ways to share a run by the names that recipes use."""


@contextmanager
def joined(parallel: str, device: torch.device) -> Iterator[Processes]:
    """Join the processes that ``torchrun`` started, and leave them at the end; or be alone.

    ``device`` is this process's, as ``local_device`` gives it. Raises ``ValueError`` for a way to
    share that is not known.
    """
    if parallel not in PARALLEL:
        raise ValueError(f"parallel={parallel!r} is not one of {', '.join(PARALLEL)}")
    if n_started() == 1:
        yield Processes()
        return
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield PARALLEL[parallel](device)
    finally:
        dist.destroy_process_group()


def n_started() -> int:
    """How many processes ``torchrun`` started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def local_device(device: torch.device) -> torch.device:
    """The device of this process: its own GPU if there are several processes, else ``device``.

    Several processes need NVIDIA GPUs or the CPU. Raises ``ValueError`` if the machine has fewer
    GPUs than processes.
    """
    if n_started() == 1:
        return device
    if device.type != "cuda":
        return torch.device("cpu")
    place, n_gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if place >= n_gpus:
        raise ValueError(f"process {place} of this machine has no GPU: there are {n_gpus}")
    torch.cuda.set_device(place)
    return torch.device("cuda", place)


def count_targets(batch: Batch) -> int:
    """Real targets of a batch, whose last tensor holds the targets."""
    return int((batch[-1] != IGNORE_INDEX).sum())


def whole(tensor: Tensor) -> Tensor:
    """The full tensor of a sharded one, gathered from all processes; any other as it is."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor  # type: ignore


def placed_like(tensor: Tensor, own: Tensor) -> Tensor:
    """``tensor`` cut into shares as ``own`` is; as it is where ``own`` is not sharded."""
    if not hasattr(own, "full_tensor") or hasattr(tensor, "full_tensor"):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    placed = tensor.to(own.device)
    return distribute_tensor(placed, own.device_mesh, own.placements)  # type: ignore
