import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.semi_supervised import SelfTrainingClassifier

from lmbook.adapt.self_training import co_train, self_train


def fit_sklearn(make):
    """An estimator of scikit-learn in the form that ours take."""

    def fit(rows, targets):
        estimator = make().fit(rows.numpy(), targets.numpy())
        return lambda more: torch.from_numpy(estimator.predict_proba(more.numpy()))

    return fit


def blobs(n, seed=0, n_labels=3, spread=1.3):
    draw = np.random.default_rng(seed)
    targets = np.arange(n) % n_labels
    centres = 2 * np.array([[0, 1], [1, -1], [-1, -1]])
    rows = centres[targets] + spread * draw.standard_normal((n, 2))
    return torch.from_numpy(rows), torch.from_numpy(targets)


def nearest(rows, targets):
    """Probabilities from squared distances to the mean of each class."""
    labels = range(int(targets.max()) + 1)
    means = torch.stack([rows[targets == label].mean(0) for label in labels])
    return lambda more: (-((more[:, None] - means) ** 2).sum(-1)).softmax(1)


@pytest.mark.parametrize("make", [LogisticRegression, GaussianNB])
@pytest.mark.parametrize("threshold", [0.6, 0.9])
def test_the_same_labels_are_chosen_as_by_scikit_learn(make, threshold):
    rows, targets = blobs(300)
    known = torch.arange(300) < 12
    ours = self_train(fit_sklearn(make), rows[known], targets[known], rows[~known], threshold, 5)
    masked = np.where(known.numpy(), targets.numpy(), -1)
    theirs = SelfTrainingClassifier(make(), threshold=threshold, max_iter=5)
    theirs.fit(rows.numpy(), masked)
    assert len(ours.rounds) > 1
    assert ours.pseudo_labels(288).tolist() == theirs.transduction_[12:].tolist()
    turns = torch.zeros(288, dtype=torch.long) - 1
    for number, one in enumerate(ours.rounds, start=1):
        turns[one.chosen] = number
    assert turns.tolist() == theirs.labeled_iter_[12:].tolist()
    expected = theirs.predict_proba(rows.numpy())
    np.testing.assert_allclose(ours.predict(rows).numpy(), expected, rtol=0, atol=1e-5)


def test_a_mean_moves_to_the_texts_it_took():
    # means 0 and 4; 1 and 3 are sure, softmax(-1, -9) and (-9, -1); 2 is not, and never becomes so
    rows, targets = torch.tensor([[0.0], [4.0]]), torch.tensor([0, 1])
    found = self_train(nearest, rows, targets, torch.tensor([[1.0], [3.0], [2.0]]), 0.9)
    (one,) = found.rounds
    assert one.chosen.tolist() == [0, 1] and one.labels.tolist() == [0, 1]
    assert found.pseudo_labels(3).tolist() == [0, 1, -1]
    # the means are now 0.5 and 3.5
    expected = torch.tensor([[-0.25, -12.25]]).softmax(1)
    torch.testing.assert_close(found.predict(torch.tensor([[0.0]])), expected)


def test_nothing_is_added_above_a_threshold_of_one():
    rows, targets = blobs(30)
    found = self_train(nearest, rows, targets, rows, threshold=1.0)
    assert found.rounds == []


def test_unlabelled_texts_may_be_none():
    rows, targets = blobs(30)
    assert self_train(nearest, rows, targets, rows[:0]).rounds == []


def test_sparse_rows_choose_as_dense_ones_do():
    rows, targets = blobs(60)

    def fit(rows, targets):
        means = nearest(rows.to_dense(), targets)
        return lambda more: means(more.to_dense())

    dense = self_train(fit, rows[:9], targets[:9], rows[9:])
    sparse = self_train(fit, rows[:9].to_sparse(), targets[:9], rows[9:].to_sparse())
    assert dense.pseudo_labels(51).tolist() == sparse.pseudo_labels(51).tolist()


def test_each_view_labels_for_the_other():
    # the first view knows the sign of text 0, the second that of text 1
    views = [torch.tensor([[-1.0], [1.0]])] * 2
    more = [torch.tensor([[-2.0], [0.1]]), torch.tensor([[0.1], [2.0]])]
    found = co_train([nearest, nearest], views, torch.tensor([0, 1]), more, n_rounds=1)
    assert len(found) == 2
    assert found[0].rounds is found[1].rounds
    assert found[0].pseudo_labels(2).tolist() == [0, 1]
    # class 1 of the first view: 1 and 0.1, mean 0.55; class 0: -1 and -2, mean -1.5
    halfway = torch.tensor([[(0.55 - 1.5) / 2]])
    torch.testing.assert_close(found[0].predict(halfway), torch.tensor([[0.5, 0.5]]))


def test_co_training_takes_a_few_texts_of_each_label_in_a_round():
    rows, targets = blobs(120)
    views = [rows[:6, :1], rows[:6, 1:]]
    more = [rows[6:, :1], rows[6:, 1:]]
    found = co_train([nearest, nearest], views, targets[:6], more, n_each=2, n_rounds=3)[0]
    assert len(found.rounds) == 3
    assert all(3 <= len(one.chosen) <= 12 for one in found.rounds)
    chosen = torch.cat([one.chosen for one in found.rounds]).tolist()
    assert len(set(chosen)) == len(chosen)


def test_co_training_ends_when_all_texts_have_a_label():
    rows, targets = blobs(12)
    found = co_train([nearest] * 2, [rows[:6]] * 2, targets[:6], [rows[6:]] * 2, n_rounds=50)[0]
    assert sum(len(one.chosen) for one in found.rounds) == 6
    assert -1 not in found.pseudo_labels(6).tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": 1.5}, "threshold=1.5 is not between 0.0 and 1.0"),
        ({"n_rounds": 0}, "n_rounds=0 is below 1"),
        ({"targets": torch.tensor([0])}, "1 targets for 2 rows: each row needs one"),
        (
            {"unlabelled": torch.zeros(3, 2)},
            "unlabelled has 2 features, the labelled rows 1: both need the same",
        ),
    ],
)
def test_wrong_arguments_are_named(change, message):
    arguments = {"rows": torch.tensor([[0.0], [1.0]]), "targets": torch.tensor([0, 1])}
    arguments |= {"unlabelled": torch.zeros(3, 1)} | change
    with pytest.raises(ValueError, match=f"^{message}$"):
        self_train(nearest, **arguments)


def test_co_training_needs_two_views():
    rows, targets = blobs(6)
    message = r"^fits, views, unlabelled have \(2, 1, 2\) entries, not 2 each$"
    with pytest.raises(ValueError, match=message):
        co_train([nearest] * 2, [rows], targets, [rows] * 2)
    with pytest.raises(ValueError, match="^n_each=0 is below 1$"):
        co_train([nearest] * 2, [rows] * 2, targets, [rows] * 2, n_each=0)
