"""Runs a submission's cells, and calls its functions when the grader asks.

The grader sends requests over standard input and reads answers from standard output. What the
submission itself prints goes nowhere.
"""

import builtins
import linecache
import os
import resource
import sys
import traceback
import types
from typing import Any, BinaryIO

import numpy as np

from .notebook import python_of
from .wire import LARGEST, Wire

MOST_TEXT = 1_000


class Silent:
    """Stands in for the grader that the notebook itself calls."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def check(self, *_: Any, **__: Any) -> str:
        """Do nothing: the tests run outside."""
        return "graded afterwards"

    check_all = check


class Callback:
    """A function of the grader's."""

    def __init__(self, student: "Student", key: str, name: str) -> None:
        self._student, self._key, self.__name__ = student, key, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._student.call_back(self._key, arguments, keywords)


class Student(Wire):
    """The submission's side of the connection."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        super().__init__("s", source, target, lambda key, _, name: Callback(self, key, name))
        self.module = types.ModuleType("__main__")
        self.namespace = self.module.__dict__
        self.names: list[str] = []
        sys.modules["__main__"] = self.module
        self.namespace |= {"get_ipython": lambda: None, "display": print}

    def serve(self) -> None:
        """Answer requests until the grader closes the connection."""
        while True:
            try:
                request = self.receive()
            except EOFError:
                return
            self.answer(request)

    def answer(self, request: dict[str, Any]) -> None:
        """Answer one request; an exception of the submission's is an answer, too."""
        try:
            with np.errstate(**request.get("errors") or {}):
                value = getattr(self, "do_" + request["op"])(request)
            self.send({"op": "return"}, value)
        except BaseException as problem:
            if isinstance(problem, ValueError | RecursionError) and not self._can_be_sent():
                self.reset()
            self.send(described(problem))

    def do_begin(self, request: dict[str, Any]) -> None:
        """Learn the names of the classes that are passed by value."""
        self.names = request["value"]

    def do_run(self, request: dict[str, Any]) -> None:
        """Run a cell."""
        code, name = python_of(request["value"]), request["name"]
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        exec(compile(code, name, "exec"), self.namespace)

    def do_look(self, request: dict[str, Any]) -> Any:
        """Return the values of names, where they are defined; functions as handles."""
        return [(n, self.namespace[n]) for n in request["value"] if n in self.namespace]

    def do_call(self, request: dict[str, Any]) -> Any:
        """Call what a handle stands for."""
        arguments, keywords = request["value"]
        return self.handles[request["key"]](*arguments, **keywords)

    def do_get(self, request: dict[str, Any]) -> Any:
        """Return an attribute of what a handle stands for."""
        return getattr(self.handles[request["key"]], request["name"])

    def call_back(self, key: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the grader's; it may call back in turn."""
        self.send({"op": "call", "key": key}, (arguments, keywords))
        while True:
            reply = self.receive()
            if reply["op"] == "return":
                return reply["value"]
            if reply["op"] == "raise":
                raise getattr(builtins, reply["types"][0])(reply["text"])
            self.answer(reply)

    def learn(self) -> None:
        """Find the submission's classes of the names that are passed by value."""
        found = {name: self.namespace.get(name) for name in self.names}
        self.classes = {n: v for n, v in found.items() if isinstance(v, type)}

    def _can_be_sent(self) -> bool:
        try:
            return sum(len(str(content)) for _, content in self.shared()) < LARGEST
        except (ValueError, RecursionError):
            return False


def described(problem: BaseException) -> dict[str, Any]:
    """An exception as plain data."""
    kinds = [k.__name__ for k in type(problem).__mro__ if k.__module__ == "builtins"]
    try:
        text = str(problem)[:MOST_TEXT]
    except Exception:
        text = ""
    name = type(problem).__name__[:80]
    return {"op": "raise", "types": kinds, "name": name, "text": text, "line": line_of(problem)}


def line_of(problem: BaseException) -> str:
    """The last line of the notebook that an exception passed through."""
    if isinstance(problem, SyntaxError) and problem.text:
        return f"line {problem.lineno} of the cell: {problem.text.strip()[:200]}"
    frames = traceback.extract_tb(problem.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("<cell")]
    if not own:
        return ""
    where = "" if own[-1].name == "<module>" else f", in {own[-1].name}"
    return f"line {own[-1].lineno} of the cell{where}: {(own[-1].line or '')[:200]}"


def limit(memory: int, seconds: int, n_processes: int, file_size: int) -> None:
    """Limit this process and its children: bytes, CPU seconds, processes, bytes a file."""
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_NOFILE: 256,
        resource.RLIMIT_CORE: 0,
        getattr(resource, "RLIMIT_NPROC", -1): n_processes,
    }
    for name, value in limits.items():
        if name >= 0:
            hard = resource.getrlimit(name)[1]
            value = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(name, (value, value))


def main() -> None:
    """Serve, with the limits of the command line."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.path.pop(0)
    import lmbook.grading

    lmbook.grading.Grader = Silent  # type: ignore[misc]
    limit(*map(int, sys.argv[1:]))
    Student(source, target).serve()
