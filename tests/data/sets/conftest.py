"""A server of our own plays the hub and the web, with the answers that they give on bad days.

As the real hub does, it sends the client on to a store for large files, and states SHA-256 for
them and Git's SHA-1 for small ones.
"""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLES = (
    "LMBOOK_OFFLINE",
    "HF_HUB_OFFLINE",
    "http_proxy",
    "HTTP_PROXY",
    "all_proxy",
    "ALL_PROXY",
)


class Hub(http.server.ThreadingHTTPServer):
    """Files by path, one behaviour for all of them, and the paths that were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.behaviour: str = "store"
        self.asked: list[str] = []
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server_port}"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        behaviour = self.server.behaviour
        content = self.server.files.get(self.path.removeprefix("/store"))
        if behaviour == "silent":
            self.server.closing.wait(30)  # until the test ends, not thirty seconds
        elif content is None or behaviour.isdecimal():
            self.send_error(int(behaviour) if behaviour.isdecimal() else 404)
        elif behaviour == "store" and not self.path.startswith("/store"):
            stated = {"X-Linked-ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
            self.reply(302, {"Location": f"/store{self.path}", **stated}, b"")
        else:
            self.reply(
                200, {"ETag": self.etag(content), **self.length(content)}, self.sent(content)
            )

    def etag(self, content: bytes) -> str:
        git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        known = {"store": '"the store has its own names"', "no checksum": '"abc"'}
        known |= {"wrong checksum": f'"{"0" * 40}"', "weak": f'W/"{git}"'}
        return known.get(self.server.behaviour, f'"{git}"')

    def length(self, content: bytes) -> dict[str, str]:
        if self.server.behaviour == "cut without a length":
            return {}
        return {"Content-Length": str(len(content))}

    def sent(self, content: bytes) -> bytes:
        return content[: len(content) // 2] if self.server.behaviour.startswith("cut") else content

    def reply(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def hub(home, monkeypatch) -> Iterator[Hub]:
    """A hub that holds nothing yet; its ``address`` ends without a slash."""
    server = Hub()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("HF_ENDPOINT", f"{server.address}/")
    yield server
    server.closing.set()
    server.shutdown()
    server.server_close()
    thread.join()
