"""Learning vectors by comparison: a pair comes close, everything else in the batch moves away.

Vectors are compared by their cosine. Two numbers say what that does to a space, alignment (how
near pairs are) and uniformity (how evenly the vectors fill the sphere). Sources: van den Oord et
al. (2018) for the loss, Gao et al. (2021) for sentences, Wang and Isola (2020) for the two numbers.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_positive, check_tensor


def info_nce(
    queries: Float[Tensor, "query d_model"],
    keys: Float[Tensor, "key d_model"],
    temperature: float = 0.05,
    symmetric: bool = False,
) -> Float[Tensor, ""]:
    """Mean cross-entropy, in nats, of finding each query's own key among all of them.

    Query i belongs to key i; keys beyond the last query belong to none and are further negatives.
    The logits are cosines divided by ``temperature``. ``symmetric`` takes the mean with the same
    loss of finding each key's query, as CLIP does. If all vectors are equal, the loss is the
    logarithm of the number of keys.

    Raises ``ValueError`` for no query, fewer keys than queries, vectors of different lengths, a
    ``temperature`` not above 0, or ``symmetric`` with keys that belong to no query.
    """
    check_tensor("queries", queries, "float", 2)
    check_tensor("keys", keys, "float", 2)
    check_positive("temperature", temperature)
    (n_queries, d_model), (n_keys, d_key) = queries.shape, keys.shape
    if not n_queries or n_keys < n_queries or d_model != d_key or not d_model:
        sizes = f"{(n_keys, d_key)}, and queries {(n_queries, d_model)}"
        raise ValueError(f"keys has shape {sizes}: each query needs a key of its length")
    if symmetric and n_keys > n_queries:
        raise ValueError(f"symmetric=True with {n_keys} keys for {n_queries} queries")
    cosines = F.normalize(queries, dim=-1) @ F.normalize(keys, dim=-1).T
    logits, own = cosines / temperature, torch.arange(n_queries, device=queries.device)
    loss = F.cross_entropy(logits, own)
    return (loss + F.cross_entropy(logits.T, own)) / 2 if symmetric else loss


def simcse_loss(
    embed: Callable[[], Float[Tensor, "text d_model"]], temperature: float = 0.05
) -> Float[Tensor, ""]:
    """``info_nce`` of a batch of texts with itself, embedded twice.

    ``embed`` must be random, as a network in training mode is: its dropout is the only difference
    between the two members of a pair. Source: Gao et al. (2021), section 3.

    Raises ``ValueError`` if the two passes are equal, so that there is nothing to learn from, and
    as ``info_nce`` does.
    """
    first, second = embed(), embed()
    check_tensor("embed()", first, "float", 2)
    if torch.equal(first, second):
        raise ValueError("embed() gives the same vectors twice: its dropout is off or zero")
    return info_nce(first, second, temperature)


def alignment(first: Float[Tensor, "pair d_model"], second: Float[Tensor, "pair d_model"]) -> float:
    """The mean squared distance of the two members of a pair, as unit vectors: from 0 to 4.

    It is 2 − 2 · the mean cosine; lower is better. Raises ``ValueError`` for no pair, different
    shapes, or a vector of length 0, which has no direction.
    """
    one, two = _directions("first", first), _directions("second", second)
    if one.shape != two.shape:
        raise ValueError(
            f"second has shape {tuple(two.shape)}, and first {tuple(one.shape)}: no pairs"
        )
    return (one - two).pow(2).sum(-1).mean().item()


def uniformity(vectors: Float[Tensor, "text d_model"]) -> float:
    """Logarithm of the mean of exp(−2 · squared distance) over pairs of unit vectors.

    0 if all vectors point the same way; lower is better, down to about −4. Raises ``ValueError``
    for fewer than two vectors or one of length 0.
    """
    cosines = _cosines(vectors)
    return (torch.logsumexp(4 * cosines - 4, 0) - torch.tensor(cosines.numel()).log()).item()


def anisotropy(vectors: Float[Tensor, "text d_model"]) -> float:
    """The mean cosine of two different vectors: 0 if they point in all directions alike.

    Source: Ethayarajh (2019), section 3.1. Raises ``ValueError`` as ``uniformity`` does.
    """
    return _cosines(vectors).mean().item()


def _cosines(vectors: Tensor) -> Tensor:
    """Cosines of all pairs of different rows."""
    units = _directions("vectors", vectors)
    if len(units) < 2:
        raise ValueError(f"vectors has {len(units)} row: a comparison needs two")
    upper = torch.ones(len(units), len(units), dtype=torch.bool, device=units.device).triu(1)
    return (units @ units.T)[upper]


def _directions(name: str, vectors: Tensor) -> Tensor:
    check_tensor(name, vectors, "float", 2)
    lengths = vectors.norm(dim=-1, keepdim=True)
    if not len(vectors) or not torch.isfinite(lengths).all() or not (lengths > 0).all():
        raise ValueError(f"{name}: needs a vector with a direction in each row, and a row")
    return vectors / lengths
