"""Scores from models that see both sides: each token given all the others.

The sum of these scores is a pseudo-log-likelihood, not a log-probability: over all strings its
exponentials do not sum to one. Source: Besag (1975) for the idea; Wang and Cho (2019) and Salazar
et al. (2020) for masked language models.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_several, check_tensor, check_whole

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
    check_tensor("ids", ids, "int", 1)
    check_whole("mask_id", mask_id)
    check_several("positions", positions)
    for position in positions:
        check_whole("positions", position)
        if not 0 <= position < len(ids):
            last = len(ids) - 1
            raise ValueError(f"positions: position {position} is not between 0 and {last}")
    scores = []
    for places in torch.tensor(list(positions), dtype=torch.long).split(_ROWS):
        places = places.to(ids.device)
        rows = torch.arange(len(places), device=ids.device)
        inputs = ids.repeat(len(places), 1)
        inputs[rows, places] = mask_id
        logits = logits_of(inputs)
        log_probs = logits[rows.to(logits.device), places.to(logits.device)].log_softmax(-1)
        log_probs = log_probs.to(ids.device)
        scores.append(log_probs[rows, ids[places]])
    return torch.cat(scores) if scores else torch.zeros(0, device=ids.device)
