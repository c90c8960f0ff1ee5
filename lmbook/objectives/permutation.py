"""The objective of XLNet: predict tokens in an order that is drawn anew for every row.

The tokens stay where they are and keep their positions; the order only decides, by masks, what
may be known when a token is predicted. Source: Yang et al. (2019), sections 2.2 and 2.3.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole


@dataclass(frozen=True, kw_only=True)
class PermutationBatch:
    """What a model with two streams needs to learn from a batch; masks are True = may attend.

    ``positions`` are the places of the predicted tokens, in the order of their prediction, and
    ``targets`` the tokens that stand there. ``content_mask`` is that of all tokens,
    ``query_mask`` that of the predicted ones.
    """

    inputs: Int[Tensor, "batch time"]
    content_mask: Bool[Tensor, "batch time time"]
    query_mask: Bool[Tensor, "batch predicted time"]
    positions: Int[Tensor, "batch predicted"]
    targets: Int[Tensor, "batch predicted"]


def draw_order(n: int, generator: torch.Generator, n_first: int = 0) -> Int[Tensor, " n"]:
    """A random order of n positions: entry i is the position that comes i-th.

    The first ``n_first`` positions stay in front. Every order of the others is equally likely.
    Raises ``ValueError`` if ``n_first`` is not from 0 to n.
    """
    check_whole("n", n, 0)
    _check_first(n_first, n)
    return _orders(1, n, generator, n_first)[0]


def permutation_masks(
    order: Int[Tensor, " time"],
) -> tuple[Bool[Tensor, "time time"], Bool[Tensor, "time time"]]:
    """The masks of the content stream and of the query stream; row i is what position i sees.

    A query sees what comes before its position in the order: it must predict the token there. A
    content vector sees its own token besides. It stands for that token when later ones look at
    it, and predicts nothing: with the diagonal nothing is given away, and without it the vectors
    of the upper layers would not know the token they stand for.

    Raises ``ValueError`` if ``order`` is not a permutation of 0 … time-1.
    """
    check_tensor("order", order, "int", 1)
    n = len(order)
    if not torch.equal(order.sort().values, torch.arange(n, device=order.device)):
        raise ValueError(f"order={order.tolist()} does not hold each of 0 … {n - 1} once")
    rank = order.argsort()
    return rank <= rank[:, None], rank < rank[:, None]


def permutation_batch(
    ids: Int[Tensor, "batch time"],
    generator: torch.Generator,
    *,
    n_predicted: int,
    n_first: int = 1,
) -> PermutationBatch:
    """An order of its own for every row, of which the last ``n_predicted`` tokens are predicted.

    The first ``n_first`` positions (a start token, say) stay in front of every order and are
    never predicted. Tokens early in an order would be guesses from next to nothing: leaving them
    out speeds up learning. Since they are not predicted, they may all see one another, in both
    directions, as in XLNet's code: the factors of the predicted tokens stay those of the order.

    Raises ``ValueError`` for an ``n_first`` above time, or ``n_predicted`` not from 1 to the rest.
    """
    check_tensor("ids", ids, "int", 2)
    n_rows, n_tokens = ids.shape
    _check_first(n_first, n_tokens)
    if not 1 <= n_predicted <= n_tokens - n_first:
        limit = f"{n_tokens} tokens less n_first={n_first}"
        raise ValueError(f"n_predicted={n_predicted} is not from 1 to {limit}")
    order = _orders(n_rows, n_tokens, generator, n_first).to(ids.device)
    rank, positions = order.argsort(dim=1), order[:, -n_predicted:]
    known = (rank < n_tokens - n_predicted)[:, None]
    return PermutationBatch(
        inputs=ids,
        content_mask=known | (rank[:, None] <= rank[:, :, None]),
        query_mask=rank[:, None] < rank.gather(1, positions)[:, :, None],
        positions=positions,
        targets=ids.gather(1, positions),
    )


def _orders(
    n_rows: int, n: int, generator: torch.Generator, n_first: int
) -> Int[Tensor, "{n_rows} {n}"]:
    """The order in which random numbers increase is a random one: all rows are drawn at once."""
    noise = torch.rand(n_rows, n, generator=generator, device=generator.device)
    noise[:, :n_first] = torch.arange(-n_first, 0, device=noise.device)
    return noise.argsort(dim=1)


def _check_first(n_first: int, n: int) -> None:
    if not 0 <= n_first <= n:
        raise ValueError(f"n_first={n_first} is not from 0 to {n}, the number of positions")
