"""Does the passage that holds the answer stand high in a ranking?"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_several, check_whole

Rankings = Sequence[Sequence[int]]


def recall_at(rankings: Rankings, relevant: Sequence[int], k: int) -> Float[Tensor, " question"]:
    """1.0 for each question whose ``relevant`` passage is among the first ``k`` of its ranking.

    The mean is recall@k with one relevant passage a question. Raises ``ValueError`` for no
    question, other numbers of rankings and of passages, and ``k`` < 1.
    """
    check_whole("k", k, 1)
    ranks = _ranks(rankings, relevant)
    return torch.tensor([float(rank <= k) for rank in ranks], dtype=torch.float64)


def reciprocal_rank(rankings: Rankings, relevant: Sequence[int]) -> Float[Tensor, " question"]:
    """1 / rank of each question's ``relevant`` passage, 0.0 where the ranking lacks it.

    The mean is the mean reciprocal rank. Raises ``ValueError`` as ``recall_at``.
    """
    return torch.tensor([1 / rank for rank in _ranks(rankings, relevant)], dtype=torch.float64)


def _ranks(rankings: Rankings, relevant: Sequence[int]) -> list[float]:
    check_several("rankings", rankings)
    check_several("relevant", relevant)
    if not len(rankings) == len(relevant) > 0:
        raise ValueError(f"{len(rankings)} rankings for {len(relevant)} questions")
    return [_rank(ranking, passage) for ranking, passage in zip(rankings, relevant, strict=True)]


def _rank(ranking: Sequence[int], passage: int) -> float:
    places = (float(place) for place, found in enumerate(ranking, 1) if found == passage)
    return next(places, float("inf"))
