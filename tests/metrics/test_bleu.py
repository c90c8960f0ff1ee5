"""BLEU is sacrebleu's, number for number; by hand; and it refuses what it would score as 0."""

import math
import sys
import types

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

import lmbook
from lmbook.metrics.bleu import SMOOTHINGS, Bleu

from .generated import HYPOTHESES, REFERENCES, corpora, streams


def test_by_hand():
    # matches 3 of 4, 2 of 3, 1 of 2 and 0 of 1; no smoothing lets the last 0 decide
    pair = (["a b c x"], ["a b c d"])
    parts = Bleu(smooth="none").parts(*pair)
    assert parts.precisions == pytest.approx((75, 200 / 3, 50, 0))
    assert parts.score == 0 and parts.brevity_penalty == 1
    # "exp" gives the empty order half a match: 1 / (2 · 1)
    assert Bleu().corpus(*pair) == pytest.approx(100 * (0.75 * 2 / 3 * 0.5 * 0.5) ** 0.25)
    # two orders, 3 tokens against 4: penalty e^(1 - 4/3)
    short = Bleu(order=2).parts(["a b c"], ["a b c d"])
    assert short.score == pytest.approx(100 * math.exp(-1 / 3))
    assert (short.length, short.reference_length) == (3, 4)


def test_matches_are_clipped_by_the_reference_that_has_most():
    # Papineni's example in other words: "ha" thrice, the references have it once and twice
    parts = Bleu(order=1).parts(["ha ha ha"], [["ha so", "ha ha no"]])
    assert parts.precisions == pytest.approx((200 / 3,))


def test_of_two_references_equally_near_in_length_the_shorter_counts():
    parts = Bleu(order=1).parts(["a b c"], [["a b c d", "a b"]])
    assert parts.reference_length == 2
    assert Bleu(order=1).parts(["a b c"], [["a", "a b c d", "a b c d e"]]).reference_length == 4


def test_the_published_cases_of_sacrebleu():
    # sacrebleu, test/test_bleu.py: the values of its README example, by tokenizer
    hypotheses = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
    first = ["The dog bit the man.", "It was not unexpected.", "The man bit him first."]
    second = ["The dog had bit the man.", "No one was surprised.", "The man had bitten the dog."]
    both = [list(row) for row in zip(first, second, strict=True)]
    for tokenize, score in (("13a", 48.530827), ("none", 49.1919566), ("intl", 43.91623493)):
        assert Bleu(tokenize=tokenize).corpus(hypotheses, both) == pytest.approx(score, abs=1e-6)
    assert Bleu().corpus(["", "", ""], both) == 0
    floor = Bleu(tokenize="none", smooth="floor", smooth_value=0.01, effective_order=True)
    assert floor.corpus(["a little test"], ["a test"]) == pytest.approx(3.218297948685433)


@pytest.mark.parametrize("smooth", SMOOTHINGS)
@pytest.mark.parametrize("tokenize", ["13a", "intl", "none", "char", "zh"])
@settings(max_examples=12, deadline=None)
@given(data=corpora, effective=st.booleans(), order=st.integers(1, 5), lower=st.booleans())
def test_equals_sacrebleu(smooth, tokenize, data, effective, order, lower):
    hypotheses, references = data
    given_references = [[text.replace("中", "x") for text in row] for row in references]
    theirs = sacrebleu.BLEU(
        tokenize=tokenize,
        smooth_method=smooth,
        effective_order=effective,
        max_ngram_order=order,
        lowercase=lower,
    )
    ours = Bleu(
        tokenize=tokenize, smooth=smooth, effective_order=effective, order=order, lowercase=lower
    )
    wanted = theirs.corpus_score(hypotheses, streams(given_references))
    parts = ours.parts(hypotheses, given_references)
    assert parts.score == pytest.approx(wanted.score, abs=1e-9)
    assert parts.precisions == pytest.approx(tuple(wanted.precisions), abs=1e-9)
    assert parts.brevity_penalty == pytest.approx(wanted.bp, abs=1e-12)
    assert (parts.length, parts.reference_length) == (wanted.sys_len, wanted.ref_len)
    stats = theirs._extract_corpus_statistics(hypotheses, streams(given_references))
    assert np.array_equal(ours.statistics(hypotheses, given_references).numpy(), stats)


