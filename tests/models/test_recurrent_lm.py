"""The recurrent model: by hand, against torch.nn, and its configuration."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.data.batches.windows import stream_batches
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM

TORCH_LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def model_of(**fields) -> RecurrentLM:
    torch.manual_seed(0)
    return RecurrentLM(RecurrentConfig(**fields))


def test_the_logits_by_hand():
    model = model_of(vocab_size=2, d_model=1, d_hidden=1, cell="rnn", start_id=0)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.tensor([[1.0], [-1.0]]))
        for name, value in (("weight_ih", 2.0), ("weight_hh", 0.5), ("bias_ih", 0.1)):
            getattr(model.recurrent, f"{name}_l0").fill_(value)
        model.recurrent.bias_hh_l0.fill_(0.0)
        model.output.weight.copy_(torch.tensor([[3.0], [0.0]]))
        model.output.bias.copy_(torch.tensor([0.0, 1.0]))
    # h1 = tanh(2·1 + 0.1); h2 = tanh(2·(-1) + 0.5·h1 + 0.1)
    h1 = math.tanh(2.1)
    h2 = math.tanh(-1.9 + 0.5 * h1)
    logits, state = model(torch.tensor([[0, 1]]))
    assert_close(logits[0], torch.tensor([[3 * h1, 1.0], [3 * h2, 1.0]]))
    assert_close(state, torch.tensor([[[h2]]]))


@pytest.mark.parametrize("cell", TORCH_LAYERS)
def test_a_model_made_of_torch_s_own_parts_gives_the_same_logits_and_gradients(cell):
    model = model_of(vocab_size=13, d_model=5, d_hidden=7, n_layers=2, cell=cell)
    embedding, output = nn.Embedding(13, 5), nn.Linear(7, 13)
    layers = TORCH_LAYERS[cell](5, 7, num_layers=2, batch_first=True)
    embedding.load_state_dict(model.embedding.state_dict(), strict=True)
    layers.load_state_dict(model.recurrent.state_dict(), strict=True)
    output.load_state_dict(model.output.state_dict(), strict=True)
    ids = torch.randint(13, (3, 8), generator=torch.Generator().manual_seed(1))
    logits, expected = model(ids)[0], output(layers(embedding(ids))[0])
    assert_close(logits, expected, atol=1e-5, rtol=1e-5)
    logits.square().sum().backward()
    expected.square().sum().backward()
    for ours, theirs in ((model.embedding, embedding), (model.recurrent, layers)):
        for name, parameter in theirs.named_parameters():
            assert_close(ours.get_parameter(name).grad, parameter.grad, atol=1e-5, rtol=1e-5)


def test_streams_with_the_state_carried_give_the_logits_of_the_whole_text():
    model = model_of(vocab_size=13, d_model=5, d_hidden=7)
    ids = torch.randint(13, (41,), generator=torch.Generator().manual_seed(1))
    whole, _ = model(ids[None, :20])
    state, pieces = None, []
    for inputs, _ in stream_batches(ids, batch_size=2, n_steps=6):
        logits, state = model(inputs, state)
        pieces.append(logits[0])
    assert_close(torch.cat(pieces), whole[0])


def test_tied_weights_are_one_matrix_and_get_both_gradients():
    tied = model_of(vocab_size=9, d_model=6, d_hidden=6, cell="rnn", tied=True)
    assert tied.output.weight is tied.embedding.weight
    # 9·6 for the table, 6·6 twice and 6 twice for the layer, 9 for the output's bias
    assert tied.n_parameters == 54 + 36 * 2 + 6 * 2 + 9
    tied(torch.tensor([[2, 3]]))[0].sum().backward()
    assert tied.embedding.weight.grad is not None
    assert (tied.embedding.weight.grad.abs().sum(dim=1) > 0).all()  # every row, not 2 and 3 only


def test_dropout_zeroes_the_inputs_and_outputs_but_not_the_way_through_time():
    model = model_of(vocab_size=9, d_model=8, d_hidden=8, dropout=0.5)
    ids = torch.tensor([[2, 3, 4]])
    assert not torch.equal(model(ids)[0], model(ids)[0])
    model.eval()
    assert_close(model(ids)[0], model(ids)[0])


def test_the_input_scale_reaches_the_first_layer_and_not_the_output():
    torch.manual_seed(0)
    fields = {"vocab_size": 9, "d_model": 4, "d_hidden": 4, "tied": True}
    scaled = RecurrentLM(RecurrentConfig(**fields, input_scale=3.0))
    plain = RecurrentLM(RecurrentConfig(**fields))
    plain.load_state_dict(scaled.state_dict())
    ids = torch.tensor([[1, 2, 3]])
    hidden, _ = plain.recurrent(3.0 * plain.embedding(ids))
    assert_close(scaled(ids)[0], plain.output(hidden))
    assert not torch.allclose(scaled(ids)[0], plain(ids)[0])


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_under_autocast_the_state_keeps_its_precision(cell):
    torch.manual_seed(0)
    model = RecurrentLM(RecurrentConfig(vocab_size=9, d_model=8, d_hidden=8, cell=cell, n_layers=2))
    ids = torch.randint(9, (2, 12))
    exact, _ = model(ids)
    with torch.autocast("cpu", torch.bfloat16):
        rounded, state = model(ids)
        rounded.float().logsumexp(-1).sum().backward()
    parts = state if isinstance(state, tuple) else (state,)
    assert all(part.dtype == torch.float32 for part in parts)
    assert (rounded.float() - exact).abs().max() < 0.02


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocab_size": 0}, "vocab_size=0 is below 1"),
        ({"n_layers": 0}, "n_layers=0 is below 1"),
        ({"dropout": -0.1}, "dropout=-0.1 is not at least 0 and below 1"),
        ({"cell": "transformer"}, "cell='transformer' is not one of gru, lstm, rnn"),
        ({"input_scale": 0.0}, "input_scale=0.0 is not a finite number above 0"),
        ({"start_id": -1}, "start_id=-1 is not an id below vocab_size=9"),
        ({"tied": True, "d_model": 4, "d_hidden": 6}, "need d_hidden == d_model, not 6 and 4"),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields, message):
    with pytest.raises(ValueError, match=message):
        RecurrentConfig(**({"vocab_size": 9} | fields))


def test_a_state_of_another_batch_is_refused():
    model = model_of(vocab_size=9, d_model=4, d_hidden=4)
    _, state = model(torch.tensor([[2, 3], [4, 5]]))
    with pytest.raises(ValueError, match=r"state has shape \(1, 2, 4\)"):
        model(torch.tensor([[2, 3]]), state)
