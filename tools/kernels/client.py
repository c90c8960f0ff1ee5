"""Ask the server of ``server.py`` for a kernel, pass signals on to it, and end as it ends.

Jupyter starts this program in place of a kernel: ``client.py SOCKET ARGUMENT...``. The kernel
gets these arguments, and this program's folder, environment, standard input, output and errors.
If this program is killed, the server kills the kernel.
"""

import json
import os
import signal
import socket
import sys
from types import FrameType


def main(address: str, *arguments: str) -> int:
    """Wait for the kernel's end; its exit status."""
    server = socket.socket(socket.AF_UNIX)

    def forward(number: int, frame: FrameType | None) -> None:
        server.send(bytes([number]))

    server.connect(address)
    asked = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}
    socket.send_fds(server, [b" "], [0, 1, 2])
    server.sendall(json.dumps(asked).encode() + b"\n")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, forward)
    status = server.recv(1)
    return status[0] if status else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
