"""Labels from rules: several rules vote on each text, and a model says whom to believe.

A vote is a label from 0 up, or −1 where a rule says nothing (``ABSTAIN``). The model knows no true
label: a rule that often agrees with the others is taken for a good one. Sources: Ratner et al.
(2016), data programming; Dawid and Skene (1979) for learning from observers who err.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_whole

ABSTAIN = -1
_LEAST = 0.5  # accuracy of a rule: who votes knows something


@dataclass(frozen=True, kw_only=True)
class LabelModel:
    """How often each rule is right where it votes, and how frequent each label is taken to be."""

    accuracies: Float[Tensor, " rule"]
    priors: Float[Tensor, " label"]

    def probabilities(self, votes: Int[Tensor, "text rule"]) -> Float[Tensor, "text label"]:
        """P(label | votes), if rules err independently and every wrong label is as likely.

        Raises ``ValueError`` for votes that are no labels, or of another number of rules.
        """
        n_labels = len(self.priors)
        _check(votes, n_labels)
        if votes.shape[1] != len(self.accuracies):
            raise ValueError(f"votes of {votes.shape[1]} rules, not {len(self.accuracies)}")
        right = self.accuracies.log()
        wrong = ((1 - self.accuracies) / (n_labels - 1)).log()
        given = F.one_hot(votes.clamp_min(0), n_labels) * (votes != ABSTAIN)[..., None]
        spoke = (votes != ABSTAIN).to(right.dtype)
        scores = (spoke @ wrong)[:, None] + (given * (right - wrong)[:, None]).sum(1)
        return (scores + self.priors.log()).softmax(1)


def majority_vote(votes: Int[Tensor, "text rule"], n_labels: int) -> Float[Tensor, "text label"]:
    """The share of each label among the votes on a text; equal shares where nobody votes.

    Raises ``ValueError`` for fewer than two labels, or votes that are no labels.
    """
    _check(votes, n_labels)
    counts = torch.stack([(votes == label).sum(1) for label in range(n_labels)], 1).double()
    total = counts.sum(1, keepdim=True)
    return torch.where(total > 0, counts / total.clamp_min(1), 1 / n_labels)


def fit_label_model(
    votes: Int[Tensor, "text rule"], n_labels: int, n_rounds: int = 50, smoothing: float = 2.0
) -> LabelModel:
    """Estimate accuracies by EM from the votes alone, starting at the majority.

    Two things are assumed, without which a label whose rules seldom meet others could vanish: all
    labels are equally frequent, and a rule is right at least half of the time. ``smoothing``
    votes, 7 in 10 of them right, are added to those of each rule. Raises ``ValueError`` as
    ``majority_vote``.
    """
    check_whole("n_rounds", n_rounds, 1)
    shares = majority_vote(votes, n_labels)
    spoke = votes != ABSTAIN
    priors = torch.full((n_labels,), 1 / n_labels, dtype=shares.dtype)
    for _ in range(n_rounds):
        agreed = shares.gather(1, votes.clamp_min(0)) * spoke
        accuracies = (agreed.sum(0) + 0.7 * smoothing) / (spoke.sum(0) + smoothing)
        model = LabelModel(accuracies=accuracies.clamp_min(_LEAST), priors=priors)
        shares = model.probabilities(votes)
    return model


def _check(votes: Tensor, n_labels: int) -> None:
    check_tensor("votes", votes, "int", 2)
    check_whole("n_labels", n_labels, 2)
    if votes.numel() and not ABSTAIN <= votes.min() <= votes.max() < n_labels:
        wrong = votes.min() if votes.min() < ABSTAIN else votes.max()
        raise ValueError(f"votes has {int(wrong)}, no label below {n_labels} and not {ABSTAIN}")
