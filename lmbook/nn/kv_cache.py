"""The key–value cache: what a causal model keeps of the tokens it has read.

Under a causal mask the keys and values of a position depend on nothing that comes after it, so
they are computed once. Memory is set aside for ``capacity`` tokens at the start: growing a tensor
by one token would copy all of it at every step.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


class LayerCache:
    """Keys and values of one layer; rotated keys stay rotated. For use without gradients."""

    def __init__(
        self,
        keys: Float[Tensor, "batch head capacity d_head"],
        values: Float[Tensor, "batch head capacity d_head"],
    ) -> None:
        self.keys, self.values, self.length = keys, values, 0

    def append(
        self,
        key: Float[Tensor, "batch head time d_head"],
        value: Float[Tensor, "batch head time d_head"],
    ) -> tuple[Float[Tensor, "batch head key d_head"], Float[Tensor, "batch head key d_head"]]:
        """Take in the keys and values of new tokens; returns all so far, as views.

        Raises ``ValueError`` if they do not fit into the capacity.
        """
        end = self.length + key.shape[-2]
        if end > self.keys.shape[-2]:
            raise ValueError(f"{end} tokens exceed the cache's capacity={self.keys.shape[-2]}")
        self.keys[:, :, self.length : end] = key
        self.values[:, :, self.length : end] = value
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]


class KVCache:
    """One ``LayerCache`` a layer, for ``batch_size`` rows of at most ``capacity`` tokens."""

    def __init__(
        self,
        n_layers: int,
        batch_size: int,
        n_kv_heads: int,
        capacity: int,
        d_head: int,
        device: torch.device | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        sizes = {
            "n_layers": n_layers,
            "batch_size": batch_size,
            "n_kv_heads": n_kv_heads,
            "capacity": capacity,
            "d_head": d_head,
        }
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name}={size} is below 1")
        shape = (batch_size, n_kv_heads, capacity, d_head)
        make = lambda: torch.empty(shape, device=device, dtype=dtype)  # noqa: E731
        self.layers = [LayerCache(make(), make()) for _ in range(n_layers)]

    @property
    def length(self) -> int:
        """Number of tokens read."""
        return self.layers[0].length

    @property
    def capacity(self) -> int:
        """Number of tokens that fit."""
        return self.layers[0].keys.shape[-2]

    @property
    def n_bytes(self) -> int:
        """Bytes set aside for 2 · layers · batch · heads · capacity · d_head numbers."""
        return sum(x.keys.nbytes + x.values.nbytes for x in self.layers)

    def truncate(self, length: int) -> None:
        """Forget all tokens but the first ``length``. Raises ``ValueError`` if there are fewer."""
        if not 0 <= length <= self.length:
            raise ValueError(f"length={length} is not between 0 and the cache's {self.length}")
        for layer in self.layers:
            layer.length = length

    def reorder(self, rows: Int[Tensor, " new_batch"]) -> None:
        """Row i becomes what row ``rows[i]`` was; rows may repeat, vanish, or grow in number."""
        for layer in self.layers:
            used = layer.length
            for name in ("keys", "values"):
                old = getattr(layer, name)
                new = old.new_empty(len(rows), *old.shape[1:])
                new[:, :, :used] = old[rows, :, :used]
                setattr(layer, name, new)