@pytest.mark.parametrize("value", [0.0, 0.01, 3.0])
@pytest.mark.parametrize("smooth", ["floor", "add-k"])
def test_smoothing_values_and_sentences_equal_sacrebleu(smooth, value):
    settings = {"smooth_value": value, "effective_order": True}
    theirs = sacrebleu.BLEU(smooth_method=smooth, **settings)
    wanted = [
        theirs.sentence_score(h, r).score for h, r in zip(HYPOTHESES, REFERENCES, strict=True)
    ]
    ours = Bleu(smooth=smooth, **settings)
    assert ours.sentences(HYPOTHESES, REFERENCES).tolist() == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Bleu(), sacrebleu.BLEU()),
        (
            Bleu(tokenize="zh", smooth="floor", effective_order=True, lowercase=True),
            sacrebleu.BLEU(
                tokenize="zh", smooth_method="floor", effective_order=True, lowercase=True
            ),
        ),
        (
            Bleu(smooth="add-k", smooth_value=2),
            sacrebleu.BLEU(smooth_method="add-k", smooth_value=2),
        ),
    ],
)
@pytest.mark.parametrize("varying", [False, True])
def test_the_signature_is_sacrebleus_but_for_the_version(ours, theirs, varying):
    references = [REFERENCES[0], REFERENCES[1][:1]] if varying else REFERENCES[:2]
    theirs.corpus_score(HYPOTHESES[:2], streams(references))
    wanted = str(theirs.get_signature()).replace(f"version:{sacrebleu.__version__}", "")
    assert ours.signature(references).split("version:")[0] == wanted
    assert ours.signature(references).endswith(f"|version:lmbook-{lmbook.__version__}")


def test_long_documents_with_many_words_take_the_other_ways_of_counting():
    # 40,000 distinct words do not fit into 63 bits four times; 2,000 a pair do in small blocks
    draw = np.random.default_rng(0)
    for n_pairs, n_words in ((1, 40_000), (200, 2_000)):
        rows = [[f"w{i}" for i in draw.integers(n_words * 9, size=n_words)] for _ in range(n_pairs)]
        hypotheses = [" ".join(row) for row in rows]
        references = [" ".join(row[: n_words // 2] + row[n_words // 3 :]) for row in rows]
        wanted = sacrebleu.corpus_bleu(hypotheses, [references]).score
        assert Bleu().corpus(hypotheses, references) == pytest.approx(wanted, abs=1e-9)


def test_chinese_without_spaces_is_refused_where_sacrebleu_gives_almost_nothing():
    hypotheses, references = ["我们在公园里看见了一只猫。"], ["我们昨天在公园里看见一只猫。"]
    assert sacrebleu.corpus_bleu(hypotheses, [references]).score < 1e-6
    for tokenize in ("13a", "none", "intl"):
        with pytest.raises(ValueError, match=r"Chinese.*Set tokenize='zh'"):
            Bleu(tokenize=tokenize).corpus(hypotheses, references)
    wanted = sacrebleu.corpus_bleu(hypotheses, [references], tokenize="zh").score
    assert wanted > 30
    assert Bleu(tokenize="zh").corpus(hypotheses, references) == pytest.approx(wanted)
    segmented = ["我们 昨天 在 公园 里 看见 一 只 猫 。"]
    assert Bleu(tokenize="none").corpus(segmented, segmented) == pytest.approx(100)
    assert Bleu().corpus(["We say 你好吗 to greet."], ["We say 你好吗 to greet."]) > 99


@pytest.mark.parametrize(
    ("hypotheses", "references", "said"),
    [
        (["a", "b"], ["a"], "2 hypotheses for 1 references"),
        (["a", "b", "c"], [["a", "b", "c"]], r"other way round"),
        (["a"], [[]], r"references\[0\] is empty"),
        (["a", "b"], ["a", " "], r"references\[1\]\[0\]=' ' is empty"),
        ([], [], "0 hypotheses"),
        ("a", ["a"], "hypotheses='a' is one string"),
        (["a"], "a", "references='a' is one string"),
    ],
)
def test_what_is_no_pair_is_named(hypotheses, references, said):
    with pytest.raises(ValueError, match=said):
        Bleu().corpus(hypotheses, references)


def test_unknown_settings_are_named():
    with pytest.raises(ValueError, match=r"tokenize='flores200' is not one of 13a, intl, zh"):
        Bleu(tokenize="flores200")
    with pytest.raises(ValueError, match="smooth='laplace' is not one of exp"):
        Bleu(smooth="laplace")
    with pytest.raises(ValueError, match="order=0 is below 1"):
        Bleu(order=0)


def test_japanese_needs_its_packages_and_uses_them(monkeypatch):
    monkeypatch.setitem(sys.modules, "MeCab", None)
    with pytest.raises(ValueError, match="mecab-python3 and ipadic"):
        Bleu(tokenize="ja-mecab").corpus(["猫が好き"], ["猫が好き"])
    tagger = types.SimpleNamespace(parse=lambda text: " ".join(text) + "\n")
    monkeypatch.setitem(sys.modules, "ipadic", types.SimpleNamespace(MECAB_ARGS="-d x"))
    given_arguments = []
    fake = types.SimpleNamespace(Tagger=lambda said: given_arguments.append(said) or tagger)
    monkeypatch.setitem(sys.modules, "MeCab", fake)
    assert Bleu(tokenize="ja-mecab").corpus(["猫が好き"], ["猫が好き"]) == pytest.approx(100)
    assert given_arguments == ["-d x -Owakati"]
