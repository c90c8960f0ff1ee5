"""Does a model copy? The loss of a passage at its first reading, and when it comes again."""

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import check_tensor
from lmbook.language_model import LanguageModel


@torch.no_grad()
def repeated_nats(model: LanguageModel, passages: Int[Tensor, "batch time"]) -> tuple[float, float]:
    """Mean nats per token of ``passages``, first alone and then when each stands there twice.

    The second number counts the second occurrence only, and of it all tokens but the first, which
    nothing announces. A model that finds the earlier occurrence and reads on there has a second
    number near zero; one that only knows which tokens are frequent here falls a little. Raises
    ``ValueError`` for no passage and for passages of less than two tokens. Source: Olsson et al.
    (2022), who measure it with random tokens.
    """
    check_tensor("passages", passages, "int", 2)
    if len(passages) == 0:
        raise ValueError("passages holds no row")
    if passages.shape[1] < 2:
        raise ValueError(f"passages have {passages.shape[1]} tokens, fewer than 2")
    scores = model.log_probs(torch.cat([passages, passages], dim=1))
    first, second = scores.split(passages.shape[1], dim=1)
    return -first.mean().item(), -second[:, 1:].mean().item()
