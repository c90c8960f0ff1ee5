"""Bad values by the meaning of an argument, and what the error must say about each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

BIG = 10**6


@dataclass(frozen=True)
class Case:
    """A value that is refused, and patterns that the message must match, the name aside."""

    label: str
    value: Any
    said: tuple[str, ...] = ()
    named: bool = True  # whether the message must name the argument


def _limit(size: int) -> str:
    """How a message may name the limit of ids: the size, or the greatest id."""
    return rf"\b({size}|{size - 1})\b"


@dataclass(frozen=True)
class Entry:
    """A callable of the package, arguments that it accepts, and what it refuses of each.

    ``make`` gives the callable and its arguments by name, built when the entry is tried.
    """

    name: str
    make: Callable[[], tuple[Callable[..., Any], dict[str, Any]]]
    refused: dict[str, list[Case]] = field(default_factory=dict)


def ids_tensor(size: int | None, *shape: int, empty: bool = False, high: int | None = None):
    """A tensor of ids below ``size``, or of whole numbers without a limit if None."""
    shape = shape or (2, 3)
    good = torch.zeros(shape, dtype=torch.long)
    cases = [
        Case("list", good.tolist()),
        Case("text", "ab"),
        Case("floats", good + 0.5),
        Case("None", None),
    ]
    if size is not None:
        top = size if high is None else high
        cases += [
            Case("above", good + BIG, (str(BIG), _limit(size))),
            Case("just above", good + top, (str(top), _limit(size))),
            Case("below", good - 7, ("-7", _limit(size))),
        ]
    if empty:
        cases.append(Case("empty", good[..., :0]))
    return cases


def or_none(cases: list[Case]):
    """The cases of an argument that may also be None."""
    return [case for case in cases if case.label != "None"]


def floats(*shape: int, empty: bool = False):
    """A tensor of real numbers."""
    good = torch.zeros(shape or (2, 3))
    cases = [Case("list", good.tolist()), Case("text", "ab"), Case("whole numbers", good.long())]
    return [*cases, Case("empty", good[:0])] if empty else cases


def bools(*shape: int):
    """A mask."""
    good = torch.ones(shape or (2, 3), dtype=torch.bool)
    return [Case("list", good.tolist()), Case("text", "ab"), Case("floats", good.float())]


def text():
    """One string."""
    return [Case("number", 5), Case("None", None), Case("list", ["a"])]


def texts(empty: str | None = None):
    """Several strings; ``empty`` says what the message holds if no text is not allowed."""
    cases = [
        Case("one string", "to be", ("one string",)),
        Case("number", 5),
        Case("numbers", [5], ("5",)),
        Case("None", None),
    ]
    return [*cases, Case("empty", [], (empty,), named=False)] if empty is not None else cases


def row(size: int | None, empty: bool = False, high: int | None = None):
    """A row of ids, as a list."""
    cases = [Case("text", "ab"), Case("number", 5), Case("floats", [0.5]), Case("texts", ["a"])]
    if size is not None:
        top = size if high is None else high
        cases += [
            Case("above", [BIG], (str(BIG), _limit(size))),
            Case("just above", [0, top], (str(top), _limit(size))),
            Case("below", [-7], ("-7", _limit(size))),
        ]
    return [*cases, Case("empty", [])] if empty else cases


def rows(size: int | None, empty: str | None = None, high: int | None = None):
    """Several rows of ids."""
    cases = [Case("one row", [1, 1]), Case("text", "ab"), Case("number", 5), Case("texts", ["ab"])]
    cases.append(Case("floats", [[0.5]]))
    if size is not None:
        top = size if high is None else high
        cases += [
            Case("above", [[BIG]], (str(BIG), _limit(size))),
            Case("just above", [[0, top]], (str(top), _limit(size))),
            Case("below", [[-7]], ("-7", _limit(size))),
        ]
    return [*cases, Case("empty", [], (empty,), named=False)] if empty is not None else cases


def one_id(size: int):
    """One id."""
    return [
        Case("text", "a"),
        Case("float", 0.5),
        Case("above", size, (_limit(size),)),
        Case("below", -7, ("-7", _limit(size))),
    ]


def whole(least: int | None = 1):
    """A whole number."""
    cases = [Case("text", "a"), Case("float", 1.5), Case("None", None)]
    return cases if least is None else [*cases, Case("below", least - 1, (str(least - 1),))]


def number(*outside: float):
    """A real number."""
    return [Case("text", "a"), *(Case(f"{value}", value, (str(value),)) for value in outside)]


def kind(value: Any = "wrong"):
    """An object of a class of its own."""
    return [Case("another type", value)]
