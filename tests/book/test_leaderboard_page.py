"""What the leaderboard's page says in words is made of the numbers beside it."""

import copy
import re

import pytest

from tools.leaderboard import __main__ as leaderboard
from tools.leaderboard import page, rows, sentences, years

BEST = rows.BEST_COUNTS
MIXED = {
    "network": "llama-tiny",
    "weight": 0.75,
    "tokens": "BPE 1,024",
    "bits_per_byte": 1.5,
    "n_parameters": 10,
    "n_ngrams": 2000,
    "seconds": 4.0,
}


@pytest.fixture
def stored():
    return copy.deepcopy(leaderboard.load())


def by_year(*bits):
    """Rows of the methods, in the order of their years, with these bits per byte."""
    return {m.row: {"bits_per_byte": b} for m, b in zip(years.METHODS, bits, strict=True)}


def test_an_order_that_is_the_historical_one_is_called_so():
    falling = [3 - i / 10 for i in range(len(years.METHODS))]
    assert sentences.order(by_year(*falling)).startswith("The order is the historical one:")


def test_each_method_that_is_behind_an_older_one_is_named_with_it():
    bits = [3 - i / 10 for i in range(len(years.METHODS))]
    bits[5] = bits[3]  # the LSTM needs as many bits as the feed-forward network
    said = sentences.order(by_year(*bits))
    behind = "LSTM (2012) is behind feed-forward (2003) and recurrent (2010)."
    assert said == f"The order is not the historical one everywhere: {behind}"


@pytest.mark.parametrize(("bits", "said"), [(1.9, "0.100 bits per byte fewer"), (2.2, "more")])
def test_the_best_network_is_compared_with_the_best_counts(bits, said):
    counted = {"unit": "n-grams"}
    ranked = {
        BEST: {"bits_per_byte": 2.0, **counted},
        "trigram, Katz": {"bits_per_byte": 2.1, **counted},
        "LSTM": {"bits_per_byte": bits, "unit": "parameters"},
        "GRU": {"bits_per_byte": 2.5, "unit": "parameters"},
        "xz, after the training plays": {"bits_per_byte": 1.0, "unit": "bytes"},
    }
    sentence = sentences.leaders(ranked)
    assert f"network is **LSTM**, at {bits:.3f}" in sentence and said in sentence
    assert f"model that counts is **{BEST}**, at 2.000" in sentence


def test_the_mixture_stands_among_the_rows_without_a_place(stored):
    ranked = stored[leaderboard.RANKED]
    text = page.page(ranked, stored[leaderboard.PSEUDO], {"both together": MIXED})
    seconds = ranked["Transformer, Llama's form"]["seconds"] + 4
    line = f"| – | both together | 7 | BPE 1,024 | 1.500 | 10 parameters, 2,000 n-grams | {seconds}"
    assert line in text
    assert text.index(line) < text.index("| 1 |")
    gain = ranked["Transformer, Llama's form"]["bits_per_byte"] - 1.5
    assert f"needs 1.500 bits per byte, {gain:.3f} fewer than alone" in text
    assert "0.75 of the network's plus 0.25 of the counts'" in text
    alone = page.page(ranked, stored[leaderboard.PSEUDO])
    assert "Mixed with" not in alone and "| – |" not in alone.split("pseudo-likelihood")[0]
    places = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)
    assert places[: len(ranked)] == [str(i + 1) for i in range(len(ranked))]


def test_the_networks_seconds_are_those_that_were_measured():
    ranked = {"LSTM": {"seconds": 9.0}, BEST: {"seconds": 2.0}}
    mixed = {"m": {"network": "lstm-tiny", "seconds": 4.0}}
    second = {"bert-tiny": {"seconds": 7.0}}
    costs = {"lstm-tiny": {"seconds": 5.0}, "bert-tiny": {"seconds": 6.0}}
    assert page.with_costs(ranked, second, mixed, costs) == (
        {"LSTM": {"seconds": 5.0}, BEST: {"seconds": 2.0}},
        {"bert-tiny": {"seconds": 6.0}},
        {"m": {"network": "lstm-tiny", "seconds": 9.0}},
    )
    assert page.with_costs(ranked, second, {}, {}) == (ranked, second, {})


def test_ranges_by_hand():
    ranked = {
        "LSTM": {"size": 1_170_000, "seconds": 60.0},
        "GRU": {"size": 1_190_000, "seconds": 61.0},
        "GPT, 2.2 million parameters": {"size": 9e6, "seconds": 600.0},  # of chapter 15
    }
    assert (sentences.sizes(ranked), sentences.minutes(ranked)) == ("1.17 to 1.19", "1")
    assert sentences.passes({"LSTM": 1.33, "GRU": 5.0, "XLNet, read from left to right": 9.0}) == (
        "1.3 to 5.0"
    )


def test_a_name_that_the_prose_asks_for_and_nobody_gives_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "_PROSE", tmp_path)
    (tmp_path / "x.md").write_text("%% not shown\nA <<ONE>>\n\n<<NONE>>\n\nend\n", encoding="utf-8")
    assert page.fill("x", {"ONE": "1", "NONE": ""}) == "A 1\n\nend\n"
    with pytest.raises(ValueError, match=r"x\.md asks for <<NONE>>; there is ONE"):
        page.fill("x", {"ONE": "1"})


def test_a_model_without_a_row_is_refused():
    with pytest.raises(ValueError, match="packaged='no-such' has no row"):
        sentences.row_of("no-such")


def test_the_larger_gpt_has_a_row_as_soon_as_it_is_packaged():
    here = "gpt-small" in rows.checkpoints.names()
    assert ("GPT, gpt-small" in rows.ROWS) == here == ("GPT, gpt-small" in rows.NETWORKS)
    assert set(rows.NETWORKS) < set(rows.ROWS)
