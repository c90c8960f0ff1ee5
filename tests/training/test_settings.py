"""Settings of a run: what they build equals torch's own, and what is out of range is named."""

import math

import pytest
import torch
from torch import nn

from lmbook.training.loop import train
from lmbook.training.settings import FollowUp, OptimizerConfig, Store

X = torch.randn(16, 3, generator=torch.Generator().manual_seed(0))
BATCH = (X, X @ torch.tensor([[1.0], [-2.0], [0.5]]))


def squared_error(model, batch):
    return (model(batch[0]) - batch[1]).square().mean()


def line():
    torch.manual_seed(1)
    return nn.Linear(3, 1)


@pytest.mark.parametrize(
    ("config", "theirs"),
    [
        (OptimizerConfig(betas=(0.7, 0.95)), (torch.optim.AdamW, {"betas": (0.7, 0.95)})),
        (OptimizerConfig(), (torch.optim.AdamW, {})),
        (OptimizerConfig(name="adam", betas=(0.5, 0.9)), (torch.optim.Adam, {"betas": (0.5, 0.9)})),
        (OptimizerConfig(name="momentum", betas=(0.6, 0.1)), (torch.optim.SGD, {"momentum": 0.6})),
        (OptimizerConfig(name="momentum"), (torch.optim.SGD, {"momentum": 0.9})),
        (OptimizerConfig(name="sgd"), (torch.optim.SGD, {})),
    ],
)
def test_every_optimizer_with_its_betas_steps_as_torchs_own(config, theirs):
    model, twin = line(), line()
    train(model, [BATCH], n_steps=7, lr=0.05, loss=squared_error, optimizer=config)
    kind, options = theirs
    weight_decay = {"weight_decay": 0.0}
    optimizer = kind(twin.parameters(), lr=0.05, **options, **weight_decay)
    for _ in range(7):
        optimizer.zero_grad()
        squared_error(twin, BATCH).backward()
        nn.utils.clip_grad_norm_(twin.parameters(), 1.0)
        optimizer.step()
    for ours, reference in zip(model.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(ours, reference, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (OptimizerConfig, {"name": "adagrad"}, "'adagrad' is none of sgd, momentum, adam, adamw"),
        (OptimizerConfig, {"betas": (0.9, 1.0)}, r"betas\[1\]=1.0 is not from 0 to below 1"),
        (OptimizerConfig, {"betas": (math.nan, 0.9)}, r"betas\[0\]=nan is not from 0"),
        (OptimizerConfig, {"betas": (0.9,)}, r"betas=\(0.9,\) are not two numbers"),
        (OptimizerConfig, {"weight_decay": -1.0}, "weight_decay=-1.0 is below 0"),
        (OptimizerConfig, {"clip_norm": 0.0}, "clip_norm=0.0 is not above 0; None clips nothing"),
        (FollowUp, {"every": 0}, "every=0 is below 1"),
        (FollowUp, {"evaluate": lambda _: 0.0, "patience": 0}, "patience=0 is below 1"),
        (FollowUp, {"patience": 2}, "patience=2 counts evaluations; evaluate is None"),
        (Store, {"folder": "here", "every": 0}, "every=0 is below 1"),
    ],
)
def test_a_setting_out_of_range_is_named(kind, fields, message):
    with pytest.raises(ValueError, match=message):
        kind(**fields)
