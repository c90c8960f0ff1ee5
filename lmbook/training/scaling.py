"""Scaling laws: the loss of a run from its parameters and its tokens, fitted to small runs.

L(N, D) = E + A / N^α + B / D^β: the entropy that no model removes, what too few parameters cost,
and what too few tokens cost. Source: Hoffmann et al. (2022), section 3.3 and appendix D; Besiroglu
et al. (2024) for how the fit goes wrong.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_positive, check_several, check_type, check_whole

FLOPS = 6.0
"""Operations per parameter and token, two forward and four backward."""

_DELTA = 1e-3  # of Huber's loss, as in the paper
_LEAST_RUNS = 6  # one more than the law has numbers
_N_ITERATIONS = 200
_STARTS = (0.0,), (2.0, 6.0, 12.0), (0.2, 0.5, 1.0)  # ln E, ln A and ln B, α and β
_STEP = 1e-8  # the fit has arrived when no number moves further


class TrainedRun(NamedTuple):
    """Parameters, training tokens, and held-out loss in nats per token."""

    n_parameters: float
    n_tokens: float
    loss: float


class Optimum(NamedTuple):
    """How to spend a number of operations: the size, the tokens, the loss the law expects."""

    n_parameters: float
    n_tokens: float
    loss: float


@dataclass(frozen=True, kw_only=True)
class ScalingLaw:
    """E + A / N^α + B / D^β, in nats per token. Raises ``ValueError`` unless all are above 0."""

    entropy: float
    a: float
    b: float
    alpha: float
    beta: float

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            check_positive(name, value)

    def loss(self, n_parameters: float, n_tokens: float) -> float:
        """Expected nats per token. Raises ``ValueError`` for a count that is not above 0."""
        check_positive("n_parameters", n_parameters)
        check_positive("n_tokens", n_tokens)
        return self.entropy + self.a / n_parameters**self.alpha + self.b / n_tokens**self.beta

    def best(self, compute: float) -> Optimum:
        """The size and the tokens of least loss with 6ND = ``compute`` operations.

        Along that line the two falling terms trade so that α A / N^α = β B / D^β, which gives
        N = G (C/6)^(β/(α+β)) with G = (αA / βB)^(1/(α+β)).
        """
        check_positive("compute", compute)
        both = self.alpha + self.beta
        g = (self.alpha * self.a / (self.beta * self.b)) ** (1 / both)
        size = g * (compute / FLOPS) ** (self.beta / both)
        tokens = compute / FLOPS / size
        return Optimum(size, tokens, self.loss(size, tokens))

    @property
    def size_exponent(self) -> float:
        """The power of the compute with which the best size grows."""
        return self.beta / (self.alpha + self.beta)


def fit_law(runs: Sequence[TrainedRun], delta: float = _DELTA) -> ScalingLaw:
    """The law of least Huber loss between the logarithms of expected and measured losses.

    Huber's loss is a square up to ``delta`` and a straight line beyond, so that one bad run does
    not bend the law. The fit starts at every point of a grid; the best end counts.

    Raises ``ValueError`` for fewer than six runs, for a count or a loss that is not above 0, and
    for runs that are all of one size or of one number of tokens: then one term cannot be told
    from E.
    """
    points = _points(runs)
    check_positive("delta", delta)
    starts = torch.cartesian_prod(*map(torch.tensor, (*_STARTS, *_STARTS[1:]))).double()
    # the grid's columns are e, a, α, b, β
    ends = _descend(starts[:, [0, 1, 3, 2, 4]], points[None], delta)
    losses = _objective(ends, points[None], delta)
    return _law(ends[losses.nan_to_num(math.inf).argmin()])


def bootstrap_laws(
    runs: Sequence[TrainedRun],
    generator: torch.Generator,
    n_draws: int = 200,
    delta: float = _DELTA,
) -> list[ScalingLaw]:
    """Laws fitted to as many runs drawn with replacement, each from where ``fit_law`` ends.

    Draws of fewer than six different runs, or of one size or one number of tokens, are drawn
    anew. Raises ``ValueError`` as ``fit_law`` does.
    """
    check_type("generator", generator, torch.Generator)
    check_whole("n_draws", n_draws, 1)
    whole, points = fit_law(runs, delta), _points(runs)
    drawn = torch.stack([_draw(points, generator) for _ in range(n_draws)])
    start = [math.log(v) for v in (whole.entropy, whole.a, whole.b)] + [whole.alpha, whole.beta]
    starts = torch.tensor(start).double().expand(n_draws, 5)
    return [_law(end) for end in _descend(starts, drawn, delta)]


def isoflop_minimum(sizes: Sequence[float], losses: Sequence[float]) -> tuple[float, float]:
    """The size and the loss at the bottom of a parabola in ln N through runs of equal compute.

    Raises ``ValueError`` for fewer than three different sizes, lists of different lengths, and a
    parabola that opens downwards or has its bottom outside the sizes: the runs do not show one.
    """
    check_several("sizes", sizes)
    check_several("losses", losses)
    if len(sizes) != len(losses) or len(set(sizes)) < 3:
        raise ValueError(f"sizes={sizes} and losses={losses}: give three or more of both")
    for size in sizes:
        check_positive("size", size)
    x, y = torch.tensor(sizes).double().log(), torch.tensor(losses).double()
    middle = x.mean()
    powers = torch.stack([torch.ones_like(x), x - middle, (x - middle) ** 2], dim=1)
    c, b, a = torch.linalg.lstsq(powers, y).solution.tolist()
    bottom = -b / (2 * a) + middle.item() if a > 0 else math.inf
    if not x.min() <= bottom <= x.max():
        raise ValueError(f"losses={losses} have no minimum between the sizes {sizes}")
    return math.exp(bottom), c - b**2 / (4 * a)


def _points(runs: Sequence[TrainedRun]) -> Float[Tensor, "run 3"]:
    """Logarithms of sizes, tokens and losses."""
    check_several("runs", runs)
    if len(runs) < _LEAST_RUNS:
        raise ValueError(f"runs holds {len(runs)}; a law of five numbers needs {_LEAST_RUNS}")
    for i, run in enumerate(runs):
        check_type(f"runs[{i}]", run, TrainedRun)
        for name, value in run._asdict().items():
            check_positive(f"runs[{i}].{name}", value)
    points = torch.tensor(runs).double().log()
    for name, column in {"size": points[:, 0], "number of tokens": points[:, 1]}.items():
        if len(column.unique()) < 2:
            raise ValueError(f"runs are all of one {name}: its term cannot be told from E")
    return points


def _draw(points: Tensor, generator: torch.Generator) -> Tensor:
    while True:
        places = torch.randint(len(points), (len(points),), generator=generator)
        drawn = points[places]
        enough = len(places.unique()) >= _LEAST_RUNS
        if enough and all(len(drawn[:, i].unique()) > 1 for i in (0, 1)):
            return drawn


def _terms(laws: Float[Tensor, "fit 5"], points: Float[Tensor, "#fit run 3"]) -> Tensor:
    """Logarithms of the law's three terms [fit, run, term]; laws are ln E, ln A, ln B, α, β."""
    e, a, b, alpha, beta = laws.unsqueeze(-1).unbind(1)
    size, tokens = points[..., 0], points[..., 1]
    terms = [e.expand(-1, points.shape[1]), a - alpha * size, b - beta * tokens]
    return torch.stack(terms, dim=-1)


