"""The hand-written gradients against autograd, finite differences and torch.nn.LSTM."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.nn.lstm_bptt import LSTMFunction, lstm_bptt
from lmbook.nn.recurrent import LSTM
from lmbook.nn.recurrent_loops import lstm_loop


def random_inputs(time=5, batch=3, d_hidden=4, dtype=torch.float64, seed=0):
    """x_projected, h0, c0, weight_hh."""
    draw = torch.Generator().manual_seed(seed)
    shapes = (
        (time, batch, 4 * d_hidden),
        (batch, d_hidden),
        (batch, d_hidden),
        (4 * d_hidden, d_hidden),
    )
    return [torch.randn(s, generator=draw, dtype=dtype, requires_grad=True) for s in shapes]


def test_one_step_by_hand():
    # gates' sums 0, so i = f = o = 1/2 and g = 0: c = 1/2 · 2 + 0 = 1, h = tanh(1)/2
    h, c = lstm_bptt(
        torch.zeros(1, 1, 4), torch.zeros(1, 1), torch.full((1, 1), 2.0), torch.eye(4)[:, :1]
    )
    assert_close(c, torch.ones(1, 1, 1))
    assert_close(h, torch.full((1, 1, 1), math.tanh(1) / 2))


@pytest.mark.parametrize("time", [1, 2, 7])
@pytest.mark.parametrize("used", ["h", "c", "h and c", "last c"])
def test_values_and_gradients_equal_autograds_in_float64(time, used):
    inputs = random_inputs(time)
    w_h, w_c = torch.randn(2, time, 3, 4, dtype=torch.float64)
    results = []
    for layer in (lstm_bptt, lstm_loop):
        h, c = layer(*inputs)
        losses = {"h": (h * w_h).sum(), "c": (c * w_c).sum(), "last c": (c[-1] * w_c[-1]).sum()}
        loss = losses["h"] + losses["c"] if used == "h and c" else losses[used]
        results.append((h, c, *torch.autograd.grad(loss, inputs)))
    for mine, autograds in zip(*results, strict=True):
        assert_close(mine, autograds, atol=1e-8, rtol=0)


def test_gradients_equal_finite_differences():
    assert torch.autograd.gradcheck(lstm_bptt, random_inputs())
    assert torch.autograd.gradcheck(LSTMFunction.apply, random_inputs(time=1, batch=1, d_hidden=2))


@pytest.mark.parametrize("n_layers", [1, 3])
def test_it_agrees_with_torch_in_float32(n_layers):
    theirs = torch.nn.LSTM(6, 8, n_layers, batch_first=True)
    ours = LSTM(6, 8, n_layers, backend=lstm_bptt)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(4, 20, 6)
    factors = torch.randn(4, 20, 8)
    for module in (ours, theirs):
        (module(x)[0] * factors).sum().backward()
    assert_close(ours(x), theirs(x), atol=1e-5, rtol=1e-5)
    expected = dict(theirs.named_parameters())
    for name, parameter in ours.named_parameters():
        assert_close(parameter.grad, expected[name].grad, atol=1e-5, rtol=1e-5)


def test_both_backends_agree_over_rows_of_different_length():
    layers = [LSTM(3, 4, 2, backend=backend).double() for backend in (lstm_bptt, lstm_loop)]
    layers[1].load_state_dict(layers[0].state_dict())
    x = torch.randn(3, 6, 3, dtype=torch.float64)
    for layer in layers:
        outputs, (h, c) = layer(x, lengths=torch.tensor([6, 1, 4]))
        (outputs.square().sum() + h.sin().sum() + c.square().sum()).backward()
    for mine, autograds in zip(layers[0].parameters(), layers[1].parameters(), strict=True):
        assert_close(mine.grad, autograds.grad, atol=1e-8, rtol=0)


def test_a_graph_that_is_kept_gives_the_same_gradients_twice():
    inputs = random_inputs()
    loss = lstm_bptt(*inputs)[0].square().sum()
    first = torch.autograd.grad(loss, inputs, retain_graph=True)
    assert all(map(torch.equal, first, torch.autograd.grad(loss, inputs)))


def test_inputs_stay_as_they_were():
    inputs = random_inputs()
    before = [x.detach().clone() for x in inputs]
    lstm_bptt(*inputs)[0].sum().backward()
    assert all(map(torch.equal, inputs, before))


def test_gradients_of_gradients_are_refused_not_wrong():
    inputs = random_inputs()
    loss = lstm_bptt(*inputs)[0].sum()
    with pytest.raises(RuntimeError, match="no gradients of gradients; lstm_loop has"):
        torch.autograd.grad(loss, inputs, create_graph=True)


def test_views_that_are_not_contiguous_are_read_rightly():
    x, h, c, weight = random_inputs()
    strided = x.detach().transpose(0, 1).contiguous().transpose(0, 1).requires_grad_()
    expected = torch.autograd.grad(lstm_bptt(x, h, c, weight)[0].sum(), x)[0]
    found = torch.autograd.grad(lstm_bptt(strided, h, c, weight)[0].sum(), strided)[0]
    assert_close(found, expected)


def test_sizes_that_do_not_fit_are_refused():
    x, h, c, weight = random_inputs()
    for inputs, message in (
        ((x[:0], h, c, weight), "time=0, batch=3: both must be at least 1"),
        ((x[:, :0], h[:0], c[:0], weight), "time=5, batch=0"),
        ((x[..., :15], h, c, weight), "x_projected has 15 columns, .* 4·d_hidden=16"),
        ((x, h, c, weight[:12]), "weight_hh has 12 rows; both must be 4·d_hidden=16"),
        ((x, h[:2], c, weight), r"h0 has shape \(2, 4\), not \(batch, d_hidden\)=\(3, 4\)"),
        ((x, h, c[:, :3], weight), r"c0 has shape \(3, 3\)"),
        ((x.float(), h, c, weight), "one dtype expected, got .*float32.*float64"),
    ):
        with pytest.raises(ValueError, match=message):
            lstm_bptt(*inputs)
