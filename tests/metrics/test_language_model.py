"""Cross-entropy, perplexity and bits per byte of models whose answer is known."""

import math

import pytest
import torch

from lmbook.metrics.language_model import Evaluation, evaluate
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel


class Uniform:
    """Every token equally likely."""

    def __init__(self, vocab_size):
        self.vocab_size = vocab_size

    def next_log_probs(self, prefix_ids):
        return torch.full((self.vocab_size,), -math.log(self.vocab_size))

    def log_probs(self, ids):
        return torch.full(ids.shape, -math.log(self.vocab_size))


def test_a_uniform_model_has_the_perplexity_of_its_vocabulary():
    result = evaluate(Uniform(8), [[0, 1, 2], [3]], n_bytes=6)
    assert result.n_tokens == 4
    assert result.perplexity == pytest.approx(8)
    assert result.bits_per_token == pytest.approx(3)
    # 4 tokens of 3 bits over 6 bytes
    assert result.bits_per_byte == pytest.approx(2)


def test_padding_between_rows_of_unlike_length_scores_nothing():
    model = MaximumLikelihoodModel(count_ngrams([[2, 3, 1], [2, 1]], 2, 4))
    rows = [[2, 3, 1], [2, 1]]
    separate = [evaluate(model, [row], n_bytes=1).total_nats for row in rows]
    assert evaluate(model, rows, n_bytes=2).total_nats == pytest.approx(sum(separate))
    # P(2 | start) = 1, P(3 | 2) = P(</s> | 2) = 1/2, P(</s> | 3) = 1
    assert sum(separate) == pytest.approx(2 * math.log(2))


def test_one_impossible_token_makes_the_perplexity_infinite():
    model = MaximumLikelihoodModel(count_ngrams([[2, 1]], 2, 4))
    result = evaluate(model, [[3, 1], [2, 1]], n_bytes=4)
    assert result.n_impossible == 2  # 3 was never seen, nor anything after it
    assert result.perplexity == math.inf


def test_more_rows_than_a_batch_are_all_scored():
    assert evaluate(Uniform(2), [[0]] * 1000, n_bytes=1000).n_tokens == 1000


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="the text is empty"):
        evaluate(Uniform(2), [[]], n_bytes=1)
    with pytest.raises(ValueError, match="n_bytes=0 is below 1"):
        evaluate(Uniform(2), [[0]], n_bytes=0)


def test_perplexity_beyond_the_greatest_float_is_infinite():
    """exp overflows from 709.8 nats on."""
    assert Evaluation(total_nats=709.0, n_tokens=1, n_bytes=1, n_impossible=0).perplexity < math.inf
    for nats in (710.0, 1e9, math.inf):
        score = Evaluation(total_nats=nats, n_tokens=1, n_bytes=1, n_impossible=0)
        assert score.perplexity == math.inf
