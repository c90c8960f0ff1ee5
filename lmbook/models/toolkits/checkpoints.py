"""Tensors of a torch checkpoint from anywhere, without running what else it brings along.

Toolkits store their options as objects of their own beside the weights, and plain reading imports
the classes of those objects. Here only names that build tensors are looked up; every other one
becomes an ``Inert``, which keeps what it is given and does nothing. So a checkpoint can be read
without the toolkit that wrote it.
"""

import io
import pickle
import zipfile
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from lmbook.arguments import check_type
from lmbook.models.toolkits.pickles import TENSOR_NAMES


class Inert:
    """Stands for an object whose class was not looked up.

    ``name`` is the class, ``arguments`` are those of its call, ``state`` is what its attributes
    would be, and ``items`` is what would be put into it.
    """

    name = "?"

    def __init__(self, *arguments: object) -> None:
        self.arguments = arguments
        self.state: Any = {}
        self.items: list[Any] = []

    def __setstate__(self, state: object) -> None:
        self.state = state

    def __setitem__(self, key: object, value: object) -> None:
        self.items.append((key, value))

    def append(self, item: object) -> None:
        """Keep what a list of another class would hold."""
        self.items.append(item)

    def extend(self, items: Iterable[object]) -> None:
        """The same for several at once."""
        self.items.extend(items)

    def __repr__(self) -> str:
        return f"<{self.name}, not built>"


def load_checkpoint(path: str | Path) -> Any:
    """What ``torch.save`` stored in the file ``path``: tensors, on the CPU, and plain values.

    Other objects come back as ``Inert``. Raises ``ValueError`` for a file that cannot be read, is
    cut off, or is no checkpoint.
    """
    check_type("path", path, str, Path)
    try:
        with Path(path).open("rb") as file:
            return torch.load(file, "cpu", _READER, weights_only=False)
    except (*_DAMAGED, OSError) as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"{path} is no whole checkpoint of torch: {said}") from error


_DAMAGED = (
    *(RuntimeError, ValueError, EOFError, KeyError, IndexError, AttributeError, TypeError),
    *(pickle.UnpicklingError, zipfile.BadZipFile),
)


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        whole = f"{module}.{name}"
        if whole in TENSOR_NAMES:
            return super().find_class(module, name)
        return type(name, (Inert,), {"name": whole})


def _load(file: io.BytesIO | io.BufferedReader, *, encoding: str = "utf-8") -> Any:
    return _Unpickler(file, encoding=encoding).load()


_READER = SimpleNamespace(Unpickler=_Unpickler, load=_load, __name__="inert")
