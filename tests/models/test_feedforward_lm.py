"""The feed-forward model: by hand, against another implementation, and what it cannot see."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM


def model_of(**fields) -> FeedforwardLM:
    torch.manual_seed(0)
    return FeedforwardLM(FeedforwardConfig(**fields))


def test_the_logits_by_hand():
    model = model_of(vocab_size=3, n_context=2, d_model=1, d_hidden=1, start_id=0)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.tensor([[0.0], [1.0], [-1.0]]))
        model.hidden.weight.copy_(torch.tensor([[0.5, 2.0]]))  # oldest token first
        model.hidden.bias.fill_(0.25)
        model.output.weight.copy_(torch.tensor([[1.0], [-1.0], [0.0]]))
        model.output.bias.copy_(torch.tensor([0.0, 0.0, 3.0]))
    logits, state = model(torch.tensor([[1, 2]]))
    # windows (start, 1) and (1, 2): 0.5·0 + 2·1 + 0.25 = 2.25 and 0.5·1 + 2·(-1) + 0.25 = -1.25
    h = torch.tanh(torch.tensor([2.25, -1.25]))
    assert_close(logits[0], torch.stack([h, -h, torch.full((2,), 3.0)], dim=-1))
    assert state.tolist() == [[2]]


def test_an_independent_implementation_gives_the_same_logits():
    model = model_of(vocab_size=20, n_context=4, d_model=5, d_hidden=7, start_id=1)
    ids = torch.randint(2, 20, (3, 9), generator=torch.Generator().manual_seed(1))
    # the same network as a convolution over time: the kernel holds one slice of H a place
    embedding = nn.Embedding.from_pretrained(model.embedding.weight.detach())
    convolution = nn.Conv1d(5, 7, kernel_size=4)
    with torch.no_grad():
        convolution.weight.copy_(model.hidden.weight.view(7, 4, 5).transpose(1, 2))
        convolution.bias.copy_(model.hidden.bias)
        padded = nn.functional.pad(ids, (3, 0), value=1)
        hidden = convolution(embedding(padded).transpose(1, 2)).tanh().transpose(1, 2)
        expected = model.output(hidden)
    assert_close(model(ids)[0], expected)


def test_a_token_beyond_the_window_changes_nothing():
    model = model_of(vocab_size=9, n_context=3, d_model=4, d_hidden=6)
    near, far = torch.tensor([[2, 3, 4, 5]]), torch.tensor([[8, 3, 4, 5]])
    assert_close(model(near)[0][:, 3], model(far)[0][:, 3])
    assert not torch.allclose(model(near)[0][:, 2], model(far)[0][:, 2])


def test_a_window_of_one_is_a_bigram_and_keeps_no_state():
    model = model_of(vocab_size=9, n_context=1, d_model=4, d_hidden=6)
    logits, state = model(torch.tensor([[4, 5], [6, 5]]))
    assert state.shape == (2, 0)
    assert_close(logits[0, 1], logits[1, 1])


def test_tied_weights_are_one_matrix():
    tied = model_of(vocab_size=9, d_model=6, d_hidden=6, tied=True)
    assert tied.output.weight is tied.embedding.weight
    # C 9·6, H 4·6·6 with d 6, b 9
    assert tied.n_parameters == 54 + 144 + 6 + 9
    assert model_of(vocab_size=9, d_model=6, d_hidden=6).n_parameters == tied.n_parameters + 54


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"vocab_size": 0}, "vocab_size=0 is below 1"),
        ({"n_context": 0}, "n_context=0 is below 1"),
        ({"d_hidden": -2}, "d_hidden=-2 is below 1"),
        ({"dropout": 1.0}, "dropout=1.0 is not at least 0 and below 1"),
        ({"start_id": 9}, "start_id=9 is not an id below vocab_size=9"),
        ({"tied": True, "d_model": 4, "d_hidden": 6}, "need d_hidden == d_model, not 6 and 4"),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields, message):
    with pytest.raises(ValueError, match=message):
        FeedforwardConfig(**({"vocab_size": 9} | fields))


def test_a_state_of_another_batch_is_refused():
    model = model_of(vocab_size=9, n_context=3)
    _, state = model(torch.tensor([[2, 3], [4, 5]]))
    with pytest.raises(ValueError, match=r"state has shape \(2, 2\), not \(1, 2\)"):
        model(torch.tensor([[2, 3]]), state)
