import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.naive_bayes import MultinomialNB

from lmbook.adapt.naive_bayes_em import fit_em, fit_naive_bayes

COUNTS = torch.tensor([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]], dtype=torch.float64)


def drawn(n, seed, n_labels=3, n_words=40):
    """Texts of twelve words from a distribution for each class."""
    draw = np.random.default_rng(seed)
    words = np.random.default_rng(9).dirichlet(np.full(n_words, 0.3), size=n_labels)
    targets = np.arange(n) % n_labels
    counts = np.stack([draw.multinomial(12, words[label]) for label in targets])
    return torch.from_numpy(counts).double(), torch.from_numpy(targets)


def test_counts_by_hand():
    model = fit_naive_bayes(COUNTS, torch.eye(2, dtype=torch.float64))
    # class 0: (2 + 1, 0 + 1, 1 + 1) of 6; priors (1 + 1) / 4
    expected = torch.tensor([[3, 1, 2], [1, 3, 2]]).double() / 6
    torch.testing.assert_close(model.log_words.exp(), expected)
    torch.testing.assert_close(model.log_priors.exp(), torch.tensor([0.5, 0.5]).double())
    one = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(model.probabilities(one), torch.tensor([[0.75, 0.25]]).double())


def test_a_round_by_hand():
    # the word 0 alone belongs to class 0 with probability 3/4: counts 2.75, 0, 1 and 0.25, 2, 1
    more = torch.tensor([[1.0, 0.0, 0.0]], dtype=torch.float64)
    fitted = fit_em(COUNTS, torch.tensor([0, 1]), more, 2, n_rounds=1)
    first = torch.tensor([3.75, 1, 2]).double() / 6.75
    torch.testing.assert_close(fitted.last.log_words[0].exp(), first)
    torch.testing.assert_close(fitted.last.log_priors[0].exp().item(), 2.75 / 5)
    half = fit_em(COUNTS, torch.tensor([0, 1]), more, 2, weight=0.5, n_rounds=1)
    torch.testing.assert_close(half.last.log_words[0, 0].exp().item(), 3.375 / 6.375)


@pytest.mark.parametrize("smoothing", [0.1, 1.0])
def test_fractional_counts_as_scikit_learn_takes_weighted_copies(smoothing):
    counts, _ = drawn(30, 0)
    shares = torch.rand(30, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    copies = np.tile(counts.numpy(), (3, 1))
    labels, weights = np.repeat(range(3), 30), shares.T.reshape(-1).numpy()
    theirs = MultinomialNB(alpha=smoothing).fit(copies, labels, sample_weight=weights)
    ours = fit_naive_bayes(counts, shares, smoothing)
    np.testing.assert_allclose(ours.log_words.numpy(), theirs.feature_log_prob_, atol=1e-10)
    smoothed = shares.sum(0) + 1  # ours smooths the priors too, theirs does not
    expected = theirs.class_log_prior_ + (shares.sum() / smoothed.sum()).log().item()
    expected += (smoothed / shares.sum(0)).log().numpy()
    np.testing.assert_allclose(ours.log_priors.numpy(), expected, atol=1e-10)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("smoothing", [0.2, 1.0])
def test_no_round_lowers_what_em_climbs(weight, smoothing):
    counts, targets = drawn(6, 0)
    fitted = fit_em(counts, targets, drawn(90, 1)[0], 3, weight, smoothing, n_rounds=12)
    heights = fitted.log_posteriors
    assert len(heights) == len(fitted.models) == 13
    assert all(b >= a - 1e-9 for a, b in itertools.pairwise(heights))
    assert (heights[-1] > heights[0]) == (weight > 0)


def test_texts_without_labels_help_where_the_model_is_true():
    counts, targets = drawn(3, 0)
    more, truth = drawn(300, 1)
    fitted = fit_em(counts, targets, more, 3)
    right = [(m.log_joint(more).argmax(1) == truth).double().mean() for m in fitted.models]
    assert right[-1] > right[0] + 0.05


def test_sparse_counts_give_the_same_model():
    counts, targets = drawn(6, 0)
    more = drawn(30, 1)[0]
    dense = fit_em(counts, targets, more, 3, n_rounds=2).last
    sparse = fit_em(counts.to_sparse(), targets, more.to_sparse(), 3, n_rounds=2).last
    torch.testing.assert_close(dense.log_words, sparse.log_words)
    torch.testing.assert_close(dense.probabilities(more), sparse.probabilities(more.to_sparse()))


def test_the_log_posterior_by_hand():
    fitted = fit_em(COUNTS, torch.tensor([0, 1]), COUNTS[:0], 2, n_rounds=0)
    # each text: log 1/2 + 2 log 3/6 + log 2/6; the prior: 2 log 1/2 + the six words' logarithms
    text = math.log(1 / 2) + 2 * math.log(3 / 6) + math.log(2 / 6)
    prior = 2 * math.log(1 / 2) + 2 * (math.log(3 / 6) + math.log(1 / 6) + math.log(2 / 6))
    assert fitted.log_posteriors == [pytest.approx(2 * text + prior)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight": 1.5}, "weight=1.5 is not between 0.0 and 1.0"),
        ({"n_rounds": -1}, "n_rounds=-1 is below 0"),
        ({"smoothing": 0.0}, "smoothing=0.0 is not a finite number above 0"),
        ({"targets": torch.tensor([0, 2])}, r"targets=\[0, 2\] are not labels below 2"),
    ],
)
def test_wrong_arguments_are_named(change, message):
    arguments = {"targets": torch.tensor([0, 1]), "unlabelled": COUNTS, "n_labels": 2} | change
    with pytest.raises(ValueError, match=f"^{message}$"):
        fit_em(COUNTS, **arguments)


def test_shares_must_fit_the_texts():
    with pytest.raises(ValueError, match="^1 rows of shares for 2 texts$"):
        fit_naive_bayes(COUNTS, torch.ones(1, 2).double())
    with pytest.raises(ValueError, match=r"^shares has the entry -0\.5, which is below 0$"):
        fit_naive_bayes(COUNTS, torch.tensor([[1.5, -0.5], [0, 1]]).double())
