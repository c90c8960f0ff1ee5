"""Bytes that a step keeps."""

import copy
from functools import partial

import pytest
import torch
from torch import nn

from lmbook.adapt.lora import LoRAConfig, add_lora
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SequenceClassifier
from lmbook.tasks.classify import classification_loss
from lmbook.training.memory import step_memory


def test_two_layers_by_hand():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 1))
    x = torch.randn(5, 10)
    optimizer = torch.optim.Adam(model.parameters())
    found = step_memory(model, lambda: model(x).sum(), optimizer)
    n = 10 * 20 + 20 + 20 + 1
    assert found.weights == found.gradients == 4 * n
    assert found.optimizer == 2 * 4 * n + 4 * 4  # two averages, and a step count for each tensor
    # saved: x for the first layer, 5 × 20 for tanh and the second layer, which share it
    assert found.activations == 4 * (5 * 10 + 5 * 20)
    assert found.total == found.weights + found.training


def test_frozen_layers_keep_no_input():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(10, 20), nn.Tanh(), nn.Linear(20, 1))
    model[0].requires_grad_(False)
    x = torch.randn(5, 10)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad])
    found = step_memory(model, lambda: model(x).sum(), optimizer)
    assert found.gradients == 4 * 21 and found.activations == 4 * 5 * 20


def test_an_optimiser_of_frozen_parameters_is_refused():
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.requires_grad_(False)
    with pytest.raises(ValueError, match="optimizer holds no parameter that learns"):
        step_memory(model, lambda: model(torch.ones(1, 2)).sum(), optimizer)


def test_low_rank_changes_of_an_encoder_need_less_than_half_of_the_memory():
    """The sizes of all-MiniLM-L6-v2, 16 texts of 32 tokens; the activations count too."""
    sizes = {"d_model": 384, "n_layers": 6, "d_ff": 1536}
    torch.manual_seed(0)
    full = SequenceClassifier(Bert(BertConfig(**sizes)), 6)
    low = copy.deepcopy(full)
    add_lora(low.encoder, LoRAConfig(rank=8))
    ids, targets = torch.randint(1, 30_000, (16, 32)), torch.arange(16) % 6
    batch = ids, torch.ones_like(ids, dtype=torch.bool), targets
    found = {}
    for name, model in {"full": full.train(), "low": low.train()}.items():
        optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])
        loss = partial(classification_loss, model, batch)
        found[name] = step_memory(model, loss, optimizer)
    assert found["low"].total < 0.5 * found["full"].total
    assert found["low"].gradients + found["low"].optimizer < 0.02 * found["full"].weights
    assert found["low"].activations < found["full"].activations
