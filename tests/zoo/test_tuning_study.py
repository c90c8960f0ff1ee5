"""The study of optimisers sweeps with one seed and repeats the best learning rate with others."""

from lmbook.training.recipe import read_recipe
from lmbook.zoo import checkpoints
from tools.studies import tuning


def made(best):
    rows = []
    for run in tuning.to_do(rows):
        rows.append(run | {"bits_per_byte": 2 + abs(run["lr"] - best[run["optimizer"]])})
    return rows


def test_the_best_learning_rate_of_each_optimiser_gets_the_other_seeds():
    best = {"adamw": 0.003, "muon": 0.012}
    rows = made(best)
    assert len(rows) == len(tuning.OPTIMIZERS) * (len(tuning.RATES) + len(tuning.SEEDS) - 1)
    for optimizer, rate in best.items():
        ours = [(row["lr"], row["seed"]) for row in rows if row["optimizer"] == optimizer]
        assert [(rate, seed) for seed in tuning.SEEDS[1:]] == ours[len(tuning.RATES) :]
        assert tuning.best_rate(rows, optimizer) == rate


def test_what_is_stored_is_not_run_again():
    rows = made({"adamw": 0.006, "muon": 0.006})
    assert list(tuning.to_do(rows)) == []
    removed = rows.pop(0)
    again = list(tuning.to_do(rows))
    assert again == [{name: removed[name] for name in ("optimizer", "lr", "seed")}]


def test_a_shortened_recipe_ends_with_its_only_evaluation():
    recipe = read_recipe(checkpoints.recipe_path("lstm-tiny"))
    run = {"optimizer": "adamw", "lr": 0.003, "seed": 2}
    short = tuning.shortened(recipe, run).training
    assert (short.optimizer, short.lr, short.seed) == ("adamw", 0.003, 2)
    assert short.n_steps == short.evaluate_every == tuning.N_STEPS
    assert short.precision == recipe.training.precision
