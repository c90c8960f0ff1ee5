"""What each toolkit needs, and how an environment of its own is made for it.

Their pins contradict one another and those of the book, so each lives under ``.venv-toolkits``.
``python -m tools.toolkits`` (``make toolkits``) makes them; a stamp holds what was installed, so
that a second run does nothing.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".venv-toolkits"
STAMP = "installed.json"
TORCH = "torch"
"""In place of a list of packages: the CPU build of torch, as the book takes it."""

Run = Callable[..., subprocess.CompletedProcess]
Version = tuple[int, int]


class ToolkitError(RuntimeError):
    """A toolkit is missing or cannot be installed. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Toolkit:
    """A toolkit, pinned: the steps of its installation, and what they need.

    A step is ``TORCH`` or what pip gets after ``install``. ``python`` holds the oldest and the
    newest Python that the pins admit, ``megabytes`` the measured space on disk, rounded up.
    """

    name: str
    module: str
    megabytes: int
    python: tuple[Version, Version]
    steps: tuple[str | tuple[str, ...], ...]
    compiler: bool = False


TOOLKITS = {
    toolkit.name: toolkit
    for toolkit in (
        Toolkit(
            name="fairseq",
            module="fairseq",
            megabytes=900,
            python=((3, 11), (3, 13)),
            compiler=True,
            steps=(
                TORCH,
                # its extensions are built against the torch of the environment; pip 24.1 and later
                # refuse what omegaconf 2.0.6 says of its dependencies
                ("pip==24.0", "setuptools==80.10.2", "cython==3.3.1", "numpy==2.4.6"),
                ("--no-deps", "--no-build-isolation", "fairseq==0.12.2"),
                # without --no-deps pip brings torchaudio, which text does not need
                ("hydra-core==1.0.7", "omegaconf==2.0.6", "--no-deps"),
                ("antlr4-python3-runtime==4.8", "bitarray==3.12.3", "cffi==2.1.1"),
                ("pyyaml==6.0.4", "regex==2026.11.19", "sacrebleu==2.6.0", "tqdm==4.70.1"),
            ),
        ),
        Toolkit(
            name="opennmt",
            module="onmt",
            megabytes=1100,
            python=((3, 11), (3, 12)),
            steps=(
                TORCH,
                # with its dependencies pip brings five gigabytes for kernels of NVIDIA GPUs
                ("--no-deps", "OpenNMT-py==3.5.1"),
                ("pyonmttok==1.38.1", "configargparse==1.9.0", "ctranslate2==4.8.5"),
                ("sacrebleu==2.6.0", "rapidfuzz==3.14.6", "pyyaml==6.0.4", "six==1.17.0"),
                ("setuptools==80.10.2",),
            ),
        ),
        Toolkit(
            name="eole",
            module="eole",
            megabytes=1700,
            python=((3, 11), (3, 13)),
            steps=(TORCH, ("eole==0.6.4",)),
        ),
        Toolkit(
            name="ctranslate2",
            module="ctranslate2",
            megabytes=300,
            python=((3, 11), (3, 14)),
            steps=(("ctranslate2==4.8.5", "numpy==2.4.6"),),
        ),
        Toolkit(
            name="modelgarden",
            module="official.nlp",
            megabytes=2400,
            python=((3, 11), (3, 13)),
            steps=(
                ("tensorflow-cpu==2.20.0", "tf-keras==2.20.1"),
                # its own list of dependencies brings another gigabyte, none of it for text models
                ("--no-deps", "tf-models-official==2.20.0", "tensorflow-text==2.20.1"),
                ("--no-deps", "tensorflow-hub==0.16.1", "tensorflow-model-optimization==0.8.1"),
                ("--no-deps", "tf-slim==1.1.0"),
                (
                    "gin-config==0.5.0",
                    "absl-py==2.5.1",
                    "pyyaml==6.0.4",
                    "six==1.17.0",
                    "dm-tree==0.1.10",
                ),
            ),
        ),
    )
}
"""The toolkits by name, in the order in which they are installed."""


def toolkit(name: str) -> Toolkit:
    """The toolkit of that name. Raises ``ToolkitError`` if there is none."""
    if name not in TOOLKITS:
        raise ToolkitError(f"name={name!r} is not one of {', '.join(TOOLKITS)}")
    return TOOLKITS[name]


