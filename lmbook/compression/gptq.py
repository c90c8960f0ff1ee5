"""GPTQ: round a matrix column by column, and let the columns to come repair each error.

What matters is not the error of the weights but that of the layer's output on real inputs,
‖(W − Ŵ) X‖². Each row of W is on its own, and its error is quadratic with the Hessian H = 2 X Xᵀ.
Optimal brain surgeon (Hassibi and Stork, 1993) says how the other weights of a row should change
when one is fixed; optimal brain quantisation (Frantar and Alistarh, 2022) fixes it to a level;
GPTQ (Frantar et al., 2023) takes the columns of all rows in one order, so that one Cholesky factor
of H⁻¹ serves them all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from lmbook.arguments import check_positive, check_tensor, check_text, check_type, check_whole
from lmbook.compression.quantize import Group, Quantized, check_matrix, fit_grid


class InputStatistics:
    """Sums over the inputs of a layer: their number, and x xᵀ, half the Hessian of its error."""

    def __init__(self, n_columns: int) -> None:
        check_whole("n_columns", n_columns, 1)
        self.n_inputs = 0
        self.products = torch.zeros(n_columns, n_columns, dtype=torch.float64)

    def add(self, x: Float[Tensor, "*batch column"]) -> None:
        """Count the vectors of ``x``. Raises ``ValueError`` for vectors of another size."""
        check_tensor("x", x, "float")
        if not x.ndim or x.shape[-1] != len(self.products):
            raise ValueError(f"x has shape {tuple(x.shape)}, no {len(self.products)} columns")
        rows = x.detach().reshape(-1, x.shape[-1]).cpu().double()
        self.n_inputs += len(rows)
        self.products += rows.T @ rows

    @property
    def hessian(self) -> Float[Tensor, "column column"]:
        """2/n · Σ x xᵀ, in float64. Raises ``ValueError`` if no input was counted."""
        if not self.n_inputs:
            raise ValueError("no input was counted: run the model within record_inputs first")
        return 2 * self.products / self.n_inputs


def gptq(
    weight: Float[Tensor, "row column"],
    hessian: Float[Tensor, "column column"],
    bits: int = 4,
    group: Group = 64,
    *,
    signed: bool = True,
    search: bool = False,
    damping: float = 0.01,
) -> Quantized:
    """Round ``weight`` so that its outputs change little on the inputs that made ``hessian``.

    Columns with the largest diagonal entry of the Hessian come first, while many others are left
    to repair their errors. ``damping`` times the mean diagonal entry is added to the diagonal,
    which makes it invertible. The other arguments and their errors are those of ``fit_grid``.
    Computed on the CPU, which has float64; what is returned lies there.

    Raises ``ValueError`` for a Hessian of another size, and for one that is not finite or, damped,
    not positive definite.
    """
    check_matrix("weight", weight)
    check_matrix("hessian", hessian)
    weight, hessian = weight.detach().cpu(), hessian.cpu()
    grid = fit_grid(weight, bits, group, signed=signed, search=search)
    upper, order = _factor(weight, hessian, damping)
    left = weight.double()[:, order]
    codes = torch.empty_like(left, dtype=torch.int8 if signed else torch.uint8)
    for i, column in enumerate(order.tolist()):
        code = grid.encode(left[:, i : i + 1].float(), column)
        codes[:, i : i + 1] = code
        error = (left[:, i] - grid.decode(code, column)[:, 0]) / upper[i, i]
        left[:, i + 1 :] -= error[:, None] * upper[i, i + 1 :]
    return Quantized(codes=codes[:, order.argsort()], grid=grid)


def output_error(
    weight: Float[Tensor, "row column"],
    rounded: Float[Tensor, "row column"],
    hessian: Float[Tensor, "column column"],
) -> float:
    """Mean over inputs and rows of the squared change of the output: tr(Δ H Δᵀ) / (2 · rows).

    Raises ``ValueError`` for sizes that do not fit.
    """
    check_matrix("weight", weight)
    check_matrix("rounded", rounded)
    if weight.shape != rounded.shape or hessian.shape != (weight.shape[1],) * 2:
        shapes = f"{tuple(weight.shape)}, {tuple(rounded.shape)}, {tuple(hessian.shape)}"
        raise ValueError(f"weight, rounded and hessian have shapes {shapes}: they do not fit")
    change = (weight.detach().cpu() - rounded.detach().cpu()).double()
    return float(((change @ hessian.cpu().double()) * change).sum() / (2 * len(change)))


def _factor(weight: Tensor, hessian: Tensor, damping: float) -> tuple[Tensor, Tensor]:
    """The upper Cholesky factor of the inverse of the damped, reordered Hessian; the order."""
    check_positive("damping", damping)
    if hessian.shape != (weight.shape[1],) * 2:
        raise ValueError(
            f"hessian has shape {tuple(hessian.shape)}, the weight {tuple(weight.shape)}"
        )
    diagonal = hessian.diagonal().double()
    order = diagonal.argsort(descending=True, stable=True)
    damped = hessian.double() + damping * diagonal.mean() * torch.eye(len(order)).double()
    try:
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped[order][:, order]))
        return torch.linalg.cholesky(inverse, upper=True), order
    except RuntimeError as error:  # torch.linalg.LinAlgError is one
        raise ValueError(f"hessian is not positive definite: {error}") from error


@contextmanager
def record_inputs(
    layers: Mapping[str, nn.Linear], mask: Bool[Tensor, "batch time"] | None = None
) -> Iterator[dict[str, InputStatistics]]:
    """Within the block, count what enters each layer, under its name.

    Where ``mask`` is given, only the vectors at its True positions count: padding is no input.
    Raises ``ValueError`` for no layer.
    """
    if not layers:
        raise ValueError("layers is empty: there is nothing to record")
    found = {name: InputStatistics(layer.in_features) for name, layer in layers.items()}

    def hook(name: str) -> Callable[..., None]:
        return lambda _, inputs: found[name].add(inputs[0] if mask is None else inputs[0][mask])

    handles = [layer.register_forward_pre_hook(hook(name)) for name, layer in layers.items()]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def linear_layers(model: nn.Module, within: str = "blocks") -> dict[str, nn.Linear]:
    """The linear layers of ``model`` whose full names begin with ``within``.

    Raises ``ValueError`` if there is none.
    """
    check_type("model", model, nn.Module)
    check_text("within", within)
    found = {n: part for n, part in model.named_modules() if isinstance(part, nn.Linear)}
    found = {name: part for name, part in found.items() if name.startswith(within)}
    if not found:
        raise ValueError(f"within={within!r} holds no linear layer of this {type(model).__name__}")
    return found
