"""One step of RNN, LSTM and GRU, and the loop over time, on bare tensors.

Time is the first axis: what one step reads lies side by side in memory. ``x_projected`` holds,
for every step, the inputs times ``weight_ih`` plus the biases: one matrix product for all
steps. Only the product with the state must wait for the step before.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

Inputs = Float[Tensor, "time batch gates"]
Gates = Float[Tensor, "batch gates"]
Rows = Float[Tensor, "batch d_hidden"]
Sequence = Float[Tensor, "time batch d_hidden"]
Weight = Float[Tensor, "gates d_hidden"]


def in_full(
    loop: Callable[..., tuple[Tensor, ...]], x_projected: Inputs, *rest: Tensor
) -> tuple[Tensor, ...]:
    """``loop(x_projected, *rest)`` in the weights' own precision, that of the last tensor.

    Autocast is off: a state that is rounded to 16 bits at every step loses what it adds up.
    """
    with torch.autocast(x_projected.device.type, enabled=False):
        return loop(*(part.to(rest[-1].dtype) for part in (x_projected, *rest)))


def rnn_step(gates: Float[Tensor, "batch d_hidden"]) -> Rows:
    """The new state from the sum of what comes from the input and from the old state."""
    return gates.tanh()


def lstm_step(gates: Gates, c: Rows) -> tuple[Rows, Rows]:
    """The new h and c from the four gates' sums, side by side in the order i, f, g, o."""
    i, f, g, o = gates.chunk(4, dim=-1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(from_x: Gates, from_h: Gates, h: Rows) -> Rows:
    """The new state; the order is reset r, update z, candidate n.

    As in torch.nn and cuDNN, r scales the candidate's share *after* the product with the
    state; Cho et al. (2014) scaled the state before it.
    """
    x_rz, x_n = from_x.split((2 * h.shape[-1], h.shape[-1]), dim=-1)
    h_rz, h_n = from_h.split((2 * h.shape[-1], h.shape[-1]), dim=-1)
    r, z = (x_rz + h_rz).sigmoid().chunk(2, dim=-1)
    n = torch.addcmul(x_n, r, h_n).tanh()
    return torch.lerp(n, h, z)


def rnn_loop(x_projected: Inputs, h: Rows, weight_hh: Weight) -> tuple[Sequence]:
    """States at all steps; ``x_projected`` holds inputs times ``weight_ih``, plus both biases."""
    weight, outputs = weight_hh.t(), []
    for from_x in x_projected.unbind(0):
        h = rnn_step(torch.addmm(from_x, h, weight))
        outputs.append(h)
    return (torch.stack(outputs),)


def lstm_loop(
    x_projected: Inputs, h: Rows, c: Rows, weight_hh: Weight
) -> tuple[Sequence, Sequence]:
    """h and c at all steps; ``x_projected`` as in ``rnn_loop``."""
    weight, outputs, cells = weight_hh.t(), [], []
    for from_x in x_projected.unbind(0):
        h, c = lstm_step(torch.addmm(from_x, h, weight), c)
        outputs.append(h)
        cells.append(c)
    return torch.stack(outputs), torch.stack(cells)


def gru_loop(
    x_projected: Inputs, h: Rows, weight_hh: Weight, bias_hh: Float[Tensor, " gates"]
) -> tuple[Sequence]:
    """States at all steps; ``bias_hh`` stays in the loop, because r scales a part of it."""
    weight, outputs = weight_hh.t(), []
    for from_x in x_projected.unbind(0):
        h = gru_step(from_x, torch.addmm(bias_hh, h, weight), h)
        outputs.append(h)
    return (torch.stack(outputs),)
