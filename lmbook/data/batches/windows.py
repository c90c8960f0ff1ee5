"""Cut one long line of ids into batches of inputs and targets.

Targets are the inputs one place later, so the line's first id is never a target: nothing stands
before it. A line that begins with the end-of-sequence id loses nothing by that.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import check_several, check_tensor, check_type, check_whole, shown

_IGNORED = -100  # targets beyond the end of the text; the ignore_index of the losses

Batch = tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]  # inputs and targets


def stream_batches(
    ids: Int[Tensor, " n"] | Int[np.ndarray, " n"],
    batch_size: int,
    n_steps: int,
    n_epochs: int | None = 1,
) -> Iterator[Batch]:
    """Batches for a model that carries its state from one batch to the next.

    The text is cut into ``batch_size`` long streams of equal length. Batch k holds steps
    k · ``n_steps`` and following of every stream: its row b goes on where row b of the batch
    before stopped. The last batch of an epoch may be shorter, and fewer than ``batch_size`` ids at
    the end of the text are left out. ``n_epochs=None`` begins again without end.

    Raises ``ValueError`` if a size is below 1, or if the text has less than one target a stream.
    """
    line = _line(ids, batch_size, n_steps, n_epochs)
    length = (len(line) - 1) // batch_size
    if length < 1:
        raise ValueError(f"{len(line)} ids are too few for batch_size={batch_size} streams")
    inputs = line[: batch_size * length].view(batch_size, length)
    targets = line[1 : batch_size * length + 1].view(batch_size, length)
    return _streams(inputs, targets, n_steps, n_epochs)


def window_batches(
    ids: Int[Tensor, " n"] | Int[np.ndarray, " n"],
    batch_size: int,
    n_steps: int,
    generator: torch.Generator,
    n_epochs: int | None = None,
) -> Iterator[Batch]:
    """Batches of independent windows of ``n_steps`` targets, shuffled anew each epoch.

    An epoch holds every target once. What the last window lacks is filled with targets of -100
    (and inputs of 0), which ``causal_loss`` leaves out; the last batch of an epoch may have fewer
    rows. ``n_epochs=None`` goes on without end. A row knows nothing of the row above it: a
    model's state must not be carried between these batches.

    Raises ``ValueError`` if a size is below 1, or if the text is shorter than one window.
    """
    check_type("generator", generator, torch.Generator)
    line = _line(ids, batch_size, n_steps, n_epochs)
    if len(line) < n_steps + 1:
        raise ValueError(f"{len(line)} ids are too few for a window of n_steps={n_steps} targets")
    missing = -(len(line) - 1) % n_steps
    inputs = torch.cat([line[:-1], line.new_zeros(missing)]).view(-1, n_steps)
    targets = torch.cat([line[1:], line.new_full((missing,), _IGNORED)]).view(-1, n_steps)
    return _windows(inputs, targets, batch_size, generator, n_epochs)


def pad_rows(
    rows: Sequence[Sequence[int]], pad_id: int, max_length: int | None = None
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, " batch"]]:
    """Rows of unlike length as one matrix, ``pad_id`` to the right, and the rows' lengths.

    Raises ``ValueError`` for an empty batch, an empty row, or a row longer than ``max_length``.
    """
    check_whole("pad_id", pad_id)
    check_several("rows", rows)
    if not len(rows):
        raise ValueError("the batch is empty: rows holds no row")
    for i, row in enumerate(rows):
        check_several(f"rows[{i}]", row)
    lengths = torch.tensor([len(row) for row in rows])
    if lengths.min() == 0:
        raise ValueError(f"row {int(lengths.argmin())} is empty")
    longest = int(lengths.argmax())
    if max_length is not None and lengths[longest] > max_length:
        raise ValueError(f"row {longest} has {len(rows[longest])} ids; max_length={max_length}")
    ids = torch.full((len(rows), len(rows[longest])), pad_id)
    for i, row in enumerate(rows):
        try:
            numbers = torch.as_tensor(row)
        except (TypeError, ValueError) as error:
            raise ValueError(f"rows[{i}]={shown(row)} is no row of whole numbers") from error
        check_tensor(f"rows[{i}]", numbers, "int", 1)
        ids[i, : len(row)] = numbers
    return ids, lengths


def _line(
    ids: Int[Tensor, " n"] | Int[np.ndarray, " n"],
    batch_size: int,
    n_steps: int,
    n_epochs: int | None,
) -> Int[Tensor, " n"]:
    sizes = {"batch_size": batch_size, "n_steps": n_steps, "n_epochs": n_epochs}
    for name, size in sizes.items():
        if size is not None or name != "n_epochs":
            check_whole(name, size, 1)
    check_several("ids", ids)
    line = torch.as_tensor(ids)
    check_tensor("ids", line, "int", 1)
    return line.long()


def _epochs(n_epochs: int | None) -> Iterator[int]:
    epoch = 0
    while n_epochs is None or epoch < n_epochs:
        yield epoch
        epoch += 1


def _streams(inputs: Tensor, targets: Tensor, n_steps: int, n_epochs: int | None) -> Iterator:
    for _ in _epochs(n_epochs):
        for begin in range(0, inputs.shape[1], n_steps):
            steps = slice(begin, begin + n_steps)
            yield inputs[:, steps], targets[:, steps]


def _windows(
    inputs: Tensor,
    targets: Tensor,
    batch_size: int,
    generator: torch.Generator,
    n_epochs: int | None,
) -> Iterator:
    for _ in _epochs(n_epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for rows in order.split(batch_size):
            yield inputs[rows], targets[rows]
