"""Conversations as batches: to be imitated, or compared in pairs."""

from collections.abc import Callable, Iterator, Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_type, check_whole
from lmbook.data.batches.windows import pad_rows
from lmbook.objectives.causal import IGNORE_INDEX
from lmbook.objectives.preference import PreferenceLoss, answer_log_probs, dpo_loss
from lmbook.tasks.chat_template import ChatRow
from lmbook.tasks.text_batches import shuffled_by_length

Batch = tuple[Int[Tensor, "batch time"], Int[Tensor, "batch time"]]  # inputs and targets
PairBatch = tuple[Int[Tensor, "two time"], Float[Tensor, " two"], Int[Tensor, "two time"]]

_POOL = 16  # batches whose rows are sorted together: little padding, and the order stays random


def inputs_and_targets(rows: Sequence[ChatRow], start_id: int | None = None) -> Batch:
    """Rows as inputs and targets; a target is -100 unless the assistant has to write it.

    ``start_id`` stands before each row; with None the row's first token is the first input, and
    no target. Raises ``ValueError`` for no row, or a row in which the assistant says nothing.
    """
    check_several("rows", rows)
    if not rows:
        raise ValueError("rows is empty: there is nothing to learn from")
    inputs, targets = [], []
    for i, row in enumerate(rows):
        check_type(f"rows[{i}]", row, ChatRow)
        shift = int(start_id is None)
        wanted = [t if m else IGNORE_INDEX for t, m in zip(row.ids, row.mask, strict=True)][shift:]
        if all(target == IGNORE_INDEX for target in wanted):
            raise ValueError(f"rows[{i}] has no token of the assistant: there is nothing to learn")
        before = row.ids if start_id is None else [start_id, *row.ids]
        inputs.append(before[:-1])
        targets.append(wanted)
    return pad_rows(inputs, 0)[0], pad_rows(targets, IGNORE_INDEX)[0]


def chat_batches(
    rows: Sequence[ChatRow], batch_size: int, generator: torch.Generator, start_id: int | None
) -> Iterator[Batch]:
    """One pass over ``rows``, shuffled, rows of like length together. Errors as above."""
    check_whole("batch_size", batch_size, 1)
    check_type("generator", generator, torch.Generator)
    inputs_and_targets(rows, start_id)  # a row without an answer is named before anything is done
    return _shuffled(rows, batch_size, generator, start_id)


def _shuffled(
    rows: Sequence[ChatRow], batch_size: int, generator: torch.Generator, start_id: int | None
) -> Iterator[Batch]:
    lengths = [len(row.ids) for row in rows]
    for chosen in shuffled_by_length(lengths, batch_size, generator, _POOL):
        yield inputs_and_targets([rows[i] for i in chosen], start_id)


def pair_batches(
    pairs: Sequence[tuple[ChatRow, ChatRow]],
    reference: nn.Module,
    batch_size: int,
    start_id: int | None,
) -> list[PairBatch]:
    """Batches for ``preference_loss``: all chosen rows, then all rejected ones.

    Each comes with the log-probabilities that ``reference`` gives to the answers, computed once
    and without a graph. Raises ``ValueError`` for no pair, or a pair of equal rows.
    """
    check_whole("batch_size", batch_size, 1)
    check_several("pairs", pairs)
    if not pairs:
        raise ValueError("pairs is empty: there is nothing to learn from")
    for i, (chosen, rejected) in enumerate(pairs):
        if chosen == rejected:
            raise ValueError(f"pairs[{i}] has twice the same answer: it prefers nothing")
    order = sorted(range(len(pairs)), key=lambda i: sum(len(row.ids) for row in pairs[i]))
    batches = []
    for begin in range(0, len(order), batch_size):
        chosen = [pairs[i] for i in order[begin : begin + batch_size]]
        rows = [row[0] for row in chosen] + [row[1] for row in chosen]
        inputs, targets = inputs_and_targets(rows, start_id)
        with torch.no_grad():
            batches.append((inputs, answer_log_probs(reference(inputs)[0], targets), targets))
    return batches


PairLoss = Callable[..., PreferenceLoss]


def preference_loss(
    model: nn.Module, batch: PairBatch, beta: float = 0.1, loss: PairLoss = dpo_loss
) -> PreferenceLoss:
    """``dpo_loss``, or another one, of a batch of ``pair_batches``."""
    inputs, reference, targets = batch
    log_probs = answer_log_probs(model(inputs)[0], targets)
    return loss(*log_probs.chunk(2), *reference.chunk(2), beta)
