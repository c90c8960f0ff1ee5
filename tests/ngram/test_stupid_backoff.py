"""Stupid back-off by hand, and what it is not."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.language_model import LanguageModel
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.stupid_backoff import StupidBackoff

EOS, A, B, C = 1, 2, 3, 4
SEQUENCES = [[A, B, A, B, EOS], [C, B, EOS]]


def model_of(order):
    return StupidBackoff(count_ngrams(SEQUENCES, order, vocab_size=5))


def test_scores_by_hand():
    scores = model_of(2).next_scores(torch.tensor([B])).exp()
    # after b: a 1/3, </s> 2/3; b and c back off: 0.4 · 3/8 and 0.4 · 1/8; <unk> was never seen
    expected = torch.tensor([0, 2 / 3, 1 / 3, 0.4 * 3 / 8, 0.4 / 8], dtype=torch.float64)
    assert_close(scores, expected)


def test_scores_do_not_sum_to_one_and_it_is_no_language_model():
    scores = model_of(2).next_scores(torch.tensor([B])).exp()
    assert scores.sum().item() == pytest.approx(1 + 0.4 * 4 / 8)
    assert not isinstance(model_of(2), LanguageModel)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_batch_agrees_with_the_prefix_one_by_one(order):
    model, ids = model_of(order), torch.tensor([[A, B, C, A, B, A, 0], [C, C, B, EOS, A, A, B]])
    for row, scores in zip(ids, model.scores(ids), strict=True):
        for t in range(len(row)):
            assert_close(model.next_scores(row[:t])[row[t]], scores[t])


def test_a_word_never_seen_scores_minus_infinity():
    assert model_of(3).scores(torch.tensor([[0]])).item() == -math.inf


def test_a_factor_outside_its_range_is_refused():
    with pytest.raises(ValueError, match="factor=0.0 is not between 0 and 1"):
        StupidBackoff(count_ngrams(SEQUENCES, 2, 5), factor=0.0)
