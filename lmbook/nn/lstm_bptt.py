"""The LSTM's backpropagation through time, written out by hand.

Forward, for every step t (⊙ multiplies entry by entry):

    [a_i, a_f, a_g, a_o] = x_projected_t + h_(t−1) W_hhᵀ
    i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
    c_t = f ⊙ c_(t−1) + i ⊙ g            h_t = o ⊙ tanh(c_t)

Backward, from the last step to the first, with ∂z for the derivative of the loss by z:

    ∂h_t = (from the outputs) + ∂a_(t+1) W_hh
    ∂c_t = (from the outputs) + ∂h_t ⊙ o ⊙ (1 − tanh²(c_t)) + ∂c_(t+1) ⊙ f_(t+1)
    ∂a_i = ∂c_t ⊙ g ⊙ i(1 − i)           ∂a_f = ∂c_t ⊙ c_(t−1) ⊙ f(1 − f)
    ∂a_g = ∂c_t ⊙ i ⊙ (1 − g²)           ∂a_o = ∂h_t ⊙ tanh(c_t) ⊙ o(1 − o)
    ∂W_hh = Σ_t ∂a_tᵀ h_(t−1)            ∂x_projected_t = ∂a_t

Only ∂h and ∂c travel from step to step. All that multiplies them depends on the forward pass
alone, so it is computed for all steps at once; so is the sum of ∂W_hh, one matrix product.
"""

import torch
from jaxtyping import Float
from torch import Tensor

Sequence = Float[Tensor, "time batch d_hidden"]


def lstm_bptt(
    x_projected: Float[Tensor, "time batch _"],
    h0: Float[Tensor, "_ _"],
    c0: Float[Tensor, "_ _"],
    weight_hh: Float[Tensor, "_ d_hidden"],
) -> tuple[Sequence, Sequence]:
    """h and c at all steps of one layer, with gradients from ``LSTMFunction``.

    ``x_projected`` holds the inputs times ``weight_ih`` plus both biases, gates side by side in
    the order i, f, g, o. The same function as ``lstm_loop``, in fewer and larger operations.
    Asking for gradients of gradients raises ``RuntimeError``, sizes or dtypes that do not fit
    ``ValueError``.
    """
    (time, batch, width), d_hidden = x_projected.shape, weight_hh.shape[1]
    if not time or not batch:
        raise ValueError(f"time={time}, batch={batch}: both must be at least 1")
    if width != 4 * d_hidden or len(weight_hh) != 4 * d_hidden:
        sizes = f"x_projected has {width} columns, weight_hh has {len(weight_hh)} rows"
        raise ValueError(f"{sizes}; both must be 4·d_hidden={4 * d_hidden}")
    dtypes = {tensor.dtype for tensor in (x_projected, h0, c0, weight_hh)}
    if len(dtypes) > 1:
        raise ValueError(f"tensors of one dtype expected, got {sorted(map(str, dtypes))}")
    for name, state in (("h0", h0), ("c0", c0)):
        if state.shape != (batch, d_hidden):
            raise ValueError(
                f"{name} has shape {tuple(state.shape)}, not (batch, d_hidden)={(batch, d_hidden)}"
            )
    return LSTMFunction.apply(x_projected, h0, c0, weight_hh)


