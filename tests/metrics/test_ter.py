"""TER is sacrebleu's, with Tercom's shifts, edit for edit."""

import random

import numpy as np
import pytest
import sacrebleu
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sacrebleu.metrics.lib_ter import translation_edit_rate

from lmbook.metrics.ter import Ter
from lmbook.metrics.ter_edits import count_edits

from .generated import HYPOTHESES, REFERENCES, corpora, streams


def test_by_hand():
    # the run "a b c" moves to the front: one edit for eight words (sacrebleu, test/test_ter.py)
    assert count_edits([*"defghabc"], [*"abcdefgh"]) == 1
    # one word replaced, one inserted, none moved
    assert count_edits(["a", "x", "c"], ["a", "b", "c", "d"]) == 2
    assert count_edits([], ["a", "b"]) == 2 and count_edits(["a", "b"], []) == 2
    assert Ter().corpus(["d e f g h a b c"], ["a b c d e f g h"]) == pytest.approx(12.5)
    assert Ter().corpus(["x"], ["a b"]) == pytest.approx(100)
    assert Ter().corpus(["a b c d e f"], ["x y"]) == pytest.approx(300)


words = st.lists(st.sampled_from("abcde"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(words, words)
def test_edits_equal_sacrebleu(hypothesis, reference):
    assert count_edits(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


@pytest.mark.parametrize("seed", range(6))
def test_edits_of_long_texts_meet_the_same_limits(seed):
    # 60 words and more: beam, distance and the number of tries all bind
    draw = random.Random(seed)
    letters = [chr(97 + i) for i in range(draw.choice((3, 12, 26)))]
    reference = [draw.choice(letters) for _ in range(draw.randint(60, 90))]
    cut = draw.randint(5, 50)
    hypothesis = [w for w in reference[cut:] + reference[:cut] if draw.random() < 0.9]
    if seed % 2:
        hypothesis = hypothesis[: len(hypothesis) // 4]
    assert count_edits(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


@settings(max_examples=40, deadline=None)
@given(
    data=corpora,
    normalized=st.booleans(),
    no_punct=st.booleans(),
    asian_support=st.booleans(),
    case_sensitive=st.booleans(),
)
@example(  # references are normalised twice
    data=(["3"], [["..3"]]),
    normalized=True,
    no_punct=False,
    asian_support=False,
    case_sensitive=False,
)
def test_equals_sacrebleu(data, **settings):
    hypotheses, references = data
    references = [[text.replace("中", "x") for text in row] for row in references]
    theirs, ours = sacrebleu.TER(**settings), Ter(**settings)
    wanted = theirs.corpus_score(hypotheses, streams(references)).score
    assert ours.corpus(hypotheses, references) == pytest.approx(wanted, abs=1e-9)
    stats = theirs._extract_corpus_statistics(hypotheses, streams(references))
    assert np.allclose(ours.statistics(hypotheses, references).numpy(), stats)


@settings(deadline=None)
@given(st.text("猫がカタ。、（）3300㌀ㇰabc.,'s -\n", max_size=14).filter(str.strip))
def test_the_words_of_japanese_are_tercoms(text):
    options = {"normalized": True, "no_punct": True, "asian_support": True}
    theirs = sacrebleu.TER(**options)._preprocess_segment(text).split()
    assert Ter(**options).split(text) == theirs


def test_sentences_and_signature_equal_sacrebleu():
    theirs = sacrebleu.TER(normalized=True, no_punct=True)
    wanted = [
        theirs.sentence_score(h, r).score for h, r in zip(HYPOTHESES, REFERENCES, strict=True)
    ]
    ours = Ter(normalized=True, no_punct=True)
    assert ours.sentences(HYPOTHESES, REFERENCES).tolist() == pytest.approx(wanted, abs=1e-9)
    theirs.corpus_score(HYPOTHESES, streams(REFERENCES))
    signature = str(theirs.get_signature()).split("version:")[0]
    assert ours.signature(REFERENCES).split("version:")[0] == signature


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="hypothesis 0 has no reference"):
        Ter().corpus(["a"], [[]])
    with pytest.raises(ValueError, match="asian_support=True"):
        Ter().corpus(["我们在公园里"], ["我们昨天在公园里看见一只猫。"])
