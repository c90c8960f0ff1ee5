"""A resumed run equals the uninterrupted one; a damaged or foreign checkpoint is refused."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import nn

from lmbook.data.batches.windows import stream_batches, window_batches
from lmbook.training import checkpoint as storage
from lmbook.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import FollowUp, OptimizerConfig, Store

VOCAB_SIZE = 11
N_STEPS = 25


@dataclass(frozen=True, kw_only=True)
class TinyConfig:
    d_hidden: int = 8


class Tiny(nn.Module):
    """A recurrent layer with dropout, and tied embeddings."""

    def __init__(self, cell: str = "lstm", d_hidden: int = 8) -> None:
        super().__init__()
        self.config = TinyConfig(d_hidden=d_hidden)
        self.embedding = nn.Embedding(VOCAB_SIZE, d_hidden)
        layers = {"lstm": nn.LSTM, "gru": nn.GRU}
        self.layer = layers[cell](d_hidden, d_hidden, batch_first=True)
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(d_hidden, VOCAB_SIZE)
        self.head.weight = self.embedding.weight

    def forward(self, ids, state=None):
        hidden, state = self.layer(self.dropout(self.embedding(ids)), state)
        return self.head(self.dropout(hidden)), state


class Stopped(Exception):
    """What interrupts a run in these tests."""


def text() -> torch.Tensor:
    return torch.randint(VOCAB_SIZE, (300,), generator=torch.Generator().manual_seed(3))


def stop_after(n_taken, make_batches, stop):
    """Batches that call ``stop`` in place of batch ``n_taken`` + 1, counted over all passes."""
    taken = []

    def batches():
        for batch in make_batches():
            if len(taken) == n_taken:
                stop()
            taken.append(1)
            yield batch

    return batches


def run(folder: Path | None, kind: str, *, stop_at: int | None = None, stop=None, cell="lstm"):
    """Train with everything that has a state: dropout, AdamW, schedule, streams or shuffling."""
    torch.manual_seed(5)
    model = Tiny(cell)
    generator = torch.Generator().manual_seed(6)

    def windows():
        return window_batches(text(), 4, 8, generator, n_epochs=1)

    def streams():
        return stream_batches(text(), 4, 8)

    batches = {"windows": windows, "streams": streams}[kind]
    history = train(
        model,
        batches if stop_at is None else stop_after(stop_at, batches, stop),
        n_steps=N_STEPS,
        lr=0.02,
        schedule=warmup_cosine(3, N_STEPS),
        stateful=kind == "streams",
        generator=generator if kind == "windows" else None,
        optimizer=OptimizerConfig(name="adamw", weight_decay=0.1),
        follow_up=FollowUp(
            evaluate=lambda m: float(torch.rand(())) + m.head.weight.norm().item(),
            every=4,
            patience=100,
        ),
        store=None if folder is None else Store(folder=folder, every=5, resume=True),
    )
    return model, history


def raise_stopped():
    raise Stopped


def assert_equal(one, other):
    (model, history), (other_model, other_history) = one, other
    assert history.losses == other_history.losses
    assert history.grad_norms == other_history.grad_norms
    assert history.lrs == other_history.lrs
    assert history.evaluations == other_history.evaluations
    assert history.n_tokens == other_history.n_tokens
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, other_model.state_dict()[name]), name


@pytest.mark.parametrize("kind", ["windows", "streams"])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("stop_at", [3, 13, 20])
def test_a_run_stopped_and_resumed_equals_one_left_alone(tmp_path, kind, cell, stop_at):
    whole = run(None, kind, cell=cell)
    with pytest.raises(Stopped):
        run(tmp_path, kind, stop_at=stop_at, stop=raise_stopped, cell=cell)
    stored = load_checkpoint(tmp_path)
    assert (stored is None) == (stop_at < 5)
    assert stored is None or stored.step == stop_at // 5 * 5
    assert_equal(run(tmp_path, kind, cell=cell), whole)


def test_a_run_resumed_twice_equals_one_left_alone(tmp_path):
    whole = run(None, "windows")
    with pytest.raises(Stopped):
        run(tmp_path, "windows", stop_at=7, stop=raise_stopped)
    with pytest.raises(Stopped):  # the batches taken again count too
        run(tmp_path, "windows", stop_at=18, stop=raise_stopped)
    assert_equal(run(tmp_path, "windows"), whole)


def test_a_finished_run_resumes_to_its_end_at_once(tmp_path):
    whole = run(tmp_path, "streams")
    assert_equal(run(tmp_path, "streams"), whole)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam", "adamw"])
def test_every_optimizer_resumes_exactly(tmp_path, optimizer):
    def losses(n_steps, folder):
        torch.manual_seed(0)
        batches = window_batches(text(), 4, 8, torch.Generator().manual_seed(1))
        return train(
            Tiny(),
            batches,
            n_steps=n_steps,
            lr=0.02,
            optimizer=OptimizerConfig(name=optimizer),
            store=None if folder is None else Store(folder=folder, resume=True),
        ).losses

    first = losses(6, tmp_path)
    whole = losses(14, None)
    assert first == whole[:6]
    assert losses(14, tmp_path) == whole


def child(folder: Path, kind: str, stop_at: int | None, where: str = "batch") -> int:
    """Run in another process, which kills itself; returns how it ended."""
    script = (
        "import importlib.util, json, os, pathlib, signal, sys, torch\n"
        "torch.set_num_threads(1)\n"
        "path, folder, kind, stop_at, where = sys.argv[1:]\n"
        "spec = importlib.util.spec_from_file_location('here', path)\n"
        "here = importlib.util.module_from_spec(spec)\n"
        "sys.modules['here'] = here\n"
        "spec.loader.exec_module(here)\n"
        "kill = lambda: os.kill(os.getpid(), signal.SIGKILL)\n"
        "if where == 'rename':\n"
        "    rename, calls = os.replace, []\n"
        "    def replace(*paths):\n"
        "        calls.append(1)\n"
        "        kill() if len(calls) == 3 else rename(*paths)\n"
        "    os.replace = replace\n"
        "at = int(stop_at) if stop_at != 'None' and where == 'batch' else None\n"
        "_, history = here.run(pathlib.Path(folder), kind, stop_at=at, stop=kill)\n"
        "losses = pathlib.Path(folder, 'losses.json')\n"
        "losses.write_text(json.dumps([history.losses, history.evaluations]))\n"
    )
    arguments = [__file__, str(folder), kind, str(stop_at), where]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, check=False
    ).returncode


def test_a_process_killed_in_mid_training_resumes_in_another_bit_for_bit(tmp_path):
    assert child(tmp_path / "whole", "streams", None) == 0
    killed = tmp_path / "killed"
    assert child(killed, "streams", 13) == -signal.SIGKILL
    assert load_checkpoint(killed).step == 10
    assert child(killed, "streams", None) == 0
    assert (killed / "losses.json").read_bytes() == (tmp_path / "whole/losses.json").read_bytes()


def test_a_process_killed_while_it_writes_leaves_the_checkpoint_before(tmp_path):
    assert child(tmp_path, "windows", 15, where="rename") == -signal.SIGKILL
    assert load_checkpoint(tmp_path).step == 10
    assert (tmp_path / "partial-00000015").is_dir()
    history = run(tmp_path, "windows")[1]
    assert history.losses == run(None, "windows")[1].losses
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000025"]


def test_only_the_newest_checkpoint_is_kept(tmp_path):
    for step in (2, 12):
        save_checkpoint(tmp_path, Checkpoint(step=step, tensors={"a.b": torch.tensor([step])}))
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000012"]
    stored = load_checkpoint(tmp_path)
    assert (stored.step, stored.part("a")["b"].item()) == (12, 12)


def test_an_older_step_never_replaces_a_newer_one(tmp_path):
    save_checkpoint(tmp_path, Checkpoint(step=12, tensors={"a.b": torch.tensor([12])}))
    with pytest.raises(ValueError, match="holds step-00000012, later than step 3"):
        save_checkpoint(tmp_path, Checkpoint(step=3, tensors={"a.b": torch.tensor([3])}))
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000012"]
    assert load_checkpoint(tmp_path).step == 12
    save_checkpoint(tmp_path, Checkpoint(step=12, tensors={"a.b": torch.tensor([13])}))
    assert load_checkpoint(tmp_path).part("a")["b"].item() == 13


def test_an_empty_or_missing_folder_holds_no_checkpoint(tmp_path):
    assert load_checkpoint(tmp_path) is None
    assert load_checkpoint(tmp_path / "missing") is None


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize("how", ["truncated", "missing", "empty", "one bit"])
@pytest.mark.parametrize("name", ["tensors.safetensors", "checkpoint.json"])
def test_a_damaged_checkpoint_names_the_file(tmp_path, name, how):
    run(tmp_path, "streams")
    damage(tmp_path / "step-00000025" / name, how)
    with pytest.raises(ValueError, match=f"step-00000025/{name} is damaged: "):
        run(tmp_path, "streams")


def test_nothing_is_pickled(tmp_path):
    run(tmp_path, "streams")
    assert sorted(path.suffix for path in tmp_path.rglob("*.*")) == [".json", ".safetensors"]
    json.loads((tmp_path / "step-00000025/checkpoint.json").read_text())


def test_another_models_checkpoint_names_both_configs(tmp_path):
    train(
        Tiny(),
        [next(stream_batches(text(), 4, 8))],
        n_steps=1,
        lr=0.1,
        store=Store(folder=tmp_path),
    )
    with pytest.raises(ValueError, match=r"another model: .*'d_hidden': 8.*'d_hidden': 12"):
        train(Tiny(d_hidden=12), [], n_steps=2, lr=0.1, store=Store(folder=tmp_path, resume=True))


def test_another_models_weights_are_named_where_the_configs_agree(tmp_path):
    run(tmp_path, "streams", cell="lstm")
    with pytest.raises(ValueError, match=r"another model's: layer\.bias_hh_l0 is"):
        run(tmp_path, "streams", cell="gru")


def test_another_optimizer_is_refused(tmp_path):
    batches = [next(stream_batches(text(), 4, 8))]
    train(Tiny(), batches, n_steps=1, lr=0.1, store=Store(folder=tmp_path))
    with pytest.raises(ValueError, match="optimizer='sgd'; the checkpoint's 'adamw'"):
        train(
            Tiny(),
            batches,
            n_steps=2,
            lr=0.1,
            optimizer=OptimizerConfig(name="sgd"),
            store=Store(folder=tmp_path, resume=True),
        )


def test_other_batches_than_the_stored_runs_are_refused(tmp_path):
    batches = list(stream_batches(text(), 4, 8))
    train(Tiny(), batches, n_steps=5, lr=0.1, store=Store(folder=tmp_path))
    common = {"lr": 0.1, "store": Store(folder=tmp_path, resume=True)}
    with pytest.raises(ValueError, match="ran out after 2; the checkpoint had taken 5"):
        train(Tiny(), batches[:2], n_steps=9, **common)
    with pytest.raises(ValueError, match="the checkpoint has no state of one"):
        train(Tiny(), batches, n_steps=9, generator=torch.Generator(), **common)


def test_a_folder_that_holds_a_run_is_neither_overwritten_nor_gone_on_with_unasked(tmp_path):
    batches = list(stream_batches(text(), 4, 8))
    train(Tiny(), batches, n_steps=5, lr=0.1, store=Store(folder=tmp_path))
    with pytest.raises(ValueError, match=r"holds a run of 5 steps: give resume=True"):
        train(Tiny(), batches, n_steps=2, lr=0.1, store=Store(folder=tmp_path))
    assert load_checkpoint(tmp_path).step == 5


def test_a_state_of_one_tensor_or_several_comes_back_as_it_was():
    one = torch.ones(2, 3)
    for state in (None, one, (one, 2 * one)):
        tensors = storage.state_tensors(state)
        again = storage.load_state(tensors, torch.device("cpu"))
        assert type(again) is type(state)
        torch.testing.assert_close(again, state)


def test_the_random_state_comes_back(tmp_path):
    device = torch.device("cpu")
    stored = storage.rng_tensors(device)
    drawn = torch.rand(3)
    storage.load_rng(device, stored)
    assert torch.equal(torch.rand(3), drawn)
