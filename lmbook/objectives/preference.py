"""Learning from which of two answers is the better one: reward models, DPO and IPO.

Log-probabilities are sums over the tokens of an answer, in nats. ``beta`` is the price of leaving
the reference: the larger, the closer the model stays to it.
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_positive, check_tensor
from lmbook.nn.embeddings import check_ids
from lmbook.objectives.causal import IGNORE_INDEX

Scores = Float[Tensor, " pair"]


def answer_log_probs(
    logits: Float[Tensor, "batch time vocab"], targets: Int[Tensor, "batch time"]
) -> Float[Tensor, " batch"]:
    """Log-probability of each row's targets, in nats, summed over those that are not -100.

    Raises ``ValueError`` for shapes that differ, a target outside the vocabulary, or a row in
    which no target counts: it would have the probability 1 whatever the model says.
    """
    return token_log_probs(logits, targets).sum(-1)


def token_log_probs(
    logits: Float[Tensor, "batch time vocab"], targets: Int[Tensor, "batch time"]
) -> Float[Tensor, "batch time"]:
    """Log-probability of each target, in nats; 0 where the target is -100.

    Raises ``ValueError`` as ``answer_log_probs`` does.
    """
    check_tensor("logits", logits, "float", 3)
    check_tensor("targets", targets, "int", 2)
    if targets.shape != logits.shape[:2]:
        sizes = f"{tuple(targets.shape)}, and logits {tuple(logits.shape)}"
        raise ValueError(f"targets has shape {sizes}: they do not fit")
    counts = targets != IGNORE_INDEX
    if not counts.any(-1).all():
        row = int((~counts.any(-1)).nonzero()[0])
        raise ValueError(f"targets[{row}] is all {IGNORE_INDEX}: there is no answer to score")
    real = targets.where(counts, 0)
    check_ids(real, logits.shape[-1], "targets")
    found = logits.gather(-1, real[..., None])[..., 0] - logits.logsumexp(-1)
    return found.where(counts, 0.0)


def reward_loss(chosen: Scores, rejected: Scores) -> Float[Tensor, ""]:
    """Mean of −log σ(chosen − rejected): the Bradley–Terry model of who wins a comparison.

    Source: Bradley and Terry (1952); as a loss of a reward model, Ouyang et al. (2022), eq. 1.
    Raises ``ValueError`` for no pair or different numbers of rewards.
    """
    _check_pairs({"chosen": chosen, "rejected": rejected})
    return -F.logsigmoid(chosen - rejected).mean()


class PreferenceLoss(NamedTuple):
    """The loss, and the implicit rewards β(log π − log π_ref) of both answers, without gradient."""

    loss: Float[Tensor, ""]
    chosen: Scores
    rejected: Scores


def dpo_loss(
    chosen: Scores,
    rejected: Scores,
    reference_chosen: Scores,
    reference_rejected: Scores,
    beta: float = 0.1,
    label_smoothing: float = 0.0,
) -> PreferenceLoss:
    """Direct preference optimisation: −log σ of the difference of the implicit rewards.

    The four arguments are log-probabilities of the answers, by the model and by the reference.
    With ``label_smoothing`` ε a label is taken to be wrong with probability ε. Source: Rafailov et
    al. (2023), eq. 7; the smoothing is Mitchell's (2023) conservative DPO.

    Raises ``ValueError`` for no pair, different numbers of them, ``beta`` not above 0, or
    ``label_smoothing`` not from 0 to 0.5, where it would say nothing.
    """
    check_number("label_smoothing", label_smoothing, 0.0, 0.5)
    first, second = _rewards(chosen, rejected, reference_chosen, reference_rejected, beta)
    margin = first - second
    keep = 1 - label_smoothing
    losses = -keep * F.logsigmoid(margin) - label_smoothing * F.logsigmoid(-margin)
    return PreferenceLoss(losses.mean(), first.detach(), second.detach())


def ipo_loss(
    chosen: Scores,
    rejected: Scores,
    reference_chosen: Scores,
    reference_rejected: Scores,
    beta: float = 0.1,
) -> PreferenceLoss:
    """The square of (difference of log-ratios − 1/(2β)): a margin to reach, not to outgrow.

    DPO pushes the margin of a pair without end; here the loss rises again beyond 1/(2β). Source:
    Azar et al. (2023), eq. 17. Raises ``ValueError`` as ``dpo_loss`` does.
    """
    first, second = _rewards(chosen, rejected, reference_chosen, reference_rejected, beta)
    losses = ((first - second) / beta - 1 / (2 * beta)) ** 2
    return PreferenceLoss(losses.mean(), first.detach(), second.detach())


def _rewards(
    chosen: Tensor, rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, beta
) -> tuple[Tensor, Tensor]:
    scores = {"chosen": chosen, "rejected": rejected}
    references = {"reference_chosen": reference_chosen, "reference_rejected": reference_rejected}
    _check_pairs(scores | references)
    check_positive("beta", beta)
    return beta * (chosen - reference_chosen), beta * (rejected - reference_rejected)


def _check_pairs(scores: dict[str, Tensor]) -> None:
    n_pairs = None
    for name, values in scores.items():
        check_tensor(name, values, "float", 1)
        n_pairs = len(values) if n_pairs is None else n_pairs
        if not n_pairs or len(values) != n_pairs:
            sizes = ", ".join(f"{len(v)} {n}" for n, v in scores.items())
            raise ValueError(f"{name}: needs one score a pair, and a pair: {sizes}")
        if not torch.isfinite(values).all():
            raise ValueError(f"{name}={values.tolist()[:5]} is not finite in every pair")
