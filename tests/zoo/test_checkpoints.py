"""A model goes into a folder and comes back; a damaged folder is refused by file and reason."""

import json
import os

import pytest
import torch

from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.zoo import checkpoints

FILES = ["card.json", "config.json", "model.safetensors", "tokenizer.json"]
IDS = torch.tensor([[3, 5, 2, 7], [9, 9, 1, 4]])


def tokenizer() -> BPETokenizer:
    return BPETokenizer.train(["to be or not to be, that is the question"], 270)


def model(kind: str = "lstm"):
    torch.manual_seed(0)
    sizes = {"vocab_size": tokenizer().vocab_size, "d_model": 8, "d_hidden": 8, "tied": True}
    if kind == "feedforward":
        return FeedforwardLM(FeedforwardConfig(**sizes, start_id=0)).eval()
    return RecurrentLM(RecurrentConfig(**sizes, cell=kind, start_id=0)).eval()


@pytest.fixture
def folder(tmp_path):
    """A saved model among others."""
    path = tmp_path / "zoo" / "tiny"
    checkpoints.save_folder(path, model(), tokenizer(), {"name": "tiny"})
    return path


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn", "feedforward"])
def test_a_model_comes_back_rounded_to_float16(tmp_path, kind):
    saved = model(kind)
    checkpoints.save_folder(tmp_path / "tiny", saved, tokenizer(), {"name": "tiny"})
    loaded, its_tokenizer = checkpoints.load_folder(tmp_path / "tiny")
    assert its_tokenizer.tokens == tokenizer().tokens
    assert not loaded.training
    for name, weight in saved.state_dict().items():
        assert weight.dtype == torch.float32  # what was saved is as it was
        assert torch.equal(loaded.state_dict()[name], weight.half().float())
    assert torch.equal(loaded.log_probs(IDS), saved.half().float().log_probs(IDS))


def test_the_folder_holds_four_files_that_anybody_may_read(folder):
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
    umask = os.umask(0)
    os.umask(umask)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} <= {0o644, 0o666 & ~umask}
    n_parameters = sum(weight.numel() for weight in model().parameters())
    assert (folder / "model.safetensors").stat().st_size < 2 * n_parameters + 2000


def test_the_card_holds_the_facts_and_the_hash_of_every_other_file(folder):
    card = checkpoints.read_card(folder)
    assert card["name"] == "tiny"
    assert sorted(card["files"]) == FILES[1:]


def test_saving_again_replaces_the_folder(folder):
    (folder / "stale.txt").write_text("from another model")
    checkpoints.save_folder(folder, model("gru"), tokenizer(), {"name": "other"})
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert checkpoints.read_card(folder)["name"] == "other"
    assert checkpoints.load_folder(folder)[0].config.cell == "gru"


def test_a_failed_save_leaves_the_old_folder(folder, monkeypatch):
    def fail(self, path):
        raise OSError("no space left")

    monkeypatch.setattr(BPETokenizer, "save", fail)
    with pytest.raises(OSError, match="no space left"):
        checkpoints.save_folder(folder, model("gru"), tokenizer(), {"name": "other"})
    monkeypatch.undo()
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]
    assert checkpoints.load_folder(folder)[0].config.cell == "lstm"


def damage(path, how):
    data = path.read_bytes()
    if how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "missing":
        path.unlink()
    elif how == "empty":
        path.write_bytes(b"")
    else:
        middle = len(data) // 2
        path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])


REASONS = {
    "truncated": r"it has \d+ bytes, not \d+",
    "empty": r"it has 0 bytes, not \d+",
    "missing": "FileNotFoundError",
    "one bit": "its SHA-256 is not [0-9a-f]{64}",
}


@pytest.mark.parametrize("how", REASONS)
@pytest.mark.parametrize("name", FILES[1:])
def test_a_damaged_file_is_named_with_the_reason(folder, name, how):
    damage(folder / name, how)
    with pytest.raises(ValueError, match=rf"tiny/{name} is damaged: {REASONS[how]}"):
        checkpoints.load_folder(folder)


@pytest.mark.parametrize("how", ["truncated", "empty", "missing"])
def test_a_damaged_card_is_named(folder, how):
    damage(folder / "card.json", how)
    with pytest.raises(ValueError, match=r"tiny/card\.json is damaged: "):
        checkpoints.load_folder(folder)


@pytest.mark.parametrize("text", ["[]", '{"files": 3}', '{"files": {"config.json": {}}}'])
def test_a_card_of_another_form_is_named(folder, text):
    (folder / "card.json").write_text(text)
    with pytest.raises(ValueError, match=r"card\.json is damaged: "):
        checkpoints.load_folder(folder)


def test_a_card_that_leaves_a_file_out_is_damaged(folder):
    card = json.loads((folder / "card.json").read_text())
    del card["files"]["model.safetensors"]
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ValueError, match="says nothing of model.safetensors"):
        checkpoints.load_folder(folder)


def test_a_model_is_found_by_its_name(folder, monkeypatch):
    monkeypatch.setattr(checkpoints, "_ZOO", folder.parent)
    assert checkpoints.names() == ["tiny"]
    loaded, its_tokenizer = checkpoints.load("tiny")
    assert loaded.vocab_size == its_tokenizer.vocab_size
    assert checkpoints.card("tiny")["name"] == "tiny"
    with pytest.raises(ValueError, match="name='huge' is not one of tiny"):
        checkpoints.load("huge")


@pytest.mark.parametrize("name", ["..", "recipes", "tiny/../tiny", ""])
def test_a_name_is_no_path(folder, monkeypatch, name):
    monkeypatch.setattr(checkpoints, "_ZOO", folder.parent)
    with pytest.raises(ValueError, match="is not one of tiny"):
        checkpoints.load(name)


def test_an_empty_zoo_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_ZOO", tmp_path)
    with pytest.raises(ValueError, match="name='tiny' is not one of no models"):
        checkpoints.card("tiny")


def test_every_packaged_model_can_be_loaded_and_is_small():
    for name in checkpoints.names():
        loaded, its_tokenizer = checkpoints.load(name)
        card = checkpoints.card(name)
        assert loaded.vocab_size == its_tokenizer.vocab_size
        assert card["name"] == name
        assert card["files"]["model.safetensors"]["bytes"] < 8e6
        assert checkpoints.recipe_path(name).is_file()


def test_a_name_without_a_recipe_says_which_have_one():
    with pytest.raises(ValueError, match="name='huge' has no recipe; .*lstm-tiny"):
        checkpoints.recipe_path("huge")
