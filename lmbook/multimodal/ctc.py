"""Connectionist temporal classification: a text for a sound, without an alignment.

A network gives each frame a distribution over labels and one more symbol, the blank. A path names
one symbol per frame; it is read by merging equal neighbours and then leaving out the blanks. Many
paths read alike, and the probability of a text is the sum over all of them. It is computed frame
by frame in the logarithm, in time proportional to frames × labels.

Source: Graves et al. (2006), sections 3 and 4.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import as_ids, check_tensor, check_tensor_ids, check_whole

NO_LABEL = -100
"""What fills the rows of shorter targets."""

_NEVER = -1e30  # a log-probability of 0 whose gradients are numbers: those of -inf are not


def collapse(path: Sequence[int] | Int[Tensor, " frame"], blank: int = 0) -> list[int]:
    """What a path says: equal neighbours are merged, then blanks are left out.

    ``[7, 7, 0, 7, 5, 5]`` says ``[7, 7, 5]``: only a blank separates equal labels.
    """
    ids = as_ids("path", path, 2**31)
    before = [None, *ids[:-1]]
    return [now for now, last in zip(ids, before, strict=True) if now != last and now != blank]


def ctc_loss(
    log_probs: Float[Tensor, "batch frame vocab"],
    targets: Int[Tensor, "batch label"],
    n_frames: Int[Tensor, " batch"] | None = None,
    blank: int = 0,
) -> Float[Tensor, " batch"]:
    """Minus the log-probability of each row's target, in nats per utterance.

    Row b of ``targets`` ends with ``NO_LABEL`` where others are longer, and only the first
    ``n_frames[b]`` frames count. A target that needs more frames than there are (its labels, and a
    blank between equal neighbours) has an infinite loss and no gradient.

    Raises ``ValueError`` for labels outside the vocabulary or equal to the blank, a label after
    ``NO_LABEL``, and numbers of frames that do not fit.
    """
    n_frames, lengths = _checked(log_probs, targets, n_frames, blank)
    states = targets.new_full((len(targets), 2 * targets.shape[1] + 1), blank)
    states[:, 1::2] = targets.masked_fill(targets == NO_LABEL, blank)
    emitted = log_probs.gather(2, states[:, None].expand(-1, log_probs.shape[1], -1))
    # a label may be entered from the label before it, past the blank, if the two differ
    skips = torch.zeros_like(states, dtype=torch.bool)
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    alpha = torch.full_like(emitted[:, 0], _NEVER)
    alpha[:, :2] = emitted[:, 0, :2]
    for t in range(1, emitted.shape[1]):
        arrived = _arrived(alpha, skips) + emitted[:, t]
        alpha = torch.where((t < n_frames)[:, None], arrived.clamp(min=_NEVER), alpha)
    return _ended(alpha, lengths)


def _arrived(alpha: Float[Tensor, "batch state"], skips: Tensor) -> Float[Tensor, "batch state"]:
    """Stay, come from the state before, or skip the blank between two labels."""
    padded = torch.nn.functional.pad(alpha, (2, 0), value=_NEVER)
    skipped = padded[:, :-2].masked_fill(~skips, _NEVER)
    return torch.stack([alpha, padded[:, 1:-1], skipped]).logsumexp(0)


def _ended(
    alpha: Float[Tensor, "batch state"], lengths: Int[Tensor, " batch"]
) -> Float[Tensor, " batch"]:
    """A path may end in the last label or in the blank after it."""
    last = alpha.gather(1, 2 * lengths[:, None]).squeeze(1)
    label = alpha.gather(1, (2 * lengths[:, None] - 1).clamp(min=0)).squeeze(1)
    total = torch.where(lengths > 0, torch.logaddexp(last, label), last)
    return torch.where(total < _NEVER / 2, torch.inf, -total)


def _checked(
    log_probs: Tensor, targets: Tensor, n_frames: Tensor | None, blank: int
) -> tuple[Tensor, Tensor]:
    """The number of frames and of labels of each row."""
    check_tensor("log_probs", log_probs, "float", 3)
    check_tensor("targets", targets, "int", 2)
    batch, most, vocab_size = log_probs.shape
    check_blank(blank, vocab_size)
    if len(targets) != batch or not most:
        raise ValueError(f"targets has {len(targets)} rows, log_probs {batch} of {most} frames")
    labels = targets != NO_LABEL
    check_tensor_ids("targets", targets[labels], vocab_size)
    if (targets == blank).any():
        raise ValueError(f"targets holds blank={blank}, which is no label")
    lengths = labels.sum(1)
    positions = torch.arange(labels.shape[1], device=labels.device)
    if (labels != (positions < lengths[:, None])).any():
        raise ValueError(f"targets has a label after {NO_LABEL}, which may only end a row")
    if n_frames is None:
        n_frames = torch.full((batch,), most, device=log_probs.device)
    check_tensor("n_frames", n_frames, "int", 1)
    if len(n_frames) != batch or (batch and not 1 <= n_frames.min() <= n_frames.max() <= most):
        raise ValueError(f"n_frames={n_frames.tolist()} is not a number from 1 to {most} per row")
    return n_frames, lengths


def check_blank(blank: int, vocab_size: int) -> None:
    """Raise ``ValueError`` unless ``blank`` is one of the symbols."""
    check_whole("blank", blank, 0)
    if blank >= vocab_size:
        raise ValueError(f"blank={blank} is not below vocab_size={vocab_size}")
