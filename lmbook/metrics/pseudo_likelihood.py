"""Scores from models that see both sides: each token given all the others.

The sum of these scores is a pseudo-log-likelihood, not a log-probability: over all strings its
exponentials do not sum to one. Source: Besag (1975) for the idea; Wang and Cho (2019) and Salazar
et al. (2020) for masked language models.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

_ROWS = 64  # copies of the text in one call


@torch.no_grad()
def pseudo_log_probs(
    logits_of: Callable[[Int[Tensor, "batch time"]], Float[Tensor, "batch time vocab"]],
    ids: Int[Tensor, " time"],
    mask_id: int,
    positions: Sequence[int],
) -> Float[Tensor, " n"]:
    """log p(token | all other tokens) in nats, for each of ``positions`` of ``ids``.

    Each position is masked in a copy of its own, so n positions cost n rows. Raises ``ValueError``
    for a position outside the text.
    """
    for position in positions:
        if not 0 <= position < len(ids):
            raise ValueError(f"position {position} is not between 0 and {len(ids) - 1}")
    scores = []
    for places in torch.tensor(list(positions), dtype=torch.long).split(_ROWS):
        rows = torch.arange(len(places))
        inputs = ids.repeat(len(places), 1)
        inputs[rows, places] = mask_id
        log_probs = logits_of(inputs)[rows, places].log_softmax(-1)
        scores.append(log_probs[rows, ids[places]])
    return torch.cat(scores) if scores else torch.zeros(0)
