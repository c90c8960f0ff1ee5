"""What stands between a model's scores and the draw: temperature, truncation, and a penalty.

Every filter takes scores — logits or log-probabilities, any number of rows — and returns new
ones; a dropped token's score is −∞. Filters do not commute. The usual order, also that of
``transformers``, is: ``repetition_penalty``, ``temperature``, ``top_k``, ``top_p``, ``min_p``.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_whole

Scores = Float[Tensor, "*batch vocab"]
ROUNDING = 1e-6
"""How far rounding may take a sum of float32 probabilities, or a ratio of two, from its value."""
# scores [*batch vocab] in, scores out; for instance functools.partial(top_k, k=40)
Filter = Callable[[Tensor], Tensor]


def temperature(scores: Scores, value: float) -> Scores:
    """Scores divided by ``value``: below 1 the likely gets likelier, above 1 less so.

    Raises ``ValueError`` unless ``value`` is above 0.
    """
    check_tensor("scores", scores, "float")
    check_number("value", value)
    if not value > 0:
        raise ValueError(f"value: temperature={value} is not above 0")
    return scores / value


def top_k(scores: Scores, k: int) -> Scores:
    """The ``k`` greatest scores of a row, and those equal to the least of them (Fan et al., 2018).

    A ``k`` beyond the vocabulary keeps everything. Raises ``ValueError`` for ``k`` below 1.
    """
    check_tensor("scores", scores, "float")
    check_whole("k", k, 1)
    least = scores.topk(min(k, scores.shape[-1])).values[..., -1:]
    return scores.masked_fill(scores < least, -torch.inf)


def top_p(scores: Scores, p: float) -> Scores:
    """The likeliest tokens that together have probability ``p``: the nucleus.

    It is the smallest set of likeliest tokens whose probability reaches ``p``, and never empty
    (Holtzman et al., 2020): 0.5 and 0.4 reach 0.9, also where rounding leaves ``ROUNDING`` less.
    Raises ``ValueError`` unless 0 < p ≤ 1.
    """
    check_tensor("scores", scores, "float")
    check_number("p", p)
    if not 0 < p <= 1:
        raise ValueError(f"p={p} is not above 0 and at most 1")
    if p == 1:  # the rest weighs nothing, but it may have a probability of its own
        return scores
    rising, order = scores.sort(dim=-1)
    # these and all below weigh at most 1 − p
    dropped = rising.softmax(-1).cumsum(-1) <= 1 - p + ROUNDING
    dropped[..., -1] = False
    return scores.masked_fill(dropped.scatter(-1, order, dropped), -torch.inf)


def min_p(scores: Scores, p: float) -> Scores:
    """The tokens at least ``p`` times as probable as the likeliest one (Nguyen et al., 2024).

    One at the border stays, also where rounding leaves its ratio up to ``ROUNDING`` smaller.
    Raises ``ValueError`` unless 0 ≤ p ≤ 1.
    """
    check_tensor("scores", scores, "float")
    check_number("p", p)
    if not 0 <= p <= 1:
        raise ValueError(f"p={p} is not in 0 … 1")
    probabilities = scores.softmax(-1)
    least = p * (1 - ROUNDING) * probabilities.amax(-1, keepdim=True)
    return scores.masked_fill(probabilities < least, -torch.inf)


def repetition_penalty(scores: Scores, ids: Int[Tensor, "*batch time"], penalty: float) -> Scores:
    """Scores of tokens that stand in ``ids``, lowered: divided if positive, else multiplied.

    Keskar et al. (2019) divided logits; dividing a negative one would raise it, so that is
    multiplied, as ``transformers`` does. Whether a score is positive depends on where its zero
    is: logits and log-probabilities are penalised differently. An id of −1 is padding.
    Raises ``ValueError`` unless ``penalty`` is above 0, and for ids outside the vocabulary.
    """
    check_tensor("scores", scores, "float")
    check_tensor("ids", ids, "int")
    check_number("penalty", penalty)
    if not penalty > 0:
        raise ValueError(f"penalty={penalty} is not above 0")
    vocab_size = scores.shape[-1]
    if ids.numel() and (int(ids.min()) < -1 or int(ids.max()) >= vocab_size):
        wrong = int(ids.min()) if int(ids.min()) < -1 else int(ids.max())
        raise ValueError(f"ids holds {wrong}, outside 0 … vocab_size-1={vocab_size - 1}")
    seen = torch.zeros(*scores.shape[:-1], vocab_size + 1, dtype=torch.bool, device=scores.device)
    seen.scatter_(-1, ids.where(ids >= 0, vocab_size), True)
    lowered = torch.where(scores > 0, scores / penalty, scores * penalty)
    return lowered.where(seen[..., :vocab_size], scores)


def apply_filters(scores: Scores, filters: Sequence[Filter]) -> Scores:
    """``filters`` one after the other. Raises ``ValueError`` if they leave a row no token."""
    for keep in filters:
        scores = keep(scores)
    if filters and not torch.isfinite(scores.amax(-1)).all():
        raise ValueError("the filters leave a row no token to choose from")
    return scores
