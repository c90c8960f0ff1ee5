"""Masked, paired and permuted pre-training by recipe: what is fed, learned, stored and resumed."""

import dataclasses
import math

import pytest
import torch

from lmbook.data.sets.corpora import Corpus
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.models.xlnet import XLNet
from lmbook.reproducibility import seed_everything
from lmbook.training import from_recipe, texts
from lmbook.training.checkpoint import load_checkpoint
from lmbook.training.from_recipe import train_recipe
from lmbook.training.jobs import build, prepare
from lmbook.training.loop import train
from lmbook.training.pretraining import framed_rows, special_ids
from lmbook.training.recipe import read_recipe
from lmbook.training.recipe_training import Training
from lmbook.training.texts import read_text
from lmbook.zoo import checkpoints

CPU = torch.device("cpu")
SIZES = "d_model = 16\nn_layers = 1\nn_heads = 2\nd_ff = 32\ndropout = 0.1\n"
TRAINING = "n_steps = 12\nlr = 0.01\nbatch_size = 4\nwindow = 16\nevaluate_every = 6\n"
BYTES = 'vocab_size = 290\nspecial_tokens = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]\n'
XLNET = (
    "vocab_size = 290\n"
    'special_tokens = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"]\n'
)
WORDS = (
    'kind = "wordpiece"\nvocab_size = 60\n'
    'special_tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]\n'
)
RECIPES = {
    "roberta": (
        BYTES,
        "n_positions = 16\npooler = false\n",
        'objective = "masked"\nbatches = "windows"',
    ),
    "bert": (WORDS, "n_positions = 16\n", 'objective = "masked"\nbatches = "pairs"'),
    "xlnet": (XLNET, "", 'objective = "permutation"\nbatches = "windows"\nrate = 0.3'),
}  # fmt: skip
MODELS = {"roberta": MaskedLM, "bert": PretrainingHeads, "xlnet": XLNet}


@pytest.fixture
def small_corpus(monkeypatch):
    """Four documents in the place of the plays."""
    words = ["to", "be", "or", "not", "that", "is", "the", "question", "tis", "nobler", "in"]
    documents = {
        title: "\n\n".join(
            f"**A**\n\n{' '.join(words[i % 7 :])} {title}, {words[i % 11]}." for i in range(n)
        )
        for title, n in {"One": 40, "Two": 30, "Three": 12, "Four": 12}.items()
    }
    corpus = Corpus(
        name="plays",
        licence="ours",
        source="ours",
        documents=documents,
        validation=["Three", "Four"],
    )
    monkeypatch.setattr(texts, "load_corpus", lambda name: corpus)


def recipe_of(family, folder):
    tokenizer, model, training = RECIPES[family]
    path = folder / f"{family}-small.toml"
    path.write_text(
        f'[corpus]\nname = "plays"\n[tokenizer]\n{tokenizer}[model]\nfamily = "{family}"\n{SIZES}'
        f"{model}[training]\n{TRAINING}checkpoint_every = 5\n{training}\n"
        '[card]\npublished = true\nlimits = "none"\n'
    )
    return read_recipe(path)


@pytest.mark.parametrize("family", RECIPES)
def test_a_recipe_learns_is_stored_and_is_measured_as_it_is_stored(family, tmp_path, small_corpus):
    recipe = recipe_of(family, tmp_path)
    outcome = train_recipe(recipe, tmp_path / "out", device=CPU)
    losses = outcome.history.losses
    assert sum(losses[-3:]) < sum(losses[:3])
    model, tokenizer = checkpoints.load_folder(tmp_path / "out")
    card = checkpoints.read_card(tmp_path / "out")
    assert type(model) is MODELS[family]
    assert card["validation"] == outcome.figures
    text = read_text(recipe)
    assert text.tokenizer.tokens == tokenizer.tokens
    again = prepare(recipe, text, torch.Generator()).measure(model)
    assert again == pytest.approx(outcome.figures, rel=1e-5)
    assert 0 < again["accuracy"] < 1
    assert ("next_sentence_accuracy" in again) == (family == "bert")
    assert ("bits_per_byte" in again) == (family == "xlnet")


@pytest.mark.parametrize("family", RECIPES)
def test_a_run_that_was_stopped_goes_on_exactly(family, tmp_path, small_corpus, monkeypatch):
    recipe = recipe_of(family, tmp_path)
    whole = train_recipe(recipe, tmp_path / "whole", device=CPU)
    original, taken = from_recipe.train, []

    def stopping(model, make_batches, **arguments):
        def batches():
            for batch in make_batches():
                taken.append(1)
                if len(taken) == 9:
                    raise KeyboardInterrupt
                yield batch

        return original(model, batches, **arguments)

    monkeypatch.setattr(from_recipe, "train", stopping)
    with pytest.raises(KeyboardInterrupt):
        train_recipe(recipe, tmp_path / "cut", device=CPU)
    monkeypatch.setattr(from_recipe, "train", original)
    assert load_checkpoint(tmp_path / "cut-checkpoint").step == 5
    resumed = train_recipe(recipe, tmp_path / "cut", device=CPU, resume=True)
    assert resumed.history.losses == whole.history.losses
    assert resumed.history.evaluations == whole.history.evaluations
    assert resumed.figures == whole.figures


def test_masks_are_new_in_every_pass_and_the_same_at_every_evaluation(tmp_path, small_corpus):
    recipe = recipe_of("roberta", tmp_path)
    text = read_text(recipe)
    job = prepare(recipe, text, torch.Generator().manual_seed(0))
    masks = []
    for _ in range(2):
        rows = [row for inputs, targets in job.batches() for row in (targets != -100).tolist()]
        masks.append(sorted(rows))
    assert masks[0] != masks[1]
    model = build(recipe, text.tokenizer).eval()
    assert job.evaluate(model) == job.evaluate(model)


