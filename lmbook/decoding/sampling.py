"""Draw text from any language model, one token after the other."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_type, check_whole
from lmbook.decoding.filters import Filter, apply_filters
from lmbook.language_model import LanguageModel


@torch.no_grad()
def sample(
    model: LanguageModel,
    n_tokens: int,
    generator: torch.Generator,
    temperature: float = 1.0,
    prefix_ids: Int[Tensor, " prefix"] | None = None,
    eos_id: int | None = None,
    filters: Sequence[Filter] = (),
) -> Int[Tensor, " time"]:
    """At most ``n_tokens`` new tokens after the prefix, which is part of the result.

    ``temperature`` divides the log-probabilities: below 1 the likely gets likelier. Then
    ``filters`` are applied in their order. Sampling stops after ``eos_id``. Raises ``ValueError``
    for a temperature ≤ 0, where the model gives no token any probability, and where the filters
    leave none. ``lmbook.decoding.generate`` is the fast way for a model with a cache.
    """
    if temperature <= 0:
        raise ValueError(f"temperature={temperature} is not above 0")
    check_whole("n_tokens", n_tokens, 0)
    check_type("generator", generator, torch.Generator)
    ids = torch.empty(0, dtype=torch.long) if prefix_ids is None else prefix_ids
    check_tensor("prefix_ids", ids, "int", 1)
    for _ in range(n_tokens):
        log_probs = model.next_log_probs(ids)
        if not torch.isfinite(log_probs.max()):
            raise ValueError(f"the model has no estimate after the ids {ids.tolist()[-5:]}")
        weights = torch.softmax(apply_filters(log_probs / temperature, filters), dim=-1)
        token = torch.multinomial(weights.to(generator.device), 1, generator=generator)
        ids = torch.cat([ids, token.to(ids.device)])
        if eos_id is not None and token.item() == eos_id:
            break
    return ids
