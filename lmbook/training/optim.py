"""Gradient descent and its descendants, written out; clipping; groups of parameters.

Each optimiser reads ``.grad`` of a list of tensors and changes the tensors in place. They compute
what ``torch.optim`` computes, in the order of the formulas; the training loop uses torch's own,
which fuse the same arithmetic over all tensors.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn

# parameters, and a function of the step that gives the factor of their learning rate
Rates = Sequence[tuple[Sequence[nn.Parameter], Callable[[int], float]]]


class Optimizer:
    """Parameters and a learning rate. Raises ``ValueError`` for no parameters or ``lr`` ≤ 0."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        self.parameters = list(parameters)
        if not self.parameters:
            raise ValueError("parameters is empty: there is nothing to optimise")
        if lr <= 0:
            raise ValueError(f"lr={lr} is not above 0")
        self.lr = lr

    def zero_grad(self) -> None:
        """Forget the gradients: ``backward`` adds to what is there."""
        for parameter in self.parameters:
            parameter.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent: θ ← θ − lr · g."""

    @torch.no_grad()
    def step(self) -> None:
        """Move against the gradient."""
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter -= self.lr * parameter.grad


class Momentum(Optimizer):
    """SGD along a running sum of gradients: u ← μ u + g, θ ← θ − lr · u.

    A direction that the gradients agree on grows up to 1/(1 − μ) times as long; one in which they
    alternate cancels. Source: Polyak (1964), in the form of ``torch.optim.SGD``.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.9) -> None:
        super().__init__(parameters, lr)
        _check_share("momentum", momentum)
        self.momentum = momentum
        self.velocities = [torch.zeros_like(parameter) for parameter in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Update the velocities, then move along them."""
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            if parameter.grad is not None:
                velocity.mul_(self.momentum).add_(parameter.grad)
                parameter -= self.lr * velocity


class Adam(Optimizer):
    """Momentum, divided by a running size of each coordinate's gradient.

    ``betas`` are the memories of the mean and of the mean square; both averages start at zero, and
    dividing by 1 − βᵗ takes that start out. Source: Kingma and Ba (2015), algorithm 1.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        super().__init__(parameters, lr)
        _check_share("betas[0]", betas[0])
        _check_share("betas[1]", betas[1])
        self.betas = betas
        self.eps = eps
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.mean_squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.n_updates = [0] * len(self.parameters)  # a parameter without a gradient stands still

    @torch.no_grad()
    def step(self) -> None:
        """Update both averages, then move by their ratio."""
        for i, parameter in enumerate(self.parameters):
            if parameter.grad is not None:
                self.n_updates[i] += 1
                parameter -= self.lr * self._direction(i, parameter.grad)

    def _direction(self, i: int, gradient: Tensor) -> Tensor:
        beta_mean, beta_square = self.betas
        self.means[i].mul_(beta_mean).add_((1 - beta_mean) * gradient)
        self.mean_squares[i].mul_(beta_square).add_((1 - beta_square) * gradient**2)
        mean = self.means[i] / (1 - beta_mean ** self.n_updates[i])
        mean_square = self.mean_squares[i] / (1 - beta_square ** self.n_updates[i])
        return mean / (mean_square.sqrt() + self.eps)


class AdamW(Adam):
    """Adam, with weights that also shrink by lr · λ a step, whatever their gradients.

    An L2 penalty in the loss would be divided by the gradients' size as well; here it is not:
    the decay is decoupled. Source: Loshchilov and Hutter (2019), algorithm 2.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, betas, eps)
        if weight_decay < 0:
            raise ValueError(f"weight_decay={weight_decay} is below 0")
        self.weight_decay = weight_decay

    @torch.no_grad()
    def step(self) -> None:
        """Shrink, then do Adam's step."""
        for parameter in self.parameters:
            if parameter.grad is not None:
                parameter *= 1 - self.lr * self.weight_decay
        super().step()


@torch.no_grad()
def clip_gradients(parameters: Iterable[Tensor], max_norm: float) -> float:
    """Scale all gradients by one factor so that their joint norm is at most ``max_norm``.

    The direction stays. Returns the norm before clipping. Source: Pascanu et al. (2013),
    algorithm 1. Raises ``ValueError`` for ``max_norm`` ≤ 0.
    """
    if max_norm <= 0:
        raise ValueError(f"max_norm={max_norm} is not above 0")
    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = math.sqrt(sum(gradient.square().sum().item() for gradient in gradients))
    if norm > max_norm:
        for gradient in gradients:
            gradient *= max_norm / norm
    return norm


def parameter_groups(
    model: nn.Module, weight_decay: float, rates: Rates | None = None
) -> list[dict]:
    """Groups for an optimiser of ``torch.optim``: only tensors of two dimensions or more decay.

    Matrices mix their inputs, and smaller entries make them simpler. Biases and the gains of
    norms are not decayed: a gain of 0 would silence its feature. Source: the code of Radford et
    al. (2018), whose optimiser skips the vectors.

    Each group's ``factor`` is the one that ``rates`` give its parameters, 1 without them. Raises
    ``ValueError`` if ``rates`` leave out a parameter that is to be trained.
    """
    parts = [(list(model.parameters()), _unchanged)] if rates is None else rates
    rated = {id(p) for parameters, _ in parts for p in parameters}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and id(parameter) not in rated:
            raise ValueError(f"rates leave out {name!r}: it would not be trained")
    groups = []
    for parameters, factor in parts:
        trained = [p for p in parameters if p.requires_grad]
        matrices = [p for p in trained if p.dim() >= 2]
        vectors = [p for p in trained if p.dim() < 2]
        groups.append({"params": matrices, "weight_decay": weight_decay, "factor": factor})
        groups.append({"params": vectors, "weight_decay": 0.0, "factor": factor})
    return [group for group in groups if group["params"]]


def set_rates(optimizer: torch.optim.Optimizer, lr: float, step: int) -> None:
    """Give each of the ``parameter_groups`` ``lr`` times its factor at ``step``."""
    for group in optimizer.param_groups:
        group["lr"] = lr * group["factor"](step)


def drop_still_gradients(optimizer: torch.optim.Optimizer, step: int) -> None:
    """Forget the gradients of groups whose factor is 0, so that nothing of them counts.

    Neither the joint norm nor the optimiser's averages then know of them.
    """
    for group in optimizer.param_groups:
        if group["factor"](step) == 0:
            for parameter in group["params"]:
                parameter.grad = None


def _unchanged(step: int) -> float:
    return 1.0


def _check_share(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name}={value} is not from 0 to below 1")
