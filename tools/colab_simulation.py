"""Run the Colab edition on a stand-in for Google Colab.

A virtual environment gets Colab's package versions (``tests/book/colab-constraints.txt``) and a
stub of ``google.colab``. Every chapter and every student notebook then runs there in an empty
folder, its first cell installing the ``lmbook`` wheel built from this tree. Fails if a notebook
fails, or if installing ``lmbook`` changed a package that Colab already has.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv-colab"
CONSTRAINTS = ROOT / "tests/book/colab-constraints.txt"
BUILD = ROOT / "_build/colab"
STUB = {
    "__init__.py": '"""A stand-in for the module that only Colab has."""\n',
    "output.py": 'def enable_custom_widget_manager():\n    """Do nothing here."""\n',
}
RUNNER = """
import sys
import nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], 4)
where = {"metadata": {"path": sys.argv[2]}}
client = NotebookClient(
    notebook, timeout=300, allow_errors=True, kernel_name="python3", resources=where
)
client.execute()
nbformat.write(notebook, sys.argv[1])
"""


class SimulationError(RuntimeError):
    """The simulation found a fault, or could not run; the message says what to do."""


def run(*command: str | Path) -> str:
    """Run a command without the caller's Python paths; its output, or an error that shows it."""
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "JUPYTER_PATH"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    environment |= {"PYTHONNOUSERSITE": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
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
    """Build the stand-in, unless it is there for the same constraints."""
    stamp, key = ENVIRONMENT / "lmbook-stamp", digest(CONSTRAINTS)
    if stamp.is_file() and stamp.read_text("utf-8") == key:
        print(f"environment: {ENVIRONMENT.name} is up to date", flush=True)
        return
    print(f"environment: installing Colab's versions into {ENVIRONMENT.name}", flush=True)
    venv.EnvBuilder(clear=True, with_pip=True).create(ENVIRONMENT)
    run(python(), "-m", "pip", "install", "-q", "-r", CONSTRAINTS)
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


def install(wheel: Path) -> None:
    """Install the wheel with what it needs, and compare the packages before and after."""
    run(python(), "-m", "pip", "uninstall", "-q", "-y", "lmbook")
    before = packages()
    run(python(), "-m", "pip", "install", "-q", wheel)
    check_packages(before)
    new = sorted(packages().keys() - before.keys())
    print(f"install: no package of Colab changed; new: {', '.join(new)}", flush=True)


def check_packages(before: dict[str, str]) -> None:
    """Raise if a package that was there before is another one now."""
    if changed := changed_packages(before, packages()):
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # it no longer has Colab's versions
        raise SimulationError(f"installing lmbook changed: {'; '.join(changed)}")


def write_notebooks(wheel: Path) -> list[Path]:
    """The Colab edition of every chapter and student notebook, installing this wheel."""
    for master in sorted(ROOT.glob("exercises/[0-9]*/[0-9]*.ipynb")):
        student = ROOT / "_build/exercises" / master.stem / "student" / master.name
        if not student.is_file():
            raise SimulationError(f"{student} is missing: run python tools/exercises.py build")
    output = BUILD / "notebooks"
    shutil.rmtree(output, ignore_errors=True)
    tool = ROOT / "tools/colab_edition.py"
    run(sys.executable, tool, "--output", output, "--requirement", wheel)
    return sorted(output.rglob("*.ipynb"))


def faults(notebook: nbformat.NotebookNode, is_exercise: bool) -> list[str]:
    """The errors of a run; a student's unanswered stub may raise ``NotImplementedError``."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    allowed = {"NotImplementedError"} if is_exercise else set()
    return [f"{error.ename}: {error.evalue}" for error in errors if error.ename not in allowed]


def run_notebook(path: Path) -> None:
    """Execute one notebook in an empty folder with the stand-in's kernel."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        run(python(), "-c", RUNNER, path, folder)
    found = faults(nbformat.read(path, 4), path.parent.name == "exercises")
    if found:
        raise SimulationError(f"{path.relative_to(BUILD)}: {'; '.join(found)}")
    print(f"{path.relative_to(BUILD)}: ran in {time.monotonic() - start:.0f} s", flush=True)


def simulate(force: bool) -> None:
    """Every step, unless nothing changed since the last success."""
    stamp = BUILD / "stamp"
    sources = [ROOT / name for name in ("lmbook", "pyproject.toml", "exercises", "tools")]
    sources += [CONSTRAINTS, *ROOT.glob("book/[0-9]*.ipynb")]
    sources += ROOT.glob("_build/exercises/*/student/*.ipynb")
    key = digest(*sources)
    unchanged = stamp.is_file() and stamp.read_text("utf-8") == key
    if unchanged and python().is_file() and not force:
        print("Colab simulation: nothing changed since the last success")
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    make_environment()
    wheel = build_wheel()
    install(wheel)
    before = packages()
    first, *others = write_notebooks(wheel)
    run(python(), "-m", "pip", "uninstall", "-q", "-y", "lmbook")  # the first cell brings it back
    run_notebook(first)
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(run_notebook, others))
    check_packages(before)
    stamp.write_text(key, "utf-8")
    print("Colab simulation: passed")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Run the Colab edition with Colab's versions.")
    parser.add_argument("--force", action="store_true", help="run even if nothing changed")
    try:
        simulate(parser.parse_args(arguments).force)
    except SimulationError as error:
        print(f"Colab simulation: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
