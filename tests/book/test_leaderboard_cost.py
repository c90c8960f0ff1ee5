"""Bits per byte against CPU seconds: what is measured, where curves cross, what is drawn."""

import dataclasses
import time
from types import SimpleNamespace

import pytest
import torch

from lmbook.data.sets.corpora import load_corpus
from lmbook.ngram.counts import count_ngrams
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.recipe import Recipe
from lmbook.training.recipe_training import Training
from lmbook.training.texts import Text
from lmbook.zoo import checkpoints
from tools.leaderboard import __main__ as leaderboard
from tools.leaderboard import costs, curves, drawing, mixture, page, rows, sentences

FALLING = [[100, 3.0], [200, 2.5], [400, 2.0]]


def a_cost(evaluations, per_step=0.5):
    n_steps = evaluations[-1][0] if evaluations else 10
    return {
        "tokens": "BPE 1,024",
        "n_parameters": 1200,
        "n_steps": n_steps,
        "n_tokens": 3_000_000,
        "seconds_per_step": per_step,
        "seconds": n_steps * per_step,
        "evaluations": evaluations,
    }


def invented(counts=2.25):
    """All networks alike, but the LSTM twice as slow and better, and XLNet without a curve."""
    packaged = [packaged for _, packaged in rows.NETWORKS.values()]
    found = {name: a_cost(FALLING) for name in packaged}
    found["lstm-tiny"] = a_cost([[100, 2.9], [400, 1.9]], per_step=1.0)
    found["xlnet-tiny"] = a_cost([])
    counted = {"seconds": 2.5, "bits_per_byte": 2.4}
    found |= {name: dict(counted) for name in costs.COUNTING}
    found[rows.BEST_COUNTS]["bits_per_byte"] = counts
    return found


def test_a_crossing_by_hand():
    # 2.25 lies half way between 2.5 at 100 s and 2.0 at 200 s, and half way on a logarithmic
    # scale is the geometric mean: √(100 · 200)
    assert costs.crossing(a_cost(FALLING), 2.25) == (pytest.approx(20_000**0.5), True)
    assert costs.crossing(a_cost(FALLING), 2.5) == (pytest.approx(100), True)
    assert costs.crossing(a_cost(FALLING), 3.0) == (50, False)  # at the first evaluation already
    assert costs.crossing(a_cost(FALLING), 1.99) is None
    said = [curves.after(a_cost(FALLING), bits) for bits in (2.25, 3.5, 1.0)]
    assert said == ["141", "before 50", "never"]


def test_the_sample_is_that_of_a_recipes_evaluations():
    # 7 // 3 = 2: every second one
    assert costs.sampled(list("abcdefg"), 3) == list("aceg")
    assert costs.sampled(list("ab"), 3) == list("ab")
    assert Training(n_steps=1, lr=1.0).n_evaluated == costs.N_EVALUATED


def tiny(**training):
    config = {"cell": "rnn", "d_model": 4, "d_hidden": 4, "n_layers": 1}
    settings = {"n_steps": 100, "lr": 0.01, "batch_size": 2, "window": 8, "warmup_steps": 10}
    return Recipe(
        name="tiny",
        corpus="plays",
        vocab_size=260,
        family="recurrent_lm",
        config=config,
        training=Training(**settings | training),
    )


def tiny_text():
    speeches = ["a rose is a rose", "so sweet a name", "what is it", "no more of that"]
    tokenizer = BPETokenizer.train(speeches, 260)
    documents = [[[*tokenizer.encode(s), tokenizer.eos_id] for s in speeches]]
    text = Text(tokenizer=tokenizer, facts={}, n_bytes=59, documents=documents)
    return dataclasses.replace(text, held_out=documents)


@pytest.mark.parametrize(
    "training", [{}, {"n_accumulated": 3}, {"batches": "streams", "optimizer": "muon"}]
)
def test_the_seconds_of_a_step_are_those_between_the_timed_ones(monkeypatch, training):
    seen = []

    def clock():  # one second for each look: the marks of neighbouring steps are a second apart
        seen.append(len(seen))
        return float(len(seen))

    ticking = SimpleNamespace(process_time=clock)
    monkeypatch.setattr(costs, "time", ticking)
    assert costs.seconds_per_step(tiny(**training), tiny_text(), n_warm=2, n_timed=3) == 1.0
    assert len(seen) == 2 + 3 + 1
    monkeypatch.setattr(costs, "time", time)
    measured = costs.seconds_per_step(tiny(), tiny_text(), n_warm=1, n_timed=2)
    assert 0 < measured < 10


def test_a_model_without_bits_per_byte_has_no_curve_and_other_samples_are_refused(monkeypatch):
    recipe = tiny(n_evaluated=7)
    card = {"n_parameters": 1, "n_steps": 50, "n_tokens": 9, "evaluations": [[50, 2.0]]}
    monkeypatch.setattr(costs.checkpoints, "card", lambda name: card)
    monkeypatch.setattr(costs.checkpoints, "recipe_path", lambda name: name)
    monkeypatch.setattr(costs, "read_recipe", lambda path: recipe)
    monkeypatch.setattr(costs, "read_text", lambda recipe: tiny_text())
    monkeypatch.setattr(costs, "seconds_per_step", lambda recipe, text: 0.25)
    with pytest.raises(ValueError, match="other has n_evaluated=7; the figure compares 300"):
        costs.measure("other")
    card["unit"] = "nats per predicted token"
    found = costs.measure("other")
    assert (found["seconds"], found["evaluations"]) == (12.5, [])


