"""Texts of unlike length as batches: a row a text, padding to the right, a mask of real tokens.

Texts of like length share a batch, so there is little padding to compute.
"""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.arguments import check_several, check_tensor, check_type, check_whole
from lmbook.data.batches.windows import pad_rows

_POOL = 32  # batches whose texts are sorted together: little padding, and the order stays random

Batch = tuple[
    Int[Tensor, "batch time"], Bool[Tensor, "batch time"], Int[Tensor, " batch"]
]  # ids, mask, targets


def text_batches(
    rows: Sequence[Sequence[int]],
    targets: Int[Tensor, " text"],
    pad_id: int,
    batch_size: int,
    generator: torch.Generator,
) -> Iterator[Batch]:
    """One pass over ``rows``, shuffled, in batches of ``batch_size`` texts; the last has the rest.

    Raises ``ValueError`` for a ``batch_size`` below 1, no row, or another number of targets.
    """
    check_whole("batch_size", batch_size, 1)
    check_several("rows", rows)
    for i, row in enumerate(rows):
        check_several(f"rows[{i}]", row)
    check_tensor("targets", targets, "int", 1)
    check_type("generator", generator, torch.Generator)
    if not rows:
        raise ValueError("rows is empty: there is nothing to learn from")
    if len(targets) != len(rows):
        raise ValueError(f"{len(targets)} targets for {len(rows)} rows: each row needs one")
    return _batches(rows, targets, pad_id, batch_size, generator)


def shuffled_by_length(
    lengths: Sequence[int], batch_size: int, generator: torch.Generator, n_pooled: int
) -> Iterator[list[int]]:
    """Numbers of the rows, a list a batch: each row once, those of like length together.

    The rows of ``n_pooled`` batches, drawn at random, are sorted by length and cut into batches,
    which come in random order.
    """
    order = torch.randperm(len(lengths), generator=generator)
    for pool in order.split(n_pooled * batch_size):
        by_length = sorted(pool.tolist(), key=lambda i: lengths[i])
        batches = torch.tensor(by_length).split(batch_size)
        for number in torch.randperm(len(batches), generator=generator).tolist():
            yield batches[number].tolist()


def padded(
    rows: Sequence[Sequence[int]], pad_id: int
) -> tuple[Int[Tensor, "batch time"], Bool[Tensor, "batch time"]]:
    """Ids, and True at real tokens. Raises ``ValueError`` for no row or an empty one."""
    ids, lengths = pad_rows(rows, pad_id)
    return ids, torch.arange(ids.shape[1]) < lengths[:, None]


def map_rows(
    function: Callable[[Tensor, Tensor], Tensor],
    rows: Sequence[Sequence[int]],
    pad_id: int,
    batch_size: int,
    device: torch.device,
) -> Tensor:
    """``function(ids, mask)`` of all ``rows``, on the CPU, one row of the result for each of them.

    It is computed on ``device``, in batches of rows of like length. Raises ``ValueError`` for a
    ``batch_size`` below 1, no row or an empty one.
    """
    check_whole("batch_size", batch_size, 1)
    check_several("rows", rows)
    if not rows:
        raise ValueError("rows is empty: there is nothing to compute")
    order = torch.tensor(sorted(range(len(rows)), key=lambda i: len(rows[i])))
    found = []
    for chosen in order.split(batch_size):
        ids, mask = padded([rows[i] for i in chosen.tolist()], pad_id)
        found.append(function(ids.to(device), mask.to(device)).cpu())
    return torch.cat(found)[order.argsort()]


def _batches(
    rows: Sequence[Sequence[int]],
    targets: Tensor,
    pad_id: int,
    batch_size: int,
    generator: torch.Generator,
) -> Iterator[Batch]:
    for chosen in shuffled_by_length(list(map(len, rows)), batch_size, generator, _POOL):
        ids, mask = padded([rows[i] for i in chosen], pad_id)
        yield ids, mask, targets[chosen]
