"""A GPU that is not there: CPU tensors that say they are on one and refuse what a GPU refuses.

Within ``pretended(device)`` tensors carry a device's name on their storage, which views share. An
operation on tensors of two devices raises ``DeviceError``, as do ``.numpy()`` on the GPU, a
generator of another device, and float64 where the device has none, as Apple's GPU. Single numbers
of the CPU (0 dimensions) are welcome everywhere, as in torch. All arithmetic runs on the CPU. Left
out: what happens inside functions of torch that are written in Python, and inside hooks of the
backward pass.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any
from unittest import mock

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

CPU = torch.device("cpu")
_RealGenerator = torch.Generator
_RealAutocast = torch.autocast


class DeviceError(RuntimeError):
    """What would fail on the pretended device."""


def place(tensor: Tensor) -> torch.device:
    """The device that ``tensor`` pretends to be on."""
    if tensor.is_meta:
        return tensor.device
    try:
        return getattr(tensor.untyped_storage(), "pretended", CPU)
    except (NotImplementedError, RuntimeError):  # sparse, or inside a transform of torch.func
        return CPU


def put(tensor: Tensor, device: torch.device) -> None:
    """Let ``tensor``, and all that shares its storage, pretend to be on ``device``."""
    with suppress(NotImplementedError, RuntimeError):
        tensor.untyped_storage().pretended = device


class Generator(_RealGenerator):
    """A CPU generator that knows which device it was made for."""

    def __new__(cls, device: Any = "cpu") -> "Generator":
        made = super().__new__(cls)
        made.pretended = numbered(device)
        return made

    @property
    def device(self) -> torch.device:
        """The pretended one."""
        return self.pretended


class Autocast(_RealAutocast):
    """Autocast of the CPU under another device's name."""

    def __init__(self, device_type: str, *args: Any, **kwargs: Any) -> None:
        super().__init__("cpu", *args, **kwargs)


@lru_cache
def _numbered(text: str) -> torch.device:
    device = torch.device(text)
    bare = device.type in ("cuda", "mps") and device.index is None
    return torch.device(device.type, 0) if bare else device


def numbered(device: Any) -> torch.device:
    """``device`` with its index, which torch's tensors always name on an accelerator."""
    return _numbered(f"cuda:{device}" if isinstance(device, int) else str(device))


