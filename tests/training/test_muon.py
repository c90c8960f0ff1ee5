"""Muon: against torch's own, against the singular values, and by what it moves."""

import pytest
import torch
from torch import nn

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.training.muon import Muon, muon_groups, orthogonalized
from lmbook.training.optim import parameter_groups
from lmbook.training.settings import OptimizerConfig


@pytest.mark.parametrize("shape", [(6, 6), (4, 9), (9, 4)])
def test_all_singular_values_become_about_one(shape):
    matrix = torch.randn(*shape, generator=torch.Generator().manual_seed(0))
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    values = torch.linspace(0.05, 1.0, len(s))  # the smallest a twentieth of the largest
    made = orthogonalized(u * values @ v).float()
    found = torch.linalg.svdvals(made)
    assert found.min() > 0.6 and found.max() < 1.3
    # the directions stay: all is diagonal in the same singular vectors
    rotated = u.T @ made @ v.T
    assert (rotated - rotated.diagonal().diag()).abs().max() < 0.05


def test_zeros_stay_zero():
    assert orthogonalized(torch.zeros(3, 5)).tolist() == [[0.0] * 5] * 3


def test_the_matrices_step_as_torchs_muon():
    torch.manual_seed(2)
    ours, theirs = nn.Linear(7, 5, bias=False), nn.Linear(7, 5, bias=False)
    theirs.load_state_dict(ours.state_dict())
    groups = [{"params": list(ours.parameters()), "weight_decay": 0.1, "matrices": True}]
    own = Muon(groups, lr=0.03)
    reference = torch.optim.Muon(
        theirs.parameters(), lr=0.03, weight_decay=0.1, adjust_lr_fn="match_rms_adamw"
    )
    x = torch.randn(11, 7)
    for _ in range(6):
        for model, optimizer in ((ours, own), (theirs, reference)):
            optimizer.zero_grad()
            (model(x).square().mean() + model.weight.pow(4).sum()).backward()
            optimizer.step()
    torch.testing.assert_close(ours.weight, theirs.weight, rtol=0, atol=1e-6)


def test_everything_else_steps_as_torchs_adamw():
    torch.manual_seed(3)
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    theirs.load_state_dict(ours.state_dict())
    own = Muon([{"params": list(ours.parameters()), "weight_decay": 0.2}], 0.05, (0.8, 0.9))
    reference = torch.optim.AdamW(theirs.parameters(), 0.05, (0.8, 0.9), weight_decay=0.2)
    for i in range(6):
        x = torch.randn(4, 3, generator=torch.Generator().manual_seed(i))
        for model, optimizer in ((ours, own), (theirs, reference)):
            optimizer.zero_grad()
            (model(x) - 1).square().mean().backward()
            optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


def names_of_matrices(model):
    groups = muon_groups(model, parameter_groups(model, 0.1))
    chosen = {id(p) for group in groups if group["matrices"] for p in group["params"]}
    listed = [p for group in groups for p in group["params"]]
    assert len(listed) == len({id(p) for p in listed}) == len(list(model.parameters()))
    return {name for name, p in model.named_parameters() if id(p) in chosen}


def test_tables_and_the_output_layer_are_adamws():
    sizes = {"d_model": 4, "n_heads": 2, "d_ff": 8, "n_layers": 1, "n_positions": 5}
    gpt = GPT(GPTConfig(vocab_size=9, start_id=0, **sizes))
    parts = ("query", "key", "value", "output")
    expected = {f"blocks.0.attention.{part}.weight" for part in parts}
    expected |= {"blocks.0.feedforward.up.weight", "blocks.0.feedforward.down.weight"}
    assert names_of_matrices(gpt) == expected
    lstm = RecurrentLM(RecurrentConfig(vocab_size=9, d_model=4, d_hidden=4))
    assert names_of_matrices(lstm) == {"recurrent.weight_ih_l0", "recurrent.weight_hh_l0"}


def test_a_step_does_not_depend_on_the_size_of_the_loss():
    moved = []
    for factor in (1.0, 1000.0):
        torch.manual_seed(4)
        layer = nn.Linear(4, 4, bias=False)
        before = layer.weight.detach().clone()
        optimizer = OptimizerConfig(name="muon", weight_decay=0.0).build(layer, 0.1)
        (factor * layer(torch.eye(4)).square().sum()).backward()
        optimizer.step()
        moved.append(layer.weight.detach() - before)
    torch.testing.assert_close(moved[0], moved[1], rtol=0, atol=2e-3)  # bfloat16 inside
