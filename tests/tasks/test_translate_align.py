import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate import AlignedSent, IBMModel1

from lmbook.tasks.translate_align import FLOOR, NULL, make_cells, train_model1

HOUSE = [(["the", "house"], ["la", "casa"]), (["the"], ["la"])]


def sentences(n_words, unique):
    words = st.integers(0, n_words - 1).map(lambda i: f"w{i}")
    return st.lists(words, min_size=1, max_size=5, unique=unique)


corpora = st.lists(st.tuples(sentences(6, False), sentences(7, True)), min_size=1, max_size=8)


def test_the_first_iteration_is_the_arithmetic_of_the_hand():
    model, history = train_model1(HOUSE, 1)
    # every t is 1/2 at first, so "la" and "casa" of the first pair each share a count of 1 between
    # NULL, the, house; "la" of the second between NULL and the: t(la|the) = (1/3+1/2)/(1/3+1/3+1/2)
    assert model.probability("la", "the") == pytest.approx((1 / 3 + 1 / 2) / (2 / 3 + 1 / 2))
    assert model.probability("casa", "house") == pytest.approx(1 / 2)
    assert model.probability("casa", NULL) == pytest.approx((1 / 3) / (2 / 3 + 1 / 2))
    assert history == [pytest.approx(math.log(1 / 2))]  # a mean over sources, each with t = 1/2


def test_a_word_that_both_sentences_share_is_told_apart_by_the_second():
    model, _ = train_model1(HOUSE, 20)
    assert model.align(["the", "house"], ["la", "casa"])[1] == 1
    assert model.best("house", 2)[0][0] == "casa"


@given(corpora)
@settings(max_examples=40, deadline=None)
def test_the_translations_of_each_source_word_sum_to_one(pairs):
    model, _ = train_model1(pairs, 3)
    sums = np.bincount(model.cells.sources, model.probabilities)
    np.testing.assert_allclose(sums, 1, atol=1e-9)


@given(corpora)
@settings(max_examples=40, deadline=None)
def test_the_likelihood_never_falls(pairs):
    _, history = train_model1(pairs, 6)
    assert all(later >= earlier - 1e-9 for earlier, later in pairwise(history))


@given(corpora)
@settings(max_examples=40, deadline=None)
def test_all_probabilities_and_alignments_are_those_of_nltk(pairs):
    # no target word repeats in a sentence: there NLTK divides by the sum over all its copies
    model, _ = train_model1(pairs, 4)
    peers = [AlignedSent(target, source) for source, target in pairs]
    peer = IBMModel1(peers, 4)
    for number, (source, target) in enumerate(pairs):
        theirs = [-1 if i is None else i for _, i in sorted(peers[number].alignment)]
        assert model.align_training()[number] == theirs
        table = model.table(source, target)
        for t, row in zip(target, table, strict=True):
            assert row.tolist() == [peer.translation_table[t][s] for s in (None, *source)]


def test_a_repeated_target_word_counts_as_often_as_it_stands_there():
    model, _ = train_model1([(["so"], ["muy", "muy", "alto"])], 1)
    assert model.probability("muy", "so") == pytest.approx(2 / 3)


@given(corpora)
@settings(max_examples=40, deadline=None)
def test_aligning_the_training_data_at_once_equals_pair_by_pair(pairs):
    model, _ = train_model1(pairs, 3)
    assert model.align_training() == [model.align(*pair) for pair in pairs]


def test_cells_hold_null_and_each_source_word_for_each_target_word():
    cells = make_cells(HOUSE)
    words = list(cells.source_ids)
    assert [words[i] for i in cells.sources[cells.type_of]] == [
        *(NULL, "the", "house") * 2,
        *(NULL, "the"),
    ]
    assert cells.token_of.tolist() == [0, 0, 0, 1, 1, 1, 2, 2]


def test_words_that_never_met_have_the_least_probability():
    model, _ = train_model1(HOUSE, 2)
    assert model.probability("perro", "house") == FLOOR
    assert model.probability("casa", "dog") == FLOOR
    assert model.best("dog") == []


def test_a_gloss_translates_word_for_word_and_keeps_what_it_does_not_know():
    model, _ = train_model1(HOUSE, 20)
    assert model.gloss(["house", "the", "dog"]) == ["casa", "la", "dog"]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([], "pairs is empty"),
        ([(["a"], [])], r"pairs\[0\]: the target has no word"),
        ([(["a"], ["b"]), ("ab", ["b"])], r"pairs\[1\]: the source is one string"),
    ],
)
def test_bad_pairs_are_named(pairs, message):
    with pytest.raises(ValueError, match=message):
        train_model1(pairs)


def test_numbers_below_one_are_refused():
    with pytest.raises(ValueError, match="n_iterations=0 is below 1"):
        train_model1(HOUSE, 0)
    with pytest.raises(ValueError, match="n=0 is below 1"):
        train_model1(HOUSE, 1)[0].best("the", 0)
