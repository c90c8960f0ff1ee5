"""Scores of labelled spans: names found, not tokens guessed.

A span is right when begin, end and label all are. With a ``scheme`` tags are read strictly, with
None leniently (``span_reading.py``): a model that breaks its scheme scores higher in the second
way, so say which one it was. Source: Tjong Kim Sang and De Meulder (2003).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.metrics.checks import check_draws
from lmbook.metrics.significance import Comparison, Interval, comparison, percentiles
from lmbook.metrics.span_reading import Reading, TagRows, flatten, read


class SpanCounts(NamedTuple):
    """Spans by label: how many are right, how many were predicted, how many there are."""

    labels: tuple[str, ...]
    right: Int[Tensor, " label"]
    predicted: Int[Tensor, " label"]
    target: Int[Tensor, " label"]


class SpanScores(NamedTuple):
    """Precision, recall and F1; 0 where there is nothing to divide by."""

    precision: Float[Tensor, "*label"]
    recall: Float[Tensor, "*label"]
    f1: Float[Tensor, "*label"]


def span_counts(targets: TagRows, predictions: TagRows, scheme: str | None = None) -> SpanCounts:
    """Count spans by label, labels in alphabetical order, over all sentences.

    Raises ``ValueError`` for rows of other lengths, and as ``spans``.
    """
    sides = _both(targets, predictions, scheme)
    labels = sorted({side.labels[k] for side in sides for k in set(side.label.tolist())})
    keys = [_keys(side, labels) for side in sides]
    right = np.intersect1d(*keys, assume_unique=True)
    n = max(len(labels), 1)
    counts = [torch.from_numpy(np.bincount(k % n, minlength=n)[: len(labels)]) for k in keys]
    hits = torch.from_numpy(np.bincount(right % n, minlength=n)[: len(labels)])
    return SpanCounts(tuple(labels), hits, counts[1], counts[0])


def sentence_counts(
    targets: TagRows, predictions: TagRows, scheme: str | None = None
) -> Int[Tensor, "sentence 3"]:
    """Of each sentence the spans that are right, predicted, and there: what resampling needs.

    Raises ``ValueError`` as ``span_counts``.
    """
    target, predicted = _both(targets, predictions, scheme)
    labels = sorted({*target.labels, *predicted.labels})
    keys = [_keys(side, labels) for side in (target, predicted)]
    right = np.intersect1d(*keys, assume_unique=True) // max(len(labels), 1) // target.size
    columns = []
    for begins in (right, predicted.begin, target.begin):
        lines = np.searchsorted(target.offsets, begins, side="right") - 1
        columns.append(np.bincount(lines, minlength=len(target.offsets)))
    return torch.from_numpy(np.stack(columns, axis=1))


def per_label(counts: SpanCounts) -> SpanScores:
    """Scores of each label."""
    return _scores(counts.right, counts.predicted, counts.target)


def micro(counts: SpanCounts) -> SpanScores:
    """Scores of all spans taken together: the usual number in a table."""
    return _scores(counts.right.sum(), counts.predicted.sum(), counts.target.sum())


def macro(counts: SpanCounts) -> SpanScores:
    """The mean of the labels' scores; 0 without any label."""
    return SpanScores(*(s.mean() if len(s) else s.new_zeros(()) for s in per_label(counts)))


def weighted(counts: SpanCounts) -> SpanScores:
    """The mean of the labels' scores, weighted by how many spans each has; 0 without any."""
    shares = counts.target.double() / counts.target.sum().clamp(min=1)
    return SpanScores(*((s * shares).sum() for s in per_label(counts)))


def bootstrap_f1(
    counts: Int[Tensor, "sentence 3"],
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Interval:
    """Percentile interval of micro F1 over draws of whole sentences from ``sentence_counts``."""
    check_draws(n_draws, level, generator)
    _check_counts("counts", counts)
    low, high = percentiles(_drawn_f1([counts], generator, n_draws)[0], level)
    return Interval(_f1(counts.sum(0)).item(), low, high)


def compare_f1(
    first: Int[Tensor, "sentence 3"],
    second: Int[Tensor, "others 3"],
    generator: torch.Generator,
    n_draws: int = 2000,
    level: float = 0.95,
) -> Comparison:
    """Paired bootstrap of two systems' micro F1 on the same sentences: first minus second.

    Both come from ``sentence_counts`` with the same targets. Raises ``ValueError`` if they do not.
    """
    check_draws(n_draws, level, generator)
    _check_counts("first", first)
    _check_counts("second", second)
    if len(first) != len(second) or not torch.equal(first[:, 2], second[:, 2]):
        raise ValueError(
            f"first has {len(first)} sentences, second {len(second)}, or other targets"
        )
    draws = _drawn_f1([first, second], generator, n_draws)
    difference = (_f1(first.sum(0)) - _f1(second.sum(0))).item()
    return comparison(difference, draws[0] - draws[1], level)


def _both(targets: TagRows, predictions: TagRows, scheme: str | None) -> tuple[Reading, Reading]:
    lines = [flatten("targets", targets), flatten("predictions", predictions)]
    if not np.array_equal(lines[0][2], lines[1][2]) or len(lines[0][1]) != len(lines[1][1]):
        rows = zip(targets, predictions, strict=False)
        wrong = next((i for i, (a, b) in enumerate(rows) if len(a) != len(b)), None)
        place = "" if wrong is None else f": row {wrong} has another length"
        raise ValueError(f"{len(predictions)} predictions for {len(targets)} targets{place}")
    return read(lines[0], scheme), read(lines[1], scheme)


def _keys(side: Reading, labels: Sequence[str]) -> np.ndarray:
    """One number per span; its remainder by the number of labels is its label."""
    kinds = np.array([labels.index(name) if name in labels else 0 for name in side.labels])
    return (side.begin * side.size + side.end) * max(len(labels), 1) + kinds[side.label]


def _scores(right: Tensor, predicted: Tensor, target: Tensor) -> SpanScores:
    right, predicted, target = right.double(), predicted.double(), target.double()
    precision = right / predicted.clamp(min=1)
    recall = right / target.clamp(min=1)
    both = precision + recall
    f1 = torch.where(both > 0, 2 * precision * recall / both.clamp(min=1e-300), both)
    return SpanScores(precision, recall, f1)


def _f1(totals: Tensor) -> Tensor:
    right, predicted, target = totals.double().unbind(-1)
    return 2 * right / (predicted + target).clamp(min=1)


def _drawn_f1(
    systems: Sequence[Tensor], generator: torch.Generator, n_draws: int
) -> Float[Tensor, "system draw"]:
    """Micro F1 of every draw; all systems see the same sentences: what is hard for all cancels."""
    n = len(systems[0])
    found = []
    for _ in range(n_draws):
        drawn = torch.randint(n, (n,), generator=generator)
        found.append(torch.stack([_f1(counts[drawn].sum(0)) for counts in systems]))
    return torch.stack(found, dim=1)


def _check_counts(name: str, counts: Tensor) -> None:
    if (
        not isinstance(counts, Tensor)
        or counts.ndim != 2
        or counts.shape[1] != 3
        or not len(counts)
    ):
        raise ValueError(f"{name} is not a table of sentence_counts with a row or more")
