"""Tokens are those of sacrebleu's tokenizers and of rouge-score's."""

import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.tokenize import tokenize as rouge_tokenize
from sacrebleu.metrics.bleu import _get_tokenizer

from lmbook.metrics.metric_tokens import number_lines, rouge_words, token_rows, tokenize_lines

from .generated import hypothesis_line

NAMES = ["13a", "intl", "zh", "char", "none"]


def test_by_hand():
    text = 'He paid $1,000.50 (or so) -- "maybe" 5-6 times.'
    cut = {
        ("13a", text): 'He paid $ 1,000.50 ( or so ) -- " maybe " 5 - 6 times .',
        ("zh", "那是3.5亿 GPU。"): "那 是 3.5 亿 GPU 。",
        ("intl", "“Don't!” 3.5€"): "“ Don ' t ! ” 3.5 €",
    }
    for (name, given_text), wanted in cut.items():
        assert " ".join(tokenize_lines([given_text], name)[0]) == wanted
    assert rouge_words("It's $3.50, Señor") == ["it", "s", "3", "50", "se", "or"]
    assert rouge_words("Cities were running", stem=True) == ["citi", "were", "run"]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(st.lists(hypothesis_line, min_size=1))
def test_tokens_equal_sacrebleus(name, texts):
    theirs = _get_tokenizer(name)()
    wanted = [theirs(text.rstrip()).split() for text in texts]
    assert tokenize_lines(texts, name) == wanted
    check_numbers(token_rows(texts, name), wanted)


@pytest.mark.parametrize("name", NAMES)
def test_tokens_of_all_scripts_equal_sacrebleus(name):
    draw = random.Random(0)
    known = [c for c in map(chr, range(0xD800)) if unicodedata.category(c) not in ("Cn", "Co")]
    texts = [
        "".join(draw.choices(known + ["1", ".", ",", "-", " "] * 900, k=30)) for _ in range(400)
    ]
    theirs = _get_tokenizer(name)()
    wanted = [theirs(text.rstrip()).split() for text in texts]
    assert tokenize_lines(texts, name) == wanted
    check_numbers(token_rows(texts, name), wanted)


@pytest.mark.parametrize("stem", [False, True])
@settings(deadline=None)
@given(st.lists(st.one_of(hypothesis_line, st.text("aeiouscdtn's İΣ\n3", max_size=12)), min_size=1))
def test_words_equal_rouge_scores(stem, texts):
    from nltk.stem.porter import PorterStemmer

    stemmer = PorterStemmer() if stem else None
    wanted = [rouge_tokenize(text, stemmer) for text in texts]
    assert [rouge_words(text, stem) for text in texts] == wanted
    check_numbers(token_rows(texts, "rouge", stem), wanted)


@given(st.lists(st.text("ab \n\t\u2028\u00a0\x00", max_size=9)))
def test_words_of_lines_are_those_between_any_space(lines):
    check_numbers(number_lines(lines), [line.split() for line in lines])


def check_numbers(rows, wanted):
    """The numbers are one to one with the words, and the rows as long."""
    assert rows.lengths.tolist() == [len(row) for row in wanted]
    words = [word for row in wanted for word in row]
    pairs = set(zip(words, rows.ids.tolist(), strict=True))
    assert len(pairs) == len(set(words)) == len(np.unique(rows.ids))


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="tokenize='spm' is not one of 13a"):
        tokenize_lines(["a"], "spm")
    with pytest.raises(ValueError, match="texts='a' is one string"):
        tokenize_lines("a", "13a")