def python_of(name: str, folder: Path = FOLDER) -> Path:
    """The interpreter of a toolkit's environment.

    Raises ``ToolkitError`` for an unknown name, or if the environment is missing or half made.
    """
    toolkit(name)
    if not (folder / name / STAMP).is_file():
        raise ToolkitError(f"{name} is not installed: run `make toolkits NAME={name}` first")
    return folder / name / "bin" / "python"


def is_installed(name: str, folder: Path = FOLDER) -> bool:
    """Whether the environment of a toolkit was made to its end, from the pins of today."""
    kit = toolkit(name)
    try:
        return json.loads((folder / name / STAMP).read_text())["steps"] == _plain(kit)
    except (OSError, ValueError):  # no stamp, or one that was cut off
        return False


def hindrance(
    kit: Toolkit,
    version: Version = sys.version_info[:2],
    free_megabytes: float | None = None,
    which: Callable[[str], str | None] = shutil.which,
) -> str | None:
    """What stands against an installation, as a sentence that says what to do; None if nothing."""
    oldest, newest = kit.python
    if not oldest <= version <= newest:
        spans = f"{_dotted(oldest)} to {_dotted(newest)}"
        return (
            f"{kit.name} needs Python {spans}, and this is {_dotted(version)}; "
            f"name one: make toolkits NAME={kit.name} PYTHON=python{_dotted(newest)}"
        )
    compilers = [os.environ.get("CXX", "c++"), "g++", "clang++"]
    if kit.compiler and not any(which(name) for name in compilers):
        return f"{kit.name} is built from source and needs a C++ compiler (Debian: g++)"
    if free_megabytes is None:
        free_megabytes = shutil.disk_usage(ROOT).free / 1e6
    if free_megabytes < kit.megabytes:
        needed = f"{kit.megabytes:,} MB of disk, and {free_megabytes:,.0f} MB are free"
        return f"{kit.name} needs {needed}"
    return None


def build(
    name: str, folder: Path = FOLDER, run: Run = subprocess.run, say: Callable[[str], None] = print
) -> bool:
    """Make a toolkit's environment; False if it was there already.

    Raises ``ToolkitError`` for what ``hindrance`` finds, before anything is written, and for a
    step that fails; the next call then begins anew.
    """
    kit = toolkit(name)
    if is_installed(name, folder):
        say(f"== {name}: installed")
        return False
    if (problem := hindrance(kit)) is not None:
        raise ToolkitError(problem)
    say(f"== {name}: installing, about {kit.megabytes:,} MB on disk")
    place = folder / name
    shutil.rmtree(place, ignore_errors=True)
    python = place / "bin" / "python"
    _checked(run, name, [sys.executable, "-m", "venv", str(place)])
    for step in kit.steps:
        _checked(run, name, [str(python), *_arguments(step)])
    _checked(
        run,
        name,
        [str(python), "-c", f"import importlib.util as u; u.find_spec({kit.module!r}).origin"],
    )
    size = megabytes(place)
    (place / STAMP).write_text(json.dumps({"steps": _plain(kit), "megabytes": round(size)}))
    say(f"== {name}: done, {size:,.0f} MB on disk")
    return True


def megabytes(folder: Path) -> float:
    """Megabytes of the files in ``folder``, links not followed."""
    paths = (path for path in folder.rglob("*") if not path.is_symlink() and path.is_file())
    return sum(path.stat().st_size for path in paths) / 1e6


def _arguments(step: str | tuple[str, ...]) -> list[str]:
    if isinstance(step, str):
        return [str(ROOT / "tools" / "install_torch.py"), "--build", "cpu", "--no-compile"]
    return ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile", *step]


def _checked(run: Run, name: str, command: Sequence[str]) -> None:
    done = run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        said = " ".join((done.stderr or "").strip().splitlines()[-2:]) or "nothing"
        raise ToolkitError(f"{name}: `{' '.join(command[1:])}` failed and said: {said}")


def _plain(kit: Toolkit) -> list[list[str] | str]:
    return [step if isinstance(step, str) else list(step) for step in kit.steps]


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))
