"""What ``make toolkits`` says and does, without installing anything."""

import json
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tools.toolkits import __main__ as command
from tools.toolkits import environments
from tools.toolkits.environments import (
    ROOT,
    STAMP,
    TOOLKITS,
    ToolkitError,
    build,
    hindrance,
    is_installed,
    megabytes,
    python_of,
    toolkit,
)

NOTHING_MISSING = {"version": (3, 11), "free_megabytes": 1e6, "which": lambda name: "/usr/bin/c++"}


class FakeRun:
    """Records commands instead of running them; the one that holds ``failing`` fails."""

    def __init__(self, failing=None):
        self.commands, self.failing = [], failing

    def __call__(self, command, **options):
        self.commands.append(list(command))
        if "venv" in command:
            (environments.Path(command[-1]) / "bin").mkdir(parents=True)
        failed = self.failing is not None and self.failing in command
        return SimpleNamespace(returncode=int(failed), stderr="first\nsecond\nno such version\n")


@pytest.fixture(autouse=True)
def ready(monkeypatch):
    """A machine that has all that an installation needs."""
    monkeypatch.setattr(environments, "hindrance", lambda kit: None)


@pytest.mark.parametrize("name", TOOLKITS)
def test_every_package_is_pinned_to_one_version(name):
    for step in TOOLKITS[name].steps:
        packages = [] if isinstance(step, str) else [p for p in step if not p.startswith("--")]
        assert all(package.count("==") == 1 for package in packages), step


@pytest.mark.parametrize("name", TOOLKITS)
def test_nothing_stands_against_an_installation_on_a_machine_that_has_all(name):
    assert hindrance(TOOLKITS[name], **NOTHING_MISSING) is None


def test_a_wrong_python_is_named_with_one_that_will_do():
    found = hindrance(TOOLKITS["opennmt"], **{**NOTHING_MISSING, "version": (3, 13)})
    assert found == (
        "opennmt needs Python 3.11 to 3.12, and this is 3.13; "
        "name one: make toolkits NAME=opennmt PYTHON=python3.12"
    )
    assert "this is 3.10" in (
        hindrance(TOOLKITS["eole"], **{**NOTHING_MISSING, "version": (3, 10)}) or ""
    )


def test_too_little_disk_is_said_in_megabytes():
    found = hindrance(TOOLKITS["modelgarden"], **{**NOTHING_MISSING, "free_megabytes": 1234.5})
    assert found == "modelgarden needs 2,400 MB of disk, and 1,234 MB are free"


def test_only_what_is_built_from_source_needs_a_compiler():
    without = {**NOTHING_MISSING, "which": lambda name: None}
    assert "C++ compiler" in (hindrance(TOOLKITS["fairseq"], **without) or "")
    assert hindrance(TOOLKITS["eole"], **without) is None


def test_an_unknown_toolkit_is_told_which_there_are():
    with pytest.raises(ToolkitError, match=r"name='marian' is not one of fairseq, opennmt, eole"):
        toolkit("marian")
    with pytest.raises(ToolkitError, match=r"name='marian'"):
        build("marian", run=FakeRun())


def test_the_interpreter_of_a_missing_toolkit_is_an_error_with_the_command(tmp_path):
    with pytest.raises(ToolkitError, match=r"run `make toolkits NAME=eole` first"):
        python_of("eole", tmp_path)


def test_an_installation_says_its_size_first_and_is_not_repeated(tmp_path):
    run, said = FakeRun(), []
    assert build("ctranslate2", tmp_path, run, said.append)
    assert said[0] == "== ctranslate2: installing, about 300 MB on disk"
    assert is_installed("ctranslate2", tmp_path)
    assert python_of("ctranslate2", tmp_path) == tmp_path / "ctranslate2/bin/python"
    n_commands = len(run.commands)
    assert not build("ctranslate2", tmp_path, run, said.append)
    assert len(run.commands) == n_commands and said[-1] == "== ctranslate2: installed"


def test_torch_is_the_cpu_build_that_the_book_takes(tmp_path):
    run = FakeRun()
    build("opennmt", tmp_path, run, lambda line: None)
    torch = run.commands[1]
    assert torch[0] == str(tmp_path / "opennmt/bin/python")
    assert torch[1:4] == [str(ROOT / "tools/install_torch.py"), "--build", "cpu"]


def test_new_pins_make_a_new_environment(tmp_path, monkeypatch):
    build("ctranslate2", tmp_path, FakeRun(), lambda line: None)
    kit = replace(TOOLKITS["ctranslate2"], steps=(("ctranslate2==4.8.6",),))
    monkeypatch.setitem(environments.TOOLKITS, "ctranslate2", kit)
    assert not is_installed("ctranslate2", tmp_path)
    assert build("ctranslate2", tmp_path, FakeRun(), lambda line: None)


def test_a_step_that_fails_is_named_and_leaves_no_stamp(tmp_path):
    with pytest.raises(ToolkitError, match=r"eole==0.6.4` failed and said: second no such version"):
        build("eole", tmp_path, FakeRun("eole==0.6.4"), lambda line: None)
    assert not is_installed("eole", tmp_path)
    assert not (tmp_path / "eole" / STAMP).exists()


def test_what_is_missing_stops_an_installation_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "hindrance", lambda kit: "no disk")
    with pytest.raises(ToolkitError, match="no disk"):
        build("eole", tmp_path, FakeRun(), lambda line: None)
    assert list(tmp_path.iterdir()) == []


def test_a_stamp_that_was_cut_off_counts_as_none(tmp_path):
    (tmp_path / "eole").mkdir()
    (tmp_path / "eole" / STAMP).write_text(json.dumps({"steps": []})[:-3])
    assert not is_installed("eole", tmp_path)


def test_megabytes_count_files_and_follow_no_link(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(bytes(2_000_000))
    (tmp_path / "link").symlink_to(tmp_path / "inner" / "file")
    assert megabytes(tmp_path) == 2.0


def test_the_command_names_every_failure_and_goes_on(monkeypatch, capsys):
    built = []

    def fake(name):
        built.append(name)
        if name == "fairseq":
            raise ToolkitError("no compiler")

    monkeypatch.setattr(command, "build", fake)
    monkeypatch.setattr(sys, "argv", ["toolkits"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 1 and built == list(TOOLKITS)
    assert capsys.readouterr().err == "Error: no compiler\n"


def test_the_environments_need_nothing_but_the_standard_library():
    """``make toolkits`` runs with any Python, before the book's environment exists."""
    code = "import tools.toolkits.environments, sys; sys.exit('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"]
    )
    assert done.returncode == 0
