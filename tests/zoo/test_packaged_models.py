"""The packaged models are what their cards say."""

import dataclasses

import pytest
import torch
import transformers

from lmbook.data.sets.corpora import load_corpus
from lmbook.metrics.language_model import evaluate
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.training.from_recipe import corpus_hash
from lmbook.training.jobs import prepare
from lmbook.training.recipe import read_recipe
from lmbook.training.texts import read_text
from lmbook.zoo import checkpoints

PUBLISHED = [
    name for name in checkpoints.names() if checkpoints.is_published(checkpoints.folder_of(name))
]
OWN = [name for name in checkpoints.names() if name not in PUBLISHED]


def test_there_is_a_model_for_every_recipe():
    recipes = checkpoints.recipe_path("gru-tiny").parent.glob("*.toml")
    assert checkpoints.names() == sorted(path.stem for path in recipes)
    assert {"gru-tiny", "llama-tiny", "transformer-tiny"} < set(checkpoints.names())


@pytest.mark.parametrize("name", OWN)
def test_a_model_scores_what_its_card_says(name):
    plays, card = load_corpus("plays"), checkpoints.card(name)
    assert card["corpus"]["sha256"] == corpus_hash(plays.speeches("train"))
    model, tokenizer = checkpoints.load(name)
    assert isinstance(model, CausalLanguageModel)
    assert model.n_parameters == card["n_parameters"]
    texts = plays.speeches("validation")
    rows = [[*tokenizer.encode(text), tokenizer.eos_id] for text in texts]
    score = evaluate(model, rows, sum(len(text.encode()) for text in texts))
    # the weights are stored in float16
    assert score.bits_per_byte == pytest.approx(card["validation"]["bits_per_byte"], rel=1e-3)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_model_measures_what_its_card_says(name):
    """Tokenizer, text, masks and orders are made anew; all are the same ones again."""
    recipe, card = read_recipe(checkpoints.recipe_path(name)), checkpoints.card(name)
    model, tokenizer = checkpoints.load(name)
    assert sum(parameter.numel() for parameter in model.parameters()) == card["n_parameters"]
    text = read_text(recipe)
    assert text.tokenizer.tokens == tokenizer.tokens
    assert text.facts == card["corpus"]
    job = prepare(recipe, text, torch.Generator())
    with torch.no_grad():
        value = job.evaluate(model)
    # the weights are stored in float16; the run was measured before they were rounded
    assert value == pytest.approx(card["evaluations"][-1][1], rel=1e-3)


@pytest.mark.parametrize("name", PUBLISHED)
def test_transformers_computes_what_a_published_model_computes(name):
    folder = checkpoints.folder_of(name)
    model, tokenizer = checkpoints.load(name)
    config = transformers.AutoConfig.from_pretrained(folder)
    make_theirs = getattr(transformers, config.architectures[0])
    theirs, info = make_theirs.from_pretrained(folder, output_loading_info=True)
    assert not any(info[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    its_tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    assert len(its_tokenizer) == tokenizer.vocab_size == config.vocab_size
    speech = max(load_corpus("plays").speeches("test")[:50], key=len)[:300]
    assert its_tokenizer(speech, add_special_tokens=False)["input_ids"] == tokenizer.encode(speech)
    ids = its_tokenizer(speech, return_tensors="pt")["input_ids"]
    ids = ids[:, : getattr(config, "max_position_embeddings", 512) - 2]  # RoBERTa counts from 2
    with torch.no_grad():
        ours, logits = model(ids), theirs(input_ids=ids)[0]
    ours = ours[0] if isinstance(ours, tuple) else ours
    assert logits.dtype == torch.float32
    assert (ours - logits).abs().max() <= 1e-5 * max(1.0, logits.abs().max().item())


@pytest.mark.parametrize("name", checkpoints.names())
def test_a_models_recipe_is_the_one_in_the_package(name):
    recipe, stored = read_recipe(checkpoints.recipe_path(name)), checkpoints.card(name)["recipe"]
    assert (recipe.family, recipe.vocab_size) == (stored["family"], stored["vocab_size"])
    trained = dataclasses.asdict(recipe.training)
    assert {name: trained[name] for name in stored["training"]} == stored["training"]
    assert recipe.config == stored["config"]
    if name in OWN:  # the leaderboard compares models that learned from about equally many tokens
        sizes = recipe.training.batch_size * recipe.training.window
        assert 4_000 <= recipe.training.n_steps * sizes / 2_048 <= 5_000
