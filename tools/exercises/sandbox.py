"""Where a submission runs: the strictest of these walls that this machine offers.

- ``bubblewrap``: its own processes, no network, its own /tmp, no file of this machine but the
  system, Python and the package, all read-only; as root also a user of its own.
- ``namespaces``: its own processes and no network, but files are readable.
- ``processes``: limits and an own folder; all its processes are ended with it.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import lmbook

INSIDE = Path(__file__).parent / "inside"
PACKAGE = Path(str(lmbook.__file__)).parent
KINDS = ("bubblewrap", "namespaces", "processes")
FIRST_USER, N_USERS = 61_000, 3_000
MEMORY, CPU_SECONDS, N_PROCESSES, FILE_SIZE = 4 << 30, 600, 64, 32 << 20
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
PROBE = "import numpy, lmbook.grading, tempfile; tempfile.TemporaryFile().write(b'1')"
START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from inside.student import main; main()"


class Sandbox(NamedTuple):
    """A kind of wall, and whether each submission gets a user of its own (only for root)."""

    kind: str
    own_user: bool = False


def user() -> int:
    """A user number that no other submission has at the same time."""
    return FIRST_USER + os.getpid() % N_USERS


def command(sandbox: Sandbox, folder: Path, code: list[str]) -> list[str]:
    """The command that runs Python with ``code`` inside; ``folder`` is its own where it has no
    other."""
    python = [sys.executable, "-I", *code]
    drop = ["setpriv", f"--reuid={user()}", f"--regid={user()}", "--clear-groups"]
    drop = [*drop, "--no-new-privs"] if sandbox.own_user else []
    if sandbox.kind == "bubblewrap":
        return [*_bubblewrap(sandbox.own_user), *drop, *python]
    if sandbox.kind == "namespaces":
        isolated = ["unshare", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"]
        mapped = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        return [*isolated, *mapped, "--", *drop, *python]
    return [*drop, *python]


def _bubblewrap(own_user: bool) -> list[str]:
    """Its own namespaces and a file system of what Python needs."""
    if own_user:  # real user numbers, which setpriv then changes
        apart = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        apart += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        apart = ["--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"]
    shown = [*SYSTEM, *CONFIGURATION, sys.base_prefix, sys.prefix, str(PACKAGE)]
    parents = [str(parent) for path in shown for parent in reversed(Path(path).parents)]
    files = [w for path in dict.fromkeys(parents[1:]) for w in ("--perms", "755", "--dir", path)]
    files += [word for path in shown for word in ("--ro-bind-try", path, path)]
    files += ["--perms", "755", "--dir", "/grader", "--ro-bind", str(INSIDE), "/grader/inside"]
    files += ["--proc", "/proc", "--dev", "/dev"]
    own = ["--size", str(8 * FILE_SIZE), "--perms", "1777", "--tmpfs", "/tmp", "--chdir", "/tmp"]
    return ["bwrap", "--die-with-parent", "--new-session", *apart, *files, *own]


def _environment(folder: str) -> dict[str, str]:
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    home = {"HOME": folder, "TMPDIR": folder, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return {**threads, **home, "MPLBACKEND": "Agg", "TOKENIZERS_PARALLELISM": "false"}


@cache
def strictest() -> Sandbox:
    """The strictest sandbox that works here."""
    users = (True, False) if os.getuid() == 0 and shutil.which("setpriv") else (False,)
    for kind in KINDS[:-1]:
        for own_user in users:
            if _works(Sandbox(kind, own_user)):
                return Sandbox(kind, own_user)
    last = Sandbox(KINDS[-1], own_user=True)
    return last if users[0] and _works(last) else Sandbox(KINDS[-1])


def _works(sandbox: Sandbox) -> bool:
    folder = make_folder(sandbox)
    try:
        words = command(sandbox, folder, ["-c", PROBE])
        options = {"capture_output": True, "timeout": 60, "cwd": folder}
        environment = _environment(_home(sandbox, folder))
        return subprocess.run(words, env=environment, **options).returncode == 0  # type: ignore[call-overload]
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_folder(sandbox: Sandbox) -> Path:
    """A folder for one submission, removed by the caller."""
    folder = Path(tempfile.mkdtemp(prefix="submission-"))
    if sandbox.own_user:
        os.chown(folder, user(), user())
    return folder


def _home(sandbox: Sandbox, folder: Path) -> str:
    return "/tmp" if sandbox.kind == "bubblewrap" else str(folder)


def start(sandbox: Sandbox, folder: Path) -> subprocess.Popen[bytes]:
    """Start the process that holds a submission; it speaks over its standard streams."""
    adopt_orphans()
    inside = "/grader" if sandbox.kind == "bubblewrap" else str(INSIDE.parent)
    n_processes = N_PROCESSES + (0 if sandbox.own_user else _n_processes_of_mine())
    limits = [str(n) for n in (MEMORY, CPU_SECONDS, n_processes, FILE_SIZE)]
    return subprocess.Popen(
        command(sandbox, folder, ["-c", START, inside, *limits]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(_home(sandbox, folder)),
        cwd=folder,
        start_new_session=True,
    )


def adopt_orphans() -> None:
    """Become the parent of processes whose own parent has ended, so that ``end`` finds them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and everything that descends from it."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for _ in range(100):  # killing one may hand its children to us
        left = _children(os.getpid())
        if not left:
            return
        for child in left:
            with suppress(ProcessLookupError, ChildProcessError, PermissionError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _children(parent: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == parent:
            found.append(int(path.parent.name))
    return found


def _n_processes_of_mine() -> int:
    """Threads of this user: the limit on processes counts them all."""
    n = 0
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if path.stat().st_uid == os.getuid():
                n += len(list((path / "task").iterdir()))
        except OSError:
            continue
    return n


def described(sandbox: Sandbox) -> str:
    """What an instructor is told about it."""
    users = ", a user for each submission" if sandbox.own_user else ""
    weaker = {
        "bubblewrap": "",
        "namespaces": " (no network, but files of this machine are readable: install bubblewrap)",
        "processes": " (network and files of this machine are open: install bubblewrap)",
    }
    return f"{sandbox.kind}{users}{weaker[sandbox.kind]}"
