"""Bytes that a step keeps."""

import pytest
import torch
from torch import nn

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