def test_a_line_of_the_table_by_hand():
    found = invented()
    passes = dict.fromkeys(rows.NETWORKS, 2.0)
    lines = curves.table(found, passes).splitlines()
    # between 2.9 at 100 s and 1.9 at 400 s, 2.25 is reached at 100 · 4 ** 0.65
    expected = f"{100 * 4**0.65:,.0f}"
    assert lines[2] == f"| LSTM | 1,200 | 400 | 2.0 | 1.000 | 400 | 1.900 | {expected} |"
    assert len(lines) == 2 + len(rows.NETWORKS) - 1  # XLNet has no curve
    assert not any("XLNet" in line for line in lines)


def test_the_sentence_names_those_that_pass_and_the_first_of_them():
    labels = [curves.LABELS[p] for _, p in rows.NETWORKS.values() if p in curves.LABELS]
    assert "No network passes it" in sentences.overtaking(invented(1.0))
    alone = sentences.overtaking(invented(1.95))
    assert "needs 1.950 bits per byte" in alone and "One network passes it: LSTM, after" in alone
    every = sentences.overtaking(invented())
    assert all(label in every for label in labels) and "do not" not in every
    some = invented()
    some["rnn-tiny"] = a_cost([[100, 2.6]])
    assert "These do not: recurrent." in sentences.overtaking(some)
    assert " first, after 141 CPU seconds" in every and "LSTM first" not in every  # it is slower


def test_the_same_numbers_draw_the_same_figure_and_others_another():
    found = invented()
    drawn = curves.figure(found)
    assert drawn == curves.figure(found)
    for _, packaged in rows.NETWORKS.values():
        assert (f">{curves.LABELS[packaged]}<" in drawn) if packaged in curves.LABELS else True
    found["gru-tiny"]["evaluations"][1][1] = 2.6
    assert curves.figure(found) != drawn
    assert "LSTM from 2.90 after 100 s to 1.90 after 400 s" in curves.alt(found)
    assert "5-gram, Kneser–Ney 2.25 after 2.5 s" in curves.alt(found)


def test_every_colour_of_the_figures_has_a_dark_twin():
    assert len(curves.LABELS) == len(drawing.LINES) == len(set(drawing.LINES))
    assert set(drawing.LINES) | {drawing.PAPER, drawing.GRID} == set(drawing.DARK)
    drawn = curves.figure(invented())
    light, sheet = drawn.split("</style>", 1)[1], drawn.split("</style>", 1)[0]
    used = {part[:7] for part in light.split(": ") if part.startswith("#")}
    assert used <= set(drawing.DARK)
    assert all(f": {colour}" in sheet for colour in used)


@pytest.mark.parametrize("lost", ["gru-tiny", rows.BEST_COUNTS])
def test_a_cost_that_is_missing_is_named(lost):
    found = invented()
    del found[lost]
    with pytest.raises(ValueError, match=f"costs lacks '{lost}'"):
        curves.figure(found)


def test_the_page_has_the_section_once_the_costs_are_stored(monkeypatch, tmp_path):
    stored = leaderboard.load()
    ranked, second = stored[leaderboard.RANKED], stored[leaderboard.PSEUDO]
    found = invented() | {name: a_cost([]) for name in ("bert-tiny", "roberta-tiny")}
    text = page.page(ranked, second, {}, found)
    assert "## Bits per byte against CPU seconds" in text and "<<" not in text
    assert curves.alt(found) in text and "by a clock on the wall" not in text
    assert "against CPU seconds" not in page.page(ranked, second)
    monkeypatch.setattr(leaderboard, "COST_FIGURE", tmp_path / "cost.svg")
    made = leaderboard.written(stored | {leaderboard.COST: found})
    assert made[tmp_path / "cost.svg"] == curves.figure(found)
    assert set(found) == set(costs.names())


def test_the_mixtures_network_is_the_best_on_the_validation_plays():
    def card(size, **validation):
        return {"recipe": {"vocab_size": size}, "validation": validation}

    cards = {
        "a": card(1024, bits_per_byte=2.0),
        "b": card(1024, bits_per_byte=1.9),
        "other tokens": card(2048, bits_per_byte=1.0),
        "no likelihood": card(1024, nats_per_prediction=0.1),
    }
    assert mixture.best_network(cards) == "b"
    with pytest.raises(ValueError, match="cards: no network with vocab_size=1024 was measured"):
        mixture.best_network({"other tokens": cards["other tokens"]})


def test_counts_over_other_tokens_are_not_mixed(monkeypatch):
    def count(corpus, order, vocab_size, smooth):
        tokenizer = BPETokenizer.train(["to be or not to be"], 259)
        ids = [tokenizer.encode("to be")]
        return SimpleNamespace(tokenizer=tokenizer, counts=count_ngrams(ids, 2, 259), model=None)

    monkeypatch.setattr(mixture, "count", count)
    with pytest.raises(ValueError, match="are not those that were counted"):
        mixture.measure(mixture.NAME, load_corpus("plays"))


@torch.no_grad()
def test_token_log_probs_are_those_of_the_rows():
    model, tokenizer = checkpoints.load("rnn-tiny")
    speeches = ["To be,", "or not"]
    found = mixture.token_log_probs(model, tokenizer, speeches)
    expected = []
    for speech in speeches:
        ids = torch.tensor([*tokenizer.encode(speech), tokenizer.eos_id])
        expected += [model.next_log_probs(ids[:t])[ids[t]].item() for t in range(len(ids))]
    assert found.tolist() == pytest.approx(expected, abs=1e-5)
