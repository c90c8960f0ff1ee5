"""What is recorded of a run, without a toolkit; the recorded study itself."""

import itertools
import json
from dataclasses import replace

import pytest

from lmbook.zoo import studies
from tools.toolkits import compare, hands
from tools.toolkits.about import STANDINGS
from tools.toolkits.environments import TOOLKITS, ToolkitError
from tools.toolkits.hands import HANDS, Outcome
from tools.toolkits.task import dates

TASK = dates(sizes=(4, 1, 4))


def outcome(translations):
    return Outcome(translations=translations, train_seconds=2.0, translate_seconds=1.0, n_lines=7)


def test_exact_counts_translations_without_a_wrong_letter():
    outputs = [target for _, target in TASK.pairs["test"]]
    whole = compare.measure(TASK, outcome(outputs))
    assert (whole["n"], whole["exact"], whole["bleu"], whole["wrong"]) == (4, 4, 100.0, [])
    source, right = TASK.pairs["test"][1]
    outputs[1] = right[:-1] + "x"
    found = compare.measure(TASK, outcome(outputs))
    assert found["exact"] == 3
    assert found["wrong"] == [[source, outputs[1], right]]
    assert 50 < found["bleu"] < 100 and 50 < found["chrf"] < 100
    assert (found["train seconds"], found["translate seconds"], found["lines"]) == (2.0, 1.0, 7)


def test_a_lost_translation_is_an_error():
    with pytest.raises(ToolkitError, match="3 translations of 4 sources"):
        compare.measure(TASK, outcome(["2001-01-01"] * 3))


def test_a_hand_that_is_unknown_or_not_installed_is_an_error(monkeypatch):
    with pytest.raises(ToolkitError, match=r"hand='marian' is not one of book, fairseq"):
        compare.run("marian", TASK, 0)
    monkeypatch.setattr(compare, "is_installed", lambda name: False)
    with pytest.raises(ToolkitError, match="make toolkits NAME=eole"):
        compare.run("eole", TASK, 0)


def test_results_are_added_to_those_recorded_before(tmp_path):
    store = tmp_path / "toolkits.json"
    compare.record("b, dates, seed 0", {"exact": 1}, store)
    compare.record("a, dates, seed 0", {"exact": 2}, store)
    compare.record("b, dates, seed 0", {"exact": 3}, store)
    assert json.loads(store.read_text()) == {
        "a, dates, seed 0": {"exact": 2},
        "b, dates, seed 0": {"exact": 3},
    }
    assert len(store.read_text().splitlines()) == 4  # a line a run
    assert compare.known("b, dates, seed 0", store) == {"exact": 3}
    assert compare.known("c", store) == {}


def test_every_hand_but_the_books_has_an_environment_and_a_standing():
    toolkits = {hand.partition(",")[0] for hand in HANDS} - {"book"}
    assert toolkits < set(TOOLKITS) == set(STANDINGS)


def test_the_books_hand_learns_and_translates_the_test_part(tmp_path):
    task = replace(TASK, n_updates=2, d_model=8, n_layers=1, n_heads=2, d_ff=8, batch_size=2)
    found = hands.ours(task, tmp_path, 0)
    assert len(found.translations) == 4
    assert found.train_seconds > 0 and found.n_lines > 30


def test_a_hand_with_a_note_needs_the_toolkit_before_the_comma(monkeypatch):
    monkeypatch.setattr(compare, "is_installed", lambda name: False)
    with pytest.raises(ToolkitError, match="make toolkits NAME=opennmt`"):
        compare.run("opennmt, default initialisation", TASK, 0)


def test_fairseqs_options_are_the_sizes_and_the_budget_of_the_task():
    words = hands._words(hands._fairseq_options(replace(TASK, n_updates=77, d_model=32), seed=5))
    given = dict(itertools.pairwise(words))
    assert given["--max-update"] == "77" and given["--seed"] == "5"
    assert given["--encoder-embed-dim"] == given["--decoder-embed-dim"] == "32"


def test_the_highest_learning_rate_of_noam_is_the_one_of_the_task():
    """OpenNMT-py multiplies by 1/√d_model · min(1/√step, step/warmup^1.5)."""
    options = hands._onmt_training(TASK)
    factor, warmup = options["learning_rate"], options["warmup_steps"]
    assert factor / (TASK.d_model * warmup) ** 0.5 == pytest.approx(TASK.lr)


def test_the_recorded_runs_are_those_of_the_module():
    for name, found in studies.results(compare.STUDY).items():
        if name in ("about", "parity"):
            assert set(found) <= {"book", *TOOLKITS}
        else:
            hand, task, seed = name.rsplit(", ", 2)
            assert hand in HANDS and task in ("dates", "strings") and seed.startswith("seed ")
            assert 0 <= found["exact"] <= found["n"] and len(found["wrong"]) <= compare.N_WRONG


def test_the_recorded_differences_are_within_the_tolerance():
    for name, found in studies.results(compare.STUDY)["parity"].items():
        assert found["difference"] <= 1e-5, name
