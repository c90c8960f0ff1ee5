"""Run a command whose notebooks get their kernels by ``fork``, with the large imports made before.

``python tools/kernels/server.py COMMAND...`` imports ``IMPORTED`` once, which takes seconds, and
runs the command. A kernel named "python3" that the command starts, or a program below it, is a
copy of this process, with the folder, the environment and the standard files that Jupyter gave it.
So a notebook is executed as ever, but its first imports cost nothing. It cannot show that it
forgot to import a part of ``IMPORTED``; ``make run`` executes it in a kernel of its own.

Only Linux has what this takes; elsewhere the command runs with ordinary kernels. Imports nothing
of this project, since it also runs with the Python of Colab's stand-in.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

CLIENT = Path(__file__).resolve().with_name("client.py")
# What torch's optimisers and transformers import of torch comes with it. Not transformers itself:
# chapters set variables that it reads when it is imported.
IMPORTED = (
    "ipykernel.kernelapp",
    "ipywidgets",
    "matplotlib.pyplot",
    "scipy.optimize",
    "torch._dynamo",
    "torch.distributed.tensor",
)
# What a kernel sets before a notebook imports matplotlib; no notes by a debugger that is not used.
SETTINGS = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class Server:
    """Forks kernels while the command runs; ``kernels`` holds each one's client."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.ready = listener, selectors.DefaultSelector()
        self.kernels: dict[int, socket.socket] = {}
        self.ready.register(listener, selectors.EVENT_READ, self.accept)

    def serve(self, command: subprocess.Popen) -> int:
        """Until the command ends; its exit status."""
        ended = os.pidfd_open(command.pid)
        self.ready.register(ended, selectors.EVENT_READ, None)
        while True:
            for key, _ in self.ready.select():
                if key.fd == ended:
                    for pid in list(self.kernels):
                        self.kill(pid, signal.SIGKILL)
                        os.waitpid(pid, 0)
                    return command.wait()
                handle, *about = key.data if isinstance(key.data, tuple) else (key.data,)
                handle(*about)

    def accept(self) -> None:
        """A new client: fork its kernel, and watch both."""
        client, _ = self.listener.accept()
        _, files, _, _ = socket.recv_fds(client, 1, 3)
        with client.makefile("rb") as lines:
            line = lines.readline()
        if not line.endswith(b"\n"):  # the client ended before it had asked
            client.close()
            return
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            for other in (self.listener, client, *self.kernels.values()):
                other.close()
            self.ready.close()
            become_kernel(asked, files)
        for file in files:
            os.close(file)
        self.kernels[pid] = client
        ended = os.pidfd_open(pid)
        self.ready.register(client, selectors.EVENT_READ, (self.told, pid))
        self.ready.register(ended, selectors.EVENT_READ, (self.ended, pid, ended))

    def told(self, pid: int) -> None:
        """A client passes a signal on, or is gone."""
        number = self.kernels[pid].recv(1)
        self.kill(pid, number[0] if number else signal.SIGKILL)
        if not number:
            self.ready.unregister(self.kernels[pid])

    def kill(self, pid: int, number: int) -> None:
        """Send a signal to a kernel and the processes that it started."""
        with suppress(ProcessLookupError):
            os.killpg(pid, number)

    def ended(self, pid: int, descriptor: int) -> None:
        """A kernel is gone: its client ends with its exit status."""
        self.ready.unregister(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        client = self.kernels.pop(pid)
        with suppress(KeyError):  # of a client that was gone before
            self.ready.unregister(client)
        with suppress(OSError):
            client.send(bytes([os.waitstatus_to_exitcode(status) % 256]))
        client.close()


def become_kernel(asked: dict[str, Any], files: list[int]) -> NoReturn:
    """Run a kernel in this fork, as ``python -m ipykernel_launcher`` does in a new process."""
    status = 1
    try:
        os.setsid()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.environ["JPY_PARENT_PID"] = str(os.getppid())  # a kernel ends when its parent has ended
        sys.argv = ["ipykernel_launcher", *asked["arguments"]]
        _reseed()
        from ipykernel.kernelapp import launch_new_instance

        launch_new_instance()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        atexit._run_exitfuncs()
        os._exit(status)


def _reseed() -> None:
    """NumPy's own numbers differ from kernel to kernel; Python and torch see to theirs."""
    import numpy as np

    np.random.seed()


def prepare() -> None:
    """Import what notebooks import, so far as it is installed."""
    os.environ |= SETTINGS | {"JPY_PARENT_PID": str(os.getpid())}
    for name in IMPORTED:
        with suppress(ImportError):
            importlib.import_module(name)
    sys.path.pop(0)  # the folder of this file
    gc.freeze()  # a collection in a kernel then copies no pages of what was imported


def main(command: list[str]) -> int:
    """Run the command; its exit status."""
    if not hasattr(os, "pidfd_open"):
        return subprocess.run(command, check=False).returncode
    folder = Path(tempfile.mkdtemp())
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "socket"))
            listener.listen(16)
            spec = folder / "kernels/python3/kernel.json"
            spec.parent.mkdir(parents=True)
            argv = [sys.executable, "-S", "-E", str(CLIENT), str(folder / "socket")]
            kernel = {"argv": [*argv, "-f", "{connection_file}"], "language": "python"}
            spec.write_text(json.dumps(kernel | {"display_name": "Python 3"}), "utf-8")
            places = [str(folder), *filter(None, [os.environ.get("JUPYTER_PATH")])]
            paths = {"JUPYTER_PATH": os.pathsep.join(places)}
            started = subprocess.Popen(command, env=os.environ | paths)
            prepare()
            return Server(listener).serve(started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
