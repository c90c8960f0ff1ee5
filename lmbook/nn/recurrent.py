"""Recurrent layers: RNN (Elman, 1990), LSTM (Hochreiter & Schmidhuber, 1997), GRU (Cho, 2014).

Parameters have torch.nn's names, shapes and order of gates, so that state dicts load strictly
in both directions. The arithmetic of a step stands in ``recurrent_loops.py``.
"""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.nn.lstm_bptt import lstm_bptt
from lmbook.nn.recurrent_checks import check_input, check_sizes, check_states, last_steps
from lmbook.nn.recurrent_loops import gru_loop, gru_step, in_full, lstm_step, rnn_loop, rnn_step

Inputs = Float[Tensor, "batch time d_in"]
Outputs = Float[Tensor, "batch time d_hidden"]
Rows = Float[Tensor, "_ d_hidden"]
State = Float[Tensor, "_ _ d_state"]
Lengths = Int[Tensor, " _"]
Backend = Callable[..., tuple[Tensor, Tensor]]


class _Cell(nn.Module):
    """One step of one layer: four parameters, as in torch.nn's cells."""

    n_gates: int
    weight_ih: nn.Parameter
    weight_hh: nn.Parameter
    bias_ih: nn.Parameter
    bias_hh: nn.Parameter

    def __init__(self, d_input: int, d_hidden: int) -> None:
        super().__init__()
        check_sizes({"d_input": d_input, "d_hidden": d_hidden})
        self.d_input, self.d_hidden = d_input, d_hidden
        _add_parameters(self, self.n_gates * d_hidden, d_input, d_hidden, suffix="")
        _draw_uniform(self, d_hidden)

    def _products(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        for name, value, width in (("x", x, self.d_input), ("state", h, self.d_hidden)):
            if value.shape != (len(x), width) or not len(x):
                raise ValueError(f"{name} has shape {tuple(value.shape)}, not (batch ≥ 1, {width})")
        from_x = F.linear(x, self.weight_ih, self.bias_ih)
        return from_x, F.linear(h, self.weight_hh, self.bias_hh)


class RNNCell(_Cell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh)."""

    n_gates = 1

    def forward(self, x: Float[Tensor, "_ d_in"], state: Rows) -> Rows:
        """The state after ``x``. Raises ``ValueError`` when a size does not fit."""
        from_x, from_h = self._products(x, state)
        return rnn_step(from_x + from_h)


class LSTMCell(_Cell):
    """Input, forget and output gates around a cell c that is added to, not overwritten."""

    n_gates = 4

    def forward(
        self,
        x: Float[Tensor, "_ d_in"],
        state: tuple[Rows, Rows],
    ) -> tuple[Rows, Rows]:
        """The pair (h, c) after ``x``. Raises ``ValueError`` when a size does not fit."""
        h, c = state
        if c.shape != h.shape:
            raise ValueError(f"c has shape {tuple(c.shape)}, h has {tuple(h.shape)}")
        from_x, from_h = self._products(x, h)
        return lstm_step(from_x + from_h, c)


class GRUCell(_Cell):
    """Reset and update gates; the state is its own memory."""

    n_gates = 3

    def forward(self, x: Float[Tensor, "_ d_in"], state: Rows) -> Rows:
        """The state after ``x``. Raises ``ValueError`` when a size does not fit."""
        from_x, from_h = self._products(x, state)
        return gru_step(from_x, from_h, state)


class _Layers(nn.Module):
    """A stack of recurrent layers: what RNN, LSTM and GRU have in common."""

    n_gates: int
    n_states = 1

    def __init__(self, d_input: int, d_hidden: int, n_layers: int = 1, dropout: float = 0.0):
        super().__init__()
        check_sizes({"d_input": d_input, "d_hidden": d_hidden, "n_layers": n_layers})
        if not 0 <= dropout < 1:
            raise ValueError(f"dropout={dropout} is not in [0, 1)")
        self.d_input, self.d_hidden, self.n_layers = d_input, d_hidden, n_layers
        self.dropout = dropout
        for k in range(n_layers):
            width = d_hidden if k else d_input
            _add_parameters(self, self.n_gates * d_hidden, width, d_hidden, suffix=f"_l{k}")
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all weights from U(−1/√d_hidden, 1/√d_hidden), torch.nn's default."""
        _draw_uniform(self, self.d_hidden)

    def _parameters_of(self, k: int) -> list[Tensor]:
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return [getattr(self, f"{name}_l{k}") for name in names]

    def _layer(self, k: int, x: Tensor, start: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """The state's tensors at all steps of layer k; the first one is its output."""
        raise NotImplementedError

    def _run(
        self, x: Tensor, states: tuple[Tensor, ...] | None, lengths: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Outputs and final states. Rows run on past their end; nothing of that is read.

        A later step cannot change an earlier one, so the state at a row's own last step is its
        final state, whatever the padding does afterwards.
        """
        batch, time = check_input(x, self.d_input)
        states = states or (x.new_zeros(self.n_layers, batch, self.d_hidden),) * self.n_states
        check_states(states, (self.n_layers, batch, self.d_hidden))
        last = last_steps(lengths, batch, time, x.device)
        padding = torch.arange(time, device=x.device)[:, None, None] > last[:, None]
        padded = lengths is not None
        x, finals, rows = x.transpose(0, 1).contiguous(), [], torch.arange(batch, device=x.device)
        for k in range(self.n_layers):
            if k:
                x = F.dropout(x, self.dropout, self.training)
            x = x.masked_fill(padding, 0.0) if padded else x
            sequences = self._layer(k, x, tuple(state[k] for state in states))
            finals.append([s[last, rows] if padded else s[-1] for s in sequences])
            x = sequences[0]
        x = x.masked_fill(padding, 0.0) if padded else x
        return x.transpose(0, 1), tuple(torch.stack(layers) for layers in zip(*finals, strict=True))


class RNN(_Layers):
    """Elman's network: h_t = tanh(W_ih x_t + b_ih + W_hh h_(t−1) + b_hh), ``n_layers`` deep."""

    n_gates = 1

    def _layer(self, k: int, x: Tensor, start: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        weight_ih, weight_hh, bias_ih, bias_hh = self._parameters_of(k)
        return in_full(rnn_loop, F.linear(x, weight_ih, bias_ih + bias_hh), start[0], weight_hh)

    def forward(
        self, x: Inputs, state: State | None = None, lengths: Lengths | None = None
    ) -> tuple[Outputs, State]:
        """Outputs of the last layer and the final states of all, [n_layers batch d_hidden].

        With ``lengths``, a row's state stands still after its length and its later outputs are
        zero. Raises ``ValueError`` for an empty batch, no time, or sizes that do not fit.
        """
        outputs, (h,) = self._run(x, None if state is None else (state,), lengths)
        return outputs, h


class GRU(_Layers):
    """Gated recurrent units (Cho et al., 2014), in the form of torch.nn and cuDNN."""

    n_gates = 3

    def _layer(self, k: int, x: Tensor, start: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        weight_ih, weight_hh, bias_ih, bias_hh = self._parameters_of(k)
        return in_full(gru_loop, F.linear(x, weight_ih, bias_ih), start[0], weight_hh, bias_hh)

    def forward(
        self, x: Inputs, state: State | None = None, lengths: Lengths | None = None
    ) -> tuple[Outputs, State]:
        """As ``RNN.forward``."""
        outputs, (h,) = self._run(x, None if state is None else (state,), lengths)
        return outputs, h


class LSTM(_Layers):
    """Long short-term memory with a forget gate (Gers et al., 2000).

    ``forget_bias`` sets the forget gates' bias (the sum of the two that torch.nn keeps); 1 or
    more lets a new network remember. None leaves it random, as torch.nn does. ``backend`` does
    the loop over time: ``lstm_bptt`` with gradients by hand, or ``lstm_loop`` with autograd,
    slower but open to gradients of gradients.
    """

    n_gates = 4
    n_states = 2

    def __init__(
        self,
        d_input: int,
        d_hidden: int,
        n_layers: int = 1,
        dropout: float = 0.0,
        forget_bias: float | None = None,
        backend: Backend = lstm_bptt,
    ) -> None:
        self.forget_bias = forget_bias
        super().__init__(d_input, d_hidden, n_layers, dropout)
        self.backend = backend

    def reset_parameters(self) -> None:
        """As torch.nn, then the forget gates' biases."""
        super().reset_parameters()
        if self.forget_bias is None:
            return
        for k in range(self.n_layers):
            for name, value in (("bias_ih", self.forget_bias), ("bias_hh", 0.0)):
                bias = getattr(self, f"{name}_l{k}").data
                bias[self.d_hidden : 2 * self.d_hidden] = value

    def _layer(self, k: int, x: Tensor, start: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        weight_ih, weight_hh, bias_ih, bias_hh = self._parameters_of(k)
        return in_full(self.backend, F.linear(x, weight_ih, bias_ih + bias_hh), *start, weight_hh)

    def forward(
        self, x: Inputs, state: tuple[State, State] | None = None, lengths: Lengths | None = None
    ) -> tuple[Outputs, tuple[State, State]]:
        """As ``RNN.forward``, with the pair (h, c) for a state."""
        outputs, (h, c) = self._run(x, state, lengths)
        return outputs, (h, c)


def _add_parameters(
    module: nn.Module, n_rows: int, d_input: int, d_hidden: int, suffix: str
) -> None:
    """Two weights and two biases: torch.nn keeps a bias for each of the two products."""
    shapes = {"weight_ih": (n_rows, d_input), "weight_hh": (n_rows, d_hidden)}
    shapes |= {"bias_ih": (n_rows,), "bias_hh": (n_rows,)}
    for name, shape in shapes.items():
        module.register_parameter(name + suffix, nn.Parameter(torch.empty(shape)))


def _draw_uniform(module: nn.Module, d_hidden: int) -> None:
    for parameter in module.parameters():
        nn.init.uniform_(parameter, -1 / math.sqrt(d_hidden), 1 / math.sqrt(d_hidden))
