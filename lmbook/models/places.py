"""Where the tokens of one call stand: in packed documents, behind padding, or after a cache."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.nn.kv_cache import KVCache, LayerCache
from lmbook.nn.masks import Mask, place_in_document, real_positions, real_tokens, same_document


class Places(NamedTuple):
    """Each token's position, the keys that it may see, and each block's earlier keys.

    ``mask`` None admits every key that the causal order admits; a cache of None holds nothing.
    """

    positions: Int[Tensor, "*batch time"]
    mask: Bool[Tensor, "batch 1 _ key"] | None
    caches: Sequence[LayerCache | None]


def packed(documents: Int[Tensor, "batch time"], n_layers: int) -> Places:
    """Several documents in a row: a token sees its own only, and positions begin anew in each."""
    return Places(place_in_document(documents), same_document(documents), [None] * n_layers)


def padded(mask: Mask, shape: tuple[int, int], cache: KVCache | None, n_layers: int) -> Places:
    """Rows with padding, as in ``real_tokens``: it is not seen, and positions count without it.

    ``shape`` is (batch, key), the keys in the cache included.
    """
    real = real_tokens(mask, shape)
    begin = 0 if cache is None else cache.length
    return Places(real_positions(real)[:, begin:], real[:, None, None], _layers(cache, n_layers))


def in_order(n_tokens: int, cache: KVCache | None, n_layers: int, device: torch.device) -> Places:
    """Tokens one after the other, after those in the cache."""
    begin = 0 if cache is None else cache.length
    positions = torch.arange(begin, begin + n_tokens, device=device)
    return Places(positions, None, _layers(cache, n_layers))


def _layers(cache: KVCache | None, n_layers: int) -> Sequence[LayerCache | None]:
    return [None] * n_layers if cache is None else cache.layers
