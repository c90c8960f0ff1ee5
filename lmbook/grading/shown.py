"""How a student sees values: short, on one line, without addresses."""

import re
import reprlib
from typing import Any

LONGEST = 240
MOST_ENTRIES = 40


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 5, LONGEST, LONGEST
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 20

    def repr_instance(self, x: Any, level: int) -> str:
        if hasattr(type(x), "dtype") and hasattr(type(x), "shape"):
            return _array(x)
        if callable(x) and hasattr(x, "__name__"):
            return "a function" if x.__name__ == "<lambda>" else str(x.__name__)
        if type(x).__repr__ is object.__repr__ and getattr(x, "__dict__", None):
            parts = [f"{key}={self.repr1(value, level - 1)}" for key, value in vars(x).items()]
            return _cut(f"{type(x).__name__}({', '.join(parts)})")
        text = super().repr_instance(x, level)
        return re.sub(r" at 0x[0-9a-f]+", "", text)


def _array(array: Any) -> str:
    if array.shape == ():
        return repr(array.item())
    if array.size > MOST_ENTRIES:
        return f"array of shape {tuple(array.shape)}, {array.dtype}"
    return " ".join(repr(array).split())


def short(value: Any) -> str:
    """Return the representation of ``value``, cut where it is long."""
    try:
        return _cut(" ".join(_Short().repr(value).split()))
    except Exception:  # the value's own code may do anything
        return f"an object of type {type(value).__name__}"


def call(name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    """Return how a call is written: ``f([1, 2], k=3)``."""
    shown = [short(value) for value in arguments]
    shown += [f"{key}={short(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(shown)})"


def error(problem: BaseException) -> str:
    """Return the exception's type and message."""
    name = type(problem).__name__
    try:
        text = str(problem)
    except Exception:
        text = ""
    return _cut(f"{name}: {text}" if text else name)


def _cut(text: str) -> str:
    return text if len(text) <= 2 * LONGEST else f"{text[: 2 * LONGEST]} …"
