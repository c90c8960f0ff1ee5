"""Messages between the grader and a submission: JSON, then the bytes of arrays."""

import json
import struct
from collections.abc import Callable
from typing import IO, Any

from .codec import Codec

LARGEST = 64 << 20
HEAD = struct.Struct("!IQ")


class Wire(Codec):
    """One end of the connection."""

    def __init__(
        self,
        side: str,
        source: IO[bytes],
        target: IO[bytes],
        remote: Callable[[str, bool, str], Any],
    ) -> None:
        super().__init__(side, remote)
        self.source, self.target = source, target

    def learn(self) -> None:
        """Called before the first message of a call is decoded."""

    def send(self, message: dict[str, Any], value: Any = None) -> None:
        """Send plain fields and a value. Raises ``ValueError`` if it is too large."""
        buffers: list[bytes] = []
        node = self.encode(value)
        message = {**message, "value": node, "shared": self.shared()}
        text = json.dumps(message, default=lambda raw: _buffer(raw, buffers)).encode()
        raw = b"".join(buffers)
        if len(text) + len(raw) > LARGEST:
            raise ValueError(f"a value of more than {LARGEST >> 20} MB")
        self.target.write(HEAD.pack(len(text), len(raw)) + text + raw)
        self.target.flush()

    def receive(self) -> dict[str, Any]:
        """Read a message and decode its value. Raises ``EOFError`` at the end of the stream."""
        n_text, n_raw = HEAD.unpack(self._read(HEAD.size))
        if n_text + n_raw > LARGEST:
            raise ValueError(f"a message of more than {LARGEST >> 20} MB")
        text, raw = self._read(n_text), self._read(n_raw)

        def buffers(node: dict[str, Any]) -> Any:
            return raw[node["@"][0] : sum(node["@"])] if "@" in node else node

        message = json.loads(text, object_hook=buffers)
        if message.get("fresh"):
            self.reset()
            self.learn()
        self.update(message.pop("shared", []))
        message["value"] = self.decode(message.get("value"))
        return message

    def _read(self, n: int) -> bytes:
        data = self.source.read(n)
        if len(data) < n:
            raise EOFError("the other side has ended")
        return data


def _buffer(raw: Any, buffers: list[bytes]) -> dict[str, Any]:
    if not isinstance(raw, bytes):
        raise ValueError(f"a value of type {type(raw).__name__}")
    start = sum(map(len, buffers))
    buffers.append(raw)
    return {"@": [start, len(raw)]}
