"""How well do scores rank? Areas under curves of two classes, and averages weighted by class.

Accuracy and F1 judge decisions at one threshold; these judge the order of all examples.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.metrics.checks import check_finite, check_labels, check_matrix
from lmbook.metrics.classification import Scores, per_class, threshold_curve


def weighted(matrix: Int[Tensor, "*batch target prediction"]) -> Scores:
    """Means of the scores over classes, weighted by the examples of each class.

    Weighted recall is the accuracy; weighted F1 may lie outside the range between weighted
    precision and recall. Raises ``ValueError`` for a matrix without examples.
    """
    check_matrix("matrix", matrix)
    scores = per_class(matrix)
    weights = matrix.sum(-1).double()
    weights = weights / weights.sum(-1, keepdim=True)
    return Scores(*((score * weights).sum(-1) for score in scores))


def auroc(scores: Float[Tensor, " n"], targets: Int[Tensor, " labels"]) -> float:
    """The probability that a positive example has a higher score than a negative one.

    Equal scores count half. It is the area under the receiver operating characteristic, and does
    not change with the share of positives. Raises ``ValueError`` for targets of one class only, a
    score that is not finite, and labels other than 0 and 1. Source: Hanley and McNeil (1982).
    """
    positive = _check(scores, targets)
    # mean rank of equal scores; U = ranks of positives less the least they could be
    _, place, counts = scores.double().unique(return_inverse=True, return_counts=True)
    last = counts.cumsum(0).double()
    ranks = (last - (counts - 1) / 2)[place]
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    above = ranks[positive].sum().item() - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)


def average_precision(scores: Float[Tensor, " n"], targets: Int[Tensor, " labels"]) -> float:
    """The precision at each positive example on the way down the ranking, averaged.

    Σ (recall_k - recall_(k-1)) · precision_k over the thresholds, without interpolation: the area
    under the precision–recall curve as a sum of steps. Scores drawn by chance give the share of
    positives, not 0.5. Raises ``ValueError`` as ``auroc`` does. Source: Davis and Goadrich (2006)
    on why straight lines between its points would be too kind.
    """
    _check(scores, targets)
    curve = threshold_curve(scores, targets)
    precision, recall = curve.precision.flip(0), curve.recall.flip(0)
    steps = torch.diff(recall, prepend=recall.new_zeros(1))
    return (steps * precision).sum().item()


def _check(scores: Tensor, targets: Tensor) -> Tensor:
    check_finite("scores", scores, 1)
    check_labels("targets", targets, 2, len(scores))
    positive = targets.bool()
    if bool(positive.all()) or not bool(positive.any()):
        raise ValueError(f"targets are all {int(positive[0])}: a ranking needs both classes")
    return positive
