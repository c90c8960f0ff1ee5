"""A recipe becomes a model folder, the same after a stop; a wrong recipe is told in one line."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.metrics.language_model import evaluate
from lmbook.models.storage import FAMILIES, build_model
from lmbook.training import __main__, from_recipe, texts
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.from_recipe import corpus_hash, train_recipe
from lmbook.training.recipe import read_recipe
from lmbook.training.recipe_training import Training
from lmbook.zoo import checkpoints

RECIPES = sorted((Path(checkpoints.__file__).parent / "recipes").glob("*.toml"))
CPU = torch.device("cpu")
TEXT = """
[corpus]
name = "plays"

[tokenizer]
vocab_size = 280

[model]
family = "recurrent_lm"
d_model = 8
d_hidden = 8
dropout = 0.1

[training]
n_steps = 12
lr = 0.01
batch_size = 4
window = 8
warmup_steps = 2
evaluate_every = 5
checkpoint_every = 5
patience = 5
"""


@pytest.fixture(autouse=True)
def small_corpus(monkeypatch):
    """A corpus of three documents in the place of the plays."""
    line = "to be or not that is the question whether tis nobler in mind suffer slings"
    words = line.split()
    documents = {
        title: "\n\n".join(
            f"**A**\n\n{' '.join(words[i % 7 :])} {title}, {words[i % 13]}." for i in range(n)
        )
        for title, n in {"One": 60, "Two": 8, "Three": 8}.items()
    }
    corpus = Corpus(
        name="plays",
        licence="ours",
        source=line,
        documents=documents,
        validation=["Two"],
        test=["Three"],
    )
    monkeypatch.setattr(texts, "load_corpus", lambda name: corpus)
    return corpus


def write(folder: Path, text: str = TEXT) -> Path:
    path = folder / "tiny.toml"
    path.write_text(text)
    return path


def test_a_recipe_becomes_a_model_that_the_zoo_can_load(tmp_path, small_corpus):
    recipe = read_recipe(write(tmp_path))
    outcome = train_recipe(recipe, tmp_path / "out", device=CPU)
    model, tokenizer = checkpoints.load_folder(tmp_path / "out")
    card = checkpoints.read_card(tmp_path / "out")
    assert model.config.d_hidden == 8
    assert model.config.start_id == tokenizer.eos_id
    assert card["name"] == "tiny"
    assert card["recipe"] == json.loads(json.dumps(dataclasses.asdict(recipe)))
    assert card["corpus"]["sha256"] == corpus_hash(small_corpus.speeches("train"))
    assert card["n_steps"] == 12
    assert [step for step, _ in card["evaluations"]] == [5, 10, 12]
    # the loss on the card is the loss of the stored weights
    speeches = small_corpus.speeches("validation")
    rows = [[*tokenizer.encode(speech), tokenizer.eos_id] for speech in speeches]
    again = evaluate(model, rows, sum(len(speech.encode()) for speech in speeches))
    assert card["validation"]["bits_per_byte"] == again.bits_per_byte
    assert outcome.figures["bits_per_byte"] == again.bits_per_byte


@pytest.mark.parametrize("batches", ["speeches", "streams", "windows", "passages"])
@pytest.mark.parametrize(
    ("family", "optimizer"),
    [("recurrent_lm", "adamw"), ("feedforward_lm", "adamw"), ("recurrent_lm", "muon")],
)
def test_every_kind_of_batches_learns_and_resumes_exactly(
    tmp_path, monkeypatch, batches, family, optimizer
):
    chosen = f'[training]\nbatches = "{batches}"\noptimizer = "{optimizer}"'
    text = TEXT.replace("[training]", chosen)
    recipe = read_recipe(write(tmp_path, text.replace("recurrent_lm", family)))
    whole = train_recipe(recipe, tmp_path / "whole", device=CPU)
    assert whole.history.losses[-1] < whole.history.losses[0]

    taken = []
    original = from_recipe.train

    def stopping_train(model, make_batches, **arguments):
        def batches():
            for batch in make_batches():
                taken.append(1)
                if len(taken) == 9:
                    raise KeyboardInterrupt
                yield batch

        return original(model, batches, **arguments)

    monkeypatch.setattr(from_recipe, "train", stopping_train)
    with pytest.raises(KeyboardInterrupt):
        train_recipe(recipe, tmp_path / "cut", device=CPU)
    monkeypatch.setattr(from_recipe, "train", original)
    assert load_checkpoint(tmp_path / "cut-checkpoint").step == 5
    resumed = train_recipe(recipe, tmp_path / "cut", device=CPU, resume=True)
    assert resumed.history.losses == whole.history.losses
    assert resumed.history.evaluations == whole.history.evaluations
    weights = [tmp_path / name / "model.safetensors" for name in ("whole", "cut")]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_a_run_is_not_begun_over_another(tmp_path):
    recipe = read_recipe(write(tmp_path))
    train_recipe(recipe, tmp_path / "out", device=CPU)
    with pytest.raises(ValueError, match="out-checkpoint holds a run already"):
        train_recipe(recipe, tmp_path / "out", device=CPU)


def test_another_models_run_is_not_gone_on_with(tmp_path):
    train_recipe(read_recipe(write(tmp_path)), tmp_path / "out", device=CPU)
    wider = read_recipe(write(tmp_path, TEXT.replace("d_hidden = 8", "d_hidden = 9")))
    with pytest.raises(ValueError, match=r"another model.*'d_hidden': 8.*'d_hidden': 9"):
        train_recipe(wider, tmp_path / "out", device=CPU, resume=True)


def test_the_command_trains_and_says_what_came_out(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(__main__, "pick_device", lambda: CPU)
    arguments = [str(write(tmp_path)), "--output", str(tmp_path / "out"), "--quiet"]
    assert __main__.main(arguments) == 0
    out, err = capsys.readouterr()
    assert "12 steps" in out and "bits per byte" in out
    assert err == ""
    assert __main__.main(arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert __main__.main([*arguments, "--resume"]) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('[corpus]\nname = "plays"', "", "the recipe lacks 'corpus'"),
        ('name = "plays"', 'name = "plays"\nyear = 1', r"\[corpus\] has no field 'year'"),
        ("vocab_size = 280", "", r"\[tokenizer\] lacks 'vocab_size'"),
        ("vocab_size = 280", 'vocab_size = "280"', r"vocab_size='280' is not of type int"),
        ('family = "recurrent_lm"', "", r"\[model\] lacks 'family'"),
        ("lr = 0.01", "", r"\[training\] lacks 'lr'"),
        ("lr = 0.01", 'lr = "high"', r"\[training\] lr='high' is not of type float"),
        ("n_steps = 12", "n_steps = 1.5", r"\[training\] n_steps=1.5 is not of type int"),
        ("window = 8", "windw = 8", r"\[training\] has no field 'windw'; it has n_steps, lr"),
        ("window = 8", "window = 0", "window=0 is below 1"),
        ("window = 8", 'batches = "random"', "batches='random' is not one of streams"),
        ("window = 8", 'parallel = "model"', "parallel='model' is not one of data, sharded"),
        ("warmup_steps = 2", "warmup_steps = 12", "warmup_steps=12 is not between 0 and n_steps"),
        ("lr = 0.01", "lr = -1", "lr=-1.0 is not a finite number above 0"),
        ("evaluate_every = 5", "evaluate_every = 0", "evaluate_every=0 is below 1"),
        (
            "window = 8",
            'precision = "float16"',
            "precision='float16' is not one of float32",
        ),
        ("window = 8", 'optimizer = "lion"', "optimizer='lion' is not one of sgd, momentum, adam"),
        ("window = 8", "betas = [0.9]", r"betas=\(0.9,\) are not two numbers, as in"),
        ("window = 8", 'betas = ["a", "b"]', "betas='a' is not of type float"),
        ("window = 8", "betas = [0.9, 1.5]", r"betas\[1\]=1.5 is not from 0 to below 1"),
        ("window = 8", "betas = 0.9", "betas=0.9 is not of type Sequence"),
        ("window = 8", "compiled = 1", "compiled=1 is not of type bool"),
        ("window = 8", "n_accumulated = true", "n_accumulated=True is not of type int"),
        ("[model]", "model = 3\n[mode]", "tiny.toml: "),
        ("[model]", "[model", "tiny.toml: "),
    ],
)
def test_a_wrong_recipe_names_file_table_and_field(tmp_path, old, new, message):
    assert old in TEXT
    with pytest.raises(ValueError, match=f"tiny.toml: .*{message.removeprefix('tiny.toml: ')}"):
        read_recipe(write(tmp_path, TEXT.replace(old, new, 1)))


def test_a_recipe_that_is_not_there(tmp_path):
    with pytest.raises(ValueError, match=r"missing\.toml: .*No such file"):
        read_recipe(tmp_path / "missing.toml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("recurrent_lm", "recursive_lm", "family='recursive_lm' is not one of"),
        ("d_model = 8", "d_modl = 8", "recurrent_lm has no field 'd_modl'"),
    ],
)
def test_a_recipe_that_no_model_fits(tmp_path, old, new, message):
    recipe = read_recipe(write(tmp_path, TEXT.replace(old, new)))
    with pytest.raises(ValueError, match=message):
        train_recipe(recipe, tmp_path / "out", device=CPU)
    assert not (tmp_path / "out").exists()


def test_betas_of_a_recipe_reach_the_optimizer(tmp_path):
    recipe = read_recipe(write(tmp_path, TEXT.replace("window = 8", "betas = [0.9, 0.95]")))
    assert recipe.training.optimizer_config.betas == (0.9, 0.95)
    default = read_recipe(write(tmp_path)).training.optimizer_config
    assert default.betas == (0.9, 0.999)


def test_a_whole_number_is_a_learning_rate_too(tmp_path):
    assert read_recipe(write(tmp_path, TEXT.replace("lr = 0.01", "lr = 1"))).training.lr == 1.0


def test_the_hash_tells_texts_and_their_borders_apart():
    assert corpus_hash(["ab", "c"]) != corpus_hash(["a", "bc"]) != corpus_hash(["abc"])


def test_the_zoos_recipes_can_be_read_and_keep_to_two_parameter_budgets():
    assert len(RECIPES) >= 4
    for path in RECIPES:
        recipe = read_recipe(path)
        json.dumps(dataclasses.asdict(recipe))
        assert isinstance(recipe.training, Training)
        fields = {"vocab_size": recipe.vocab_size, **recipe.config}
        if "start_id" in {field.name for field in dataclasses.fields(FAMILIES[recipe.family][0])}:
            fields["start_id"] = 0
        model = build_model(recipe.family, fields)
        n_parameters = sum(parameter.numel() for parameter in model.parameters())
        pretrained = path.stem in ("gpt-tiny", "bert-tiny", "roberta-tiny", "xlnet-tiny")
        low, high = (2.1e6, 2.5e6) if pretrained else (1.15e6, 1.2e6)
        assert low < n_parameters < high, path.name


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"schedule": "linear"}, "schedule='linear' is not one of cosine, stable"),
        ({"decay_steps": 3}, "decay_steps=3 with schedule='cosine': only the stable schedule"),
        ({"schedule": "stable", "decay_steps": 13}, "together exceed n_steps=12"),
        ({"position_start": "sinusoids"}, "sinusoids need a size above 0"),
        ({"position_scale": 0.1}, "nothing else has one"),
        ({"label_smoothing": 1.0}, "label_smoothing=1.0 is not from 0 to below 1"),
        (
            {"label_smoothing": 0.1, "objective": "masked", "batches": "windows"},
            "only causal batches without a state smooth",
        ),
        (
            {"label_smoothing": 0.1, "batches": "streams"},
            "batches='streams': only causal batches without a state smooth",
        ),
        ({"optimizer": "muon", "parallel": "sharded"}, "Muon needs whole matrices"),
    ],
)
def test_a_field_of_the_training_that_does_not_fit_is_named(fields, message):
    with pytest.raises(ValueError, match=message):
        Training(**({"n_steps": 12, "lr": 0.1} | fields))


def test_a_table_of_positions_is_asked_for_where_there_is_none(tmp_path, small_corpus):
    text = TEXT.replace("[training]", '[training]\nposition_start = "zeros"')
    with pytest.raises(ValueError, match="RecurrentLM has no table of positions"):
        train_recipe(read_recipe(write(tmp_path, text)), tmp_path / "out", device=CPU)


def test_smoothing_and_muon_reach_the_run(tmp_path, small_corpus):
    plain = train_recipe(read_recipe(write(tmp_path)), tmp_path / "plain", device=CPU)
    changes = '[training]\nlabel_smoothing = 0.5\noptimizer = "muon"\nschedule = "stable"'
    text = TEXT.replace("[training]", changes)
    smoothed = train_recipe(read_recipe(write(tmp_path, text)), tmp_path / "smoothed", device=CPU)
    losses = plain.history.losses, smoothed.history.losses
    assert losses[0][0] != losses[1][0]  # the same weights and batch, another loss
    assert smoothed.history.lrs[-1] == smoothed.history.lrs[5]  # stable
    stored = load_checkpoint(tmp_path / "smoothed-checkpoint")
    assert any(name.endswith("weight_hh_l0.momentum") for name in stored.part("optimizer"))
