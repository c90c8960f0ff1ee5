"""Sums over all tag sequences of a chain, on bare tensors: forward, backward, Viterbi.

The textbook adds log-scores with logsumexp, which costs a tensor ``[batch tag tag]`` of
exponentials per step. Here a step is one matrix product of probabilities that are scaled to sum to
1; the logarithms of the scales add up to the partition function. The gradient is written out, too:
it is the expected number of times that each score is used, and one more pass, from the right,
gives all of them. Both together take a fraction of the time of autograd through logsumexp.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.autograd.function import once_differentiable

Emissions = Float[Tensor, "batch time tag"]
Transitions = Float[Tensor, "tag tag"]
Ends = Float[Tensor, " tag"]
Mask = Bool[Tensor, "batch time"]


def log_partition(
    emissions: Emissions, transitions: Transitions, start: Ends, end: Ends, mask: Mask
) -> Float[Tensor, " batch"]:
    """The log of the sum of exp(score) over all tag sequences of each row.

    Exact as long as no step needs two scores whose difference exceeds about 700 nats, the range of
    float64; a row that falls out of it is computed anew by ``log_partition_slow``. Accelerators
    use that one throughout: there float64 is slow or missing, and float32 has a range of 80 nats.
    """
    if emissions.device.type != "cpu":
        return log_partition_slow(emissions, transitions, start, end, mask)
    result = _ScaledPartition.apply(emissions, transitions, start, end, mask)
    kept = result.isfinite()
    if bool(kept.all()):
        return result
    # no allowed sequence, or scores beyond the range: these rows would spoil the gradient
    lost = ~kept
    slow = log_partition_slow(emissions[lost], transitions, start, end, mask[lost])
    result = torch.zeros_like(result).index_add(0, lost.nonzero()[:, 0], slow)
    if bool(kept.any()):
        fast = _ScaledPartition.apply(emissions[kept], transitions, start, end, mask[kept])
        result = result.index_add(0, kept.nonzero()[:, 0], fast)
    return result


def log_partition_slow(
    emissions: Emissions, transitions: Transitions, start: Ends, end: Ends, mask: Mask
) -> Float[Tensor, " batch"]:
    """The same by the textbook's recursion: α'(j) = logsumexp_i (α(i) + transition(i, j)) + e(j).

    Autograd goes through it, so gradients of gradients exist.
    """
    alpha = start + emissions[:, 0]
    for t in range(1, emissions.shape[1]):
        steps = alpha[:, :, None] + transitions  # batch from to
        alpha = torch.where(mask[:, t, None], _logsumexp(steps, 1) + emissions[:, t], alpha)
    return _logsumexp(alpha + end, 1)


def tag_probabilities(
    emissions: Emissions, transitions: Transitions, start: Ends, end: Ends, mask: Mask
) -> Emissions:
    """The gradient of the log-partition with respect to the emissions: P(tag at position)."""
    with torch.enable_grad():
        leaf = emissions.detach().requires_grad_()
        transitions, start, end = (part.detach() for part in (transitions, start, end))
        total = log_partition(leaf, transitions, start, end, mask).sum()
        return torch.autograd.grad(total, leaf)[0]


def best_paths(
    emissions: Emissions, transitions: Transitions, start: Ends, end: Ends, mask: Mask
) -> Int[Tensor, "batch time"]:
    """The tags of the highest score, 0 in padding; ties go to the smaller tag."""
    score, pointers = start + emissions[:, 0], []
    for t in range(1, emissions.shape[1]):
        best, came_from = (score[:, :, None] + transitions).max(dim=1)
        score = torch.where(mask[:, t, None], best + emissions[:, t], score)
        pointers.append(came_from)
    tag = (score + end).argmax(1)
    tags = [tag]
    for t in range(emissions.shape[1] - 1, 0, -1):
        # in padding the tag stays: it is the last real one until the first real step is reached
        before = pointers[t - 1].gather(1, tag[:, None])[:, 0]
        tag = torch.where(mask[:, t], before, tag)
        tags.append(tag)
    return torch.stack(tags[::-1], dim=1).masked_fill(~mask, 0)


class _ScaledPartition(torch.autograd.Function):
    """Forward by scaled matrix products; backward by expected counts."""

    @staticmethod
    def forward(ctx, emissions, transitions, start, end, mask):  # pyright: ignore[reportIncompatibleMethodOverride]
        e, moves, first, last = (
            part.double() for part in (emissions.transpose(0, 1), transitions, start, end)
        )
        shifts = e.amax(-1)  # time batch
        (moves, top), (first, front), (last, back) = map(_exp_shifted, (moves, first, last))
        weights = (e - shifts[..., None]).exp()
        forward, scales = _forward(weights, moves, first, mask)
        final = forward[-1] @ last
        n_steps = mask.sum(1)
        logs = (scales.log() + shifts.masked_fill(~mask.t(), 0.0)).sum(0)
        result = logs + final.log() + front + back + top * (n_steps - 1)
        ctx.save_for_backward(weights, forward, scales, final, moves, last, mask)
        return result.to(emissions.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):  # pyright: ignore[reportIncompatibleMethodOverride]
        weights, forward, scales, final, moves, last, mask = ctx.saved_tensors
        outside = torch.empty_like(forward)  # what each tag gets from everything to its right
        outside[-1] = last / final[:, None]
        reached = torch.empty_like(forward)
        all_real = mask.all(0).tolist()
        turned = moves.t().contiguous()
        for t in range(len(weights) - 1, 0, -1):
            torch.mul(weights[t] / scales[t, :, None], outside[t], out=reached[t])
            torch.mm(reached[t], turned, out=outside[t - 1])
            if not all_real[t]:
                rest = ~mask[:, t, None]
                outside[t - 1] = torch.where(rest, outside[t], outside[t - 1])
                reached[t].masked_fill_(rest, 0.0)
        scaled = grad.to(forward.dtype)[:, None]
        tags = (forward * outside * scaled).masked_fill_(~mask.t()[..., None], 0.0)
        used = (forward[:-1] * scaled).flatten(0, 1).t() @ reached[1:].flatten(0, 1)
        ends = (forward[-1] * last / final[:, None] * scaled).sum(0)
        dtype = grad.dtype
        parts = (tags.transpose(0, 1), used * moves, tags[0].sum(0), ends)
        return *(part.to(dtype) for part in parts), None


def _forward(weights: Tensor, moves: Tensor, first: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Probabilities of the last tag so far, ``[time batch tag]``, and what each step was over."""
    forward = torch.empty_like(weights)
    scales = torch.ones_like(weights[..., 0])
    all_real = mask.all(0).tolist()
    for t in range(len(weights)):
        here = first.expand_as(weights[0]) if t == 0 else forward[t - 1] @ moves
        here = here * weights[t]
        scale = here.sum(1)
        if not all_real[t]:
            scale = scale.masked_fill(~mask[:, t], 1.0)
            here = torch.where(mask[:, t, None], here, forward[t - 1])
        scales[t] = scale
        torch.div(here, scale[:, None], out=forward[t])
    return forward, scales


def _exp_shifted(scores: Tensor) -> tuple[Tensor, Tensor]:
    """exp(scores - max) and max, so that nothing overflows; the max of -inf alone is 0."""
    top = scores.amax()
    top = torch.where(top.isfinite(), top, torch.zeros_like(top))
    return (scores - top).exp(), top


def _logsumexp(scores: Tensor, dim: int) -> Tensor:
    """As torch's, with the gradient 0 and not NaN where all scores are -inf."""
    none = scores.isneginf().all(dim, keepdim=True)
    total = scores.masked_fill(none, 0.0).logsumexp(dim)
    return total.masked_fill(none.squeeze(dim), -torch.inf)
