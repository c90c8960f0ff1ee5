"""What the causal Transformers share: the call, the cache, and where each token stands."""

from abc import abstractmethod
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.models.causal_lm import CausalLanguageModel, State
from lmbook.nn.attention import MultiHeadAttention
from lmbook.nn.kv_cache import KVCache, LayerCache
from lmbook.nn.masks import check_padding, place_in_document, real_positions, same_document


class CausalTransformer(CausalLanguageModel):
    """A stack of blocks with causal attention. A family gives ``hidden`` and ``logits``."""

    blocks: nn.ModuleList

    @abstractmethod
    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        state: State | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
        documents: Int[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time d_model"]:
        """The stream after the last norm: what ``forward`` makes the logits of."""

    @abstractmethod
    def logits(
        self, hidden: Float[Tensor, "batch time d_model"]
    ) -> Float[Tensor, "batch time vocab"]:
        """Every token's score as the next one."""

    def forward(
        self,
        ids: Int[Tensor, "batch time"],
        state: State | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
        documents: Int[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time vocab"], State | None]:
        """Logits of the token after each id, and the cache, which has then taken the ids in.

        ``state`` is a cache of ``new_cache`` or None; ``mask`` is True for real tokens, False for
        padding, over all keys, those in the cache included. ``documents`` numbers the documents
        packed into a row: a token sees its own only, and positions begin anew in each. Raises
        ``ValueError`` for more than ``n_positions`` tokens, an id outside the vocabulary, a row of
        padding alone, ``documents`` of another shape or beside ``state`` or ``mask``.
        """
        return self.logits(self.hidden(ids, state, mask, documents)), state

    def new_cache(self, batch_size: int, capacity: int | None = None) -> KVCache:
        """An empty cache for ``capacity`` tokens a row, ``n_positions`` if None."""
        attention = cast(MultiHeadAttention, self.blocks[0].attention)
        capacity = self._n_positions if capacity is None else capacity
        sizes = (len(self.blocks), batch_size, attention.n_kv_heads, capacity, attention.d_head)
        weight = attention.key.weight
        return KVCache(*sizes, device=weight.device, dtype=weight.dtype)

    def _places(
        self, ids: Tensor, state: State | None, mask: Tensor | None, documents: Tensor | None
    ) -> tuple[Int[Tensor, "*batch time"], Bool[Tensor, "batch 1 _ key"] | None, list]:
        """Each id's position, the keys that every head may see, and each block's cache."""
        cache = state if isinstance(state, KVCache) else None
        layers: list[LayerCache | None] = [None] * len(self.blocks)
        layers = list(cache.layers) if cache is not None else layers
        begin = cache.length if cache is not None else 0
        end = begin + ids.shape[1]
        if end > self._n_positions:
            raise ValueError(f"{end} tokens exceed n_positions={self._n_positions}")
        if documents is not None:
            if state is not None or mask is not None or documents.shape != ids.shape:
                others = f"state={state}, mask={mask}, ids of shape {tuple(ids.shape)}"
                raise ValueError(f"documents of shape {tuple(documents.shape)} beside {others}")
            return place_in_document(documents), same_document(documents), layers
        if mask is None:
            return torch.arange(begin, end, device=ids.device), None, layers
        check_padding(mask, (len(ids), end))
        return real_positions(mask)[:, begin:], mask[:, None, None], layers

    @property
    def _n_positions(self) -> int:
        return getattr(self.config, "n_positions")  # noqa: B009 - the families' configs have one
