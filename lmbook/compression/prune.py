"""Weights set to zero: by size, by size times input, by movement; anywhere or two of every four.

Every method gives each weight a score and drops the weights that score least. Sources: Han et al.
(2015) for magnitudes, Sun et al. (2024, Wanda) for magnitude times input, Sanh et al. (2020) for
movement, Mishra et al. (2021) for 2:4.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lmbook.arguments import check_number, check_whole
from lmbook.compression.quantize import check_matrix


def keep_largest(
    scores: Float[Tensor, "row column"], sparsity: float, by_row: bool = False
) -> Bool[Tensor, "row column"]:
    """True for the weights that stay: all but the ``sparsity`` · n with the smallest scores.

    ``by_row`` drops as many in every row. The number dropped is rounded down; of equal scores the
    first go. Raises ``ValueError`` for a sparsity outside 0 … 1.
    """
    check_matrix("scores", scores)
    check_number("sparsity", sparsity, 0.0, 1.0)
    rows = scores.detach() if by_row else scores.detach().reshape(1, -1)
    dropped = rows.argsort(dim=1, stable=True)[:, : int(sparsity * rows.shape[1] + 1e-9)]
    keep = torch.ones_like(rows, dtype=torch.bool).scatter(1, dropped, False)
    return keep.view(scores.shape)


def keep_largest_of_all(
    scores: Mapping[str, Float[Tensor, "..."]], sparsity: float
) -> dict[str, Bool[Tensor, "..."]]:
    """The same over several matrices with one threshold; layers may end unequally sparse.

    Raises ``ValueError`` for no matrix, and as ``keep_largest``.
    """
    if not scores:
        raise ValueError("scores is empty: there is nothing to prune")
    for name, part in scores.items():
        check_matrix(f"scores[{name!r}]", part)
    flat = torch.cat([part.detach().flatten() for part in scores.values()])
    kept = keep_largest(flat[None], sparsity)[0].split([part.numel() for part in scores.values()])
    return {
        name: keep.view(part.shape) for (name, part), keep in zip(scores.items(), kept, strict=True)
    }


def keep_n_of_m(
    scores: Float[Tensor, "row column"], n: int = 2, m: int = 4
) -> Bool[Tensor, "row column"]:
    """True for the ``n`` largest scores of every ``m`` neighbours in a row.

    Raises ``ValueError`` for an ``n`` above ``m``, or rows that are no multiple of ``m``.
    """
    check_matrix("scores", scores)
    check_whole("n", n, 1)
    check_whole("m", m, 1)
    if n > m:
        raise ValueError(f"n={n} is above m={m}")
    if scores.shape[1] % m:
        raise ValueError(f"scores has {scores.shape[1]} columns, no multiple of m={m}")
    blocks = scores.detach().reshape(-1, m)
    return keep_largest(blocks, (m - n) / m, by_row=True).view(scores.shape)


def input_scores(
    weight: Float[Tensor, "row column"], hessian: Float[Tensor, "column column"]
) -> Float[Tensor, "row column"]:
    """Wanda's product of size and input norm: a small weight may carry a large input.

    ``hessian`` is that of ``lmbook.compression.gptq``. Raises ``ValueError`` for another size.
    """
    check_matrix("weight", weight)
    check_matrix("hessian", hessian)
    if len(hessian) != weight.shape[1]:
        raise ValueError(f"hessian has {len(hessian)} columns, the weight {weight.shape[1]}")
    return weight.detach().abs() * (hessian.diagonal() / 2).sqrt().to(weight.dtype)


def movement_scores(layers: Mapping[str, nn.Linear]) -> dict[str, Float[Tensor, "row column"]]:
    """−w · ∂L/∂w after one backward pass: above 0 where the weight moves away from zero.

    Movement pruning sums these over the steps of fine-tuning. Raises ``ValueError`` for a layer
    without a gradient.
    """
    scores = {}
    for name, layer in layers.items():
        if layer.weight.grad is None:
            raise ValueError(f"layers[{name!r}] has no gradient: call backward first")
        scores[name] = -layer.weight.detach() * layer.weight.grad
    return scores


@torch.no_grad()
def apply_masks(model: nn.Module, masks: Mapping[str, Bool[Tensor, "row column"]]) -> float:
    """Set to zero the weights that ``masks`` drops, in place; the share of them that is zero.

    A key is the full name of a layer. Raises ``ValueError`` for one that the model does not have,
    and for a mask of another shape.
    """
    layers = dict(model.named_modules())
    for name, mask in masks.items():
        weight = getattr(layers.get(name), "weight", None)
        if not isinstance(weight, Tensor):
            raise ValueError(f"masks: {name!r} is no layer with a weight in this model")
        if weight.shape != mask.shape:
            raise ValueError(f"masks[{name!r}] has shape {tuple(mask.shape)}, not {weight.shape}")
    for name, mask in masks.items():
        layers[name].weight *= mask  # pyright: ignore[reportOperatorIssue]
    n_zero = sum(int((layers[name].weight == 0).sum()) for name in masks)  # pyright: ignore
    return n_zero / max(1, sum(mask.numel() for mask in masks.values()))
