"""XLNet's arguments: what is checked, and what follows from them for each stream."""

from collections.abc import Sequence
from typing import NamedTuple

from jaxtyping import Bool, Int
from torch import Tensor
from torch.nn import functional as F

from lmbook.nn.masks import as_mask


class Sight(NamedTuple):
    """What a stream's queries may see, where they stand, and what is of another segment."""

    mask: Bool[Tensor, "#batch query key"] | None
    positions: Int[Tensor, "batch query"] | None
    differs: Bool[Tensor, "batch query key"] | None


def sights(
    shape: tuple[int, int],
    n_keys: int,
    content_mask: Tensor | None,
    query_mask: Tensor | None,
    positions: Tensor | None,
    types: Tensor | None,
) -> tuple[Sight, Sight | None]:
    """That of the content stream, and that of the query stream if there are ``positions``.

    Raises ``ValueError`` for masks and positions that do not fit ``shape``, (batch, time).
    """
    content_mask = None if content_mask is None else as_mask("content_mask", content_mask)
    query_mask = None if query_mask is None else as_mask("query_mask", query_mask)
    _check_masks(shape, n_keys, content_mask, query_mask, positions)
    of_content = Sight(content_mask, None, _other_segment(types, None, n_keys))
    if positions is None:
        return of_content, None
    return of_content, Sight(query_mask, positions, _other_segment(types, positions, n_keys))


def _check_masks(
    shape: tuple[int, int],
    n_keys: int,
    content_mask: Tensor | None,
    query_mask: Tensor | None,
    positions: Tensor | None,
) -> None:
    n_rows, n_tokens = shape
    if content_mask is not None:
        _check_mask("content_mask", content_mask, (n_rows, n_tokens, n_keys))
    if (positions is None) != (query_mask is None):
        given, lacking = ("positions", "query_mask")[:: 1 if query_mask is None else -1]
        raise ValueError(f"{given} without {lacking}: a query must not see what it predicts")
    if positions is None or query_mask is None:
        return
    if positions.dim() != 2 or len(positions) != n_rows:
        raise ValueError(f"positions has shape {tuple(positions.shape)}, not ({n_rows}, predicted)")
    _check_mask("query_mask", query_mask, (n_rows, positions.shape[1], n_keys))
    # on an accelerator, a look at the numbers would stop the queue of kernels
    if positions.device.type == "cpu" and positions.numel():
        low, high = (int(bound) for bound in positions.aminmax())
        if low < 0 or high > n_tokens:
            wrong = low if low < 0 else high
            raise ValueError(f"positions holds {wrong}, outside 0 … time={n_tokens}")


def check_memory(memory: Sequence[Tensor], n_layers: int, n_rows: int, d_model: int) -> None:
    """Raise ``ValueError`` unless there is a tensor for each layer, [n_rows n d_model]."""
    if len(memory) != n_layers:
        raise ValueError(
            f"memory holds {len(memory)} tensors, not one for each of {n_layers} layers"
        )
    wanted = (n_rows, memory[0].shape[1], d_model)
    for number, tensor in enumerate(memory):
        if tensor.shape != wanted:
            shapes = f"{tuple(tensor.shape)}, not {wanted}"
            raise ValueError(f"memory[{number}] has shape {shapes}, (batch, n, d_model)")


def _other_segment(
    types: Int[Tensor, "batch time"] | None,
    positions: Int[Tensor, "batch query"] | None,
    n_keys: int,
) -> Bool[Tensor, "batch query key"] | None:
    """True where a key is of another segment than the query; the memory is of segment 0.

    Behind the last token, a query is of that token's segment.
    """
    if types is None:
        return None
    n_tokens = types.shape[1]
    of_keys = F.pad(types, (n_keys - n_tokens, 0))
    if positions is not None:
        types = types.gather(1, positions.clamp(max=n_tokens - 1))
    return types[:, :, None] != of_keys[:, None]


def _check_mask(name: str, mask: Tensor, shape: tuple[int, int, int]) -> None:
    if mask.shape not in (shape, (1, *shape[1:])):
        wanted = f"{shape}: batch, query, key (memory counts)"
        raise ValueError(f"{name} has shape {tuple(mask.shape)}, not {wanted}")
