"""Areas under curves and weighted means are scikit-learn's."""

import numpy as np
import pytest
import torch
from sklearn import metrics as theirs

from lmbook.metrics.classification import accuracy, confusion_matrix
from lmbook.metrics.ranking_curves import auroc, average_precision, weighted


def test_by_hand():
    scores, targets = torch.tensor([0.9, 0.8, 0.7, 0.1]), torch.tensor([1, 0, 1, 0])
    # of four pairs of a positive and a negative, three are in order
    assert auroc(scores, targets) == 3 / 4
    # precision 1 at the first positive, 2 / 3 at the second
    assert average_precision(scores, targets) == pytest.approx((1 + 2 / 3) / 2)
    tied = torch.tensor([0.5, 0.5])
    assert auroc(tied, torch.tensor([0, 1])) == 0.5
    assert average_precision(tied, torch.tensor([0, 1])) == 0.5


@pytest.mark.parametrize("seed", range(30))
def test_equals_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 80))
    scores = (
        rng.integers(0, 12, n) / 12 if seed % 2 else rng.normal(size=n)
    )  # with and without ties
    targets = rng.permutation(np.arange(n) < rng.integers(1, n)).astype(int)
    ours = torch.tensor(scores), torch.tensor(targets)
    assert auroc(*ours) == pytest.approx(theirs.roc_auc_score(targets, scores), abs=1e-12)
    expected = theirs.average_precision_score(targets, scores)
    assert average_precision(*ours) == pytest.approx(expected, abs=1e-12)


@pytest.mark.filterwarnings("ignore")  # of classes that nobody predicts, which are meant
@pytest.mark.parametrize("seed", range(10))
def test_weighted_means_equal_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    targets, predictions = rng.integers(0, 4, 30), rng.integers(0, rng.integers(1, 5), 30)
    matrix = confusion_matrix(torch.tensor(predictions), torch.tensor(targets), 4)
    expected = theirs.precision_recall_fscore_support(
        targets, predictions, labels=range(4), average="weighted", zero_division=0
    )[:3]
    assert [x.item() for x in weighted(matrix)] == pytest.approx(expected, abs=1e-12)
    assert weighted(matrix).recall.item() == pytest.approx(accuracy(matrix).item())


def test_a_ranking_does_not_depend_on_the_scale_and_reverses_with_it():
    scores = torch.randn(50, generator=torch.Generator().manual_seed(0)).double()
    targets = (torch.arange(50) % 3 == 0).long()
    assert auroc(scores, targets) == auroc(3 * scores.exp() + 1, targets)
    assert auroc(scores, targets) + auroc(-scores, targets) == pytest.approx(1)


@pytest.mark.parametrize("measure", [auroc, average_precision])
def test_one_class_cannot_be_ranked(measure):
    with pytest.raises(ValueError, match="targets are all 1: a ranking needs both classes"):
        measure(torch.tensor([0.1, 0.2]), torch.tensor([1, 1]))
    with pytest.raises(ValueError, match="scores holds a value that is not finite"):
        measure(torch.tensor([0.1, float("nan")]), torch.tensor([0, 1]))
    with pytest.raises(ValueError, match=r"targets\[0\]=2"):
        measure(torch.tensor([0.1, 0.2]), torch.tensor([2, 1]))
