"""ROUGE is rouge-score's, number for number."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from lmbook.metrics import metric_tokens
from lmbook.metrics.rouge import KINDS, lcs_length, rouge

from .generated import corpora


def test_by_hand():
    # "the cat sat" against "the cat is fat": words 2 of 3 and 2 of 4, pairs 1 of 2 and 1 of 3
    found = rouge(["The cat sat."], ["The cat is fat!"])
    one, two, longest = (found[kind] for kind in ("rouge1", "rouge2", "rougeL"))
    assert one.precision.item() == pytest.approx(2 / 3) and one.recall.item() == 0.5
    assert two.f1.item() == pytest.approx(2 * (1 / 2 * 1 / 3) / (1 / 2 + 1 / 3))
    assert longest.f1.item() == pytest.approx(2 * (2 / 3 * 0.5) / (2 / 3 + 0.5))


def test_the_union_of_sentences_is_lins_example():
    # Lin (2004), section 3.2: the union of "w1 w2" and "w1 w3 w5" covers 4 of 5 words
    reference, hypothesis = "w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5"
    found = rouge([hypothesis], [reference], ["rougeLsum"])["rougeLsum"]
    assert found.recall.item() == pytest.approx(4 / 5)


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_the_length_in_one_pass_is_that_of_the_table(first, second):
    table = np.zeros((len(first) + 1, len(second) + 1), dtype=int)
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            longer = max(table[i, j + 1], table[i + 1, j])
            table[i + 1, j + 1] = table[i, j] + 1 if a == b else longer
    assert lcs_length(first, second) == table[-1, -1]


@pytest.mark.parametrize("stem", [False, True])
@settings(max_examples=12, deadline=None)
@given(corpora)
def test_equals_rouge_score(stem, data):
    hypotheses, references = data
    references = [[text.replace("中", "x") for text in row] for row in references]
    theirs = RougeScorer([*KINDS], use_stemmer=stem)
    wanted = [
        theirs.score_multi(row, text) for text, row in zip(hypotheses, references, strict=True)
    ]
    found = rouge(hypotheses, references, KINDS, stem=stem)
    for kind in KINDS:
        for name, values in zip(("precision", "recall", "fmeasure"), found[kind], strict=True):
            assert values.tolist() == [getattr(score[kind], name) for score in wanted]


def test_another_tokenizer_equals_rouge_score_with_the_same_one():
    class Chinese:
        def tokenize(self, text):
            return metric_tokens.tokenize_lines([text], "zh")[0]

    text, reference = "我们在公园里看见了一只猫。", "我们昨天在公园里看见一只猫。"
    found = rouge([text], [reference], KINDS, tokenize="zh")
    wanted = RougeScorer([*KINDS], tokenizer=Chinese()).score(reference, text)
    assert [found[kind].f1.item() for kind in KINDS] == [wanted[kind].fmeasure for kind in KINDS]
    assert found["rouge1"].f1 > 0.8
    assert RougeScorer(["rouge1"]).score(reference, text)["rouge1"].fmeasure == 0
    with pytest.raises(ValueError, match="tokenize='rouge' takes .* Set tokenize='zh'"):
        rouge([text], [reference])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kinds": ["rouge3"]}, "kinds holds 'rouge3', which is not one of rouge1"),
        ({"kinds": "rouge1"}, "kinds='rouge1' is one string"),
        ({"tokenize": "words"}, "tokenize='words' is not one of"),
        ({"tokenize": "zh", "stem": True}, "stem=True goes with"),
        ({"references": [[]]}, "hypothesis 0 has no reference"),
        ({"references": ["a", "b"]}, "1 hypotheses for 2 references"),
    ],
)
def test_bad_input_is_named(changed, said):
    with pytest.raises(ValueError, match=said):
        rouge(**({"hypotheses": ["a"], "references": ["a"]} | changed))


def test_stemming_without_nltk_says_what_is_missing(monkeypatch):
    metric_tokens._stem.cache_clear()
    metric_tokens._stemmer.cache_clear()
    monkeypatch.setitem(sys.modules, "nltk.stem.porter", None)
    with pytest.raises(ValueError, match="needs the package nltk"):
        rouge(["running"], ["running"], stem=True)
