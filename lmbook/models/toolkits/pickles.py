"""What reading a pickle would call, listed without reading it.

A pickle is a program for a small stack machine. Some of its instructions import a name, others
call what was imported, and ``pickle.load`` does both for any name at all. Here the instructions
are followed with stand-ins in place of every name: nothing is imported, and nothing runs. Since
torch 1.6 a checkpoint is a zip archive whose ``data.pkl`` is such a pickle; before, it was five
pickles in a row. Source: Python's ``pickletools``, which documents each instruction.
"""

import io
import pickletools
import reprlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lmbook.arguments import check_several, check_type

_STORAGES = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
TENSOR_NAMES = frozenset(
    [
        "collections.OrderedDict",
        "torch.Size",
        "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_tensor_v2",
        *(f"torch.{kind}Storage" for kind in _STORAGES),
    ]
)
"""All that a dictionary of tensors needs; none of these names does more than build one."""

_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # the first of the five pickles
_CALLS = ("REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "INST")
_EMPTY = {"EMPTY_LIST": list, "EMPTY_DICT": dict, "EMPTY_SET": set, "EMPTY_TUPLE": tuple}
_VALUES = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_MARK = object()
_SHORT = reprlib.Repr()  # a pickle of 100 bytes can describe a tuple of 2¹⁰⁰ items
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxother = 3, 120, 120


@dataclass(frozen=True)
class Call:
    """A call that reading would make: of which name, with what, and at which byte it stands.

    ``arguments`` is shortened, and is "imported" for a name that is never called: an import alone
    runs a module. A name that the pickle computes instead of spelling it out is "?".
    """

    name: str
    arguments: str
    at: int


def calls_in(source: bytes | str | Path) -> list[Call]:
    """Every call, in order, of the pickle or torch checkpoint in ``source``, a path or bytes.

    Of a plain file the first pickle is listed, which is what ``pickle.load`` reads. Raises
    ``ValueError`` for a file that cannot be read, is cut off, or holds no pickle.
    """
    check_type("source", source, bytes, str, Path)
    where = "the pickle" if isinstance(source, bytes) else str(source)
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as file:
            is_zip = file.read(2) == b"PK"
            file.seek(0)
            return _zipped(file) if is_zip else _plain(file)
    except (OSError, ValueError, IndexError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"{where} is no whole pickle or checkpoint: {error}") from error


def unexpected(calls: Iterable[Call], allowed: Iterable[str] = TENSOR_NAMES) -> list[Call]:
    """The calls of other names than ``allowed``: what a file of weights has no need of."""
    check_several("calls", calls)
    known = frozenset(allowed)
    return [call for call in calls if call.name.removesuffix(".__setstate__") not in known]


def _zipped(file: io.BytesIO | io.BufferedReader) -> list[Call]:
    with zipfile.ZipFile(file) as archive:
        programs = [name for name in archive.namelist() if name.endswith(".pkl")]
        if not programs:
            raise ValueError("the archive has no data.pkl")
        found = []
        for name in programs:
            machine = _Machine()
            machine.run(io.BytesIO(archive.read(name)))
            found += machine.found()
        return found


def _plain(file: io.BytesIO | io.BufferedReader) -> list[Call]:
    machine = _Machine()
    n_more = 4 if machine.run(file) == _LEGACY_MAGIC else 0
    for _ in range(n_more):
        machine.run(file)
    return machine.found()


class _Name(str):
    """Stands for what an import or a call would give; shown without quotes."""

    def __repr__(self) -> str:
        return str(self)


@dataclass
class _Machine:
    """The stack machine, with names in place of what they mean."""

    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    imports: dict[str, int] = field(default_factory=dict)
    result: Any = None

    def run(self, stream: io.BytesIO | io.BufferedReader) -> Any:
        """Follow one pickle to its end, and return the value that stands there."""
        self.stack, self.memo = [], {}
        for instruction, argument, at in pickletools.genops(stream):
            self.step(instruction, argument, at or 0)
        return self.result

    def found(self) -> list[Call]:
        """Calls, and imports that no call used, by their place."""
        used = {call.name for call in self.calls}
        idle = [Call(name, "imported", at) for name, at in self.imports.items() if name not in used]
        return sorted(self.calls + idle, key=lambda call: call.at)

    def step(self, instruction: pickletools.OpcodeInfo, argument: Any, at: int) -> None:
        """One instruction: those that matter by name, the others by what they take and give."""
        name = instruction.name
        if name in ("GLOBAL", "STACK_GLOBAL", "EXT1", "EXT2", "EXT4"):
            self.push_import(name, argument, at)
        elif name in _CALLS:
            self.push_call(name, argument, at)
        elif name == "BUILD":
            state, made = self.stack.pop(), self.stack[-1]
            self.calls.append(Call(f"{_bare(made)}.__setstate__", _SHORT.repr(state), at))
        elif name in ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"):
            self.memo[len(self.memo) if name == "MEMOIZE" else argument] = self.stack[-1]
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[argument])
        else:
            self.push_data(instruction, argument)

    def push_import(self, kind: str, argument: Any, at: int) -> None:
        """A name, from the instruction or from the two texts on the stack."""
        parts = argument.split(" ") if kind == "GLOBAL" else [f"extension {argument}"]
        if kind == "STACK_GLOBAL":
            parts = self.take(2)
        name = ".".join(parts) if all(type(part) is str for part in parts) else "?"
        self.imports.setdefault(name, at)
        self.stack.append(_Name(name))

    def push_call(self, kind: str, argument: Any, at: int) -> None:
        """A call: of what, and with which arguments, depends on the instruction."""
        if kind == "INST":
            self.push_import("GLOBAL", argument, at)
            made, arguments = self.stack.pop(), tuple(self.take_to_mark())
        elif kind == "OBJ":
            made, *rest = self.take_to_mark()
            arguments = tuple(rest)
        else:
            made, arguments, *_ = self.take(3 if kind == "NEWOBJ_EX" else 2)
        name = str(made) if isinstance(made, _Name) else "?"
        self.calls.append(Call(name, _SHORT.repr(arguments), at))
        self.stack.append(_Name(f"{name}(…)"))

    def push_data(self, instruction: pickletools.OpcodeInfo, argument: Any) -> None:
        """Numbers, texts, and what is collected from them."""
        name = instruction.name
        if name in _EMPTY or name in _VALUES:
            self.stack.append(_EMPTY[name]() if name in _EMPTY else _VALUES[name])
        elif name in ("MARK", "DUP"):
            self.stack.append(_MARK if name == "MARK" else self.stack[-1])
        elif name in ("TUPLE", "LIST", "FROZENSET", "DICT", "POP_MARK"):
            items = self.take_to_mark()
            if name != "POP_MARK":
                self.stack.append(items if name == "LIST" else tuple(items))
        elif name in ("APPENDS", "SETITEMS", "ADDITEMS"):
            self.collect(self.take_to_mark())
        elif name in ("APPEND", "SETITEM"):
            self.collect(self.take(1 if name == "APPEND" else 2))
        elif name == "STOP":
            self.result = self.stack.pop()
        elif instruction.stack_after and not instruction.stack_before:
            self.stack.append(argument)
        else:  # TUPLE1 to TUPLE3, POP, and persistent ids, which the reader of a file looks up
            taken = tuple(self.take(len(instruction.stack_before)))
            self.stack += [taken] if instruction.stack_after else []

    def collect(self, items: list[Any]) -> None:
        """What is added to a list or a dictionary, which may be an argument of a call."""
        whole = self.stack[-1]
        if isinstance(whole, list):
            whole.extend(items)
        elif isinstance(whole, dict):
            pairs = zip(items[::2], items[1::2], strict=True)
            whole |= {key: value for key, value in pairs if isinstance(key, str | int | bytes)}

    def take(self, n: int) -> list[Any]:
        """The last ``n`` values, off the stack."""
        if len(self.stack) < n:
            raise IndexError(f"an instruction takes {n} values from a stack of {len(self.stack)}")
        taken = self.stack[len(self.stack) - n :]
        del self.stack[len(self.stack) - n :]
        return taken

    def take_to_mark(self) -> list[Any]:
        """The values above the last mark, off the stack with it."""
        places = range(len(self.stack) - 1, -1, -1)
        mark = next((i for i in places if self.stack[i] is _MARK), None)
        if mark is None:
            raise IndexError("an instruction looks for a mark that is not there")
        return self.take(len(self.stack) - mark)[1:]


def _bare(made: object) -> str:
    return str(made).removesuffix("(…)") if isinstance(made, _Name) else "?"
