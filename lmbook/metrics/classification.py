"""How good a classifier's decisions are, and how far its probabilities can be trusted.

First a table, the confusion matrix or the reliability table, then numbers from it. Classes are
integers from 0. A ratio without a denominator is 0, as with scikit-learn's ``zero_division=0``:
the precision of a class that is never predicted, the recall of a class without examples.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from lmbook.arguments import check_several, check_type, check_whole
from lmbook.metrics.checks import check_finite, check_labels, check_matrix, check_probabilities


class Scores(NamedTuple):
    """Precision, recall and F1, each from 0 to 1: of one class, of many, or averaged."""

    precision: Float[Tensor, "*shape"]
    recall: Float[Tensor, "*shape"]
    f1: Float[Tensor, "*shape"]


def confusion_matrix(
    predictions: Int[Tensor, " n"], targets: Int[Tensor, " labels"], n_classes: int
) -> Int[Tensor, "target prediction"]:
    """How many examples of each class (row) were called each class (column).

    Raises ``ValueError`` for what is no tensor of whole numbers (floats are not cut off), no
    example, lengths that differ, fewer than two classes, and a label that is missing (-100) or
    otherwise not between 0 and ``n_classes`` - 1.
    """
    check_labels("predictions", predictions, n_classes)
    check_labels("targets", targets, n_classes, len(predictions))
    cells = targets.long() * n_classes + predictions.long()
    return cells.bincount(minlength=n_classes**2).view(n_classes, n_classes)


def accuracy(matrix: Int[Tensor, "*batch target prediction"]) -> Float[Tensor, "*batch"]:
    """Share of examples on the diagonal. Raises ``ValueError`` for a matrix without examples."""
    return _diagonal(matrix).sum(-1) / matrix.sum((-2, -1)).double()


def per_class(matrix: Int[Tensor, "*batch target prediction"]) -> Scores:
    """Precision, recall and F1 of each class; the last axis is the class.

    Precision is the share of right ones among the predictions of a class, recall among its
    examples, and F1 their harmonic mean. Raises ``ValueError`` for a matrix without examples.
    """
    diagonal = _diagonal(matrix)
    return _scores(diagonal, matrix.sum(-2), matrix.sum(-1))


def macro(
    matrix: Int[Tensor, "*batch target prediction"], classes: Sequence[int] | None = None
) -> Scores:
    """Means of the scores over ``classes`` (all of them): each class counts the same.

    Macro F1 is the mean of the F1 scores, not the F1 of mean precision and mean recall; Opitz and
    Burst (2019) show how far the two part. A class that was neither seen nor predicted counts as
    0: name the others to leave it out. Raises ``ValueError`` for a class that the matrix does not
    have, for no class, and for a matrix without examples.
    """
    chosen = _chosen(matrix, classes)
    return Scores(*(score[..., chosen].mean(-1) for score in per_class(matrix)))


def micro(
    matrix: Int[Tensor, "*batch target prediction"], classes: Sequence[int] | None = None
) -> Scores:
    """Scores of the counts summed over ``classes`` (all of them): each decision counts the same.

    Over all classes the three equal the accuracy. They part when a background class is left out.
    Raises ``ValueError`` as ``macro`` does.
    """
    chosen = _chosen(matrix, classes)
    counts = (_diagonal(matrix), matrix.sum(-2), matrix.sum(-1))
    return _scores(*(count[..., chosen].sum(-1) for count in counts))


def matthews(matrix: Int[Tensor, "*batch target prediction"]) -> Float[Tensor, "*batch"]:
    """Correlation of predictions and targets: 1 for all right, 0 for what chance would give.

    0 also where all predictions, or all targets, are one class. Raises ``ValueError`` for a matrix
    without examples. Source: Gorodkin (2004), for many classes; Matthews (1975), for two.
    """
    right, n = _diagonal(matrix).sum(-1).double(), matrix.sum((-2, -1)).double()
    predicted, actual = matrix.sum(-2).double(), matrix.sum(-1).double()
    together = right * n - (predicted * actual).sum(-1)
    spread = (n**2 - predicted.square().sum(-1)) * (n**2 - actual.square().sum(-1))
    return together / spread.sqrt().clamp(min=1)  # where spread is 0, so is together


class ThresholdCurve(NamedTuple):
    """Scores of the rule "positive from this threshold up", thresholds in ascending order."""

    thresholds: Float[Tensor, " threshold"]
    precision: Float[Tensor, " threshold"]
    recall: Float[Tensor, " threshold"]
    f1: Float[Tensor, " threshold"]


def threshold_curve(scores: Float[Tensor, " n"], targets: Int[Tensor, " labels"]) -> ThresholdCurve:
    """Precision, recall and F1 at every score that occurs; ``targets`` are 0 and 1.

    One sort instead of one pass a threshold: in descending order, a threshold accepts what stands
    up to its place. Raises ``ValueError`` as ``confusion_matrix`` does, and for infinite scores.
    """
    check_finite("scores", scores, 1)
    check_labels("targets", targets, 2, len(scores))
    ordered, order = scores.sort(descending=True)
    right = targets[order].long().cumsum(0)
    accepted = torch.arange(1, len(scores) + 1, device=scores.device)
    # equal scores are accepted together: only the last of them is a place to stop
    last = torch.cat([ordered[1:] != ordered[:-1], accepted[-1:] > 0])
    at = last.nonzero().flatten().flip(0)
    return ThresholdCurve(ordered[at], *_scores(right[at], accepted[at], right[-1].expand(len(at))))


class Reliability(NamedTuple):
    """Predictions by confidence: bin b holds confidences above ``edges[b]``, up to ``edges[b+1]``.

    ``confidence`` and ``accuracy`` are means over the ``n`` examples of a bin, NaN without any.
    """

    edges: Float[Tensor, " edge"]
    n: Int[Tensor, " bin"]
    confidence: Float[Tensor, " bin"]
    accuracy: Float[Tensor, " bin"]


def reliability(
    probabilities: Float[Tensor, "n classes"], targets: Int[Tensor, " labels"], n_bins: int = 15
) -> Reliability:
    """Is a prediction made with confidence 0.8 right in 80 cases of 100? Bins of equal width.

    Confidence is the probability of the predicted class. Raises ``ValueError`` for ``n_bins`` < 1,
    no probabilities, and as ``confusion_matrix`` does. Source: Guo et al. (2017).
    """
    check_probabilities(probabilities, targets)
    check_whole("n_bins", n_bins, 1)
    confidence, predictions = probabilities.max(dim=1)
    edges = torch.arange(n_bins + 1, device=probabilities.device).double() / n_bins
    bins = torch.bucketize(confidence, edges[1:-1].to(confidence.dtype))
    n = bins.bincount(minlength=n_bins)
    sums = (bins.bincount(x.double(), n_bins) for x in (confidence, predictions == targets))
    return Reliability(edges, n, *(total / n for total in sums))


def expected_calibration_error(table: Reliability) -> float:
    """Mean gap between confidence and accuracy over the bins, weighted by their examples.

    It depends on the number of bins. Source: Naeini et al. (2015); Guo et al. (2017), eq. 3.
    """
    check_type("table", table, Reliability)
    gaps = (table.accuracy - table.confidence).abs()
    return ((table.n * gaps).nansum() / table.n.sum()).item()


def brier_score(
    probabilities: Float[Tensor, "n classes"], targets: Int[Tensor, " labels"]
) -> float:
    """Mean squared distance from the one-hot target, summed over classes: 0 is best, 2 worst.

    Some libraries halve it for two classes. Raises as ``reliability`` does. Source: Brier (1950).
    """
    check_probabilities(probabilities, targets)
    truth = one_hot(targets.long(), probabilities.shape[1])
    return (probabilities.double() - truth).square().sum(dim=1).mean().item()


def fit_temperature(logits: Float[Tensor, "n classes"], targets: Int[Tensor, " labels"]) -> float:
    """The τ for which softmax(logits / τ) has the least cross-entropy on held-out ``targets``.

    Dividing by τ changes no decision. The loss is convex in 1/τ: L-BFGS finds the one minimum.
    Raises ``ValueError`` where no τ is best: all decisions right (τ → 0), or logits no higher at
    the targets than on average (τ → ∞); for logits that are not finite; and as
    ``confusion_matrix`` does. Source: Guo et al. (2017).
    """
    check_finite("logits", logits, 2)
    check_labels("targets", targets, logits.shape[1], len(logits))
    z, y = logits.detach().double(), targets.long()
    _check_minimum(z, y)
    scale = z.std()  # the search begins at a temperature of the right size
    inverse = torch.ones_like(scale, requires_grad=True)
    exact = {"max_iter": 100, "tolerance_grad": 1e-10, "tolerance_change": 1e-14}
    search = torch.optim.LBFGS([inverse], **exact, line_search_fn="strong_wolfe")

    def loss() -> float:
        search.zero_grad()
        nats = cross_entropy(z / scale * inverse, y)
        nats.backward()
        return nats.item()

    search.step(loss)
    return (scale / inverse).item()


def _diagonal(matrix: Int[Tensor, "*batch target prediction"]) -> Int[Tensor, "*batch class"]:
    check_matrix("matrix", matrix)
    if not bool(matrix.sum((-2, -1)).all()):
        raise ValueError("matrix holds no example")
    return matrix.diagonal(dim1=-2, dim2=-1)


def _scores(right: Tensor, predicted: Tensor, actual: Tensor) -> Scores:
    # where a denominator is 0 so is its numerator, and 0 / 1 is the 0 we want
    pairs = ((right, predicted), (right, actual), (2 * right, predicted + actual))
    return Scores(*(part / whole.double().clamp(min=1) for part, whole in pairs))


def _chosen(matrix: Tensor, classes: Sequence[int] | None) -> list[int]:
    check_matrix("matrix", matrix)
    size = matrix.shape[-1]
    if classes is not None:
        check_several("classes", classes)
        for label in classes:
            check_whole("classes", label)
    chosen = list(range(size)) if classes is None else sorted(set(classes))
    if not chosen or chosen[0] < 0 or chosen[-1] >= size:
        raise ValueError(f"classes={chosen} are not one or more of 0 … {size - 1}")
    return chosen


def _check_minimum(z: Tensor, y: Tensor) -> None:
    at_target = z.gather(1, y[:, None])
    if bool((at_target == z.amax(1, keepdim=True)).all()):
        raise ValueError("logits are highest at every target: the best temperature is 0")
    if (at_target - z.mean(1, keepdim=True)).mean() <= 0:
        raise ValueError("logits are no higher at targets than on average: no temperature is best")
