"""Reads the nodes that values.py writes, and trusts none of them."""

import builtins
import math
import types
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from .values import BIT_GENERATORS, CLASSES, MAPPINGS, SEQUENCES, Encoder


class Codec(Encoder):
    """Reads nodes as well; ``remote(key, is_callable, name)`` stands for a foreign object."""

    def __init__(self, side: str, remote: Callable[[str, bool, str], Any]) -> None:
        super().__init__(side)
        self.remote = remote

    def update(self, shared: list[Any]) -> None:
        """Take over the contents of the objects that both sides know."""
        for key, content in shared:
            if key not in self.objects:
                self._remember(key, self._shell(content))
        # Generators last: their states are dictionaries, which must have been filled.
        for key, content in sorted(shared, key=lambda pair: pair[1]["t"] == "generator"):
            self._fill(self.objects[key], content)

    def decode(self, node: Any) -> Any:
        """Return the value of a node. Raises ``ValueError`` for one of no known kind."""
        if not isinstance(node, dict):
            return node
        kind, value = node["t"], node["v"]
        if kind == "ref":
            return self.objects[value]
        if kind == "yours":
            return self.handles[value]
        if kind == "handle":
            return self.remote(value, node["call"], node["name"])
        if kind in ("complex", "range", "slice"):
            return getattr(builtins, kind)(*value)
        if kind in ("bytes", "Fraction", "Decimal"):
            return {"bytes": bytes, "Fraction": Fraction, "Decimal": Decimal}[kind](value)
        if kind == "scalar":
            return _array({"d": node["d"], "s": [1], "v": value})[0]
        if kind == "class" and value in CLASSES:
            return getattr(builtins, value)
        return self._collection(kind, [self.decode(v) for v in value], node.get("c"))

    def _collection(self, kind: str, values: list[Any], name: Any) -> Any:
        if kind == "named":
            return self.classes[name](*values)
        if kind == "keys":
            return dict.fromkeys(values).keys()
        if kind == "items":
            return dict(values).items()
        made = {"tuple": tuple, "frozenset": frozenset, "values": list, "iterator": iter}
        if kind not in made:
            raise ValueError(f"a node of kind {kind!r}")
        return made[kind](values)

    def _shell(self, content: dict[str, Any]) -> Any:
        """An object of the right type, still empty."""
        kind = content["t"]
        if kind == "array":
            return _array(content).copy()
        if kind == "objects":
            if math.prod(content["s"]) != len(content["v"]):
                raise ValueError(f"{len(content['v'])} entries for shape {content['s']}")
            return np.empty(content["s"], dtype=object)
        if kind == "generator" and content["b"] in BIT_GENERATORS:
            return np.random.Generator(getattr(np.random, content["b"])())
        if kind == "defaultdict":
            factory = content["f"] if content["f"] in CLASSES else None
            return defaultdict(getattr(builtins, factory) if factory else None)
        if kind == "random":
            return Random()
        if kind == "object":
            if content["c"] == "SimpleNamespace":
                return types.SimpleNamespace()
            made = self.classes[content["c"]]
            return object.__new__(made)
        return {**MAPPINGS, **SEQUENCES}[kind]()

    def _fill(self, target: Any, content: dict[str, Any]) -> None:
        kind, value = content["t"], content["v"]
        if kind == "array":
            raw = _array(content)
            if target.shape == raw.shape and target.dtype == raw.dtype and target.flags.writeable:
                target[...] = raw
        elif kind == "objects":
            for i, node in enumerate(value):
                target.flat[i] = self.decode(node)
        elif kind == "generator":
            target.bit_generator.state = self.decode(value)
        elif kind == "random":
            target.setstate(self.decode(value))
        elif isinstance(target, dict):
            pairs = [(self.decode(k), self.decode(v)) for k, v in value]
            target.clear()
            for key, entry in pairs:  # Counter.update would add
                target[key] = entry
        elif kind == "object":
            vars(target).clear()
            vars(target).update({str(k): self.decode(v) for k, v in value})
        else:
            values = [self.decode(v) for v in value]
            target.clear()
            (target.update if isinstance(target, set) else target.extend)(values)


def _dtype(name: str) -> np.dtype:
    dtype = np.dtype(str(name))
    if dtype.hasobject or dtype.itemsize == 0:
        raise ValueError(f"an array of {dtype}")
    return dtype


def _array(content: dict[str, Any]) -> np.ndarray:
    """An array that must not be written; NumPy refuses a shape that does not fit."""
    dtype, shape = _dtype(content["d"]), content["s"]
    if not content["v"]:
        if 0 not in shape:
            raise ValueError(f"no entries for shape {shape}")
        return np.zeros(shape, dtype)
    return np.frombuffer(content["v"], dtype=dtype).reshape(shape)
