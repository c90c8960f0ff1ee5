"""Muon: momentum, made orthogonal, for the matrices; AdamW for everything else.

A step of gradient descent changes what a matrix does along a few directions, those in which the
gradients were long. Muon takes the momentum's singular vectors and sets all singular values to
about 1, so that every direction is learnt at the same pace. Sources: Jordan et al. (2024) for the
method and the coefficients; Liu et al. (2025) for the size of the step and the weight decay.
"""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)
_SIZE_OF_ADAM = 0.2  # root mean square of an entry of AdamW's usual step, in units of lr


def orthogonalized(
    matrix: Float[Tensor, "row column"], n_iterations: int = 5
) -> Float[Tensor, "row column"]:
    """U Vᵀ of the singular value decomposition U S Vᵀ, roughly: singular values of 0.7 to 1.2.

    Each iteration applies an odd polynomial, a·s + b·s³ + c·s⁵, to all singular values s at once,
    by matrix products alone; its slope of 3.4 at zero lifts the small ones quickly. A matrix of
    zeros stays zero. Computed in bfloat16. Source: Jordan et al. (2024).
    """
    a, b, c = _COEFFICIENTS
    x = matrix.bfloat16()
    wide = x if len(x) <= x.shape[1] else x.T  # the products are of the shorter side
    wide = wide / wide.norm().clamp(min=1e-7)  # no singular value exceeds 1
    for _ in range(n_iterations):
        square = wide @ wide.T
        cubed_and_fifth = torch.addmm(square, square, square, beta=b, alpha=c)
        wide = torch.addmm(wide, cubed_and_fifth, wide, beta=a)
    return wide if len(x) <= x.shape[1] else wide.T


class Muon(torch.optim.Optimizer):
    """Muon for groups with ``matrices`` True, AdamW for the others.

    The orthogonal matrix is scaled by 0.2·√max(rows, columns), so that its entries are as large
    as those of AdamW's steps: one learning rate and one weight decay serve both. ``momentum`` is
    Nesterov's. The groups are those of ``muon_groups``.
    """

    def __init__(
        self,
        groups: Sequence[dict],
        lr: float,
        betas: tuple[float, float] = (0.9, 0.95),
        momentum: float = 0.95,
        eps: float = 1e-8,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "momentum": momentum, "eps": eps, "weight_decay": 0.0}
        super().__init__(groups, {**defaults, "matrices": False})

    @torch.no_grad()
    def step(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] - no closure
        """Shrink by lr · weight decay, then move along the group's own direction."""
        for group in self.param_groups:
            direction = self._orthogonal if group["matrices"] else self._adam
            for parameter in group["params"]:
                if (gradient := parameter.grad) is not None:
                    parameter.mul_(1 - group["lr"] * group["weight_decay"])
                    step = direction(self.state[parameter], gradient, group)
                    parameter.sub_(group["lr"] * step)

    def _orthogonal(self, state: dict, gradient: Tensor, group: dict) -> Tensor:
        keep = group["momentum"]
        if not state:
            state["momentum"] = torch.zeros_like(gradient)
        momentum = state["momentum"].lerp_(gradient, 1 - keep)
        ahead = gradient.lerp(momentum, keep)  # Nesterov: where the momentum is about to go
        scale = _SIZE_OF_ADAM * math.sqrt(max(gradient.shape))
        return scale * orthogonalized(ahead).to(gradient.dtype)

    def _adam(self, state: dict, gradient: Tensor, group: dict) -> Tensor:
        (keep_mean, keep_square), eps = group["betas"], group["eps"]
        if not state:
            state["step"] = torch.zeros(())
            state["mean"] = torch.zeros_like(gradient)
            state["mean_square"] = torch.zeros_like(gradient)
        state["step"] += 1
        n_steps = int(state["step"])
        mean = state["mean"].lerp_(gradient, 1 - keep_mean) / (1 - keep_mean**n_steps)
        square = state["mean_square"].lerp_(gradient.square(), 1 - keep_square)
        return mean / ((square / (1 - keep_square**n_steps)).sqrt() + eps)


def muon_groups(model: nn.Module, groups: Sequence[dict]) -> list[dict]:
    """``groups`` of ``parameter_groups``, the matrices that Muon is for apart from the others.

    Those are all two-dimensional weights but embeddings and the model's ``output`` layer: rows of
    those belong to single tokens, and a batch has gradients for a few of them only.
    """
    tables = {
        id(parameter)
        for name, module in model.named_modules()
        if name == "output" or hasattr(module, "padding_idx") or hasattr(module, "vocab_size")
        for parameter in module.parameters(recurse=False)
    }
    parted = []
    for group in groups:
        for matrices in (True, False):
            chosen = [
                p for p in group["params"] if (p.dim() == 2 and id(p) not in tables) == matrices
            ]
            if chosen:
                parted.append({**group, "params": chosen, "matrices": matrices})
    return parted
