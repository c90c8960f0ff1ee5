"""A score from vectors: each token is matched to the most similar token of the other text.

The form is BERTScore's: recall looks for every token of the reference, precision for every token
of the hypothesis. What it can see depends on the vectors, which come from an encoder. Source:
Zhang et al. (2020).
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_several, check_tensor
from lmbook.metrics.classification import Scores


def match_tokens(
    hypothesis: Float[Tensor, "n d"],
    reference: Float[Tensor, "m other"],
    hypothesis_weights: Float[Tensor, " ours"] | None = None,
    reference_weights: Float[Tensor, " theirs"] | None = None,
) -> Scores:
    """Precision, recall and F1 of greedy matching by cosine, each at most 1.

    The weights say how much a token counts (1): the inverse document frequency, or 0 for marks
    that the tokenizer adds, which may still be matched. Raises ``ValueError`` for a text without
    vectors, vectors of other sizes, a vector of length 0, and weights that are negative, sum to 0
    or are not one for each token. Source: Zhang et al. (2020), section 3.
    """
    units = []
    for name, vectors in (("hypothesis", hypothesis), ("reference", reference)):
        check_tensor(name, vectors, "float", 2)
        lengths = vectors.double().norm(dim=1, keepdim=True)
        if not len(vectors) or not bool((lengths > 0).all()):
            raise ValueError(f"{name} has no vector, or one of length 0: it has no direction")
        units.append(vectors.double() / lengths)
    if units[0].shape[1] != units[1].shape[1]:
        raise ValueError(
            f"hypothesis vectors have {units[0].shape[1]} entries, reference vectors "
            f"{units[1].shape[1]}"
        )
    similarity = units[0] @ units[1].T
    ours = _weights("hypothesis_weights", hypothesis_weights, len(units[0]))
    theirs = _weights("reference_weights", reference_weights, len(units[1]))
    precision = (similarity.amax(1) * ours).sum() / ours.sum()
    recall = (similarity.amax(0) * theirs).sum() / theirs.sum()
    return Scores(precision, recall, 2 * precision * recall / (precision + recall))


def inverse_document_frequencies(documents: Sequence[Iterable[int]]) -> dict[int, float]:
    """log((n + 1) / (n_w + 1)) of each token w that ``n_w`` of n documents hold.

    A token that none holds has log(n + 1). Raises ``ValueError`` for no document. Source: Zhang
    et al. (2020), section 3, with their plus-one smoothing.
    """
    check_several("documents", documents)
    counts = Counter(token for document in documents for token in set(document))
    if not documents:
        raise ValueError("documents is empty: give at least one")
    return {token: math.log((len(documents) + 1) / (n + 1)) for token, n in counts.items()}


def _weights(name: str, weights: Tensor | None, n: int) -> Tensor:
    if weights is None:
        return torch.ones(n, dtype=torch.float64)
    check_tensor(name, weights, "float", 1)
    if len(weights) != n:
        raise ValueError(f"{name} has {len(weights)} entries for {n} tokens")
    if bool((weights < 0).any()) or not weights.sum() > 0:
        raise ValueError(f"{name} has a negative entry, or only zeros")
    return weights.double()
