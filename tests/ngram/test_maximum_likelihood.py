"""The maximum-likelihood model by hand, by property and against NLTK."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from nltk.lm import MLE
from torch.testing import assert_close

from lmbook.language_model import LanguageModel
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

A, B, EOS = 2, 3, 1
SEQUENCES = [[A, B, A, EOS], [B, B, EOS]]

texts = st.lists(st.lists(st.integers(2, 4), max_size=10), min_size=1, max_size=5)


def model_of(sequences, order, vocab_size=5):
    return MaximumLikelihoodModel(count_ngrams(sequences, order, vocab_size))


def test_a_bigram_divides_counts():
    model = model_of(SEQUENCES, order=2)
    # b occurs three times as a context: once before a, once before b, once before </s>
    probabilities = model.next_log_probs(torch.tensor([B])).exp()
    assert_close(probabilities, torch.tensor([0, 1, 1, 1, 0]).double() / 3)
    # two sequences: one begins with a, one with b
    start = model.next_log_probs(torch.tensor([], dtype=torch.long)).exp()
    assert_close(start, torch.tensor([0, 0, 1, 1, 0]).double() / 2)


def test_the_model_is_a_language_model():
    assert isinstance(model_of(SEQUENCES, 2), LanguageModel)


@given(texts, st.integers(1, 5))
def test_every_seen_context_sums_to_one(sequences, order):
    sequences = [[*sequence, EOS] for sequence in sequences]
    model = model_of(sequences, order)
    for sequence in sequences:
        for t in range(len(sequence)):
            total = model.next_log_probs(torch.tensor(sequence[:t], dtype=torch.long)).exp().sum()
            assert_close(total, torch.tensor(1.0).double())


@given(texts, texts, st.integers(1, 5))
def test_the_batch_agrees_with_the_prefix_one_by_one(train, test, order):
    model = model_of([[*sequence, EOS] for sequence in train], order)
    for sequence in test:
        ids = torch.tensor([[*sequence, EOS]])
        expected = [model.next_log_probs(ids[0, :t])[ids[0, t]] for t in range(ids.shape[1])]
        assert_close(model.log_probs(ids)[0], torch.stack(expected))


def test_an_unseen_context_gives_every_word_minus_infinity():
    model = model_of(SEQUENCES, order=3)
    assert torch.isneginf(model.next_log_probs(torch.tensor([EOS, EOS]))).all()


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_probabilities_equal_nltk(order):
    text = ["the cat sat on the mat", "the dog sat", "a cat and a dog sat on a mat"]
    words = [line.split() for line in text]
    # NLTK pads with order-1 marks on either side; ours has one EOS, so strip theirs to one
    train = [[*line, "</s>"] for line in words]
    vocabulary = sorted({word for line in train for word in line})
    ids = {word: i for i, word in enumerate(vocabulary)}
    ours = model_of([[ids[w] for w in line] for line in train], order, len(vocabulary))
    reference = MLE(order)
    padded = [["<s>"] * (order - 1) + line for line in train]
    reference.fit(
        (
            [tuple(p[i : i + n]) for n in range(1, order + 1) for i in range(len(p) - n + 1)]
            for p in padded
        ),
        [word for line in padded for word in line],
    )
    for line in train:
        for t, word in enumerate(line):
            context = (["<s>"] * (order - 1) + line[:t])[t:] if order > 1 else None
            expected = reference.score(word, context)
            got = ours.log_probs(torch.tensor([[ids[w] for w in line]]))[0, t].item()
            assert math.isclose(math.exp(got), expected, rel_tol=1e-12)


def test_ids_outside_the_vocabulary_are_named():
    with pytest.raises(ValueError, match="vocab_size=5"):
        model_of(SEQUENCES, 2).log_probs(torch.tensor([[7]]))
