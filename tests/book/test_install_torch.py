"""Which build of torch `make book` takes; nothing is downloaded here."""

import subprocess

import pytest

from tools import install_torch as tool

NO_GPU = "NVIDIA-SMI has failed because it could not communicate with the driver."


def answer(returncode=0, stdout=""):
    return subprocess.CompletedProcess([], returncode, stdout, "")


@pytest.fixture
def machine(monkeypatch):
    """A Linux machine without a GPU and without torch; ``calls`` holds what was installed."""
    calls = []

    def cpu_build(version, compiled):
        calls.append(("cpu", version, compiled))
        return machine_state["cpu"]

    def default_build(version, compiled):
        calls.append(("default", version, compiled))
        return machine_state["default"]

    machine_state = {"cpu": True, "default": True, "calls": calls}
    monkeypatch.setattr(tool, "cpu_build", cpu_build)
    monkeypatch.setattr(tool, "default_build", default_build)
    monkeypatch.setattr(tool, "installed", lambda: machine_state.get("installed"))
    monkeypatch.setattr(tool, "pinned", lambda name: "2.13.0")
    monkeypatch.setattr(tool.platform, "system", lambda: machine_state.get("system", "Linux"))
    monkeypatch.setattr(tool, "has_nvidia_gpu", lambda: machine_state.get("gpu", False))
    monkeypatch.setattr(tool, "reachable", lambda address: machine_state.get("index", True))
    return machine_state


def kinds(machine):
    return [call[0] for call in machine["calls"]]


def test_linux_without_a_gpu_takes_the_cpu_build(machine):
    assert tool.install("auto", compiled=False)
    assert machine["calls"] == [("cpu", "2.13.0", False)]


@pytest.mark.parametrize("machine_is", [{"gpu": True}, {"system": "Darwin"}, {"system": "Windows"}])
def test_a_gpu_or_another_system_takes_what_pip_finds(machine, machine_is):
    machine.update(machine_is)
    assert tool.install("auto", compiled=True)
    assert machine["calls"] == [("default", "2.13.0", True)]


def test_an_index_out_of_reach_leaves_it_to_pip_and_says_so(machine, capsys):
    machine["index"] = False
    assert tool.install("auto", compiled=True)
    assert kinds(machine) == ["default"]
    assert "cannot be used: what pip finds for 2.13.0" in capsys.readouterr().out


def test_a_cpu_build_that_fails_leaves_it_to_pip(machine):
    machine["cpu"] = False
    assert tool.install("auto", compiled=True)
    assert kinds(machine) == ["cpu", "default"]


def test_nothing_that_can_be_installed_is_a_failure(machine):
    machine.update(cpu=False, default=False)
    assert not tool.install("auto", compiled=True)


@pytest.mark.parametrize("version", ["2.13.0", "2.13.0+cpu", "2.13.0+cu130"])
def test_a_torch_that_is_there_is_kept_and_no_host_is_asked(machine, monkeypatch, version):
    machine["installed"] = version
    monkeypatch.setattr(tool, "reachable", lambda address: pytest.fail("asked the index"))
    assert tool.install("auto", compiled=True)
    assert machine["calls"] == []


def test_another_version_is_replaced(machine):
    machine["installed"] = "2.6.0+cpu"
    assert tool.install("auto", compiled=True)
    assert kinds(machine) == ["cpu"]


def test_the_build_can_be_chosen(machine):
    assert tool.install("default", compiled=True)
    machine["gpu"] = True
    assert tool.install("cpu", compiled=True)
    assert kinds(machine) == ["default", "cpu"]


def test_the_log_says_which_build_came_and_how_large_it_is(machine, monkeypatch, capsys):
    versions = iter([None, "2.13.0+cpu"])
    monkeypatch.setattr(tool, "installed", lambda: next(versions))
    monkeypatch.setattr(tool, "weight", lambda names: 698.4)
    assert tool.install("auto", compiled=True)
    assert "== torch: 2.13.0+cpu, 698 MB on disk" in capsys.readouterr().out


def test_a_driver_with_a_gpu_is_seen(tmp_path):
    (tmp_path / "0000:01:00.0").mkdir()
    assert tool.has_nvidia_gpu(driver=tmp_path, run=lambda *_, **__: answer(1))


@pytest.mark.parametrize(
    ("listed", "seen"),
    [
        (answer(0, "GPU 0: NVIDIA H200 (UUID: GPU-1)\n"), True),
        (answer(0, "No devices were found\n"), False),
        (answer(9, NO_GPU), False),
    ],
)
def test_nvidia_smi_has_to_list_a_gpu(tmp_path, monkeypatch, listed, seen):
    monkeypatch.setattr(tool.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert tool.has_nvidia_gpu(driver=tmp_path / "none", run=lambda *_, **__: listed) is seen


def test_without_nvidia_smi_or_with_one_that_hangs_there_is_no_gpu(tmp_path, monkeypatch):
    def hangs(*_, **__):
        raise subprocess.TimeoutExpired("nvidia-smi", 20)

    monkeypatch.setattr(tool.shutil, "which", lambda name: None)
    assert not tool.has_nvidia_gpu(driver=tmp_path / "none", run=hangs)
    monkeypatch.setattr(tool.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert not tool.has_nvidia_gpu(driver=tmp_path, run=hangs)


def test_uv_is_asked_for_torch_alone_from_the_cpu_index():
    commands = []

    def run(command, **_):
        commands.append(command)
        return answer()

    assert tool.cpu_build("2.13.0", compiled=False, run=run)
    bootstrap, build = commands
    assert bootstrap[-1] == "uv"
    assert "--no-compile" in bootstrap
    assert build[build.index("--torch-backend") + 1] == "cpu"
    assert build[-2:] == ["--no-deps", "torch==2.13.0"]


@pytest.mark.parametrize("codes", [(1,), (0, 1)])
def test_without_uv_or_without_its_build_there_is_no_cpu_build(codes):
    left = iter(codes)
    assert not tool.cpu_build("2.13.0", True, run=lambda *_, **__: answer(next(left)))


def test_a_closed_port_is_not_reachable():
    assert not tool.reachable("http://127.0.0.1:9/", seconds=2)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (899.7 MB)", True),
        ("Using cached nvidia_cublas-13.1-py3-none-manylinux_2_27_x86_64.whl (423 MB)", True),
        ("Processing ./wheels/torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl", True),
        ("  Downloading filelock-4.2.12-py3-none-any.whl (22 kB)", False),
        ("Collecting torch==2.13.0", False),
    ],
)
def test_large_downloads_are_named(line, shown):
    assert bool(tool.re.match(tool.LARGE, line)) is shown


def test_the_pin_is_that_of_the_constraints(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("torchvision==1.0\ntorch==2.13.0\n", encoding="utf-8")
    assert tool.pinned("torch", path) == "2.13.0"
    with pytest.raises(ValueError, match=r"name='numpy' has no pin in .*constraints.txt"):
        tool.pinned("numpy", path)


def test_the_script_needs_the_standard_library_alone():
    command = [tool.sys.executable, "-I", "-S", tool.__file__, "--help"]
    assert subprocess.run(command, capture_output=True).returncode == 0
