"""Extracts: the first sentences, the central ones, those that a known summary prefers."""

import math

import networkx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tasks.summarize import (
    best_against,
    by_encoder,
    lead,
    page_rank,
    summarize,
    textrank,
    word_overlap,
)

TEXT = "A storm hit the coast. The coast road was closed. Cats sleep. The storm closed the road."
SENTENCES = TEXT.split(". ")


def test_lead_takes_the_first_sentences_in_order():
    assert summarize(TEXT, lead, 2) == "A storm hit the coast. The coast road was closed."
    assert lead(["a"], 3) == [0]


def test_the_overlap_of_two_sentences_by_hand():
    # terms: {a, storm, hit, the, coast} and {the, coast, road, was, closed}: two in common
    similar = word_overlap(SENTENCES)
    assert similar[0, 1] == similar[1, 0] == pytest.approx(2 / (2 * math.log(5)))
    assert similar[0, 2] == 0 and not similar.diagonal().any()


def test_a_sentence_of_one_word_is_alike_to_none():
    assert not word_overlap(["stop", "stop it now", "stop"]).any()


@given(st.integers(2, 9), st.integers(0, 10_000))
def test_ranks_are_those_of_networkx(n, seed):
    draw = np.random.default_rng(seed)
    weights = draw.random((n, n)) * (draw.random((n, n)) < 0.5)
    np.fill_diagonal(weights, 0)
    graph = networkx.from_numpy_array(weights, create_using=networkx.DiGraph)
    peer = networkx.pagerank(graph, alpha=0.85, tol=1e-14, max_iter=1_000)
    ranks = page_rank(weights)
    np.testing.assert_allclose(ranks, [peer[i] for i in range(n)], rtol=0, atol=1e-9)
    assert ranks.sum() == pytest.approx(1)


def test_no_sentence_has_no_rank_and_none_is_chosen():
    assert page_rank(np.zeros((0, 0))).shape == (0,)
    assert textrank([], 3) == []


def test_textrank_leaves_out_what_shares_no_word():
    assert textrank(SENTENCES, 3) == [0, 1, 3]


VECTORS = torch.nn.functional.normalize(
    torch.tensor([[1.0, 0.1, 0.0], [1.0, 0.12, 0.0], [0.6, 1.0, 0.0], [0.0, 0.0, 1.0]]), dim=1
)


def test_an_encoder_takes_the_centre_and_then_avoids_repetition():
    def embed(texts):
        return VECTORS[: len(texts)]

    sentences = ["a", "b", "c", "d"]
    assert by_encoder(embed, repetition=0.0)(sentences, 2) == [0, 1]
    assert by_encoder(embed, repetition=1.0)(sentences, 2) == [1, 3]


def test_the_upper_bound_stops_where_no_sentence_helps():
    def shared(summary, reference):
        words = summary.lower().split()
        return sum(word in reference.split() for word in words) / (len(words) + 1)

    choose = best_against("cats sleep", shared)
    assert choose(SENTENCES, 3) == [2]


def test_the_upper_bound_reads_its_choice_in_the_order_of_the_text():
    scores = {"b": 2, "a": 1, "a b": 3, "b a": 0}
    assert best_against("any", lambda summary, _: scores[summary])(["a", "b"], 2) == [0, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: summarize(" ", lead), "text is empty"),
        (lambda: summarize("A b.", lead, 0), "n_sentences=0 is below 1"),
        (lambda: page_rank(np.zeros((2, 3))), r"similarities: \(2, 3\) is not square"),
        (lambda: page_rank(np.full((2, 2), -1.0)), "has entries < 0"),
        (lambda: page_rank(np.full((2, 2), math.nan)), "has entries < 0"),
        (lambda: page_rank(np.zeros((2, 2)), 1.5), "damping=1.5 is not between 0.0 and 1.0"),
        (lambda: by_encoder(lambda texts: VECTORS, -1.0), "repetition=-1.0 is below 0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
