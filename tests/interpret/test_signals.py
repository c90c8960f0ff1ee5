"""Signals: a deviation by hand, the layers of a stack, and the start that loses its input."""

import math

import pytest
import torch
from torch import nn

from lmbook.interpret.signals import signal_by_layer
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM


def ids_of(n_rows, n_steps=24, vocab_size=30):
    return torch.randint(vocab_size, (n_rows, n_steps), generator=torch.Generator().manual_seed(1))


def recurrent(cell, scale, d=64):
    torch.manual_seed(0)
    sizes = {"vocab_size": 30, "d_model": d, "d_hidden": d, "n_layers": 2}
    return RecurrentLM(RecurrentConfig(**sizes, cell=cell, input_scale=scale))


def test_a_signal_is_the_deviation_over_tokens_by_hand():
    table = nn.Sequential(nn.Embedding(2, 2))
    with torch.no_grad():
        table[0].weight.copy_(torch.tensor([[0.0, 5.0], [2.0, 5.0]]))
    # unit 0 is 0, 0, 2, 2: deviation √(4/3); unit 1 is always 5: deviation 0
    found = signal_by_layer(table, torch.tensor([[0, 1], [1, 0]]))
    assert found == {"0": pytest.approx(math.sqrt(4 / 3) / 2)}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_last_layer_of_a_stack_is_its_output(cell):
    model, ids = recurrent(cell, 1.0).eval(), ids_of(8)
    found = signal_by_layer(model, ids)
    with torch.no_grad():
        outputs, _ = model.recurrent(model.embedding(ids))
    assert found["recurrent"] == pytest.approx(outputs.flatten(0, 1).std(0).mean().item())
    assert found["recurrent.1"] == pytest.approx(outputs[:, -1].std(0).mean().item())


def test_torchs_layers_are_measured_too():
    class Theirs(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding, self.lstm = nn.Embedding(30, 8), nn.LSTM(8, 8, 2, batch_first=True)

        def forward(self, ids):
            return self.lstm(self.embedding(ids))[0]

    assert list(signal_by_layer(Theirs(), ids_of(4))) == ["embedding", "lstm.0", "lstm.1", "lstm"]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_rows_of_length_one_lose_the_signal_and_the_scale_brings_it_back(cell):
    weak, strong = (signal_by_layer(recurrent(cell, s), ids_of(32)) for s in (1.0, 8.0))
    assert weak["recurrent"] < 0.3 * strong["recurrent"]
    assert weak["recurrent.1"] < weak["recurrent.0"]


def test_a_transformers_blocks_are_measured_and_no_hook_stays_behind():
    sizes = {"vocab_size": 30, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 16}
    model = GPT(GPTConfig(**sizes, n_positions=24, dropout=0.5, start_id=0)).train()
    found = signal_by_layer(model, ids_of(2))
    assert {"embedding", "blocks.0", "blocks.1", "norm"} <= set(found)
    assert found == signal_by_layer(model, ids_of(2))  # dropout is off
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_one_row_is_refused():
    with pytest.raises(ValueError, match="ids has 1 rows, not at least 2"):
        signal_by_layer(recurrent("rnn", 1.0), ids_of(1))
