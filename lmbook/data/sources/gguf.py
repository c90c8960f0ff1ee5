"""GGUF: the one-file format in which llama.cpp and its relatives keep models.

A header, typed facts about the model by name (sizes, the tokenizer, the chat template), a table
of the tensors, then their numbers. Most matrices are quantised: every 32 numbers of a row make a
block of small integers that share a scale and perhaps a minimum. ``GGUFFile`` reads the facts;
``GGUFFile.tensor`` makes ordinary float32 numbers of one tensor. Nothing in a file can run code.

Source: the specification in the ggml repository, docs/gguf.md, version 3.
"""

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_whole

_MAGIC, _VERSIONS = b"GGUF", (2, 3)  # version 1 had 32-bit lengths
_SCALARS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}  # struct's letters
_FLOAT32, _STRING, _ARRAY = 6, 8, 9
_MOST_DIMENSIONS, _BLOCK = 4, 32


def _plain(kind: str) -> Callable[[np.ndarray], np.ndarray]:
    return lambda blocks: blocks.view(kind).astype(np.float32)


def _halves(packed: np.ndarray) -> np.ndarray:
    """16 bytes hold 32 integers from 0 to 15: the first 16 in the low halves."""
    return np.concatenate([packed & 15, packed >> 4], axis=1)


def _scale(blocks: np.ndarray, start: int) -> np.ndarray:
    return blocks[:, start : start + 2].copy().view("<f2").astype(np.float32)


def _q4_0(blocks: np.ndarray) -> np.ndarray:
    return _scale(blocks, 0) * (_halves(blocks[:, 2:]).astype(np.float32) - 8)


def _q4_1(blocks: np.ndarray) -> np.ndarray:
    return _scale(blocks, 0) * _halves(blocks[:, 4:]) + _scale(blocks, 2)


def _q8_0(blocks: np.ndarray) -> np.ndarray:
    return _scale(blocks, 0) * blocks[:, 2:].view(np.int8)


_FORMATS = {
    0: ("F32", 1, 4, _plain("<f4")),
    1: ("F16", 1, 2, _plain("<f2")),
    2: ("Q4_0", _BLOCK, 2 + 16, _q4_0),
    3: ("Q4_1", _BLOCK, 4 + 16, _q4_1),
    8: ("Q8_0", _BLOCK, 2 + 32, _q8_0),
}
"""Name, numbers in a block, bytes in a block and how to read them, by the number in the file."""


@dataclass(frozen=True)
class _Entry:
    shape: tuple[int, ...]
    format: int
    start: int

    @property
    def n_bytes(self) -> int:
        _, n_numbers, n_bytes, _ = _FORMATS[self.format]
        return math.prod(self.shape) // n_numbers * n_bytes


class GGUFFile:
    """What a GGUF file holds: ``metadata`` by name, and ``formats``, each tensor's by its name.

    ``tensor`` reads one tensor. Raises ``ValueError`` for what is no GGUF file, one that is cut
    off, and a format of tensors that is not implemented.
    """

    def __init__(self, content: bytes) -> None:
        reader = _Reader(content)
        if content[:4] != _MAGIC:
            raise ValueError(f"content starts with {content[:4]!r}, not with {_MAGIC!r}")
        reader.position = 4
        version = reader.number("I")
        if version not in _VERSIONS:
            raise ValueError(f"version={version} is not one of {_VERSIONS}")
        n_tensors, n_facts = reader.number("Q"), reader.number("Q")
        self.metadata: dict[str, Any] = {}
        for _ in range(n_facts):
            name = reader.string()
            self.metadata[name] = reader.value(reader.number("I"))
        entries = dict(_entry(reader) for _ in range(n_tensors))
        alignment = self.metadata.get("general.alignment", 32)
        check_whole("general.alignment", alignment, 1)
        self._data = -(-reader.position // alignment) * alignment
        self._content, self._entries = content, entries
        for name, entry in entries.items():
            if self._data + entry.start + entry.n_bytes > len(content):
                raise ValueError(f"the file is cut off: {name!r} ends after {len(content)} bytes")
        self.formats = {name: _FORMATS[entry.format][0] for name, entry in entries.items()}

    def tensor(self, name: str) -> Float[Tensor, "..."]:
        """One tensor in float32; a matrix is [out in]. Raises ``ValueError`` for another name."""
        if name not in self._entries:
            raise ValueError(f"name={name!r} is not one of the file's {len(self._entries)} tensors")
        entry = self._entries[name]
        _, _, block_bytes, read = _FORMATS[entry.format]
        start = self._data + entry.start
        raw = np.frombuffer(self._content, np.uint8, entry.n_bytes, start)
        return torch.from_numpy(read(raw.reshape(-1, block_bytes)).reshape(entry.shape))


def _entry(reader: "_Reader") -> tuple[str, _Entry]:
    """A line of the table of tensors. The file names the fastest axis first, we name it last."""
    name, n_dimensions = reader.string(), reader.number("I")
    if n_dimensions > _MOST_DIMENSIONS:
        raise ValueError(f"{name!r} has {n_dimensions} dimensions, more than {_MOST_DIMENSIONS}")
    shape = tuple(reader.number("Q") for _ in range(n_dimensions))[::-1]
    kind, start = reader.number("I"), reader.number("Q")
    if kind not in _FORMATS:
        known = ", ".join(name for name, *_ in _FORMATS.values())
        raise ValueError(f"{name!r} has the format of number {kind}; known are {known}")
    if shape and shape[-1] % _FORMATS[kind][1]:
        raise ValueError(f"{name!r}: a row of {shape[-1]} is no whole number of blocks of {_BLOCK}")
    return name, _Entry(shape, kind, start)


class _Reader:
    """Little-endian values one after another. ``ValueError`` where the file ends too soon."""

    def __init__(self, content: bytes) -> None:
        self._content, self.position = content, 0

    def bytes(self, n_bytes: int) -> bytes:
        end = self.position + n_bytes
        if end > len(self._content):
            raise ValueError(f"the file is cut off: it ends after {len(self._content)} bytes")
        found = self._content[self.position : end]
        self.position = end
        return found

    def number(self, kind: str) -> Any:
        return struct.unpack(f"<{kind}", self.bytes(struct.calcsize(f"<{kind}")))[0]

    def string(self) -> str:
        return self.bytes(self.number("Q")).decode()

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            inner, length = self.number("I"), self.number("Q")
            return [self.value(inner) for _ in range(length)]
        if kind not in _SCALARS:
            raise ValueError(f"a fact has the type of number {kind}, which GGUF does not have")
        found = self.number(_SCALARS[kind])
        # 0.00001 and not 0.0000099999997…: the shortest decimal that float32 rounds to it
        return float(str(np.float32(found))) if kind == _FLOAT32 else found
