"""The classifier learns what tells two kinds of text apart, and agrees with scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from lmbook.data.cleaning.quality import QualityClassifier, _bags

GOOD = ["the king is come", "a rose by any other name", "sweet are the uses of adversity"] * 4
BAD = ["click here to buy", "login or register to buy", "buy now click now"] * 4


def test_it_tells_new_texts_of_both_kinds_apart():
    classifier = QualityClassifier.train(GOOD, BAD)
    good, bad = classifier.scores(["the rose of the king", "register here now"]).tolist()
    assert good > 0.5 > bad
    assert classifier.score("the rose of the king") == pytest.approx(good)


def test_its_optimum_is_that_of_scikit_learn():
    n_buckets, penalty = 64, 1e-3
    ours = QualityClassifier.train(GOOD, BAD, n_buckets, n_steps=3_000, lr=0.05, penalty=penalty)
    ids, offsets = _bags([*GOOD, *BAD], n_buckets)
    ends = [*offsets.tolist()[1:], len(ids)]
    bags = [
        np.bincount(ids[a:b], minlength=n_buckets) / (b - a)
        for a, b in zip(offsets.tolist(), ends, strict=True)
    ]
    # mean loss + penalty |w|² is summed loss + |w|²/2C with C = 1 / (2 · penalty · n)
    theirs = LogisticRegression(C=1 / (2 * penalty * len(bags)), tol=1e-10, max_iter=10_000)
    theirs.fit(np.array(bags), [1] * len(GOOD) + [0] * len(BAD))
    expected = torch.tensor(theirs.predict_proba(np.array(bags))[:, 1]).float()
    torch.testing.assert_close(ours.scores([*GOOD, *BAD]), expected, atol=2e-3, rtol=0)


def test_kinds_of_unequal_number_weigh_alike():
    classifier = QualityClassifier.train(GOOD, BAD[:1])
    assert classifier.score("unseen") == pytest.approx(0.5, abs=0.2)
    assert classifier.score("click here to buy") < 0.5


def test_a_text_without_words_gets_the_bias_and_no_texts_nothing():
    classifier = QualityClassifier.train(GOOD, BAD)
    assert classifier.score("…") == pytest.approx(torch.tensor(classifier.bias).sigmoid().item())
    assert classifier.scores([]).shape == (0,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: QualityClassifier.train([], BAD), "good is empty"),
        (lambda: QualityClassifier.train(GOOD, []), "bad is empty"),
        (lambda: QualityClassifier.train(GOOD, BAD, 0), "n_buckets=0 is below 1"),
        (lambda: QualityClassifier.train(GOOD, BAD, n_steps=0), "n_steps=0 is below 1"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
