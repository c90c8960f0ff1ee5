"""Batches out of a line of ids that is too long for the memory.

They are those of ``lmbook.data.batches.windows``, bit for bit, but each is read when it is taken,
and any number of them can be skipped unread. What grows with the line is the order of the windows
alone, 8 bytes each.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Integer

from lmbook.data.batches.windows import Batch

_IGNORED = -100  # as in lmbook.data.batches.windows


@runtime_checkable
class Line(Protocol):
    """Ids that are read in slices: token files, or an array."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> Integer[np.ndarray, " n"]: ...


class Passes:
    """An iterator over the ``n_batches`` batches of each of ``n_epochs`` passes; None: no end.

    ``begin`` is called when a pass begins, and returns what reads its batch of a given number.
    """

    def __init__(
        self, n_batches: int, begin: Callable[[], Callable[[int], Batch]], n_epochs: int | None
    ) -> None:
        self._n_batches, self._begin, self._n_epochs = n_batches, begin, n_epochs
        self._read: Callable[[int], Batch] | None = None
        self._place, self._epoch = n_batches, 0  # at the end of the pass before the first

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        if not self._ready() or self._read is None:
            raise StopIteration
        self._place += 1
        return self._read(self._place - 1)

    def skip(self, n: int) -> int:
        """Drop the next ``n`` batches unread; returns how many there were.

        The orders of the passes are drawn as if the batches had been taken.
        """
        left = n
        while left > 0 and self._ready():
            step = min(left, self._n_batches - self._place)
            self._place += step
            left -= step
        return n - left

    def _ready(self) -> bool:
        """Begin a pass if the one before is at its end; False if there is none to begin."""
        if self._place < self._n_batches:
            return True
        if self._epoch == self._n_epochs:
            return False
        self._read = None  # the old order is let go before the new one is drawn
        self._read = self._begin()
        self._place, self._epoch = 0, self._epoch + 1
        return True


def token_windows(
    files: Line,
    batch_size: int,
    n_steps: int,
    generator: torch.Generator,
    n_epochs: int | None = None,
) -> Passes:
    """The batches of ``windows.window_batches``: windows, shuffled anew each epoch.

    An epoch holds every target once; the line's first id is none, as nothing stands before it.

    Raises ``ValueError`` if a size is below 1, or if the line is shorter than one window.
    """
    _check_sizes(batch_size, n_steps, n_epochs)
    if len(files) < n_steps + 1:
        raise ValueError(f"{len(files)} ids are too few for a window of n_steps={n_steps} targets")
    n_windows = -(-(len(files) - 1) // n_steps)

    def begin() -> Callable[[int], Batch]:
        order = torch.randperm(n_windows, generator=generator)

        def read(i: int) -> Batch:
            numbers = order[i * batch_size : (i + 1) * batch_size].tolist()
            return _rows(files, [number * n_steps for number in numbers], n_steps)

        return read

    return Passes(-(-n_windows // batch_size), begin, n_epochs)


def token_streams(files: Line, batch_size: int, n_steps: int, n_epochs: int | None = 1) -> Passes:
    """The batches of ``windows.stream_batches``: each row goes on in the next batch.

    Raises ``ValueError`` if a size is below 1, or if the line has less than one target a stream.
    """
    _check_sizes(batch_size, n_steps, n_epochs)
    length = (len(files) - 1) // batch_size
    if length < 1:
        raise ValueError(f"{len(files)} ids are too few for batch_size={batch_size} streams")

    def read(i: int) -> Batch:
        begin = i * n_steps
        starts = [row * length + begin for row in range(batch_size)]
        return _rows(files, starts, min(n_steps, length - begin))

    return Passes(-(-length // n_steps), lambda: read, n_epochs)


def _rows(files: Line, starts: list[int], n_steps: int) -> Batch:
    """Inputs and targets of ``n_steps`` from each start on; what the line lacks is filled."""
    inputs = np.zeros((len(starts), n_steps), dtype=np.int64)
    targets = np.full((len(starts), n_steps), _IGNORED, dtype=np.int64)
    for row, start in enumerate(starts):
        ids = files[start : start + n_steps + 1]
        inputs[row, : len(ids) - 1] = ids[:-1]
        targets[row, : len(ids) - 1] = ids[1:]
    return torch.from_numpy(inputs), torch.from_numpy(targets)


def _check_sizes(batch_size: int, n_steps: int, n_epochs: int | None) -> None:
    sizes = {"batch_size": batch_size, "n_steps": n_steps, "n_epochs": n_epochs}
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise ValueError(f"{name}={size} is below 1")
