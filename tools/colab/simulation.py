"""Run the Colab edition on a stand-in for Google Colab.

A virtual environment gets Colab's package versions (``tests/book/colab-constraints.txt``) and a
stub of ``google.colab``. The first notebook runs there with its install cell, which installs the
``lmbook`` wheel built from this tree. Every other chapter and student notebook has the same
install cell and runs without it, two at a time, each in an empty folder. Their training is cut
short, since the question is whether Colab's versions run the code, and their numbers are judged
elsewhere; ``--full`` trains to the end. Fails if a notebook fails, or if installing ``lmbook``
changed a package that Colab already has.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import nbformat

from tools.colab.shortening import cut_short, faults

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv-colab"
CONSTRAINTS = ROOT / "tests/book/colab-constraints.txt"
RUNNER = ROOT / "tools/colab/runner.py"
KERNELS = ROOT / "tools/kernels/server.py"
BUILD = ROOT / "_build/colab"
STUB = {
    "__init__.py": '"""A stand-in for the module that only Colab has."""\n',
    "output.py": (
        "from types import SimpleNamespace\n\n"
        "_widgets = SimpleNamespace(_installed_url=None)  # which anywidget reads\n\n\n"
        "def enable_custom_widget_manager():\n"
        '    """Only say that it is there."""\n'
        '    _widgets._installed_url = "about:blank"\n'
    ),
}


class SimulationError(RuntimeError):
    """The simulation found a fault, or could not run; the message says what to do."""


def clean_environment() -> dict[str, str]:
    """The caller's variables without those that change Python; one thread a process."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "JUPYTER_PATH"}
    kept = {key: value for key, value in os.environ.items() if key not in hidden}
    return kept | {"PYTHONNOUSERSITE": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(*command: str | Path) -> str:
    """Run a command without the caller's Python paths; its output, or an error that shows it."""
    words, clean = [str(word) for word in command], clean_environment()
    done = subprocess.run(words, capture_output=True, text=True, env=clean, cwd=ROOT, check=False)
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
        raise SimulationError(f"failed: {' '.join(words)}\n{last}")
    return done.stdout


def python() -> Path:
    """The interpreter of the stand-in."""
    folder = "Scripts" if os.name == "nt" else "bin"
    return ENVIRONMENT / folder / "python"


def packages() -> dict[str, str]:
    """Name and version of every package that is installed in the stand-in."""
    listed = run(python(), "-m", "pip", "list", "--format=freeze").split()
    return dict(line.lower().split("==") for line in listed if "==" in line)


def changed_packages(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What an installation changed or removed among the packages that were there before."""
    return [
        f"{name} {version} -> {after.get(name, 'removed')}"
        for name, version in sorted(before.items())
        if after.get(name) != version and name != "lmbook"
    ]


def digest(*paths: Path) -> str:
    """SHA-256 over the names and bytes of files, folders included."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    total = hashlib.sha256(sys.version.encode())
    for file in sorted(file for file in files if file.is_file() and file.suffix != ".pyc"):
        total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


def make_environment() -> None:
    """Build the stand-in, unless it is there for the same constraints and the same stub."""
    stub = hashlib.sha256(repr(STUB).encode()).hexdigest()
    stamp, key = ENVIRONMENT / "lmbook-stamp", f"{digest(CONSTRAINTS)} {stub}"
    if stamp.is_file() and stamp.read_text("utf-8") == key:
        print(f"environment: {ENVIRONMENT.name} is up to date", flush=True)
        return
    print(f"environment: installing Colab's versions into {ENVIRONMENT.name}", flush=True)
    venv.EnvBuilder(clear=True, with_pip=True).create(ENVIRONMENT)
    # Most modules are never imported: Python compiles the others at their first import.
    run(python(), "-m", "pip", "install", "-q", "--no-compile", "-r", CONSTRAINTS)
    code = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    site = Path(run(python(), "-c", code).strip())
    (site / "google/colab").mkdir(parents=True)
    for name, text in STUB.items():
        (site / "google/colab" / name).write_text(text, "utf-8")
    # Colab's kernel has the module loaded, and anywidget asks sys.modules for it.
    (site / "google_colab_stub.pth").write_text("import google.colab.output\n", "utf-8")
    stamp.write_text(key, "utf-8")


def build_wheel() -> Path:
    """The wheel of this tree, built in a copy so that no build folder stays behind."""
    print("wheel: building", flush=True)
    target = BUILD / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source"
        skipped = shutil.ignore_patterns(
            ".*", "_build", "build", "node_modules", "__pycache__", "*.egg-info"
        )
        shutil.copytree(ROOT, copy, ignore=skipped)
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", target, copy)
    (wheel,) = target.glob("lmbook-*.whl")
    return wheel


def check_packages(before: dict[str, str]) -> None:
    """Raise if a package that was there before is another one now."""
    if changed := changed_packages(before, packages()):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # it no longer has Colab's versions
        raise SimulationError(f"installing lmbook changed: {'; '.join(changed)}")


def write_notebooks(wheel: Path) -> list[Path]:
    """The Colab edition, installing this wheel: the book's notebooks, then the students'."""
    for master in sorted(ROOT.glob("exercises/[0-9]*/[0-9]*.ipynb")):
        student = ROOT / "_build/exercises" / master.stem / "student" / master.name
        if not student.is_file():
            raise SimulationError(f"{student} is missing: run `make exercises`")
    output = BUILD / "notebooks"
    shutil.rmtree(output, ignore_errors=True)
    run(sys.executable, "-m", "tools.colab.edition", "--output", output, "--requirement", wheel)
    found = sorted(output.rglob("*.ipynb"))
    return sorted(found, key=lambda path: path.parent.name == "exercises")


def report(path: Path, seconds: int, error: str) -> str:
    """Print what came of a notebook; its faults in one line, empty if there are none."""
    found = faults(nbformat.read(path, 4), path.parent.name == "exercises")
    line = "; ".join([*found, error] if error else found)
    print(f"{path.relative_to(BUILD)}: {line or f'ran in {seconds} s'}", flush=True)
    return f"{path.relative_to(BUILD)}: {line}" if line else ""


def run_notebooks(paths: list[Path], forked: bool = False) -> None:
    """Execute notebooks, two at a time, in kernels of the stand-in; raise naming every fault."""
    server = (python(), KERNELS) if forked else ()  # it imports torch and the like once for all
    words = [str(word) for word in (*server, python(), RUNNER, *paths)]
    found, left = [], set(paths)
    with tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(
            words, env=clean_environment(), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as client:
            for line in client.stdout or ():
                result = json.loads(line)
                path = Path(result["path"])
                left.discard(path)
                found.append(report(path, result["seconds"], result["error"]))
        errors.seek(0)
        last = "\n".join(errors.read().splitlines()[-25:])
    if client.returncode or left:
        raise SimulationError(f"{len(left)} notebooks did not run\n{last}")
    if any(found):
        raise SimulationError("\n".join(filter(None, found)))


def without_install_cell(paths: list[Path], install: str) -> None:
    """Take the first cell out of notebooks; raise where it differs from the one that ran."""
    for path in paths:
        notebook = nbformat.read(path, 4)
        if notebook.cells.pop(0).source != install:
            raise SimulationError(f"{path.relative_to(BUILD)}: its first cell is not {install}")
        nbformat.write(notebook, path)


def run_edition(notebooks: list[Path], full: bool) -> None:
    """One notebook with its install cell, on a stand-in without ``lmbook``; then all others."""
    run(python(), "-m", "pip", "uninstall", "-q", "-y", "lmbook")
    before = packages()
    *others, first = notebooks  # a student notebook: the longer chapters run two at a time
    install = nbformat.read(first, 4).cells[0].source
    try:
        run_notebooks([first])
    except SimulationError as error:
        said = [output.get("text", "") for output in nbformat.read(first, 4).cells[0].outputs]
        raise SimulationError(f"{error}\nits install cell said: {''.join(said)}") from error
    check_packages(before)
    new = sorted(packages().keys() - before.keys())
    print(f"install: no package of Colab changed; new: {', '.join(new)}", flush=True)
    without_install_cell(others, install)
    run_notebooks(others if full else cut_short(others), forked=True)
    check_packages(before)


def simulate(force: bool, full: bool) -> None:
    """Every step, unless nothing changed since the last success."""
    stamp = BUILD / "stamp"
    sources = [ROOT / name for name in ("lmbook", "pyproject.toml", "exercises", "tools")]
    sources += [CONSTRAINTS, *ROOT.glob("book/*.ipynb")]
    sources += ROOT.glob("_build/exercises/*/student/*.ipynb")
    key = digest(*sources)
    unchanged = stamp.is_file() and stamp.read_text("utf-8") == key
    if unchanged and python().is_file() and not (force or full):
        print("Colab simulation: nothing changed since the last success")
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    make_environment()
    run_edition(write_notebooks(build_wheel()), full)
    stamp.write_text(key, "utf-8")
    print("Colab simulation: passed")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Run the Colab edition with Colab's versions.")
    parser.add_argument("--force", action="store_true", help="run even if nothing changed")
    parser.add_argument("--full", action="store_true", help="do not cut training short")
    parser.add_argument("--environment", action="store_true", help="make the environment only")
    options = parser.parse_args(arguments)
    try:
        make_environment() if options.environment else simulate(options.force, options.full)
    except SimulationError as error:
        print(f"Colab simulation: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