def test_masks_that_are_not_dynamic_stay_with_their_rows(tmp_path, small_corpus):
    recipe = recipe_of("roberta", tmp_path)
    recipe = dataclasses.replace(
        recipe, training=dataclasses.replace(recipe.training, dynamic=False)
    )
    job = prepare(recipe, read_text(recipe), torch.Generator().manual_seed(0))
    masks = []
    for _ in range(2):
        batches = [torch.cat(pair, dim=1).tolist() for pair in job.batches()]
        masks.append([row for rows in batches for row in rows])
    assert masks[0] != masks[1]  # the rows come in another order
    assert sorted(masks[0]) == sorted(masks[1])


def test_shares_of_a_recipe_decide_what_is_shown(tmp_path, small_corpus):
    recipe = recipe_of("roberta", tmp_path)
    recipe = dataclasses.replace(
        recipe, training=dataclasses.replace(recipe.training, mask_share=1.0, random_share=0.0)
    )
    text = read_text(recipe)
    mask_id = special_ids(text.tokenizer.special_tokens).mask
    for inputs, targets in prepare(recipe, text, torch.Generator().manual_seed(0)).batches():
        assert (inputs[targets != -100] == mask_id).all()
        assert (inputs != mask_id)[targets == -100].all()


def test_a_table_of_positions_may_begin_as_sinusoids(tmp_path, small_corpus):
    recipe = recipe_of("roberta", tmp_path)
    recipe = dataclasses.replace(
        recipe,
        training=dataclasses.replace(
            recipe.training, position_start="sinusoids", position_scale=0.5
        ),
    )
    encoder = build(recipe, read_text(recipe).tokenizer).encoder
    weight, pad_id = encoder.positions.weight, encoder.config.pad_id
    assert weight.requires_grad
    assert weight[pad_id].abs().max() == 0
    # sin² + cos² is one in each of the d_model / 2 pairs
    rest = torch.cat([weight[:pad_id], weight[pad_id + 1 :]])
    assert rest.square().sum(1).tolist() == pytest.approx([0.25 * 8] * len(rest), rel=1e-5)
    products = rest[pad_id:] @ rest[pad_id:].T
    assert products.diagonal(1).std() < 1e-5  # neighbours are alike everywhere


def test_rows_begin_with_the_start_and_hold_the_text_once():
    training = Training(n_steps=1, lr=0.1, batches="windows", batch_size=3, window=5)
    line = torch.arange(10, 51)
    rows = torch.cat(list(framed_rows(line, training, 1, torch.Generator().manual_seed(0))))
    assert rows.shape == (10, 5)
    assert (rows[:, 0] == 1).all()
    assert sorted(rows[:, 1:].flatten().tolist()) == list(range(10, 50))
    in_order = torch.cat(list(framed_rows(line, training, 1)))
    assert in_order[:, 1:].flatten().tolist() == list(range(10, 50))


def test_special_tokens_are_found_by_their_names():
    special = special_ids(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    assert (special.pad, special.start, special.end, special.mask) == (0, 2, 3, 4)
    with pytest.raises(ValueError, match=r"lacks \[MASK\] or <mask>"):
        special_ids(["<s>", "</s>", "<pad>"])


def test_an_objective_that_does_not_fit_is_refused(tmp_path, small_corpus):
    with pytest.raises(ValueError, match="it takes windows, pairs"):
        Training(n_steps=1, lr=0.1, objective="masked", batches="speeches")
    with pytest.raises(ValueError, match="rate=0.0 is not between 0 and 1"):
        Training(n_steps=1, lr=0.1, rate=0.0)
    with pytest.raises(ValueError, match="mask_share=0.9 and random_share=0.2 are not two shares"):
        Training(n_steps=1, lr=0.1, mask_share=0.9, random_share=0.2)
    with pytest.raises(ValueError, match="position_scale=-1.0 is negative"):
        Training(n_steps=1, lr=0.1, position_scale=-1.0)
    recipe = recipe_of("xlnet", tmp_path)
    wrong = dataclasses.replace(recipe, family="gpt", config={**recipe.config, "n_positions": 16})
    with pytest.raises(ValueError, match="family='gpt' has no objective 'permutation'"):
        build(wrong, read_text(recipe).tokenizer)


@pytest.mark.parametrize("name", checkpoints.names())
def test_a_zoo_recipe_begins_as_it_is_recorded(name):
    """The first entry of the recorded curve is the mean loss of the first 25 steps."""
    recipe, card = read_recipe(checkpoints.recipe_path(name)), checkpoints.card(name)
    n_steps, recorded = card["curve"][0]
    text = read_text(recipe)
    generator = seed_everything(recipe.training.seed)
    model = build(recipe, text.tokenizer)
    job = prepare(recipe, text, generator)
    history = train(
        model,
        job.batches,
        n_steps=n_steps,
        lr=recipe.training.lr,
        loss=job.loss,
        schedule=recipe.training.factor,
        generator=generator,
        optimizer=recipe.training.optimizer_config,
        precision=recipe.training.precision,
    )
    assert sum(history.losses) / n_steps == pytest.approx(recorded, abs=0.01)
    pairs = math.log(2) if recipe.training.batches == "pairs" else 0.0
    at_chance = math.log(text.tokenizer.vocab_size) + pairs
    assert history.losses[0] == pytest.approx(at_chance, abs=0.3)
