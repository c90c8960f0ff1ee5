"""Two processes do what one does, and go on after a stop as if there had been none."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.distributed import DataParallel, Processes, joined, local_device
from lmbook.training.from_recipe import train_recipe
from lmbook.training.recipe import read_recipe

SCRIPT = Path(__file__).with_name("distributed_runs.py")
_spec = importlib.util.spec_from_file_location("distributed_runs", SCRIPT)
runs = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(runs)


def torchrun(*arguments: object) -> subprocess.CompletedProcess:
    """Two processes on this machine, which need no network but the loop-back."""
    options = ["--nproc-per-node", "2", "--master-addr", "127.0.0.1", "--master-port", "0"]
    options += ["--rdzv-backend", "c10d", "--rdzv-endpoint", "127.0.0.1:0"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": "lo"}
    command = [sys.executable, "-m", "torch.distributed.run", *options, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module", params=["data", "sharded"])
def two(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    finished = torchrun(SCRIPT, folder, request.param)
    assert finished.returncode == 0, finished.stderr[-3000:]
    return folder


def stored(folder: Path, name: str):
    return json.loads((folder / f"{name}.json").read_text()), load_file(
        folder / f"{name}.safetensors"
    )


def test_two_processes_equal_one(two):
    history, weights = runs.run(Processes())
    (losses, evaluations, norms, n_tokens), their_weights = stored(two, "plain")
    torch.testing.assert_close(losses, history.losses, rtol=0, atol=1e-6)
    torch.testing.assert_close(norms, history.grad_norms, rtol=0, atol=1e-5)
    values = [value for _, value in history.evaluations]
    torch.testing.assert_close([value for _, value in evaluations], values, rtol=0, atol=1e-5)
    assert n_tokens == history.n_tokens
    assert their_weights.keys() == weights.keys()
    for name, weight in weights.items():
        if name.endswith("key.bias"):
            continue  # its gradient is zero but for rounding, which Adam makes steps of full size
        torch.testing.assert_close(their_weights[name], weight, rtol=0, atol=1e-5)


def test_a_run_in_two_processes_resumes_bit_for_bit(two):
    (whole, weights), (resumed, their_weights) = stored(two, "whole"), stored(two, "resumed")
    assert resumed == whole
    assert all(torch.equal(their_weights[name], weight) for name, weight in weights.items())


def test_a_checkpoint_of_two_processes_is_whole_and_knows_them(two):
    checkpoint = load_checkpoint(two / "checkpoint")
    _, weights = stored(two, "resumed")
    assert {name: t.shape for name, t in checkpoint.part("model").items()} == {
        name: t.shape for name, t in weights.items()
    }
    assert checkpoint.values["model"]["class"] == "GPT"
    assert checkpoint.part("process.1.rng")
    with pytest.raises(ValueError, match="n_processes=1; the checkpoint's 2"):
        runs.run(Processes(), two / "checkpoint", dropout=0.2)


RECIPE = """
[corpus]
name = "plays"
[tokenizer]
vocab_size = 280
[model]
family = "gpt"
n_positions = 8
d_model = 8
n_layers = 1
n_heads = 2
d_ff = 16
dropout = 0.0
[training]
n_steps = 3
lr = 0.01
batch_size = 4
window = 8
n_evaluated = 2
"""
COMMAND = """
import sys
from lmbook.data.sets.corpora import Corpus
from lmbook.training import __main__, from_recipe
text = "\\n\\n".join(f"**A**\\n\\n{'to be or not ' * (1 + i % 3)}{i}" for i in range(60))
documents = {title: text + title for title in ("One", "Two", "Three")}
corpus = Corpus(name="plays", licence="ours", source="ours", documents=documents,
                validation=["Two"], test=["Three"])
from_recipe.load_corpus = lambda name: corpus
sys.exit(__main__.main())
"""


def test_the_command_writes_one_folder_and_speaks_once(tmp_path):
    (tmp_path / "tiny.toml").write_text(RECIPE)
    (tmp_path / "command.py").write_text(COMMAND)
    arguments = [tmp_path / "tiny.toml", "--output", tmp_path / "out", "--quiet"]
    finished = torchrun(tmp_path / "command.py", *arguments)
    assert finished.returncode == 0, finished.stderr[-3000:]
    assert finished.stdout.count("3 steps") == 1
    assert (tmp_path / "out/model.safetensors").is_file()


def test_a_batch_that_the_processes_cannot_share_evenly_is_refused(tmp_path):
    (tmp_path / "tiny.toml").write_text(RECIPE)
    processes = Processes()
    processes.n_processes = 3
    with pytest.raises(ValueError, match="batch_size=4 is not divisible by 3 processes"):
        train_recipe(
            read_recipe(tmp_path / "tiny.toml"),
            tmp_path / "out",
            device=torch.device("cpu"),
            processes=processes,
        )


def test_an_unknown_way_to_share_is_named():
    with (
        pytest.raises(ValueError, match="parallel='model' is not one of data, sharded"),
        joined("model", torch.device("cpu")),
    ):
        pass


def test_without_torchrun_a_process_is_alone_on_its_device():
    assert local_device(torch.device("meta")) == torch.device("meta")
    with joined("sharded", torch.device("cpu")) as processes:
        assert (processes.rank, processes.n_processes, processes.is_main) == (0, 1, True)
        assert processes.gather(3) == [processes.from_main(3)] == [3]


def test_a_process_without_a_gpu_of_its_own_is_told(monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ValueError, match="process 1 of this machine has no GPU: there are 1"):
        local_device(torch.device("cuda"))
    assert local_device(torch.device("mps")) == torch.device("cpu")


def test_shares_cover_a_batch_once_and_an_empty_one_counts_for_nothing():
    targets = torch.tensor([[1, 2], [3, -100], [-100, -100], [4, 5], [6, 7]])
    shares = []
    for rank in range(3):
        processes = DataParallel.__new__(DataParallel)
        processes.rank, processes.n_processes = rank, 3
        shares.append(processes.share((targets + 1, targets)))
    assert [n for _, n in shares] == [4, 3, 0]
    assert shares[0][0][1].tolist() == [[1, 2], [4, 5]]
    assert shares[2][0][1].tolist() == [[1, 2]]  # a real row, so that its loss is a number
