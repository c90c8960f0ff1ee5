"""Scores of a classifier are what loops over its examples give, and what NLTK gives."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics import ConfusionMatrix
from torch.nn.functional import cross_entropy, mse_loss, one_hot
from torch.testing import assert_close

from lmbook.metrics.classification import (
    accuracy,
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    fit_temperature,
    macro,
    matthews,
    micro,
    per_class,
    reliability,
    threshold_curve,
)

# six examples; class 2 is never predicted, class 3 never seen
TARGETS = torch.tensor([0, 0, 0, 1, 1, 2])
PREDICTIONS = torch.tensor([0, 0, 1, 1, 3, 1])
MATRIX = confusion_matrix(PREDICTIONS, TARGETS, 4)

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40)
a_score = st.sampled_from([0.0, 0.2, 0.5, 0.7, 1.0])
scored = st.lists(st.tuples(a_score, st.integers(0, 1)), min_size=1, max_size=30)


def ratio(part, whole):
    return part / whole if whole else 0.0


def random_case(seed, n=300, n_classes=5, tau=1.0):
    """Logits whose targets were drawn from softmax(logits / tau)."""
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(n, n_classes, generator=generator, dtype=torch.double)
    targets = torch.multinomial((logits / tau).softmax(1), 1, generator=generator).flatten()
    return logits, targets


def test_the_confusion_matrix_by_hand():
    assert MATRIX.tolist() == [[2, 1, 0, 0], [0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert accuracy(MATRIX).item() == 3 / 6


def test_scores_by_hand_are_zero_where_a_ratio_has_no_denominator():
    scores = per_class(MATRIX)
    assert scores.precision.tolist() == [2 / 2, 1 / 3, 0, 0 / 1]  # nothing was called 2
    assert scores.recall.tolist() == [2 / 3, 1 / 2, 0 / 1, 0]  # nothing is a 3
    # 2 · 2 / (2 + 3) and 2 · 1 / (3 + 2)
    assert scores.f1.tolist() == [4 / 5, 2 / 5, 0, 0]


def test_averages_by_hand():
    assert macro(MATRIX).f1.item() == pytest.approx((4 / 5 + 2 / 5) / 4)
    assert macro(MATRIX, [0, 1, 2]).f1.item() == pytest.approx((4 / 5 + 2 / 5) / 3)
    assert [score.item() for score in micro(MATRIX)] == [0.5, 0.5, 0.5]
    # without class 0: 1 right of 4 predictions 1 1 3 1, and of 3 examples 1 1 2
    assert [score.item() for score in micro(MATRIX, [1, 2, 3])] == [1 / 4, 1 / 3, 2 / 7]


def test_matthews_by_hand():
    # two classes: (tp · tn - fp · fn) / √(product of the four margins)
    matrix = torch.tensor([[90, 10], [3, 7]])
    by_hand = (7 * 90 - 10 * 3) / math.sqrt(17 * 10 * 100 * 93)
    assert matthews(matrix).item() == pytest.approx(by_hand)
    assert matthews(torch.tensor([[0, 5], [5, 0]])).item() == -1
    assert matthews(torch.tensor([[90, 0], [10, 0]])).item() == 0  # accuracy 0.9, skill none
    # millions of examples, whose fourth power no integer of 64 bits holds
    assert matthews(10**6 * torch.eye(3, dtype=torch.long)).item() == pytest.approx(1)


@given(labels)
def test_every_score_equals_a_loop_over_the_examples(pairs):
    predictions, targets = torch.tensor(pairs).T
    matrix = confusion_matrix(predictions, targets, 4)
    scores = per_class(matrix)
    for c in range(4):
        right = sum(p == c == t for p, t in pairs)
        called, actual = sum(p == c for p, _ in pairs), sum(t == c for _, t in pairs)
        assert scores.precision[c].item() == pytest.approx(ratio(right, called))
        assert scores.recall[c].item() == pytest.approx(ratio(right, actual))
        assert scores.f1[c].item() == pytest.approx(ratio(2 * right, called + actual))
    assert accuracy(matrix).item() == pytest.approx(sum(p == t for p, t in pairs) / len(pairs))
    assert_close(torch.stack(list(micro(matrix))), accuracy(matrix).expand(3))


@given(labels)
def test_matthews_is_the_correlation_of_one_hot_columns(pairs):
    # Gorodkin's definition: the covariances of the columns, summed
    x, y = (np.eye(4)[list(column)] for column in zip(*pairs, strict=True))
    x, y = x - x.mean(0), y - y.mean(0)
    expected = ratio((x * y).sum(), math.sqrt((x * x).sum() * (y * y).sum()))
    predictions, targets = torch.tensor(pairs).T
    ours = matthews(confusion_matrix(predictions, targets, 4)).item()
    assert ours == pytest.approx(expected, abs=1e-9)


@given(labels, st.permutations(range(4)))
def test_new_numbers_for_the_classes_change_no_average(pairs, names):
    predictions, targets = torch.tensor(pairs).T
    matrix = confusion_matrix(predictions, targets, 4)
    renamed = torch.tensor(names)
    other = confusion_matrix(renamed[predictions], renamed[targets], 4)
    for score in (accuracy, matthews, lambda m: macro(m).f1):
        assert_close(score(matrix), score(other))


def test_a_stack_of_matrices_gives_a_stack_of_scores():
    stack = torch.randint(1, 9, (2, 3, 4, 4), generator=torch.Generator().manual_seed(0))
    for score in (accuracy, matthews, lambda m: macro(m).f1, lambda m: micro(m, [1, 2]).recall):
        assert_close(score(stack)[1, 2], score(stack[1, 2]))
    assert per_class(stack).f1.shape == (2, 3, 4)


def test_scores_equal_nltk():
    logits, targets = random_case(0)
    predictions = logits.argmax(1)
    theirs = ConfusionMatrix(targets.tolist(), predictions.tolist())
    matrix = confusion_matrix(predictions, targets, 5)
    for c in range(5):
        ours = [score[c].item() for score in per_class(matrix)]
        named = [theirs.precision(c), theirs.recall(c), theirs.f_measure(c)]
        assert ours == pytest.approx(named, rel=1e-12)
        assert matrix[c].tolist() == [theirs[c, p] for p in range(5)]


def test_the_threshold_curve_by_hand():
    scores = torch.tensor([0.9, 0.6, 0.6, 0.3])
    curve = threshold_curve(scores, torch.tensor([1, 1, 0, 0]))
    assert_close(curve.thresholds, torch.tensor([0.3, 0.6, 0.9]))
    assert curve.precision.tolist() == [2 / 4, 2 / 3, 1 / 1]
    assert curve.recall.tolist() == [2 / 2, 2 / 2, 1 / 2]
    assert curve.f1.tolist() == [4 / 6, 4 / 5, 2 / 3]


@given(scored)
def test_a_threshold_curve_equals_one_confusion_matrix_a_threshold(pairs):
    scores = torch.tensor([score for score, _ in pairs])
    targets = torch.tensor([target for _, target in pairs])
    curve = threshold_curve(scores, targets)
    assert curve.thresholds.tolist() == sorted(set(scores.tolist()))
    for i, threshold in enumerate(curve.thresholds):
        at = per_class(confusion_matrix((scores >= threshold).long(), targets, 2))
        assert_close(torch.stack([c[i] for c in curve[1:]]), torch.stack([s[1] for s in at]))


def test_the_reliability_table_by_hand():
    # 0.6 ends its bin, 0.7 and 0.8 share the next one
    first = torch.tensor([0.6, 0.3, 0.8, 0.9])
    table = reliability(torch.stack([first, 1 - first], 1), torch.tensor([0, 1, 1, 0]), n_bins=5)
    assert table.edges.tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert table.n.tolist() == [0, 0, 1, 2, 1]
    assert table.confidence[2:].tolist() == pytest.approx([0.6, 0.75, 0.9])
    assert table.accuracy[2:].tolist() == [1, 0.5, 1]
    assert table.accuracy[:2].isnan().all() and table.confidence[:2].isnan().all()
    # (1 · 0.4 + 2 · 0.25 + 1 · 0.1) / 4
    assert expected_calibration_error(table) == pytest.approx(0.25)


@given(st.integers(0, 50), st.integers(1, 20))
def test_calibration_error_equals_a_loop_over_the_bins(seed, n_bins):
    logits, targets = random_case(seed, n=60)
    probabilities = logits.softmax(1)
    confidence, predictions = (x.numpy() for x in probabilities.max(1))
    right, total = predictions == targets.numpy(), 0.0
    for b in range(n_bins):
        inside = (confidence > b / n_bins) & (confidence <= (b + 1) / n_bins)
        if inside.any():
            total += inside.sum() * abs(right[inside].mean() - confidence[inside].mean())
    table = reliability(probabilities, targets, n_bins)
    assert expected_calibration_error(table) == pytest.approx(total / 60)


def test_probabilities_that_are_meant_have_a_small_calibration_error():
    logits, targets = random_case(1, n=20_000)
    assert expected_calibration_error(reliability(logits.softmax(1), targets)) < 0.02
    assert expected_calibration_error(reliability((2 * logits).softmax(1), targets)) > 0.05


def test_brier_score_by_hand_and_as_a_squared_error():
    # (0.3² + 0.3²), (0.2² + 0.2²)
    two = torch.tensor([[0.7, 0.3], [0.2, 0.8]], dtype=torch.double)
    assert brier_score(two, torch.tensor([0, 1])) == pytest.approx((0.18 + 0.08) / 2)
    assert brier_score(torch.eye(2), torch.tensor([1, 0])) == 2
    logits, targets = random_case(2)
    theirs = 5 * mse_loss(logits.softmax(1), one_hot(targets, 5).double())
    assert brier_score(logits.softmax(1), targets) == pytest.approx(theirs.item())


def test_the_temperature_by_hand():
    # three of four right at a margin of 2: σ(2 / τ) = 3/4, so 2 / τ = log 3
    logits = torch.tensor([[2.0, 0.0]]).repeat(4, 1)
    found = fit_temperature(logits, torch.tensor([0, 0, 0, 1]))
    assert found == pytest.approx(2 / math.log(3), rel=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0.3, 5), st.sampled_from([1e-6, 0.1, 1, 1e5]))
def test_no_temperature_nearby_is_better_and_scaled_logits_scale_it(seed, tau, factor):
    logits, targets = random_case(seed, tau=tau)
    found = fit_temperature(logits, targets)
    best = cross_entropy(logits / found, targets)
    for other in (0.99, 0.9999, 1.0001, 1.01):
        assert best <= cross_entropy(logits / (found * other), targets)
    assert fit_temperature(factor * logits, targets) == pytest.approx(factor * found, rel=1e-6)


def test_the_temperature_that_made_the_targets_is_found_again():
    logits, targets = random_case(3, n=20_000, tau=2.5)
    assert fit_temperature(logits.float().requires_grad_(), targets) == pytest.approx(2.5, rel=0.03)


EMPTY = torch.zeros(0, dtype=torch.long)
TWO = torch.tensor([0, 1])
HALVES = torch.full((2, 2), 0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: confusion_matrix(EMPTY, EMPTY, 2), "predictions holds 0 labels for 0"),
        (lambda: confusion_matrix(TWO, TWO[:1], 2), "targets holds 1 labels for 2 examples"),
        (lambda: confusion_matrix(TWO, TWO, 1), "n_classes=1 is below 2"),
        (lambda: confusion_matrix(TWO + 1, TWO, 2), r"predictions\[1\]=2 is not between 0 and 1"),
        (lambda: confusion_matrix(TWO, -100 * TWO, 2), r"targets\[1\]=-100 is not between 0 and 1"),
        (lambda: accuracy(0 * MATRIX), "matrix holds no example"),
        (lambda: per_class(torch.stack([MATRIX, 0 * MATRIX])), "matrix holds no example"),
        (lambda: matthews(0 * MATRIX), "matrix holds no example"),
        (lambda: macro(MATRIX, [1, 4]), r"classes=\[1, 4\] are not one or more of 0 … 3"),
        (lambda: micro(MATRIX, []), r"classes=\[\] are not one or more of 0 … 3"),
        (lambda: threshold_curve(HALVES[0], TWO + 1), r"targets\[1\]=2 is not between 0 and 1"),
        (lambda: threshold_curve(math.inf * HALVES[0], TWO), "scores holds a value that is not"),
        (lambda: threshold_curve(HALVES[0, :0], EMPTY), "targets holds 0 labels for 0"),
        (lambda: reliability(HALVES, TWO, 0), "n_bins=0 is below 1"),
        (lambda: reliability(HALVES + 0.01, TWO), r"probabilities\[0\] sum to 1.02, not to 1"),
        (lambda: brier_score(math.nan * HALVES, TWO), r"probabilities\[0\] sum to nan, not to 1"),
        (lambda: brier_score(torch.tensor([[1.5, -0.5]]), TWO[:1]), "hold -0.5, below 0"),
        (lambda: brier_score(HALVES, TWO[:1]), "targets holds 1 labels for 2 examples"),
        (lambda: fit_temperature(math.nan * HALVES, TWO), "logits holds a value that is not"),
        (lambda: fit_temperature(torch.eye(2), TWO), "the best temperature is 0"),
        (lambda: fit_temperature(torch.eye(2), 1 - TWO), "no temperature is best"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
