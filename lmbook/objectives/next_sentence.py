"""Next-sentence prediction: does the second piece of text follow the first one?

Source: Devlin et al. (2019), section 3.1; left out again by Liu et al. (2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.arguments import check_several

Document = Sequence[Sequence[int]]  # sentences of ids


@dataclass(frozen=True, kw_only=True)
class Pair:
    """[CLS] A [SEP] B [SEP]; ``types`` are 0 up to the first [SEP] and 1 after it."""

    ids: Sequence[int]
    types: Sequence[int]
    is_next: bool


def sentence_pairs(
    documents: Sequence[Document],
    n_tokens: int,
    generator: torch.Generator,
    *,
    cls_id: int,
    sep_id: int,
) -> list[Pair]:
    """One pass over the documents as pairs of at most ``n_tokens``, half of them real neighbours.

    A and B are runs of sentences. In half of the pairs B is what follows A; otherwise it is taken
    from a random place of another document, and what followed A is used for the next pair, as in
    the published code. What is too long is cut at the end of B, and at the start of A.

    Raises ``ValueError`` for less than two documents, or if ``n_tokens`` is below 5.
    """
    _check_documents(documents)
    if len(documents) < 2:
        raise ValueError(f"{len(documents)} documents: a random one beside the own is needed")
    if n_tokens < 5:
        raise ValueError(f"n_tokens={n_tokens} is below 5: two tokens and three special ones")
    room = n_tokens - 3
    pairs = []
    for number, document in enumerate(documents):
        begin = 0
        while begin < len(document):
            middle = _end_of_run(document, begin, room // 2)
            first = [i for sentence in document[begin:middle] for i in sentence]
            is_next = middle < len(document) and _draw(2, generator) == 1
            if is_next:
                end = _end_of_run(document, middle, room - room // 2)
                second = [i for sentence in document[middle:end] for i in sentence]
            else:
                end, second = middle, _random_run(documents, number, room // 2, generator)
            first, second = first[-(room // 2) :], second[: room - room // 2]
            ids = [cls_id, *first, sep_id, *second, sep_id]
            types = [0] * (len(first) + 2) + [1] * (len(second) + 1)
            pairs.append(Pair(ids=ids, types=types, is_next=is_next))
            begin = end
    return pairs


def collate(
    pairs: Sequence[Pair], pad_id: int
) -> tuple[
    Int[Tensor, "batch time"],
    Bool[Tensor, "batch time"],
    Int[Tensor, "batch time"],
    Int[Tensor, " batch"],
]:
    """Ids, mask (True: a real token), types and labels of a batch; label 0 is "the next one".

    Raises ``ValueError`` for an empty batch.
    """
    if not pairs:
        raise ValueError("pairs is empty")
    shape = (len(pairs), max(len(pair.ids) for pair in pairs))
    ids, types = torch.full(shape, pad_id), torch.zeros(shape, dtype=torch.long)
    mask = torch.zeros(shape, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        places = slice(0, len(pair.ids))
        ids[row, places], types[row, places] = torch.tensor(pair.ids), torch.tensor(pair.types)
        mask[row, places] = True
    return ids, mask, types, torch.tensor([int(not pair.is_next) for pair in pairs])


def _check_documents(documents: Sequence[Document]) -> None:
    check_several("documents", documents)
    for i, document in enumerate(documents):
        check_several(f"documents[{i}]", document)
        for j, sentence in enumerate(document):
            check_several(f"documents[{i}][{j}]", sentence)


def _end_of_run(document: Document, begin: int, n_tokens: int) -> int:
    """The first sentence that no longer fits; one sentence at least is taken."""
    end, n_held = begin, 0
    while end < len(document) and (end == begin or n_held + len(document[end]) <= n_tokens):
        n_held += len(document[end])
        end += 1
    return end


def _random_run(
    documents: Sequence[Document], own: int, n_tokens: int, generator: torch.Generator
) -> list[int]:
    other = (own + 1 + _draw(len(documents) - 1, generator)) % len(documents)
    begin = _draw(len(documents[other]), generator)
    end = _end_of_run(documents[other], begin, n_tokens)
    return [i for sentence in documents[other][begin:end] for i in sentence]


def _draw(n: int, generator: torch.Generator) -> int:
    return int(torch.randint(n, (), generator=generator))
