"""RNN, LSTM and GRU against torch.nn: values, gradients, state dicts, packed sequences."""

import copy
import math

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.testing import assert_close

from lmbook.nn.lstm_bptt import lstm_bptt
from lmbook.nn.recurrent import GRU, LSTM, RNN, GRUCell, LSTMCell, RNNCell
from lmbook.nn.recurrent_loops import lstm_loop

FAMILIES = {
    "RNN": (RNN, torch.nn.RNN),
    "LSTM by hand": (lambda *sizes: LSTM(*sizes, backend=lstm_bptt), torch.nn.LSTM),
    "LSTM by autograd": (lambda *sizes: LSTM(*sizes, backend=lstm_loop), torch.nn.LSTM),
    "GRU": (GRU, torch.nn.GRU),
}
CELLS = {
    "RNN": (RNNCell, torch.nn.RNNCell),
    "LSTM": (LSTMCell, torch.nn.LSTMCell),
    "GRU": (GRUCell, torch.nn.GRUCell),
}
BATCH, TIME, D_INPUT, D_HIDDEN = 4, 7, 5, 6
families = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(3)


def twins(family, n_layers=1):
    """Our module and torch's, with the same weights."""
    ours, theirs = FAMILIES[family]
    ours, theirs = (
        ours(D_INPUT, D_HIDDEN, n_layers),
        theirs(D_INPUT, D_HIDDEN, n_layers, batch_first=True),
    )
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def flat(state):
    return state if isinstance(state, tuple) else (state,)


def random_state(family, n_layers):
    h, c = torch.randn(2, n_layers, BATCH, D_HIDDEN)
    return (h, c) if family.startswith("LSTM") else h


def gradients(module, x, state, outputs, finals):
    """Gradients of all parameters, of the input and of the initial state."""
    draw = torch.Generator().manual_seed(5)
    loss = sum((y * torch.randn(y.shape, generator=draw)).sum() for y in (outputs, *flat(finals)))
    sources = [*module.parameters(), x, *(flat(state) if state is not None else ())]
    return torch.autograd.grad(loss, sources)


def assert_same(found, expected):
    for mine, their in zip(found, expected, strict=True):
        assert_close(mine, their, atol=1e-5, rtol=1e-5)


@families
@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("with_state", [False, True])
def test_values_and_all_gradients_are_those_of_torch(family, n_layers, with_state):
    ours, theirs = twins(family, n_layers)
    x = torch.randn(BATCH, TIME, D_INPUT, requires_grad=True)
    state = random_state(family, n_layers) if with_state else None
    for tensor in flat(state) if with_state else ():
        tensor.requires_grad_()
    mine, their = ours(x, state), theirs(x, state)
    assert_close(mine, their, atol=1e-5, rtol=1e-5)
    assert_same(gradients(ours, x, state, *mine), gradients(theirs, x, state, *their))


@families
@pytest.mark.parametrize("n_layers", [1, 2, 3])
@pytest.mark.parametrize("with_state", [False, True])
def test_lengths_do_what_packed_sequences_do(family, n_layers, with_state):
    ours, theirs = twins(family, n_layers)
    x = torch.randn(BATCH, TIME, D_INPUT, requires_grad=True)
    state = random_state(family, n_layers) if with_state else None
    for tensor in flat(state) if with_state else ():
        tensor.requires_grad_()
    lengths = torch.tensor([3, TIME, 1, 5])
    mine = ours(x, state, lengths)
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, finals = theirs(packed, state)
    outputs = pad_packed_sequence(outputs, batch_first=True)[0]
    assert_close(mine, (outputs, finals), atol=1e-5, rtol=1e-5)
    assert_same(gradients(ours, x, state, *mine), gradients(theirs, x, state, outputs, finals))


