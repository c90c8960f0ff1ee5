"""Masks: who may look at whom. True means "may attend", everywhere in the book."""

import torch
from jaxtyping import Bool, Float, Int, Integer
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole

Mask = Bool[Tensor, "..."] | Integer[Tensor, "..."]
"""Booleans, or the zeros and ones that tokenizers return; ``as_mask`` tells them from others."""


def as_mask(name: str, mask: Mask) -> Bool[Tensor, "..."]:
    """``mask`` as booleans: 1 of an integer type is True, "may attend", and 0 is False.

    Raises ``ValueError`` for what is no tensor, floats, and other integers than 0 and 1. These
    are not looked for on an accelerator, where a look would stop the queue of kernels.
    """
    if isinstance(mask, Tensor) and mask.dtype == torch.bool:
        return mask
    check_tensor(name, mask, "int")
    if mask.device.type == "cpu" and mask.numel() and not torch.compiler.is_compiling():
        low, high = (int(bound) for bound in mask.aminmax())
        if low < 0 or high > 1:
            wrong = low if low < 0 else high
            raise ValueError(f"{name} holds {wrong}: it may hold 0 and 1, or True and False")
    return mask != 0


def causal_mask(
    n_queries: int, n_keys: int | None = None, device: torch.device | None = None
) -> Bool[Tensor, "query key"]:
    """Every query sees the keys up to its own position; the last query is the last key's.

    With a cache there are more keys than queries: query i then sees n_keys - n_queries earlier
    keys besides. Raises ``ValueError`` if there are fewer keys than queries.
    """
    check_whole("n_queries", n_queries)
    n_keys = n_queries if n_keys is None else n_keys
    if n_keys < n_queries:
        raise ValueError(f"n_keys={n_keys} is below n_queries={n_queries}")
    everything = torch.ones(n_queries, n_keys, dtype=torch.bool, device=device)
    return everything.tril(n_keys - n_queries)


def padding_mask(
    lengths: Int[Tensor, " batch"], n_keys: int | None = None
) -> Bool[Tensor, "batch key"]:
    """True for the first ``lengths[b]`` keys of row b; ``n_keys`` None: the longest row's length.

    Raises ``ValueError`` if a length is below 1 or above ``n_keys``.
    """
    check_tensor("lengths", lengths, "int", 1)
    n_keys = int(lengths.max()) if n_keys is None else n_keys
    for row, length in enumerate(lengths.tolist()):
        if not 1 <= length <= n_keys:
            raise ValueError(f"lengths[{row}]={length} is not between 1 and n_keys={n_keys}")
    return torch.arange(n_keys, device=lengths.device) < lengths[:, None]


def real_tokens(mask: Mask, shape: tuple[int, int]) -> Bool[Tensor, "batch key"]:
    """A padding mask as booleans, True for real tokens.

    Raises ``ValueError`` if it is none, does not fit, or has a row that admits no token, which is
    not looked for on an accelerator.
    """
    mask = as_mask("mask", mask)
    if mask.shape != shape:
        raise ValueError(f"mask has shape {tuple(mask.shape)}, not (batch, key) = {shape}")
    if mask.device.type == "cpu" and not torch.compiler.is_compiling():
        empty = (~mask.any(-1)).nonzero()
        if len(empty):
            raise ValueError(f"row {int(empty[0])} of mask is False everywhere: it holds no token")
    return mask


def same_document(
    documents: Int[Tensor, "batch time"],
) -> Bool[Tensor, "batch 1 time time"]:
    """True where query and key have the same number in ``documents``, for every head alike."""
    check_tensor("documents", documents, "int", 2)
    return (documents[:, :, None] == documents[:, None, :])[:, None]


def place_in_document(documents: Int[Tensor, "batch time"]) -> Int[Tensor, "batch time"]:
    """Each token's place in its document, from 0; a new number begins a new document."""
    check_tensor("documents", documents, "int", 2)
    places = torch.arange(documents.shape[1], device=documents.device).expand(documents.shape)
    begins = documents.diff(dim=1, prepend=documents[:, :1] - 1) != 0
    # the place of the newest beginning so far
    return places - torch.where(begins, places, 0).cummax(1).values


def real_positions(mask: Bool[Tensor, "batch key"]) -> Int[Tensor, "batch key"]:
    """Each real token's number in its row, from 0; padding in front of a row gets 0."""
    mask = as_mask("mask", mask)
    return (mask.long().cumsum(-1) - 1).clamp(min=0)


def masked_softmax(
    scores: Float[Tensor, "*batch query key"], mask: Mask | None = None
) -> Float[Tensor, "*batch query key"]:
    """Softmax over the keys that ``mask`` admits; zeros where it admits none.

    Masked scores become the least finite number, not −∞: a row of −∞ alone would be 0/0.
    Raises ``ValueError`` for a mask that ``as_mask`` refuses or that does not broadcast to the
    scores.
    """
    check_tensor("scores", scores, "float")
    if mask is None:
        return scores.softmax(-1)
    mask = as_mask("mask", mask)
    try:
        blocked = ~mask.expand(scores.shape)
    except RuntimeError as error:
        shapes = f"{tuple(mask.shape)} does not broadcast to {tuple(scores.shape)}"
        raise ValueError(f"mask of shape {shapes}, (…, query, key)") from error
    weights = scores.masked_fill(blocked, torch.finfo(scores.dtype).min).softmax(-1)
    return weights.masked_fill(blocked, 0.0)