class LSTMFunction(torch.autograd.Function):
    """One layer over all steps; arguments and results as in ``lstm_bptt``."""

    @staticmethod
    def forward(ctx, x_projected, h0, c0, weight_hh):
        """Run the layer and keep what the backward pass multiplies with."""
        time, batch, d_hidden = *x_projected.shape[:2], weight_hh.shape[1]
        gates = torch.empty_like(x_projected, memory_format=torch.contiguous_format)
        h, c = (gates.new_empty(time + 1, batch, d_hidden) for _ in range(2))
        tanh_c = gates.new_empty(time, batch, d_hidden)
        h[0], c[0] = h0, c0
        _all_steps(x_projected, weight_hh, gates, h, c, tanh_c)
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(gates, h, c, tanh_c, weight_hh)
        return h[1:], c[1:]

    @staticmethod
    def backward(ctx, d_h, d_c):
        """Derivatives by x_projected, h0, c0 and weight_hh."""
        if torch.is_grad_enabled():  # create_graph=True: silence would drop a part of the loss
            raise RuntimeError("lstm_bptt has no gradients of gradients; lstm_loop has")
        gates, h, c, tanh_c, weight_hh = ctx.saved_tensors
        d_h = torch.zeros_like(tanh_c) if d_h is None else d_h
        d_gates, through_h = _local_derivatives(gates, h, c, tanh_c)
        d_c0 = _all_steps_back(d_h, d_c, gates, d_gates, through_h, weight_hh)
        d_weight = d_gates.flatten(0, 1).t() @ h[:-1].flatten(0, 1)
        return d_gates, d_gates[0] @ weight_hh, d_c0, d_weight


def _by_gate(gates: Tensor) -> tuple[Tensor, ...]:
    """Views [time batch d_hidden] of i, f, g and o, which lie side by side."""
    return gates.unflatten(-1, (4, -1)).unbind(-2)


def _all_steps(x_projected, weight_hh, gates, h, c, tanh_c) -> None:
    """Fill the arrays step by step; every operation writes into its place."""
    weight = weight_hh.t().contiguous()  # once, not in every product
    i, f, g, o = _by_gate(gates)
    sigmoids = gates[..., : 2 * weight_hh.shape[1]]  # i and f are neighbours
    arrays = (x_projected, gates, sigmoids, i, f, g, o, h, c, tanh_c, h[1:], c[1:])
    for x, a, i_f, i_t, f_t, g_t, o_t, h_old, c_old, tanh_t, h_new, c_new in zip(
        *(array.unbind(0) for array in arrays), strict=False
    ):
        torch.addmm(x, h_old, weight, out=a)
        i_f.sigmoid_()
        g_t.tanh_()
        o_t.sigmoid_()
        torch.mul(f_t, c_old, out=c_new).addcmul_(i_t, g_t)
        torch.tanh(c_new, out=tanh_t)
        torch.mul(o_t, tanh_t, out=h_new)


def _local_derivatives(
    gates: Tensor, h: Tensor, c: Tensor, tanh_c: Tensor
) -> tuple[Tensor, Tensor]:
    """What ∂c (for o: ∂h) is multiplied by to give ∂a, and what leads from ∂h to ∂c."""
    i, f, g, o = _by_gate(gates)
    factors = torch.empty_like(gates)
    d_i, d_f, d_g, d_o = _by_gate(factors)
    for place, y, partner in ((d_i, i, g), (d_f, f, c[:-1]), (d_o, o, tanh_c)):
        torch.addcmul(y, y, y, value=-1, out=place).mul_(partner)  # σ' = y − y²
    torch.addcmul(i, i * g, g, value=-1, out=d_g)  # tanh' = 1 − y²
    return factors, torch.addcmul(o, h[1:], tanh_c, value=-1)  # o(1 − tanh²) = o − h tanh


def _all_steps_back(d_h, d_c, gates, d_gates, through_h, weight_hh) -> Tensor:
    """Turn the factors in ``d_gates`` into ∂a, from the last step to the first; returns ∂c0."""
    d_hidden = weight_hh.shape[1]
    f = _by_gate(gates)[1]
    d_ifg = d_gates.unflatten(-1, (4, d_hidden))[:, :, :3]
    d_o = d_gates[..., 3 * d_hidden :]
    arrays = [array.unbind(0) for array in (d_h, f, through_h, d_gates, d_ifg, d_o)]
    dc, da_next = torch.zeros_like(through_h[0]), None
    for t in reversed(range(len(gates))):
        dh, f_t, through_t, da, da_ifg, da_o = (array[t] for array in arrays)
        if da_next is not None:
            dh = torch.addmm(dh, da_next, weight_hh)
        dc.addcmul_(dh, through_t)
        if d_c is not None:
            dc += d_c[t]
        da_ifg *= dc[:, None]
        da_o *= dh
        dc *= f_t
        da_next = da
    return dc
