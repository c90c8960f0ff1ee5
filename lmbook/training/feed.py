"""Batches without end that know their place, so that a resumed run goes on at the next one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

Batch = Sequence[Tensor]
Batches = Iterable[Batch] | Callable[[], Iterable[Batch]]


@runtime_checkable
class Skipping(Protocol):
    """Batches that can be dropped without being made."""

    def skip(self, n: int) -> int:
        """Drop the next ``n`` batches; returns how many there were."""
        ...


class Feed:
    """Takes batches one by one and begins again when they run out.

    The place is the number of batches taken in this pass, and the state that ``generator`` had
    when the pass began: from the two, any shuffling is repeated exactly.
    """

    def __init__(self, batches: Batches, generator: torch.Generator | None = None) -> None:
        self._batches = batches
        self._generator = generator
        self._iterator: Iterator[Batch] = iter(())
        self.n_taken = 0
        self.pass_start: Tensor | None = None

    def take(self) -> tuple[Batch, bool]:
        """The next batch, and whether it is the first of a pass.

        Raises ``ValueError`` if there is none, or none is left in an iterator, which cannot
        begin again.
        """
        batch = next(self._iterator, None)
        if batch is None:
            if self.n_taken and self._iterator is self._batches:
                raise ValueError(
                    f"batches ran out after {self.n_taken}: an iterator cannot begin again; "
                    "pass a function that returns a new one"
                )
            self._begin()
            batch = next(self._iterator, None)
        if batch is None:
            raise ValueError("batches holds no batch")
        self.n_taken += 1
        return batch, self.n_taken == 1

    def go_to(self, n_taken: int, pass_start: Tensor | None) -> None:
        """Begin the pass anew and drop what the stored run had taken of it.

        Batches that have ``skip`` are not made again, others are.
        Raises ``ValueError`` if there are fewer batches than that, or if a generator is missing.
        """
        if (pass_start is None) != (self._generator is None):
            state = "no state" if pass_start is None else "the state"
            raise ValueError(f"generator={self._generator}, but the checkpoint has {state} of one")
        if self._generator is not None and pass_start is not None:
            self._generator.set_state(pass_start)
        self._begin()
        if isinstance(self._iterator, Skipping):
            found = self._iterator.skip(n_taken)
        else:
            found = sum(1 for _ in islice(self._iterator, n_taken))
        if found < n_taken:
            raise ValueError(f"batches ran out after {found}; the checkpoint had taken {n_taken}")
        self.n_taken = n_taken

    def _begin(self) -> None:
        self.pass_start = None if self._generator is None else self._generator.get_state()
        self._iterator = iter(self._batches() if callable(self._batches) else self._batches)
        self.n_taken = 0


def check_batch(batch: Batch, model: nn.Module, step: int) -> int:
    """The length of the longest row of the batch of ``step``.

    Raises ``ValueError`` if the batch is empty or exceeds the model's ``config.n_positions``.
    """
    shapes = [tuple(part.shape) for part in batch]
    if not shapes or any(0 in shape for shape in shapes):
        raise ValueError(f"the batch of step {step} is empty: shapes {shapes}")
    longest = shapes[0][-1]
    limit = getattr(getattr(model, "config", None), "n_positions", None)
    if limit is not None and longest > limit:
        raise ValueError(
            f"the batch of step {step} has sequences of {longest} tokens; "
            f"the model's limit is n_positions={limit}"
        )
    return longest
