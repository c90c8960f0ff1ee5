"""Install torch: the CPU build on Linux without an NVIDIA GPU, else what pip finds.

``python tools/install_torch.py`` runs before the environment has any package, so it needs the
standard library alone. pip's default on Linux is the CUDA build, which brings gigabytes that only
an NVIDIA GPU can use. The CPU build is on PyTorch's own index; uv's torch backend takes it there.
Where that index cannot be reached, pip's index decides, and the log says what came.
"""

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu/torch/"
PROBE_SECONDS = 6
UV_SECONDS = 120
DRIVER = Path("/proc/driver/nvidia/gpus")
WSL_TOOL = "/usr/lib/wsl/lib/nvidia-smi"

# what pip says about a download of megabytes, or about torch from a folder
LARGE = r"\s*(Downloading|Using cached) .*\([\d.]+ [MG]B\)|\s*Processing .*torch-.*\.whl"

Run = Callable[..., subprocess.CompletedProcess]


def say(text: str) -> None:
    """Print a line of the log at once, between those of pip."""
    print(f"== torch: {text}", flush=True)


def pinned(name: str, constraints: Path = CONSTRAINTS) -> str:
    """The version of a package in the constraints. Raises ``ValueError`` if there is none."""
    found = re.search(rf"(?m)^{name}==(\S+)$", constraints.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"name={name!r} has no pin in {constraints}")
    return found[1]


def installed() -> str | None:
    """The version of torch in this environment, such as ``"2.13.0+cpu"``; None without one."""
    try:
        return importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return None


def has_nvidia_gpu(driver: Path = DRIVER, run: Run = subprocess.run) -> bool:
    """Whether the driver or ``nvidia-smi`` lists a GPU."""
    if driver.is_dir() and any(driver.iterdir()):
        return True
    tool = shutil.which("nvidia-smi") or shutil.which(WSL_TOOL)
    if tool is None:
        return False
    try:
        listed = run([tool, "-L"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and "GPU" in listed.stdout


def reachable(address: str, seconds: float = PROBE_SECONDS) -> bool:
    """Whether a web address answers in time; proxies of the environment are used."""
    try:
        with urllib.request.urlopen(address, timeout=seconds) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError, ValueError):
        return False


def pip_install(packages: Sequence[str], compiled: bool, quiet: bool) -> list[str]:
    """The command that installs ``packages`` with this environment's pip."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    command += ["--quiet"] if quiet else ["--progress-bar", "off"]
    command += [] if compiled else ["--no-compile"]
    return [*command, "--constraint", str(CONSTRAINTS), *packages]


def cpu_build(version: str, compiled: bool, run: Run = subprocess.run) -> bool:
    """Install the CPU build with uv; False if uv or the build could not be had.

    Only torch itself is taken: what it needs comes with the book's packages, from pip's own index.
    """
    backend = ["--torch-backend", "cpu", "--no-deps", f"torch=={version}"]
    command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, *backend]
    patient = {**os.environ, "UV_HTTP_TIMEOUT": "60", "UV_LINK_MODE": "copy"}
    try:
        bootstrap = pip_install(["--timeout", "15", "uv"], compiled, quiet=True)
        if run(bootstrap, timeout=UV_SECONDS, capture_output=True).returncode:
            return False
        return run(command, env=patient).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def default_build(version: str, compiled: bool) -> bool:
    """Install what pip finds, and pass on what it says about downloads; False if that fails."""
    command = pip_install([f"torch=={version}"], compiled, quiet=False)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or []:
            if re.match(LARGE, line):
                say(line.strip())
    return process.returncode == 0


def weight(names: Sequence[str]) -> float:
    """Megabytes on disk of the installed packages whose name begins with one of ``names``."""
    n_bytes = 0
    for package in importlib.metadata.distributions():
        if (package.name or "").lower().startswith(tuple(names)):
            n_bytes += sum(file.size or 0 for file in package.files or [])
    return n_bytes / 1e6


def wants_cpu(build: str) -> bool:
    """Whether the CPU build has to be asked for: ``build`` is "auto", "cpu" or "default"."""
    if build != "auto":
        return build == "cpu"
    return platform.system() == "Linux" and not has_nvidia_gpu()


def install(build: str, compiled: bool) -> bool:
    """Install the pinned torch unless it is there; False if nothing could be installed."""
    version = pinned("torch")
    if (installed() or "").split("+")[0] == version:
        return True
    done = False
    if wants_cpu(build):
        if reachable(CPU_INDEX):
            say(f"no NVIDIA GPU is needed: the CPU build of {version}")
            done = cpu_build(version, compiled)
        if not done:
            say(f"PyTorch's index of CPU builds cannot be used: what pip finds for {version}")
    done = done or default_build(version, compiled)
    if done:
        importlib.invalidate_caches()
        say(f"{installed()}, {weight(('torch', 'nvidia', 'triton', 'cuda')):.0f} MB on disk")
    return done


def main() -> None:
    """Read the command line and install; exit status 1 if that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="auto", choices=["auto", "cpu", "default"])
    parser.add_argument("--no-compile", action="store_true", help="let Python compile at import")
    options = parser.parse_args()
    sys.exit(not install(options.build, not options.no_compile))


if __name__ == "__main__":
    main()
