"""A recipe over token files trains and resumes bit for bit; damaged files stop it by name."""

import json
from pathlib import Path

import pytest
import torch

from lmbook.data.batches.token_files import write_token_files
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training import __main__, from_recipe
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.from_recipe import train_recipe
from lmbook.training.recipe import read_recipe
from lmbook.zoo import checkpoints

CPU = torch.device("cpu")
LINE = "to be or not that is the question whether tis nobler in mind suffer slings"
WORDS = LINE.split()
RECIPE = """
[corpus]
token_files = "{folder}"

[model]
family = "recurrent_lm"
d_model = 8
d_hidden = 8
dropout = 0.1

[training]
batches = "{batches}"
n_steps = 12
lr = 0.01
batch_size = 4
window = 8
warmup_steps = 2
evaluate_every = 5
checkpoint_every = 5
"""


def texts(n: int) -> list[str]:
    return [" ".join(WORDS[i % 7 :] + WORDS[: i % 5]) for i in range(n)]


@pytest.fixture
def tokens(tmp_path) -> Path:
    """Token files, of which the training part has several shards."""
    tokenizer = BPETokenizer.train(texts(40), 280)
    write_token_files(tmp_path / "tokens/train", texts(40), tokenizer, shard_tokens=300)
    write_token_files(tmp_path / "tokens/validation", texts(6), tokenizer)
    return tmp_path / "tokens"


def recipe_of(tokens: Path, batches: str = "windows") -> Path:
    path = tokens.parent / "tiny.toml"
    path.write_text(RECIPE.format(folder=tokens.as_posix(), batches=batches))
    return path


class Stopping:
    """Batches that end in an interruption, and can be skipped as those they are made of."""

    def __init__(self, batches, n_left: list[int]) -> None:
        self._batches, self._n_left = batches, n_left

    def __iter__(self):
        return self

    def __next__(self):
        self._n_left[0] -= 1
        if self._n_left[0] < 0:
            raise KeyboardInterrupt
        return next(self._batches)

    def skip(self, n: int) -> int:
        return self._batches.skip(n)


@pytest.mark.parametrize("batches", ["windows", "streams"])
def test_a_run_that_was_killed_goes_on_bit_for_bit(tmp_path, tokens, monkeypatch, batches):
    recipe = read_recipe(recipe_of(tokens, batches))
    whole = train_recipe(recipe, tmp_path / "whole", device=CPU)
    assert whole.history.losses[-1] < whole.history.losses[0]
    original, n_left = from_recipe.train, [8]

    def stopping_train(model, make_batches, **arguments):
        return original(model, lambda: Stopping(make_batches(), n_left), **arguments)

    monkeypatch.setattr(from_recipe, "train", stopping_train)
    with pytest.raises(KeyboardInterrupt):
        train_recipe(recipe, tmp_path / "cut", device=CPU)
    assert load_checkpoint(tmp_path / "cut-checkpoint").step == 5
    n_left[0] = 7  # what is left of 12 steps: nothing that was taken is taken again
    resumed = train_recipe(recipe, tmp_path / "cut", device=CPU, resume=True)
    assert n_left == [0]
    assert resumed.history.losses == whole.history.losses
    assert resumed.history.evaluations == whole.history.evaluations
    assert resumed.figures == whole.figures
    weights = [tmp_path / name / "model.safetensors" for name in ("whole", "cut")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_the_model_folder_has_the_files_tokenizer_and_their_hash(tmp_path, tokens):
    train_recipe(read_recipe(recipe_of(tokens)), tmp_path / "out", device=CPU)
    model, tokenizer = checkpoints.load_folder(tmp_path / "out")
    card = checkpoints.read_card(tmp_path / "out")
    stored = BPETokenizer.load(tokens / "train/tokenizer.json")
    assert tokenizer.tokens == stored.tokens
    assert model.config.start_id == stored.eos_id
    assert len(card["corpus"]["sha256"]) == 64


def damage(folder: Path, how: str) -> None:
    path = folder / "tokens-00001.bin"
    data = path.read_bytes()
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(data[:-2])
    elif how == "bit":
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    else:
        index = json.loads((folder / "index.json").read_text())
        del index["shards"]
        (folder / "index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("missing", "tokens-00001.bin is missing"),
        ("truncated", "tokens-00001.bin is damaged: it has 598 bytes, not 600"),
        ("bit", "tokens-00001.bin is damaged: its SHA-256 is not"),
        ("index", "index.json is damaged: it lacks 'shards'"),
    ],
)
def test_damaged_files_are_told_in_one_line(tmp_path, tokens, capsys, monkeypatch, how, message):
    monkeypatch.setattr(__main__, "pick_device", lambda: CPU)
    damage(tokens / "train", how)
    arguments = [str(recipe_of(tokens)), "--output", str(tmp_path / "out"), "--quiet"]
    assert __main__.main(arguments) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ") and message in err and err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_targets_of_token_files_are_smoothed_too(tokens, tmp_path):
    plain = train_recipe(read_recipe(recipe_of(tokens)), tmp_path / "plain", device=CPU)
    path = recipe_of(tokens)
    path.write_text(path.read_text() + "label_smoothing = 0.5\n")
    smoothed = train_recipe(read_recipe(path), tmp_path / "smoothed", device=CPU)
    assert plain.history.losses[0] != smoothed.history.losses[0]  # the same weights and batch


@pytest.mark.parametrize("batches", ["speeches", "passages"])
def test_token_files_know_no_speeches(tokens, tmp_path, batches):
    recipe = read_recipe(recipe_of(tokens, batches))
    with pytest.raises(ValueError, match=f"batches='{batches}': token files take causal windows"):
        train_recipe(recipe, tmp_path / "out", device=CPU)
