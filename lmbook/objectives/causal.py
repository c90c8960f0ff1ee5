"""The objective of a causal language model: predict each token from those before it."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole

IGNORE_INDEX = -100
"""A target that counts for nothing; PyTorch's own default."""


def shift(ids: Int[Tensor, "batch time"], start_id: int) -> Int[Tensor, "batch time"]:
    """Inputs for the targets ``ids``: ``start_id`` in front of each row, the last token dropped.

    Position t of the inputs is the token before target t, so a model that reads the inputs up to
    t has seen everything that may be known about target t, and not the target itself.
    """
    check_tensor("ids", ids, "int", 2)
    check_whole("start_id", start_id)
    start = ids.new_full((len(ids), 1), start_id)
    return torch.cat([start, ids], dim=1)[:, :-1]


def causal_loss(
    logits: Float[Tensor, "batch time vocab"],
    targets: Int[Tensor, "batch time"],
    ignore_index: int = IGNORE_INDEX,
    label_smoothing: float = 0.0,
) -> Float[Tensor, ""]:
    """Mean cross-entropy in nats per token, over the targets that are not ``ignore_index``.

    With ``label_smoothing`` ε a target is its token with probability 1 − ε and any token of the
    vocabulary, drawn evenly, with ε. Source: Szegedy et al. (2016), section 7.

    Raises ``ValueError`` if no target is left (a mean over nothing would be NaN), if a target is
    not an id below the number of logits, or if the smoothing is not from 0 to 1. On an accelerator
    and while torch.compile traces, targets are not looked at: a look would stop the queue of
    kernels. There CUDA's fails by itself on a wrong target, and no target makes NaN.
    """
    check_tensor("logits", logits, "float", 3)
    check_tensor("targets", targets, "int", 2)
    if targets.device.type == "cpu" and not torch.compiler.is_compiling():
        _check_targets(targets, logits.shape[-1], ignore_index)
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing={label_smoothing} is not from 0 to 1")
    return F.cross_entropy(
        logits.flatten(0, 1),
        targets.flatten(),
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
    )


def _check_targets(targets: Int[Tensor, "batch time"], vocab_size: int, ignore_index: int) -> None:
    real = targets != ignore_index
    if not real.any():
        raise ValueError(f"no real target: all {targets.numel()} targets are {ignore_index}")
    low, high = (int(bound) for bound in targets.where(real, 0).aminmax())
    if low < 0 or high >= vocab_size:
        wrong = low if low < 0 else high
        raise ValueError(
            f"targets: target {wrong} is not between 0 and vocab_size={vocab_size} - 1"
        )
