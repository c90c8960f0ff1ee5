"""The packaged models are what their cards say."""

import dataclasses

import pytest

from lmbook.data.corpora import load_corpus
from lmbook.metrics.language_model import evaluate
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.training.from_recipe import corpus_hash
from lmbook.training.recipe import read_recipe
from lmbook.zoo import checkpoints


def test_there_is_a_model_for_every_recipe():
    recipes = checkpoints.recipe_path("gru-tiny").parent.glob("*.toml")
    assert checkpoints.names() == sorted(path.stem for path in recipes)
    assert {"gru-tiny", "llama-tiny", "transformer-tiny"} < set(checkpoints.names())


@pytest.mark.parametrize("name", checkpoints.names())
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


@pytest.mark.parametrize("name", checkpoints.names())
def test_a_models_recipe_is_the_one_in_the_package(name):
    recipe, stored = read_recipe(checkpoints.recipe_path(name)), checkpoints.card(name)["recipe"]
    assert (recipe.family, recipe.vocab_size) == (stored["family"], stored["vocab_size"])
    trained = dataclasses.asdict(recipe.training)
    assert {name: trained[name] for name in stored["training"]} == stored["training"]
    assert recipe.config == stored["config"]
    # the rows of the leaderboard compare models that learned from equally many tokens
    assert (
        recipe.training.n_steps * recipe.training.batch_size * recipe.training.window == 2_048_000
    )