def tensors_in(value: Any) -> list[Tensor]:
    """All tensors in nested lists, tuples and dicts."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return []
    found = []
    for part in value:
        if isinstance(part, Tensor):
            found.append(part)
        elif isinstance(part, (list, tuple, dict)):
            found += tensors_in(part)
    return found


T = torch.Tensor
_ANYWHERE = {T.copy_, T.to, T.cpu, T.cuda, T.type_as, T.item, T.tolist, T.__repr__, T.__format__}
_ANYWHERE |= {T.data.__set__, T.grad.__set__, torch.tensor, torch.as_tensor, T.set_}
_ANYWHERE |= {torch._has_compatible_shallow_copy_type, T.is_set_to}
_HOST = {T.numpy, T.__array__, T.__array_wrap__}
# What is asked most often, whose answer is the same wherever a tensor is.
_FACTS = {T.dim, T.size, T.numel, T.stride, T.is_contiguous, T.is_floating_point, T.__len__}
_FACTS |= {getattr(T, name).__get__ for name in ("shape", "ndim", "dtype", "requires_grad")}


class PretendedDevice(TorchFunctionMode):
    """Intercepts every call of torch from Python. Use ``pretended``, which also patches torch."""

    def __init__(self, has_float64: bool) -> None:
        super().__init__()
        self.has_float64 = has_float64
        special = {
            T.device.__get__: lambda t: place(t),
            T.is_cuda.__get__: lambda t: place(t).type == "cuda",
            T.is_mps.__get__: lambda t: place(t).type == "mps",
            T.is_cpu.__get__: lambda t: place(t).type == "cpu",
            T.get_device: lambda t: -1 if place(t).type == "cpu" else place(t).index,
            T.grad.__get__: self._grad,
            T.to: self._to,
            T.cpu: lambda t, *args, **kwargs: self._moved(t, CPU),
            T.cuda: lambda t, *args, **kwargs: self._moved(t, numbered("cuda")),
            T.__getitem__: self._getitem,
            T.__setitem__: self._setitem,
            torch.autograd.grad: self._autograd_grad,
        }
        self.special = special

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run ``func`` on the CPU, after what the pretended device would check."""
        kwargs = kwargs or {}
        if func in _FACTS:
            return func(*args, **kwargs)
        special = self.special.get(func)
        if special is not None:
            return special(*args, **kwargs)
        if func in _HOST and place(args[0]).type != "cpu":
            raise DeviceError(f"can't convert {place(args[0])} device type tensor to numpy")
        device = CPU if func in _ANYWHERE else common([args, kwargs], getattr(func, "__name__", ""))
        if func in _ANYWHERE and args and isinstance(args[0], Tensor):
            device = place(args[0])
        if kwargs.get("device") is not None:
            device = numbered(kwargs["device"])
            if device.type != "meta":
                kwargs = {**kwargs, "device": CPU}
        self._check_generator(args, kwargs, device)
        return self._placed(func(*args, **kwargs), device)

    def _placed(self, result: Any, device: torch.device) -> Any:
        if device.type not in ("meta", "cpu"):
            for tensor in tensors_in(result):
                if not tensor.is_meta:
                    self._check_type(tensor, device)
                    put(tensor, device)
        return result

    def _check_type(self, tensor: Tensor, device: torch.device) -> None:
        if not self.has_float64 and tensor.dtype in (torch.float64, torch.complex128):
            raise DeviceError(f"{device} has no {tensor.dtype}, as Apple's GPU has none")

    @staticmethod
    def _check_generator(args: Any, kwargs: Any, device: torch.device) -> None:
        for value in (*args, *kwargs.values()):
            if isinstance(value, _RealGenerator):
                own = getattr(value, "pretended", CPU)
                if own != device:
                    raise DeviceError(f"expected a {device} generator but found {own}")

    def _moved(
        self, tensor: Tensor, device: torch.device, dtype: Any = None, copy: bool = False
    ) -> Any:
        if tensor.is_meta or device.type == "meta":
            return tensor.to(device, dtype=dtype) if dtype else tensor.to(device)
        here = place(tensor)
        copy = copy or device != here
        moved = tensor.to(tensor.dtype if dtype is None else dtype, copy=copy)
        return self._placed(moved, device)

    def _to(self, tensor: Tensor, *args: Any, **kwargs: Any) -> Any:
        copy = kwargs.pop("copy", False)
        other = args[0] if args else kwargs.pop("other", None)
        if isinstance(other, Tensor):
            return self._moved(tensor, place(other), other.dtype, copy)
        device, dtype, *_ = torch._C._nn._parse_to(*args, **kwargs)
        device = place(tensor) if device is None else numbered(device)
        return self._moved(tensor, device, dtype, copy)

    def _grad(self, tensor: Tensor) -> Tensor | None:
        gradient = T.grad.__get__(tensor)
        return self._placed(gradient, place(tensor))

    def _autograd_grad(self, outputs: Any, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        gradients = torch.autograd.grad(outputs, inputs, *args, **kwargs)
        inputs = [inputs] if isinstance(inputs, Tensor) else inputs
        for gradient, tensor in zip(gradients, inputs, strict=True):
            self._placed(gradient, place(tensor))
        return gradients

    def _getitem(self, tensor: Tensor, index: Any) -> Any:
        check_index(tensor, index)
        return self._placed(T.__getitem__(tensor, index), place(tensor))

    def _setitem(self, tensor: Tensor, index: Any, value: Any) -> None:
        check_index(tensor, index)
        if any(i.dim() for i in tensors_in(index)) and isinstance(value, Tensor) and value.dim():
            common([tensor, value], "index_put_")
        T.__setitem__(tensor, index, value)


def check_index(tensor: Tensor, index: Any) -> None:
    """Indices live on the CPU or beside what they index."""
    for found in tensors_in(index):
        if found.dim() and place(found) not in (CPU, place(tensor)):
            raise DeviceError(f"indices on {place(found)} for a tensor on {place(tensor)}")


def common(values: Any, name: str) -> torch.device:
    """The device of an operation; single numbers of the CPU count for nothing beside others."""
    single = device = None
    for tensor in tensors_in(values):
        here = place(tensor)
        if not tensor.dim() and here == CPU:
            single = CPU
        elif device is None:
            device = here
        elif here != device:
            raise DeviceError(f"{name}: tensors on {device} and on {here}")
    return device or single or CPU


@contextmanager
def pretended(device: str, has_float64: bool | None = None) -> Iterator[torch.device]:
    """Within the block ``device``, "cuda" or "mps", is there; gives it with its number.

    ``has_float64`` None: as the device has.
    """
    own = numbered(device)
    has_float64 = own.type == "cuda" if has_float64 is None else has_float64
    done = lambda *args, **kwargs: None  # noqa: E731
    patches = {
        "torch.Generator": Generator,
        "torch.autocast": Autocast,
        "torch.compile": lambda model=None, **_: model if model is not None else (lambda m: m),
        "torch.backends.cudnn.is_acceptable": lambda tensor: False,
        "torch.cuda.synchronize": done,
        "torch.cuda.empty_cache": done,
        "torch.cuda.reset_peak_memory_stats": done,
        "torch.cuda.max_memory_allocated": lambda *args, **kwargs: 0,
        "torch.cuda.memory_allocated": lambda *args, **kwargs: 0,
        "torch.cuda.get_device_name": lambda *args: "a pretended GPU",
        "torch.cuda.get_rng_state": lambda *args: torch.get_rng_state(),
        "torch.cuda.set_rng_state": lambda state, *args: torch.set_rng_state(state),
        "torch.mps.synchronize": done,
        "torch.mps.empty_cache": done,
        "torch.mps.get_rng_state": lambda *args: torch.get_rng_state(),
        "torch.mps.set_rng_state": lambda state, *args: torch.set_rng_state(state),
        "lmbook.device.pick_device": lambda: torch.device(device),
    }
    started = [mock.patch(name, value) for name, value in patches.items()]
    for patch in started:
        patch.start()
    try:
        with PretendedDevice(has_float64):
            yield own
    finally:
        for patch in started:
            patch.stop()
