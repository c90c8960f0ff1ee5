"""Recorded comparisons belong to the recipes that stand beside them."""

import dataclasses
import json

import pytest

from lmbook.training.recipe import read_recipe
from lmbook.zoo import studies
from tools.studies._lines import write_lines

OF_RECIPES = [name for name in studies.names() if studies.file_of(name).with_suffix("").is_dir()]


@pytest.mark.parametrize("name", OF_RECIPES)
def test_a_study_has_a_result_for_every_recipe_as_it_is(name):
    runs, paths = studies.results(name), studies.recipe_paths(name)
    assert sorted(runs) == sorted(paths)
    for run, path in paths.items():
        recipe = json.loads(json.dumps(dataclasses.asdict(read_recipe(path))))
        assert runs[run]["recipe"] == recipe
        last = runs[run]["evaluations"][-1]
        assert last[0] == recipe["training"]["n_steps"]
        if "masked" in runs[run]["figures"] and recipe["training"]["batches"] == "windows":
            assert runs[run]["figures"]["masked"] == pytest.approx(last[1], abs=0.5)


@pytest.mark.parametrize("name", OF_RECIPES)
def test_the_runs_of_a_study_read_equally_much(name):
    budgets = set()
    for run, path in studies.recipe_paths(name).items():
        if run.endswith("-longer"):  # says so by its name
            continue
        training = read_recipe(path).training
        budgets.add(training.n_steps * training.batch_size * training.window)
    assert len(budgets) == 1


def test_the_probed_models_had_equally_many_operations():
    results = studies.results("probes")
    compute = [results[name]["operations"] for name in ("causal", "masked", "permutation")]
    assert max(compute) / min(compute) < 1.1
    for name in ("causal", "masked", "permutation"):
        for kind in ("trained", "shuffled"):
            assert len(results[name][kind]["questions"]) == 1
            assert len(results[name][kind]["swapped words"]) == 3


def test_an_unknown_study_is_named():
    with pytest.raises(ValueError, match="name='none' is not one of"):
        studies.results("none")
    with pytest.raises(ValueError, match="name='none' has no recipes"):
        studies.recipe_paths("none")


@pytest.mark.parametrize(
    "name",
    ["grpo", "instruction", "judging", "generated_answers", "preference", "question_answering"],
)
def test_a_record_is_written_as_it_stands(name, tmp_path):
    write_lines(tmp_path / "again.json", studies.results(name))
    assert (tmp_path / "again.json").read_bytes() == studies.file_of(name).read_bytes()
