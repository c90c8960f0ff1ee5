"""The leaderboard shows the stored numbers, and the stored numbers are what training gives."""

import copy
import math
import subprocess
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from lmbook.data.sets.corpora import load_corpus
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import MaskedLM, PretrainingHeads
from lmbook.models.xlnet import XLNet, XLNetConfig
from lmbook.objectives.permutation import permutation_batch
from lmbook.tokenizers.word import WordTokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from tools.leaderboard import __main__ as leaderboard
from tools.leaderboard import page as table_page
from tools.leaderboard import pseudo as pseudo_rows
from tools.leaderboard import rows as table_rows
from tools.leaderboard import years as years_figure

ROOT = Path(__file__).resolve().parents[2]
TOOL = [sys.executable, "-m", "tools.leaderboard"]
START, END, PAD, MASK, SIZE = 0, 1, 2, 3, 9
SIZES = {"d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16}


@pytest.fixture(scope="module")
def tool():
    return leaderboard


@pytest.fixture(scope="module")
def pseudo():
    return pseudo_rows


@pytest.fixture(scope="module")
def years():
    return years_figure


def test_page_numbers_and_rows_agree():
    finished = subprocess.run([*TOOL, "--check"], capture_output=True, text=True, cwd=ROOT)
    assert finished.returncode == 0, finished.stderr


def test_the_best_model_stands_first(tool):
    page, stored = (ROOT / "book/leaderboard.md").read_text("utf-8"), tool.load()[tool.RANKED]
    best = min(stored, key=lambda name: stored[name]["bits_per_byte"])
    assert page.index(best) == min(page.index(f"| {name} |") + 2 for name in stored)


def test_a_row_trained_again_scores_the_same(tool):
    stored = tool.load()[tool.RANKED]["bigram of bytes, add-one"]
    again = tool.measure("bigram of bytes, add-one")
    assert again["bits_per_byte"] == pytest.approx(stored["bits_per_byte"], rel=1e-6)
    assert (again["size"], again["n_tokens"]) == (stored["size"], stored["n_tokens"])


def test_a_model_scored_again_on_the_sample_scores_the_same(tool):
    stored, again = tool.load()[tool.PSEUDO]["gpt-tiny"], tool.measure_pseudo("gpt-tiny")
    assert again.pop("bits_per_byte") == pytest.approx(stored.pop("bits_per_byte"), rel=1e-5)
    assert again == stored


def test_a_changed_figure_page_or_row_is_stale(tool, tmp_path, monkeypatch):
    stored = tool.load()
    assert tool._stale(stored) == []
    fewer = {**stored, tool.PSEUDO: {}}
    assert tool._stale(fewer) == ["leaderboard.json"]
    for name in ("FIGURE", "PAGE"):
        changed = tmp_path / f"{name}.txt"
        with monkeypatch.context() as patch:
            patch.setattr(tool, name, changed)
            assert tool._stale(stored) == [changed.name]
            changed.write_text("old", encoding="utf-8")
            assert tool._stale(stored) == [changed.name]


def test_a_tokenizer_that_changes_the_text_is_refused():
    with pytest.raises(ValueError, match="the tokenizer changes"):
        table_rows.score(None, WordTokenizer.train(["a rose"]), ["A rose!"])


def test_a_model_without_probabilities_is_not_ranked(monkeypatch):
    rows = table_rows
    monkeypatch.setattr(rows.checkpoints, "load", lambda name: (masked(PretrainingHeads), None))
    with pytest.raises(ValueError, match="gpt-tiny gives no probabilities to a text"):
        rows.zoo("gpt-tiny")(load_corpus("plays"))


def test_the_page_refuses_models_that_were_scored_on_different_texts(tool):
    stored = copy.deepcopy(tool.load())
    stored[tool.PSEUDO]["xlnet-tiny"] |= {"n_bytes": 1}
    with pytest.raises(ValueError, match="all models were scored on one sample; the stored"):
        table_page.page(stored[tool.RANKED], stored[tool.PSEUDO])


def test_masked_models_are_lines_of_their_own_and_the_page_explains_them(tool):
    stored = tool.load()
    both = stored[tool.PSEUDO]
    others = {name: row for name, row in both.items() if not row["masked"]}
    before, page = (table_page.page(stored[tool.RANKED], rows) for rows in (others, both))
    row = both["bert-tiny"]
    numbers = f"{row['pseudo_bits_per_byte']:.3f} | {row['bits_per_byte']:.3f}"
    assert f"| `bert-tiny` | 16 | WordPiece 2,048 | {row['seconds']:.1f} | {numbers} |" in page
    assert "bert-tiny" not in before and "For a masked model everything" not in before
    assert "WordPiece does not give" in page and "For a masked model everything" in page
    assert "<<" not in page + before


def test_passes_by_hand():
    rows = {"5-gram, modified Kneser–Ney": {"n_tokens": 200}}
    row = {"tokens": "BPE 1,024", "n_tokens": 300}
    assert table_page.passes(row, rows) == 1.5  # 300 / 200


def invented(years):
    """Rows whose bits per byte are 2 and whose seconds are 3, then 4, and so on."""
    return {
        method.row: {"bits_per_byte": 2.0, "seconds": 3.0 + i, "n_tokens": 1000 * i}
        for i, method in enumerate(years.METHODS)
    }


def test_a_line_of_the_years_by_hand(years):
    lines = years.table(invented(years)).splitlines()
    assert (
        lines[2] == "| 1951 | bigram of bytes, add-one | 2.000 | 3.0 | 0 | {cite:t}`shannon1951` |"
    )
    assert len(lines) == 2 + len(years.METHODS)
    assert [m.year for m in years.METHODS] == sorted(m.year for m in years.METHODS)


def test_the_same_numbers_draw_the_same_figure_and_others_another(years):
    rows = invented(years)
    drawn = years.figure(rows)
    assert drawn == years.figure(rows)
    for method in years.METHODS:
        assert f"{method.label} {method.year}" in drawn
    rows["LSTM"]["bits_per_byte"] = 2.5
    assert years.figure(rows) != drawn
    assert "2012 LSTM 2.50 and 8.0 s" in years.alt(rows)


@pytest.mark.parametrize("make", ["table", "alt", "figure"])
def test_a_method_without_its_row_is_refused(years, make):
    rows = invented(years)
    del rows["LSTM"]
    with pytest.raises(ValueError, match="rows lacks 'LSTM', which stands for the year 2012"):
        getattr(years, make)(rows)


def test_the_sample_by_hand(pseudo):
    texts = ["x" * 61, "x" * 60, "é" * 31, "é" * 30]  # é takes two bytes: 62 and 60
    assert pseudo.sample(texts) == ["x" * 60, "é" * 30]


def special():
    """All that is asked of a tokenizer: its special tokens."""
    return SimpleNamespace(special_tokens=("[CLS]", "[SEP]", "[PAD]", "[MASK]"))


def loud(model):
    """Larger weights, so that the context matters; and the mask is never predicted."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(generator=generator)
        model.bias[MASK] = -1e4
    return model.eval()


def masked(head):
    torch.manual_seed(0)
    return loud(head(Bert(BertConfig(vocab_size=SIZE, pad_id=PAD, n_positions=16, **SIZES))))


def permuted():
    torch.manual_seed(0)
    return loud(XLNet(XLNetConfig(vocab_size=SIZE, start_id=START, **SIZES)))


MAKERS = [lambda: masked(MaskedLM), lambda: masked(PretrainingHeads), permuted]


@pytest.mark.parametrize("make", MAKERS, ids=["masked", "next sentence", "permuted"])
def test_from_the_left_all_texts_sum_to_one_and_from_both_sides_they_do_not(pseudo, make):
    model, others = make(), [token for token in range(SIZE) if token != MASK]
    scores = [pseudo.score(model, special(), pair) for pair in product(others, repeat=2)]
    assert sum(math.exp(-nats.left) for nats in scores) == pytest.approx(1, abs=1e-5)
    assert abs(sum(math.exp(-nats.both) for nats in scores) - 1) > 1e-2


@pytest.mark.parametrize("head", [MaskedLM, PretrainingHeads])
def test_a_masked_models_two_scores_by_hand(pseudo, head):
    model, ids = masked(head), [5, 7, 4]
    both = left = 0.0
    for t, token in enumerate(ids, 1):
        inputs = torch.tensor([[START, *ids, END]])
        inputs[0, t] = MASK
        cut = inputs[:, : t + 1]  # nothing stands to the right
        for name, shown in (("both", inputs), ("left", cut)):
            answer = model(shown)
            logits = answer[0] if isinstance(answer, tuple) else answer
            nats = -logits[0, t].log_softmax(-1)[token].item()
            both, left = both + nats * (name == "both"), left + nats * (name == "left")
    scores = pseudo.score(model, special(), ids)
    assert (scores.both, scores.left) == pytest.approx((both, left), rel=1e-5)


def test_an_xlnet_scores_a_token_as_the_last_one_of_an_order(pseudo):
    model, ids = permuted(), torch.tensor([[START, 5, 7, 4]])
    order = permutation_batch(ids, torch.Generator(), n_predicted=1, n_first=3)
    masks = {"content_mask": order.content_mask, "query_mask": order.query_mask}
    inputs, hidden = ids.clone(), torch.zeros(1, 4, dtype=torch.bool)
    inputs[0, 3], hidden[0, 3] = MASK, True
    with torch.no_grad():
        expected = model(ids, **masks, positions=order.positions)[:, 0]
        # the mask's own vector is nowhere seen: what stands at the hidden place does not matter
        torch.testing.assert_close(pseudo.xlnet_logits(model, inputs, hidden), expected)
        torch.testing.assert_close(pseudo.xlnet_logits(model, ids, hidden), expected)


def test_a_model_that_predicts_no_tokens_is_refused(pseudo):
    with pytest.raises(ValueError, match="Bert predicts no tokens"):
        pseudo.score(masked(MaskedLM).encoder, special(), [5])


def test_an_unknown_word_is_refused(pseudo):
    with pytest.raises(ValueError, match="the tokenizer does not know a word of 'rose!'"):
        pseudo._encode(WordPieceTokenizer.train(["a rose a rose"], 20), "rose!")
