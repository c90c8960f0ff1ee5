"""Counts what makes a program wait for the pretended GPU: reading from it, and blocking copies.

Operations whose result has a size that depends on values are counted too: the size is read.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from tests.devices.pretend import CPU, numbered, place, tensors_in

T = torch.Tensor
_READING = {T.item, T.tolist, T.cpu, T.numpy, T.__bool__, T.__int__, T.__float__, T.__index__}
_READING |= {T.__format__, T.__repr__, T.__contains__, T.nonzero, torch.nonzero, T.masked_select}
_READING |= {torch.masked_select, T.unique, torch.unique, torch.equal, T.equal, torch.allclose}
_INDEXING = {T.__getitem__, T.__setitem__}
_MAKING = {torch.tensor, torch.as_tensor, torch.from_numpy}


class Synchronisations(TorchFunctionMode):
    """``names`` of the functions that waited, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Note the call if it waits, then make it."""
        kwargs = kwargs or {}
        if self._waits(func, args, kwargs):
            self.names.append(func.__name__)
        return func(*args, **kwargs)

    @staticmethod
    def _waits(func: Any, args: Any, kwargs: Any) -> bool:
        if func in _READING:
            return any(place(tensor) != CPU for tensor in tensors_in(args))
        if func in _INDEXING:
            return any(i.dtype == torch.bool and place(i) != CPU for i in tensors_in(args[1]))
        if func in _MAKING:
            return kwargs.get("device") is not None and numbered(kwargs["device"]) != CPU
        if func is T.to and sys._getframe(2).f_globals["__name__"] == "torch.nn.utils.clip_grad":
            return False  # it asks C++ where the gradients are, which knows of no pretended device
        if func is T.to and not isinstance(args[1] if len(args) > 1 else None, Tensor):
            device, _, non_blocking, _ = torch._C._nn._parse_to(*args[1:], **kwargs)
            there = place(args[0]) if device is None else numbered(device)
            return there != place(args[0]) and not (non_blocking and there != CPU)
        return False


@contextmanager
def counted() -> Iterator[list[str]]:
    """The names of what waits for the device within the block; it lies inside ``pretended``."""
    with Synchronisations() as mode:
        yield mode.names
