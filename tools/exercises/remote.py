"""The grader's end of the connection to a submission."""

import builtins
import subprocess
from typing import Any

import numpy as np

from tools.exercises.inside.wire import Wire


class Lost(BaseException):
    """The submission's process has ended, or says what makes no sense.

    No ``Exception``: a test that catches those must not go on.
    """


class Remote:
    """An object of the submission's: it can be called and asked for public attributes.

    Comparing it or using it as a number or a container is a ``TypeError``: only plain data
    counts as an answer, and an object that calls itself equal to everything is none.
    """

    def __init__(self, session: "Session", key: str, name: str) -> None:
        self._session, self._handle_key, self._name = session, key, name
        self.__name__ = name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._session.call(self._handle_key, arguments, keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._session.ask({"op": "get", "key": self._handle_key, "name": name})

    def __repr__(self) -> str:
        return f"an object of type {self._name}"

    def _refuse(self, *_: Any) -> Any:
        raise TypeError(f"the answer is {self!r}: numbers, strings, lists, arrays … can be tested")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __iter__ = __getitem__ = __contains__ = _refuse
    __hash__ = object.__hash__


class Session:
    """A process that holds a submission; ``classes`` are those of the exercise's own setup."""

    def __init__(self, process: subprocess.Popen[bytes], classes: dict[str, type]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self.process = process
        self.wire = Wire("t", process.stdout, process.stdin, self._remote)
        self.wire.classes = classes
        self.depth = 0
        self.ask({"op": "begin"}, list(classes))

    def _remote(self, key: str, _: bool, name: str) -> Remote:
        return Remote(self, key, str(name))

    def run(self, source: str, number: int) -> None:
        """Run a cell. Raises what the cell raises, as an exception of Python's own."""
        self.ask({"op": "run", "name": f"<cell {number}>"}, source)

    def look(self, names: set[str]) -> dict[str, Any]:
        """The submission's values of ``names``, as far as it defines them."""
        return dict(self.ask({"op": "look"}, sorted(names)))

    def call(self, key: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the submission's with the present treatment of NumPy's errors."""
        return self.ask({"op": "call", "key": key, "errors": np.geterr()}, (arguments, keywords))

    def ask(self, message: dict[str, Any], value: Any = None) -> Any:
        """Send a request, serve the submission's own calls, and return the answer."""
        message = {**message, "fresh": not self.depth}
        if not self.depth:
            self.wire.reset()
        self.depth += 1
        try:
            self._send(message, value)
            while True:
                reply = self._receive()
                if reply["op"] == "return":
                    return reply["value"]
                if reply["op"] == "raise":
                    raise rebuilt(reply)
                self._serve(reply)
        finally:
            self.depth -= 1

    def _serve(self, request: dict[str, Any]) -> None:
        """Answer a call of one of the grader's functions."""
        try:
            arguments, keywords = request["value"]
            function = self.wire.handles[request["key"]]
        except (KeyError, TypeError, ValueError) as problem:
            raise Lost("a call that makes no sense") from problem
        try:
            value = function(*arguments, **keywords)
        except Exception as problem:
            kinds = [k.__name__ for k in type(problem).__mro__ if k.__module__ == "builtins"]
            self._send({"op": "raise", "types": kinds, "text": str(problem)[:1000]}, None)
        else:
            self._send({"op": "return"}, value)

    def _send(self, message: dict[str, Any], value: Any) -> None:
        try:
            self.wire.send(message, value)
        except OSError as problem:
            raise Lost("the notebook's process has ended") from problem

    def _receive(self) -> dict[str, Any]:
        try:
            reply = self.wire.receive()
            assert reply["op"] in ("return", "raise", "call")
            return reply
        except (EOFError, OSError) as problem:
            raise Lost("the notebook's process has ended") from problem
        except Exception as problem:
            raise Lost("the notebook's process answers nonsense") from problem


class _Text(str):
    """A message that ``KeyError``, which shows its representation, shows as it is."""

    def __repr__(self) -> str:
        return str(self)


def rebuilt(reply: dict[str, Any]) -> Exception | SystemExit:
    """The submission's exception as one of Python's own."""
    text, name = str(reply.get("text", "")), str(reply.get("name", ""))
    for kind in map(str, reply.get("types", ())):
        found = getattr(builtins, kind, None)
        if isinstance(found, type) and issubclass(found, Exception | SystemExit):
            try:
                problem = found(_Text(text))
            except TypeError:  # UnicodeDecodeError and its like take other arguments
                continue
            break
    else:
        problem = RuntimeError(f"{name}: {text}")
    problem.student_line = str(reply.get("line", ""))[:400]  # type: ignore[union-attr]
    return problem
