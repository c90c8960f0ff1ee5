"""What the measures refuse: other types, other shapes, labels out of range, no example."""

import torch
from torch import Tensor

from lmbook.arguments import check_number, check_tensor, check_type, check_whole


def check_matrix(name: str, matrix: Tensor) -> None:
    """Raise ``ValueError`` unless ``matrix`` is a square of counts, or a stack of such squares."""
    check_tensor(name, matrix, "int")
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.shape[-1] == 0:
        raise ValueError(f"{name} has shape {tuple(matrix.shape)}, not that of a square")
    if matrix.numel() and matrix.min() < 0:
        raise ValueError(f"{name} holds the count {int(matrix.min())}, below 0")


def check_labels(name: str, labels: Tensor, n_classes: int, n: int | None = None) -> None:
    """Raise ``ValueError`` unless ``labels`` are ``n`` classes, each below ``n_classes``."""
    check_tensor(name, labels, "int", 1)
    n = len(labels) if n is None else n
    if n == 0 or len(labels) != n:
        raise ValueError(f"{name} holds {len(labels)} labels for {n} examples")
    check_whole("n_classes", n_classes, 2)
    wrong = ((labels < 0) | (labels >= n_classes)).nonzero().flatten().tolist()
    if wrong:
        label = f"{name}[{wrong[0]}]={int(labels[wrong[0]])}"
        raise ValueError(f"{label} is not between 0 and {n_classes - 1}")


def check_finite(name: str, values: Tensor, n_dims: int) -> None:
    """Raise ``ValueError`` unless ``values`` are finite floats with ``n_dims`` axes."""
    check_tensor(name, values, "float", n_dims)
    if not bool(values.isfinite().all()):
        raise ValueError(f"{name} holds a value that is not finite")


def check_probabilities(probabilities: Tensor, targets: Tensor) -> None:
    """Raise ``ValueError`` unless rows sum to one and ``targets`` are their classes."""
    check_tensor("probabilities", probabilities, "float", 2)
    check_labels("targets", targets, probabilities.shape[1], len(probabilities))
    sums = probabilities.double().sum(dim=1)
    # float32 rows miss 1 by about 1e-6; NaN fails every comparison
    wrong = (~((sums - 1).abs() < 1e-4)).nonzero().flatten().tolist()
    if wrong:
        raise ValueError(f"probabilities[{wrong[0]}] sum to {sums[wrong[0]].item():.6g}, not to 1")
    if probabilities.min() < 0:
        raise ValueError(f"probabilities hold {probabilities.min().item()}, below 0")


def check_draws(n_draws: int, level: float, generator: torch.Generator | None = None) -> None:
    """Raise ``ValueError`` for a setting of the bootstrap that is out of range."""
    if generator is not None:
        check_type("generator", generator, torch.Generator)
    check_whole("n_draws", n_draws, 1)
    check_number("level", level)
    if not 0 < level < 1:
        raise ValueError(f"level={level} is not between 0 and 1")


def check_values(name: str, values: Tensor, least: int) -> None:
    """Raise ``ValueError`` unless ``values`` are ``least`` finite floats or more."""
    check_tensor(name, values, "float", 1)
    if len(values) < least:
        raise ValueError(f"{name} holds {len(values)} values, fewer than {least}")
    if not bool(values.isfinite().all()):
        raise ValueError(f"{name} holds a value that is not finite")
