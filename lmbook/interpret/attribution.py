"""Attribution: which parts of a network, and which inputs, made a logit what it is?

Direct attribution splits a logit into what each part of the network wrote into the residual stream
(Elhage et al., 2021). Integrated gradients split it among the inputs (Sundararajan et al., 2017).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.autograd import grad

from lmbook.arguments import check_id, check_tensor, check_whole
from lmbook.interpret.capture import (
    Decoder,
    attention_layers,
    capture,
    checked,
    edit,
    evaluating,
    head_outputs,
)
from lmbook.models.llama import Llama
from lmbook.nn.norm import LayerNorm, RMSNorm


@dataclass(frozen=True, kw_only=True)
class LogitParts:
    """A logit, or the difference of two, as a sum over the parts of a network.

    ``biases`` is what does not depend on the input: the biases of the attention's output matrices
    and of the last norm.
    """

    embedding: Float[Tensor, ""]
    heads: Float[Tensor, "layer head"]
    feedforward: Float[Tensor, " layer"]
    biases: Float[Tensor, ""]

    @property
    def total(self) -> Float[Tensor, ""]:
        """The logit."""
        return self.embedding + self.heads.sum() + self.feedforward.sum() + self.biases


@torch.no_grad()
def logit_parts(
    model: Decoder, ids: Int[Tensor, " time"], target_id: int, other_id: int | None = None
) -> LogitParts:
    """What each part adds to the logit of ``target_id`` after ``ids``, whose start token is given.

    With ``other_id``, that token's logit is taken off. The last norm divides by a length that all
    parts make together; it is held fixed, and the rest is linear, so that the parts sum to the
    logit. Raises ``ValueError`` for ids that the model does not take, or none.
    """
    direction = _direction(model, ids, target_id, other_id)
    places = [f"blocks.{i}.feedforward" for i in range(len(model.blocks))]
    stream = ["blocks.0:input", "norm:input"]
    with evaluating(model), capture(model, [*stream, *places]) as kept:
        model.hidden(ids[None])
    last = {place: value[0, -1] for place, value in kept.items()}
    read = _reader(model.norm, last["norm:input"], direction)
    biases = [layer.output.bias for layer in attention_layers(model)]
    fixed = torch.zeros(())
    if isinstance(model.norm, LayerNorm):
        fixed = model.norm.bias @ direction
    return LogitParts(
        embedding=read(last["blocks.0:input"]),
        heads=read(head_outputs(model, ids[None])[:, :, 0, -1]),
        feedforward=read(torch.stack([last[place] for place in places])),
        biases=fixed + sum(read(bias) for bias in biases if bias is not None),
    )


def _direction(
    model: Decoder, ids: Tensor, target_id: int, other_id: int | None
) -> Float[Tensor, " d_model"]:
    """The row of the output layer of one token, less that of the other."""
    check_tensor("ids", ids, "int", 1)
    checked(model, ids[None])
    if not len(ids):
        raise ValueError("ids is empty: give at least the start token")
    table = model.output.weight if isinstance(model, Llama) else model.embedding.weight
    check_id("target_id", target_id, len(table))
    if other_id is None:
        return table[target_id]
    check_id("other_id", other_id, len(table))
    return table[target_id] - table[other_id]


def _reader(norm: LayerNorm | RMSNorm, x: Tensor, direction: Tensor) -> Callable[[Tensor], Tensor]:
    """The norm with the length of ``x``, without its bias, and then the direction: linear."""
    centres = isinstance(norm, LayerNorm)
    length = x.var(correction=0) if centres else x.square().mean()
    weight = norm.weight * torch.rsqrt(length + norm.eps) * direction
    if centres:  # to take the mean off the vectors is to take it off the weights
        weight = weight - weight.mean()
    return lambda part: part @ weight


# a number for each row of inputs
Scores = Callable[[Float[Tensor, "row *shape"]], Float[Tensor, " row"]]


def integrated_gradients(
    function: Scores,
    inputs: Float[Tensor, "*shape"],
    baseline: Float[Tensor, "*shape"],
    n_steps: int = 50,
) -> Float[Tensor, "*shape"]:
    """How much each entry of ``inputs`` moves ``function`` on the straight way from ``baseline``.

    The gradient is averaged over the way, by the Gauss-Legendre rule with ``n_steps`` points, and
    multiplied by inputs - baseline. The sum is function(inputs) - function(baseline) up to the
    error of that rule, which ``completeness_error`` gives. Raises ``ValueError`` if the shapes
    differ or ``n_steps`` is below 1. Source: Sundararajan et al. (2017), section 3.
    """
    _check_way(inputs, baseline)
    check_whole("n_steps", n_steps, 1)
    nodes, weights = np.polynomial.legendre.leggauss(n_steps)
    steps, shares = (torch.from_numpy(x).to(inputs) for x in ((nodes + 1) / 2, weights / 2))
    change = inputs - baseline
    ones = [1] * inputs.ndim
    way = (baseline + steps.view(-1, *ones) * change).detach().requires_grad_()
    (slopes,) = grad(function(way).sum(), way)
    return (slopes * shares.view(-1, *ones)).sum(0) * change


@torch.no_grad()
def completeness_error(
    function: Scores,
    inputs: Float[Tensor, "*shape"],
    baseline: Float[Tensor, "*shape"],
    attributions: Float[Tensor, "*shape"],
) -> float:
    """The sum of the attributions less what the function gained from the baseline to the inputs."""
    _check_way(inputs, baseline)
    end, start = function(inputs[None]), function(baseline[None])
    return float(attributions.sum() - (end - start)[0])


def score_of_vectors(
    model: Decoder, ids: Int[Tensor, " time"], target_id: int, other_id: int | None = None
) -> Scores:
    """The logit of ``target_id`` after ``ids``, as a function of the vectors that enter the blocks.

    With ``other_id``, that token's logit is taken off. What it returns takes vectors
    ``[row time d_model]`` in place of the embeddings of ``ids``. Errors of ``logit_parts``.
    """
    direction = _direction(model, ids, target_id, other_id)

    def score(vectors: Tensor) -> Tensor:
        rows = ids.expand(len(vectors), -1)
        with evaluating(model), edit(model, {"blocks.0:input": lambda _: vectors}):
            return model.hidden(rows)[:, -1] @ direction

    return score


def _check_way(inputs: Tensor, baseline: Tensor) -> None:
    check_tensor("inputs", inputs, "float")
    check_tensor("baseline", baseline, "float")
    if inputs.shape != baseline.shape:
        shape = tuple(baseline.shape)
        raise ValueError(f"baseline has shape {shape}, inputs {tuple(inputs.shape)}")
