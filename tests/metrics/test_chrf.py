"""chrF and chrF++ are sacrebleu's, number for number."""

import numpy as np
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.metrics.chrf import Chrf

from .generated import HYPOTHESES, REFERENCES, corpora, streams


def test_by_hand():
    # "aab" and "ab": characters 2 of 3 and 2 of 2, pairs 1 of 2 and 1 of 1
    precision, recall = (2 / 3 + 1 / 2) / 2, 1.0
    f1 = 2 * precision * recall / (precision + recall)
    assert Chrf(char_order=2, beta=1).corpus(["aab"], ["a b"]) == pytest.approx(100 * f1)
    f2 = 5 * precision * recall / (4 * precision + recall)
    assert Chrf(char_order=2).corpus(["aab"], ["a b"]) == pytest.approx(100 * f2)


def test_the_published_cases_of_sacrebleu():
    # sacrebleu, test/test_chrf.py, all with beta 3
    smooth, plain = Chrf(beta=3, eps_smoothing=True), Chrf(beta=3)
    for pair, with_smoothing, without in (
        (("a", "a"), 16.6667, 100.0),
        (("a b c", "abc"), 50.0, 100.0),
        (("aa", "ab"), 8.3333, 25.0),
        (("", "reference"), 0.0, 0.0),
    ):
        hypotheses, references = [[text] for text in pair]
        assert smooth.corpus(hypotheses, references) == pytest.approx(with_smoothing, abs=1e-4)
        assert plain.corpus(hypotheses, references) == pytest.approx(without, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(
    data=corpora,
    char_order=st.integers(1, 7),
    word_order=st.integers(0, 3),
    beta=st.integers(0, 3),
    lowercase=st.booleans(),
    whitespace=st.booleans(),
    eps_smoothing=st.booleans(),
)
def test_equals_sacrebleu(data, **settings):
    hypotheses, references = data
    theirs, ours = sacrebleu.CHRF(**settings), Chrf(**settings)
    wanted = theirs.corpus_score(hypotheses, streams(references)).score
    assert ours.corpus(hypotheses, references) == pytest.approx(wanted, abs=1e-9)
    stats = theirs._extract_corpus_statistics(hypotheses, streams(references))
    assert np.array_equal(ours.statistics(hypotheses, references).numpy(), stats)


def test_sentences_and_signature_equal_sacrebleu():
    theirs = sacrebleu.CHRF(word_order=2, lowercase=True)
    wanted = [
        theirs.sentence_score(h, r).score for h, r in zip(HYPOTHESES, REFERENCES, strict=True)
    ]
    ours = Chrf(word_order=2, lowercase=True)
    assert ours.sentences(HYPOTHESES, REFERENCES).tolist() == pytest.approx(wanted, abs=1e-9)
    theirs.corpus_score(HYPOTHESES, streams(REFERENCES))
    signature = str(theirs.get_signature()).split("version:")[0]
    assert ours.signature(REFERENCES).split("version:")[0] == signature


def test_chinese_needs_no_tokenizer():
    pair = ["我们在公园里看见了一只猫。"], ["我们昨天在公园里看见一只猫。"]
    wanted = sacrebleu.corpus_chrf(pair[0], [pair[1]]).score
    assert wanted > 40 and Chrf().corpus(*pair) == pytest.approx(wanted)


def test_text_with_very_many_characters_is_counted_too():
    letters = [chr(0x4E00 + i) for i in range(3000)]
    draw = np.random.default_rng(1)
    hypotheses = ["".join(draw.choice(letters, 2500))]
    references = [hypotheses[0][:1200] + hypotheses[0][1300:]]
    wanted = sacrebleu.corpus_chrf(hypotheses, [references]).score
    assert Chrf().corpus(hypotheses, references) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"char_order": 0}, "char_order=0"),
        ({"word_order": -1}, "word_order=-1"),
        ({"beta": -1}, "beta=-1"),
    ],
)
def test_unknown_settings_are_named(settings, said):
    with pytest.raises(ValueError, match=said):
        Chrf(**settings)


def test_other_numbers_of_both_are_refused():
    with pytest.raises(ValueError, match="1 hypotheses for 2 references"):
        Chrf().corpus(["a"], ["a", "b"])