def _objective(laws: Tensor, points: Tensor, delta: float) -> Float[Tensor, " fit"]:
    error = (_terms(laws, points).logsumexp(-1) - points[..., 2]).abs()
    return torch.where(error < delta, error**2 / 2, delta * (error - delta / 2)).sum(1)


def _descend(laws: Tensor, points: Tensor, delta: float) -> Float[Tensor, "fit 5"]:
    """Levenberg and Marquardt's method for all fits at once, errors weighted as Huber has them."""
    damping = laws.new_full((len(laws),), 1e-2)
    best = _objective(laws, points, delta)
    for _ in range(_N_ITERATIONS):
        terms = _terms(laws, points)
        error = terms.logsumexp(-1) - points[..., 2]
        share = terms.softmax(-1)  # the slope of a logarithm of a sum by each of its terms
        size, tokens = points[..., 0], points[..., 1]
        slopes = [*share.unbind(-1), -share[..., 1] * size, -share[..., 2] * tokens]
        jacobian = torch.stack(slopes, dim=-1)
        weight = (delta / error.abs().clamp(min=delta)).unsqueeze(-1)
        normal = jacobian.mT @ (weight * jacobian)
        scale = normal.diagonal(dim1=1, dim2=2).clamp(min=1e-12)
        damped = normal + torch.diag_embed(damping[:, None] * scale)
        step = torch.linalg.solve(damped, jacobian.mT @ (weight * error.unsqueeze(-1)))
        moved = laws - step.squeeze(-1)
        moved[:, :3] = moved[:, :3].clamp(-50, 50)  # a term that the runs do not show
        moved[:, 3:] = moved[:, 3:].clamp(1e-3, 10)  # a term that does not fall is E
        found = _objective(moved, points, delta)
        better = found < best
        laws, best = torch.where(better[:, None], moved, laws), torch.where(better, found, best)
        damping = torch.where(better, damping / 3, damping * 4).clamp(1e-12, 1e6)
        if step.abs().max() < _STEP:
            break
    return laws


def _law(fitted: Float[Tensor, " 5"]) -> ScalingLaw:
    e, a, b, alpha, beta = fitted.tolist()
    return ScalingLaw(entropy=math.exp(e), a=math.exp(a), b=math.exp(b), alpha=alpha, beta=beta)
