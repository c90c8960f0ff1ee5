"""The best path, and the best text, against a list of all of them."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.multimodal.ctc import collapse, ctc_loss
from lmbook.multimodal.ctc_decoding import beam_decode, greedy_decode


def distributions(n_frames, vocab_size, seed):
    drawn = torch.randn(n_frames, vocab_size, generator=torch.Generator().manual_seed(seed))
    return (2 * drawn).log_softmax(-1)


def all_texts(log_probs, blank=0):
    """Every text with its probability, over every path."""
    found = {}
    n_frames, vocab_size = log_probs.shape
    for path in itertools.product(range(vocab_size), repeat=n_frames):
        text = tuple(symbol for symbol, _ in itertools.groupby(path) if symbol != blank)
        weight = math.exp(sum(log_probs[t, symbol].item() for t, symbol in enumerate(path)))
        found[text] = found.get(text, 0.0) + weight
    return found


def test_the_best_path_need_not_be_the_best_text():
    # best path: blank, blank, .6 x .6 = .36; "a" has a-, -a and aa: 1 - .36 = .64
    log_probs = torch.tensor([[0.6, 0.4], [0.6, 0.4]]).log()
    assert greedy_decode(log_probs) == []
    best, other = beam_decode(log_probs, 2)
    assert best.labels == [1]
    assert_close(math.exp(best.log_prob), 0.64)
    assert other.labels == []
    assert_close(math.exp(other.log_prob), 0.36)


@given(st.integers(1, 5), st.integers(0, 50), st.booleans())
@settings(max_examples=40, deadline=None)
def test_enough_beams_give_every_text_its_whole_probability(n_frames, seed, last):
    log_probs, blank = distributions(n_frames, 3, seed), 2 if last else 0
    texts = all_texts(log_probs, blank)
    found = beam_decode(log_probs, 500, blank)
    assert {tuple(reading.labels) for reading in found} == {*texts}  # no text without a path
    for reading in found:
        assert_close(math.exp(reading.log_prob), texts[tuple(reading.labels)], atol=1e-9, rtol=1e-5)
    assert [r.log_prob for r in found] == sorted((r.log_prob for r in found), reverse=True)


def test_a_beam_is_no_better_than_the_loss_says():
    log_probs = distributions(12, 6, 3)
    for reading in beam_decode(log_probs, 5):
        exact = -ctc_loss(log_probs[None], torch.tensor([reading.labels]).long())[0].item()
        assert reading.log_prob <= exact + 1e-4


def test_the_best_beams_are_kept():
    log_probs = distributions(5, 4, 8)
    few, many = beam_decode(log_probs, 3), beam_decode(log_probs, 2000)
    assert len(few) == 3
    texts = all_texts(log_probs)
    assert tuple(few[0].labels) == tuple(many[0].labels) == max(texts, key=texts.__getitem__)


def test_the_best_path_collapses():
    path = torch.tensor([3, 3, 0, 3, 2, 2, 0])
    log_probs = torch.nn.functional.one_hot(path, 4).float().log_softmax(-1)
    assert greedy_decode(log_probs) == collapse(path) == [3, 3, 2]


@pytest.mark.parametrize("decode", [greedy_decode, beam_decode])
def test_a_blank_that_is_no_symbol_is_named(decode):
    with pytest.raises(ValueError, match="blank=3 is not below vocab_size=3"):
        decode(distributions(2, 3, 0), blank=3)


def test_no_beam_is_no_search():
    with pytest.raises(ValueError, match="n_beams=0 is below 1"):
        beam_decode(distributions(2, 3, 0), 0)
