"""What the causal Transformers share: the call, the cache, and where each token stands."""

from abc import abstractmethod
from typing import cast

from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models.causal_lm import CausalLanguageModel, State
from lmbook.models.places import Places, in_order, packed, padded
from lmbook.nn.attention import MultiHeadAttention
from lmbook.nn.kv_cache import KVCache
from lmbook.nn.masks import Mask


class CausalTransformer(CausalLanguageModel):
    """A stack of blocks with causal attention. A family gives ``hidden`` and ``logits``."""

    blocks: nn.ModuleList

    @abstractmethod
    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        state: State | None = None,
        mask: Mask | None = None,
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
        mask: Mask | None = None,
        documents: Int[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time vocab"], State | None]:
        """Logits of the token after each id, and the cache, which has then taken the ids in.

        ``state`` is a cache of ``new_cache`` or None; ``mask`` is True or 1 for real tokens, else
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

    def places(
        self, ids: Tensor, state: State | None, mask: Mask | None, documents: Tensor | None
    ) -> Places:
        """Where the ids stand, what they may see, and each block's cache; errors of ``forward``."""
        check_tensor("ids", ids, "int", 2)
        cache = state if isinstance(state, KVCache) else None
        end = ids.shape[1] + (0 if cache is None else cache.length)
        if end > self._n_positions:
            raise ValueError(f"{end} tokens exceed n_positions={self._n_positions}")
        n_layers = len(self.blocks)
        if documents is not None:
            check_tensor("documents", documents, "int", 2)
            if state is not None or mask is not None or documents.shape != ids.shape:
                others = f"state={state}, mask={mask}, ids of shape {tuple(ids.shape)}"
                raise ValueError(f"documents of shape {tuple(documents.shape)} beside {others}")
            return packed(documents, n_layers)
        if mask is not None:
            return padded(mask, (len(ids), end), cache, n_layers)
        return in_order(ids.shape[1], cache, n_layers, ids.device)

    @property
    def _n_positions(self) -> int:
        return getattr(self.config, "n_positions")  # noqa: B009 - the families' configs have one