@families
@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_state_dicts_load_strictly_in_both_directions(family, n_layers):
    ours, theirs = twins(family, n_layers)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.reset_parameters()
    theirs.load_state_dict(ours.state_dict(), strict=True)
    x = torch.randn(BATCH, TIME, D_INPUT)
    assert_close(ours(x), theirs(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("family", CELLS)
def test_a_cell_is_one_step_of_torchs_cell_and_of_the_layer(family):
    ours, theirs = (cell(D_INPUT, D_HIDDEN) for cell in CELLS[family])
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    layer = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}[family](D_INPUT, D_HIDDEN)
    layer.load_state_dict({f"{name}_l0": value for name, value in ours.state_dict().items()})
    x, state = torch.randn(BATCH, TIME, D_INPUT), random_state(family, 1)
    one = (state[0][0], state[1][0]) if family == "LSTM" else state[0]
    assert_close(ours(x[:, 0], one), theirs(x[:, 0], one), atol=1e-5, rtol=1e-5)
    outputs, finals = layer(x, state)
    for t in range(TIME):
        one = ours(x[:, t], one)
        assert_close(flat(one)[0], outputs[:, t], atol=1e-5, rtol=1e-5)
    assert_same(flat(one), [final[0] for final in flat(finals)])


def test_an_rnn_step_by_hand():
    # tanh(2·1 + 0.5 + 3·0.1 − 0.8) = tanh(2)
    cell = RNNCell(1, 1)
    values = {"weight_ih": [[2.0]], "weight_hh": [[3.0]], "bias_ih": [0.5], "bias_hh": [-0.8]}
    cell.load_state_dict({name: torch.tensor(value) for name, value in values.items()})
    assert_close(cell(torch.ones(1, 1), torch.full((1, 1), 0.1)), torch.tensor([[math.tanh(2)]]))


@families
def test_padding_changes_nothing_even_if_it_is_not_a_number(family):
    module, _ = twins(family, 2)
    x, lengths = torch.randn(BATCH, TIME, D_INPUT), torch.tensor([2, 4, 1, 6])
    spoiled = x.clone()
    for row, length in enumerate(lengths.tolist()):
        spoiled[row, length:] = math.nan
    spoiled.requires_grad_()
    found, expected = module(spoiled, None, lengths), module(x, None, lengths)
    assert_close(found, expected)
    assert all(g.isfinite().all() for g in gradients(module, spoiled, None, *found))
    assert not any(found[0][row, length:].any() for row, length in enumerate(lengths.tolist()))


@families
def test_a_row_alone_gives_what_it_gives_in_a_batch(family):
    module, _ = twins(family, 2)
    x, lengths = torch.randn(BATCH, TIME, D_INPUT), torch.tensor([2, 4, 1, 7])
    _, finals = module(x, None, lengths)
    for row, length in enumerate(lengths.tolist()):
        _, alone = module(x[row : row + 1, :length])
        assert_same([s[:, 0] for s in flat(alone)], [s[:, row] for s in flat(finals)])


@families
def test_a_sequence_in_two_parts_is_the_sequence_in_one(family):
    module, _ = twins(family, 2)
    x = torch.randn(BATCH, TIME, D_INPUT)
    first, state = module(x[:, :3])
    second, finals = module(x[:, 3:], state)
    assert_close((torch.cat([first, second], 1), finals), module(x))


@families
def test_a_later_input_cannot_change_an_earlier_output(family):
    module, _ = twins(family, 2)
    x = torch.randn(BATCH, TIME, D_INPUT)
    changed = x.clone()
    changed[:, -1] += 1
    assert_close(module(x)[0][:, :-1], module(changed)[0][:, :-1])


def test_initial_weights_are_those_of_torch_under_the_same_seed():
    for ours, theirs in ((RNN, torch.nn.RNN), (LSTM, torch.nn.LSTM), (GRU, torch.nn.GRU)):
        torch.manual_seed(11)
        mine = ours(D_INPUT, D_HIDDEN, 2)
        torch.manual_seed(11)
        expected = theirs(D_INPUT, D_HIDDEN, 2).state_dict()
        assert all(torch.equal(value, expected[name]) for name, value in mine.state_dict().items())


def test_forget_bias_sets_the_sum_of_the_two_biases_and_nothing_else():
    torch.manual_seed(1)
    plain = LSTM(D_INPUT, D_HIDDEN, 2)
    torch.manual_seed(1)
    biased = LSTM(D_INPUT, D_HIDDEN, 2, forget_bias=1.5)
    forget = slice(D_HIDDEN, 2 * D_HIDDEN)
    for k in range(2):
        total = biased.get_parameter(f"bias_ih_l{k}") + biased.get_parameter(f"bias_hh_l{k}")
        assert torch.equal(total[forget], torch.full((D_HIDDEN,), 1.5))
    for (name, value), other in zip(biased.named_parameters(), plain.parameters(), strict=True):
        rest = torch.ones(len(value), dtype=torch.bool)
        rest[forget] = "bias" not in name
        assert torch.equal(value[rest], other[rest])


def test_dropout_falls_between_layers_and_only_in_training():
    x = torch.ones(2, TIME, D_INPUT)
    one, two = GRU(D_INPUT, D_HIDDEN, 1, dropout=0.5), GRU(D_INPUT, D_HIDDEN, 2, dropout=0.5)
    assert torch.equal(one(x)[0], one(x)[0])
    assert not torch.equal(two(x)[0], two(x)[0])
    assert torch.equal(two(x)[1][0], two(x)[1][0])  # nothing is dropped before the first layer
    two.eval()
    assert torch.equal(two(x)[0], two(x)[0])


@families
def test_it_learns_to_repeat_the_first_input_at_the_end(family):
    module, _ = twins(family)
    x = torch.randn(16, 5, D_INPUT).sign()
    head = torch.nn.Linear(D_HIDDEN, D_INPUT)
    optimizer = torch.optim.Adam([*module.parameters(), *head.parameters()], lr=0.03)
    losses = []
    for _ in range(150):
        loss = (head(module(x)[0][:, -1]) - x[:, 0]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.3 * losses[0]


@families
def test_a_copy_is_independent(family):
    module, _ = twins(family)
    copied = copy.deepcopy(module)
    x = torch.randn(BATCH, TIME, D_INPUT)
    assert_close(copied(x), module(x))
    with torch.no_grad():
        copied.weight_hh_l0.zero_()
    assert module.weight_hh_l0.any()


@families
@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((0, TIME, D_INPUT), "batch=0, time=7: both must be at least 1"),
        ((BATCH, 0, D_INPUT), "batch=4, time=0: both must be at least 1"),
        ((BATCH, TIME, 9), r"x has shape \(4, 7, 9\), not \(batch, time, d_input=5\)"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(family, shape, message):
    with pytest.raises(ValueError, match=message):
        twins(family)[0](torch.zeros(shape))


@families
@pytest.mark.parametrize(
    ("lengths", "message"),
    [
        ([3, 0, 1, 2], "lengths holds 0, outside 1 … time=7"),
        ([3, 8, 1, 2], "lengths holds 8, outside 1 … time=7"),
        ([3, 2], r"lengths has shape \(2,\), not \(batch=4,\)"),
    ],
)
def test_lengths_out_of_range_are_refused(family, lengths, message):
    with pytest.raises(ValueError, match=message):
        twins(family)[0](torch.zeros(BATCH, TIME, D_INPUT), None, torch.tensor(lengths))


@families
@pytest.mark.parametrize("shape", [(2, BATCH, D_HIDDEN), (1, 3, D_HIDDEN), (1, BATCH, 9)])
def test_states_that_do_not_fit_are_refused(family, shape):
    state = torch.zeros(shape)
    state = (state, state) if family.startswith("LSTM") else state
    with pytest.raises(ValueError, match=r"state has shape .* not .*d_hidden\)=\(1, 4, 6\)"):
        twins(family)[0](torch.zeros(BATCH, TIME, D_INPUT), state)


@pytest.mark.parametrize("layers", [RNN, LSTM, GRU])
def test_impossible_sizes_are_refused(layers):
    for sizes, message in (
        ((0, 4), "d_input=0 is less than 1"),
        ((4, 0), "d_hidden=0 is less than 1"),
        ((4, 4, 0), "n_layers=0 is less than 1"),
        ((4, 4, 1, 1.0), r"dropout=1.0 is not in \[0, 1\)"),
        ((4, 4, 1, -0.1), r"dropout=-0.1 is not in \[0, 1\)"),
    ):
        with pytest.raises(ValueError, match=message):
            layers(*sizes)


@pytest.mark.parametrize("family", CELLS)
def test_a_cell_refuses_sizes_that_do_not_fit(family):
    cell = CELLS[family][0](D_INPUT, D_HIDDEN)
    wrap = (lambda h: (h, h)) if family == "LSTM" else (lambda h: h)
    for x, h, message in (
        (
            torch.zeros(2, 3),
            torch.zeros(2, D_HIDDEN),
            r"x has shape \(2, 3\), not \(batch ≥ 1, 5\)",
        ),
        (torch.zeros(2, D_INPUT), torch.zeros(3, D_HIDDEN), r"state has shape \(3, 6\)"),
        (torch.zeros(0, D_INPUT), torch.zeros(0, D_HIDDEN), r"x has shape \(0, 5\)"),
    ):
        with pytest.raises(ValueError, match=message):
            cell(x, wrap(h))
