"""Metrics of classification against scikit-learn's, on random labels and probabilities."""

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs
from sklearn.calibration import calibration_curve

from lmbook.metrics.classification import (
    accuracy,
    brier_score,
    confusion_matrix,
    macro,
    matthews,
    micro,
    per_class,
    reliability,
    threshold_curve,
)


def close(ours, expected):
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(expected, float), atol=1e-12)


def drawn(seed):
    """Predictions, targets and the number of classes; some classes are often missing."""
    rng = np.random.default_rng(seed)
    n, n_classes = int(rng.integers(1, 60)), int(rng.integers(2, 7))
    targets = rng.integers(0, n_classes, n)
    return rng.integers(0, rng.integers(1, n_classes + 1), n), targets, n_classes, rng


@pytest.mark.filterwarnings("ignore")  # of classes that nobody predicts, which are meant
@pytest.mark.parametrize("seed", range(40))
def test_scores_of_labels(seed):
    predictions, targets, n_classes, rng = drawn(seed)
    every = list(range(n_classes))
    matrix = confusion_matrix(torch.tensor(predictions), torch.tensor(targets), n_classes)
    close(matrix, theirs.confusion_matrix(targets, predictions, labels=every))
    close(accuracy(matrix), theirs.accuracy_score(targets, predictions))
    close(matthews(matrix), theirs.matthews_corrcoef(targets, predictions))
    some = sorted(set(rng.integers(0, n_classes, 3).tolist()))
    cases = [(None, per_class(matrix), every), ("macro", macro(matrix), every)]
    cases += [("micro", micro(matrix), every), ("macro", macro(matrix, some), some)]
    for average, ours, labels in [*cases, ("micro", micro(matrix, some), some)]:
        expected = theirs.precision_recall_fscore_support(
            targets, predictions, labels=labels, average=average, zero_division=0
        )[:3]
        for one, other in zip(ours, expected, strict=True):
            close(one, other)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_scores_of_probabilities(seed):
    _, targets, n_classes, rng = drawn(seed)
    p = rng.dirichlet(np.ones(n_classes), len(targets))
    expected = theirs.brier_score_loss(
        targets, p, labels=list(range(n_classes)), scale_by_half=False
    )
    close(brier_score(torch.tensor(p), torch.tensor(targets)), expected)


@pytest.mark.parametrize("seed", range(20))
def test_the_curve_over_thresholds_with_ties(seed):
    rng = np.random.default_rng(seed)
    scores, found = np.round(rng.random(50), 1), rng.integers(0, 2, 50)
    curve = threshold_curve(torch.tensor(scores), torch.tensor(found))
    precision, recall, thresholds = theirs.precision_recall_curve(found, scores)
    close(curve.thresholds, thresholds)
    close(curve.precision, precision[:-1])
    close(curve.recall, recall[:-1])


@pytest.mark.parametrize("seed", range(10))
def test_reliability_by_bins(seed):
    rng = np.random.default_rng(seed)
    p = rng.random(200)
    found = (rng.random(200) < p**2).astype(int)
    table = reliability(torch.tensor(np.stack([1 - p, p], 1)), torch.tensor(found), 10)
    right, confidence = ((p > 0.5) == found).astype(int), np.maximum(p, 1 - p)
    share, mean = calibration_curve(right, confidence, n_bins=10)
    close(table.accuracy[table.n > 0], share)
    close(table.confidence[table.n > 0], mean)
