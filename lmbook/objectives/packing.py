"""Documents of unlike length in rows of equal length, without padding between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import check_several, check_whole
from lmbook.nn.masks import place_in_document
from lmbook.objectives.causal import IGNORE_INDEX


@dataclass(frozen=True, kw_only=True)
class Packed:
    """Rows of packed documents.

    ``documents`` says to which document an input belongs, counted from 0 in each row;
    ``positions`` is its place in the document, from 0. A document that begins in the row above
    counts from 0 again where the row cuts it.
    """

    inputs: Int[Tensor, "row time"]
    targets: Int[Tensor, "row time"]
    documents: Int[Tensor, "row time"]
    positions: Int[Tensor, "row time"]


def pack_documents(documents: Sequence[Sequence[int]], n_steps: int, end_id: int) -> Packed:
    """All documents in one line, ``end_id`` around each, cut into rows of ``n_steps`` targets.

    The end of one document is the start of the next: as an input, ``end_id`` belongs to the
    document that follows, and as a target it ends the one before. What the last row lacks is
    filled with targets of -100.

    Raises ``ValueError`` if ``n_steps`` is below 1, there is no document, or one is empty or holds
    ``end_id``.
    """
    check_whole("n_steps", n_steps, 1)
    check_several("documents", documents)
    if not documents:
        raise ValueError("documents is empty: there is nothing to pack")
    for i, document in enumerate(documents):
        check_several(f"documents[{i}]", document)
        for token in document:
            check_whole(f"documents[{i}]", token)
        if not len(document) or end_id in document:
            problem = "is empty" if not len(document) else f"holds end_id={end_id}"
            raise ValueError(f"document {i} {problem}")
    line = torch.tensor([end_id, *chain.from_iterable((*d, end_id) for d in documents)])
    missing = -(len(line) - 1) % n_steps
    inputs = torch.cat([line[:-1], line.new_full((missing,), end_id)]).view(-1, n_steps)
    targets = torch.cat([line[1:], line.new_full((missing,), IGNORE_INDEX)]).view(-1, n_steps)
    begins = (inputs == end_id).long()
    begins[:, 0] = 0  # whatever a row begins with is document 0
    numbers = begins.cumsum(1)
    return Packed(
        inputs=inputs, targets=targets, documents=numbers, positions=place_in_document(numbers)
    )
