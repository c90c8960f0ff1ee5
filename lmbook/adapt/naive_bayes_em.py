"""Naive Bayes on texts of which only some have a label, by expectation and maximisation.

The classifier gives every unlabelled text a share in each class; then it counts all texts again,
each with its shares, and so on. Source: Nigam, McCallum, Thrun and Mitchell (2000); their λ, which
weights the unlabelled texts, is ``weight``.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_number, check_positive, check_tensor, check_whole, shown


@dataclass(frozen=True, kw_only=True)
class NaiveBayes:
    """P(class) and P(word | class) as logarithms in nats."""

    log_priors: Float[Tensor, " label"]
    log_words: Float[Tensor, "label word"]

    def log_joint(self, counts: Float[Tensor, "text word"]) -> Float[Tensor, "text label"]:
        """log P(class) + Σ count · log P(word | class), in nats."""
        return counts @ self.log_words.T + self.log_priors

    def probabilities(self, counts: Float[Tensor, "text word"]) -> Float[Tensor, "text label"]:
        """P(class | text) by Bayes' rule."""
        return self.log_joint(counts).softmax(1)


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The classifier after each round, the first from the labelled texts alone.

    ``log_posteriors`` holds for each the quantity that EM climbs: the log-likelihood of all texts,
    the unlabelled ones times the weight, plus the log-density of the prior, up to a constant.
    """

    models: list[NaiveBayes]
    log_posteriors: list[float]

    @property
    def last(self) -> NaiveBayes:
        """The classifier of the last round."""
        return self.models[-1]


def fit_naive_bayes(
    counts: Float[Tensor, "text word"],
    shares: Float[Tensor, "_text label"],
    smoothing: float = 1.0,
) -> NaiveBayes:
    """Count words, each text with its shares in the classes, ``smoothing`` added to each count.

    One is added to the number of texts of each class. ``counts`` may be sparse. Raises
    ``ValueError`` for shares that are negative or not one row per text, or a ``smoothing`` that is
    not above 0.
    """
    check_tensor("counts", counts, "float", 2)
    check_tensor("shares", shares, "float", 2)
    check_positive("smoothing", smoothing)
    if shares.shape[0] != counts.shape[0]:
        raise ValueError(f"{shares.shape[0]} rows of shares for {counts.shape[0]} texts")
    if shares.numel() and shares.min() < 0:
        raise ValueError(f"shares has the entry {shares.min().item()}, which is below 0")
    words = (counts.T @ shares).T + smoothing
    texts = shares.sum(0) + 1
    return NaiveBayes(
        log_priors=texts.log() - texts.sum().log(),
        log_words=words.log() - words.sum(1, keepdim=True).log(),
    )


def fit_em(
    counts: Float[Tensor, "text word"],
    targets: Int[Tensor, " text"],
    unlabelled: Float[Tensor, "more word"],
    n_labels: int,
    weight: float = 1.0,
    smoothing: float = 1.0,
    n_rounds: int = 10,
) -> Fitted:
    """Start from the labelled texts; then ``n_rounds`` times share out the others and count again.

    An unlabelled text counts as ``weight`` texts: 0 ignores it, 1 trusts it as much as a labelled
    one. Raises ``ValueError`` for a ``weight`` outside 0 … 1, a target that is not below
    ``n_labels``, and as ``fit_naive_bayes``.
    """
    check_tensor("counts", counts, "float", 2)
    check_tensor("targets", targets, "int", 1)
    check_tensor("unlabelled", unlabelled, "float", 2)
    check_number("weight", weight, 0.0, 1.0)
    check_whole("n_rounds", n_rounds, 0)
    if len(targets) != counts.shape[0]:
        raise ValueError(f"{len(targets)} targets for {counts.shape[0]} texts: each needs one")
    if len(targets) == 0 or targets.min() < 0 or targets.max() >= n_labels:
        raise ValueError(f"targets={shown(targets.tolist())} are not labels below {n_labels}")
    known = F.one_hot(targets, n_labels).to(counts.dtype)
    models, heights = [fit_naive_bayes(counts, known, smoothing)], []
    both = torch.cat([counts, unlabelled])
    for _ in range(n_rounds):
        joint = models[-1].log_joint(unlabelled)
        heights.append(_height(models[-1], counts, known, joint, weight, smoothing))
        models.append(
            fit_naive_bayes(both, torch.cat([known, weight * joint.softmax(1)]), smoothing)
        )
    joint = models[-1].log_joint(unlabelled)
    heights.append(_height(models[-1], counts, known, joint, weight, smoothing))
    return Fitted(models=models, log_posteriors=heights)


def _height(
    model: NaiveBayes,
    counts: Tensor,
    known: Tensor,
    joint: Tensor,
    weight: float,
    smoothing: float,
) -> float:
    labelled = (model.log_joint(counts) * known).sum()
    prior = model.log_priors.sum() + smoothing * model.log_words.sum()
    return (labelled + weight * joint.logsumexp(1).sum() + prior).item()
