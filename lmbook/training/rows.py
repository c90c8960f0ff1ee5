"""Batches of texts that each begin at the start, as a model meets them when it scores a text."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import check_several
from lmbook.data.batches.windows import Batch, pad_rows
from lmbook.objectives.causal import IGNORE_INDEX

_POOL = 32  # batches whose rows are sorted together: little padding, and the order stays random


def row_batches(
    rows: Sequence[Sequence[int]],
    n_tokens: int,
    max_length: int,
    start_id: int,
    generator: torch.Generator,
) -> Iterator[Batch]:
    """One pass over ``rows``, shuffled, in batches of about ``n_tokens`` targets.

    Rows of like length share a batch; where they differ, targets of -100 fill up. The input of a
    row's first target is ``start_id``; a row beyond ``max_length`` goes on in a row of its own,
    whose first input is the token before.

    Raises ``ValueError`` if a size is below 1, there is no row, or a row is empty.
    """
    for name, size in {"n_tokens": n_tokens, "max_length": max_length}.items():
        if size < 1:
            raise ValueError(f"{name}={size} is below 1")
    check_several("rows", rows)
    for i, row in enumerate(rows):
        check_several(f"rows[{i}]", row)
    if not rows:
        raise ValueError("rows is empty: there is nothing to learn from")
    pieces = [
        [row[begin - 1] if begin else start_id, *row[begin : begin + max_length]]
        for row in rows
        for begin in range(0, max(1, len(row)), max_length)
    ]
    if any(len(piece) < 2 for piece in pieces):
        raise ValueError("a row of rows is empty")
    return _batches(pieces, n_tokens, generator)


def passage_batches(
    documents: Sequence[Sequence[Sequence[int]]],
    batch_size: int,
    length: int,
    start_id: int,
    generator: torch.Generator,
) -> Iterator[Batch]:
    """One pass in passages of ``length`` targets, each from a speech drawn with replacement.

    A document is a list of speeches, in order. The input of a row's first target is ``start_id``,
    as in scoring; the row then runs on through the following speeches of the same document, so
    that a model also learns from what was said before. Speeches too close to a document's end for
    a whole row are not begun at. The pass has about as many targets as the documents.

    Raises ``ValueError`` if a size is below 1, a speech is empty, or no document is as long as a
    row.
    """
    for name, size in {"batch_size": batch_size, "length": length}.items():
        if size < 1:
            raise ValueError(f"{name}={size} is below 1")
    _check_documents(documents)
    lines = [torch.tensor(list(chain.from_iterable(document))) for document in documents]
    begins = [
        (line, begin)
        for line, document in zip(lines, documents, strict=True)
        for begin in accumulate((len(speech) for speech in document[:-1]), initial=0)
        if begin + length <= len(line)
    ]
    if not begins:
        raise ValueError(f"documents: none has length={length} tokens, there is no passage to draw")
    return _passages(begins, batch_size, length, start_id, generator, sum(map(len, lines)))


def _check_documents(documents: Sequence[Sequence[Sequence[int]]]) -> None:
    check_several("documents", documents)
    for i, document in enumerate(documents):
        check_several(f"documents[{i}]", document)
        for j, speech in enumerate(document):
            check_several(f"documents[{i}][{j}]", speech)
            if not speech:
                raise ValueError(f"documents[{i}][{j}] is empty: a speech has at least its end")


def _passages(
    begins: Sequence[tuple[Tensor, int]],
    batch_size: int,
    length: int,
    start_id: int,
    generator: torch.Generator,
    n_tokens: int,
) -> Iterator[Batch]:
    for _ in range(max(1, n_tokens // (batch_size * length))):
        drawn = torch.randint(len(begins), (batch_size,), generator=generator).tolist()
        chosen = [begins[i] for i in drawn]
        targets = torch.stack([line[begin : begin + length] for line, begin in chosen])
        start = targets.new_full((batch_size, 1), start_id)
        yield torch.cat([start, targets[:, :-1]], dim=1), targets


def _batches(
    pieces: Sequence[Sequence[int]], n_tokens: int, generator: torch.Generator
) -> Iterator[Batch]:
    order = torch.randperm(len(pieces), generator=generator).tolist()
    for pool in _cut([pieces[i] for i in order], _POOL * n_tokens):
        batches = list(_cut(sorted(pool, key=len), n_tokens))
        for i in torch.randperm(len(batches), generator=generator).tolist():
            yield _padded(batches[i])


def _cut(pieces: Sequence[Sequence[int]], n_tokens: int) -> Iterator[Sequence[Sequence[int]]]:
    """Neighbours together until they hold ``n_tokens`` targets."""
    begin, n_held = 0, 0
    for end, piece in enumerate(pieces):
        if end > begin and n_held + len(piece) - 1 > n_tokens:
            yield pieces[begin:end]
            begin, n_held = end, 0
        n_held += len(piece) - 1
    yield pieces[begin:]


def _padded(pieces: Sequence[Sequence[int]]) -> Batch:
    ids, lengths = pad_rows(pieces, 0)
    inputs, targets = ids[:, :-1], ids[:, 1:].clone()
    places: Int[Tensor, " time"] = torch.arange(targets.shape[1])
    targets[places >= lengths[:, None] - 1] = IGNORE_INDEX
    return inputs, targets
