"""Classifiers that label their own training texts: self-training and co-training.

Both take ``fit``, which turns rows and targets into a function from rows to probabilities, so any
classifier will do. A label that a classifier gives is a pseudo-label; it is never taken back.
Sources: Yarowsky (1995) for self-training; Blum and Mitchell (1998) for co-training.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_whole

# From rows [text, feature] to probabilities [text, label].
Predict = Callable[[Tensor], Tensor]
# From rows [text, feature] and targets [text] to a classifier.
Fit = Callable[[Tensor, Tensor], Predict]


@dataclass(frozen=True, kw_only=True)
class Round:
    """The texts that one round labelled, by their places among the unlabelled."""

    chosen: Int[Tensor, " text"]
    labels: Int[Tensor, " text"]
    confidences: Float[Tensor, " text"]


@dataclass(frozen=True, kw_only=True)
class SelfTrained:
    """The last classifier, and what each round added."""

    predict: Predict
    rounds: list[Round]

    def pseudo_labels(self, n_texts: int) -> Int[Tensor, " text"]:
        """The label that each of ``n_texts`` unlabelled texts was given, −1 where none."""
        given = torch.full((n_texts,), -1)
        for one in self.rounds:
            given[one.chosen] = one.labels
        return given


def self_train(
    fit: Fit,
    rows: Float[Tensor, "text feature"],
    targets: Int[Tensor, " _text"],
    unlabelled: Float[Tensor, "more _feature"],
    threshold: float = 0.75,
    n_rounds: int = 10,
) -> SelfTrained:
    """Add the texts that the classifier is sure of, with its own labels, and train again.

    A round takes every unlabelled text whose greatest probability is above ``threshold``; it stops
    early where there is none. These are the rounds of scikit-learn's ``SelfTrainingClassifier``.

    Raises ``ValueError`` for a ``threshold`` outside 0 … 1, rows without a target each, or
    unlabelled rows of another width.
    """
    _check(rows, targets, unlabelled)
    check_number("threshold", threshold, 0.0, 1.0)
    check_whole("n_rounds", n_rounds, 1)
    predict, rounds = fit(rows, targets), []
    left = torch.arange(unlabelled.shape[0])
    for _ in range(n_rounds):
        if not len(left):
            break
        confidences, labels = predict(unlabelled.index_select(0, left)).max(1)
        sure = confidences > threshold
        if not sure.any():
            break
        rounds.append(Round(chosen=left[sure], labels=labels[sure], confidences=confidences[sure]))
        left = left[~sure]
        predict = fit(*_joined(rows, targets, unlabelled, rounds))
    return SelfTrained(predict=predict, rounds=rounds)


def co_train(
    fits: Sequence[Fit],
    views: Sequence[Float[Tensor, "text _feature"]],
    targets: Int[Tensor, " _text"],
    unlabelled: Sequence[Float[Tensor, "more _feature"]],
    n_each: int = 1,
    n_rounds: int = 30,
) -> list[SelfTrained]:
    """Two classifiers that see different views of a text and label texts for each other.

    In each round both take, for every label, the ``n_each`` unlabelled texts to which they give
    it with the highest probability; both then train on all texts that either of them took, a text
    that both took with the label of the one that is surer. The rounds of both results are the same.

    Raises ``ValueError`` for another number of views than two, and as ``self_train``.
    """
    if not len(fits) == len(views) == len(unlabelled) == 2:
        n_views = (len(fits), len(views), len(unlabelled))
        raise ValueError(f"fits, views, unlabelled have {n_views} entries, not 2 each")
    for rows, more in zip(views, unlabelled, strict=True):
        _check(rows, targets, more)
    check_whole("n_each", n_each, 1)
    check_whole("n_rounds", n_rounds, 1)
    rounds: list[Round] = []
    left = torch.arange(unlabelled[0].shape[0])
    for _ in range(n_rounds):
        pairs = zip(fits, views, unlabelled, strict=True)
        predicts = [fit(*_joined(rows, targets, more, rounds)) for fit, rows, more in pairs]
        if not len(left):
            break
        asked = zip(predicts, unlabelled, strict=True)
        rounds.append(_surest([p(more.index_select(0, left)) for p, more in asked], left, n_each))
        left = left[~torch.isin(left, rounds[-1].chosen)]
    pairs = zip(fits, views, unlabelled, strict=True)
    last = [fit(*_joined(rows, targets, more, rounds)) for fit, rows, more in pairs]
    return [SelfTrained(predict=predict, rounds=rounds) for predict in last]


def _surest(probabilities: list[Tensor], left: Tensor, n_each: int) -> Round:
    """For each classifier and label the surest texts that it gives the label."""
    best: dict[int, tuple[float, int]] = {}
    for of_view in probabilities:
        confidences, labels = of_view.max(1)
        for label in range(of_view.shape[1]):
            own = (labels == label).nonzero()[:, 0]
            for i in own[confidences[own].argsort(descending=True)[:n_each]].tolist():
                best[i] = max(best.get(i, (0.0, 0)), (confidences[i].item(), label))
    places = sorted(best)
    return Round(
        chosen=left[places],
        labels=torch.tensor([best[i][1] for i in places]),
        confidences=torch.tensor([best[i][0] for i in places]),
    )


def _joined(
    rows: Tensor, targets: Tensor, unlabelled: Tensor, rounds: Sequence[Round]
) -> tuple[Tensor, Tensor]:
    if not rounds:
        return rows, targets
    chosen = unlabelled.index_select(0, torch.cat([one.chosen for one in rounds]))
    return torch.cat([rows, chosen]), torch.cat([targets, *(one.labels for one in rounds)])


def _check(rows: Tensor, targets: Tensor, unlabelled: Tensor) -> None:
    check_tensor("rows", rows, "float", 2)
    check_tensor("targets", targets, "int", 1)
    check_tensor("unlabelled", unlabelled, "float", 2)
    if len(targets) != rows.shape[0] or not len(targets):
        raise ValueError(f"{len(targets)} targets for {rows.shape[0]} rows: each row needs one")
    if rows.shape[1] != unlabelled.shape[1]:
        widths = f"{unlabelled.shape[1]} features, the labelled rows {rows.shape[1]}"
        raise ValueError(f"unlabelled has {widths}: both need the same")
