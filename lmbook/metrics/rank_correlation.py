"""Do two scores order the same examples alike? Rank correlation, whatever the scores' units."""

from jaxtyping import Float
from torch import Tensor

from lmbook.metrics.checks import check_finite


def spearman(first: Float[Tensor, " n"], second: Float[Tensor, " n_second"]) -> float:
    """The correlation of the ranks, from −1 to 1; equal scores share the mean of their ranks.

    Source: Spearman (1904). Raises ``ValueError`` for other than two lists of scores of the same
    length, a score that is not finite, or scores that are all equal: they have no order.
    """
    ranks = []
    for name, scores in {"first": first, "second": second}.items():
        check_finite(name, scores, 1)
        if len(scores) != len(first) or len(scores) < 2:
            raise ValueError(f"{name} holds {len(scores)} scores for {len(first)}: no two pairs")
        if bool((scores == scores[0]).all()):
            raise ValueError(f"{name}: all scores are {scores[0].item()}: they have no order")
        # a metric of the CPU: Apple's GPU has no float64
        _, place, counts = scores.cpu().double().unique(return_inverse=True, return_counts=True)
        rank = (counts.cumsum(0).double() - (counts - 1) / 2)[place]
        ranks.append(rank - rank.mean())
    one, two = ranks
    return (one @ two / (one.norm() * two.norm())).item()
