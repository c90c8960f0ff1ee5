"""Learning from a reward for what the model itself has written: policy gradient and GRPO."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_whole

TINY_SPREAD = 1e-4
"""What is added to the standard deviation of a group's rewards before the division."""

PerToken = Float[Tensor, "row time"]


def group_advantages(rewards: Float[Tensor, " row"], group_size: int) -> Float[Tensor, " row"]:
    """Each reward minus its group's mean, divided by the group's standard deviation plus 1e-4.

    Rows stand group by group, each group the answers to one prompt. The deviation divides by
    ``group_size`` − 1. A group of equal rewards gets zeros: it teaches nothing. Source: Shao et
    al. (2024), section 4.1.2.

    Raises ``ValueError`` for a ``group_size`` below 2 or one that does not divide the rows.
    """
    check_tensor("rewards", rewards, "float", 1)
    check_whole("group_size", group_size, 2)
    if not len(rewards) or len(rewards) % group_size:
        raise ValueError(f"group_size={group_size} does not divide {len(rewards)} rewards")
    groups = rewards.view(-1, group_size)
    centred = groups - groups.mean(1, keepdim=True)
    return (centred / (groups.std(1, keepdim=True) + TINY_SPREAD)).flatten()


def policy_gradient_loss(
    log_probs: PerToken, advantages: Float[Tensor, " row"], mask: Bool[Tensor, "row time"]
) -> Float[Tensor, ""]:
    """−advantage · log-probability of the row's tokens, a mean over rows: REINFORCE.

    Its gradient is that of the expected advantage if the rows were drawn from the model. Source:
    Williams (1992). Raises ``ValueError`` for shapes that differ or a row without a token.
    """
    _check_rows(log_probs, advantages, mask)
    return -(advantages * (log_probs * mask).sum(-1)).mean()


def grpo_loss(
    log_probs: PerToken,
    old_log_probs: PerToken,
    advantages: Float[Tensor, " row"],
    mask: Bool[Tensor, "row time"],
    clip: float = 0.2,
    reference_log_probs: PerToken | None = None,
    beta: float = 0.0,
) -> Float[Tensor, ""]:
    """The clipped objective of GRPO, a mean over a row's tokens, then over rows.

    ``old_log_probs`` are those of the model that drew the rows. A token's probability ratio to it
    counts between 1 − ``clip`` and 1 + ``clip``: beyond, there is nothing to gain. With ``beta``
    the estimate exp(d) − d − 1 of the divergence from the reference is added, d being
    ``reference_log_probs`` − ``log_probs``. Source: Shao et al. (2024), eq. 3 and 4.

    Raises ``ValueError`` for shapes that differ, a row without a token, ``clip`` not from 0 to 1,
    ``beta`` below 0, or ``beta`` without a reference.
    """
    _check_rows(log_probs, advantages, mask)
    check_number("clip", clip, 0.0, 1.0)
    check_number("beta", beta, 0.0, float("inf"))
    _check_shape("old_log_probs", old_log_probs, log_probs)
    ratio = (log_probs - old_log_probs).exp()
    gain = advantages[:, None]
    losses = -torch.minimum(ratio * gain, ratio.clamp(1 - clip, 1 + clip) * gain)
    if beta:
        if reference_log_probs is None:
            raise ValueError(f"reference_log_probs is None, and beta={beta} needs them")
        _check_shape("reference_log_probs", reference_log_probs, log_probs)
        d = reference_log_probs - log_probs
        losses = losses + beta * (d.exp() - d - 1)
    return ((losses * mask).sum(-1) / mask.sum(-1)).mean()


def _check_rows(log_probs: Tensor, advantages: Tensor, mask: Tensor) -> None:
    check_tensor("log_probs", log_probs, "float", 2)
    check_tensor("advantages", advantages, "float", 1)
    check_tensor("mask", mask, "bool", 2)
    if mask.shape != log_probs.shape or len(advantages) != len(log_probs) or not len(log_probs):
        shapes = f"{tuple(mask.shape)}, log_probs {tuple(log_probs.shape)}"
        raise ValueError(f"mask has shape {shapes}, and there are {len(advantages)} advantages")
    if not mask.any(-1).all():
        row = int((~mask.any(-1)).nonzero()[0])
        raise ValueError(f"mask[{row}] is False everywhere: the row has no token")


def _check_shape(name: str, values: Tensor, like: Tensor) -> None:
    check_tensor(name, values, "float", 2)
    if values.shape != like.shape:
        raise ValueError(f"{name} has shape {tuple(values.shape)}, not {tuple(like.shape)}")
