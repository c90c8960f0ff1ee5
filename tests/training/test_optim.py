"""Our optimisers against torch's, step by step; clipping and schedules against hand values."""

import pytest
import torch

from lmbook.training import optim
from lmbook.training.optim import SGD, Adam, AdamW, Momentum, clip_gradients

PAIRS = {
    "sgd": (lambda p: SGD(p, lr=0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
    "momentum": (
        lambda p: Momentum(p, lr=0.05, momentum=0.8),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8),
    ),
    "adam": (
        lambda p: Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6),
        lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6),
    ),
    "adamw": (
        lambda p: AdamW(p, lr=0.01, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.1),
    ),
}


def parameters(dtype: torch.dtype) -> list[torch.Tensor]:
    """Two matrices and a bias that make a small network, always the same."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(4, 8), (8,), (8, 3), (2,)]
    return [
        torch.randn(shape, generator=generator, dtype=dtype).requires_grad_() for shape in shapes
    ]


def loss(weights: list[torch.Tensor], step: int) -> torch.Tensor:
    """A network's loss on the data of ``step``; the last tensor has a gradient only sometimes."""
    generator = torch.Generator().manual_seed(step)
    x = torch.randn(5, 4, generator=generator, dtype=weights[0].dtype)
    hidden = torch.tanh(x @ weights[0] + weights[1])
    value = (hidden @ weights[2]).square().mean()
    return value + weights[3].square().sum() if step % 3 == 0 else value


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
def test_fifty_steps_equal_torch(name, dtype, tolerance):
    ours, theirs = parameters(dtype), parameters(dtype)
    our_optimizer, their_optimizer = PAIRS[name][0](ours), PAIRS[name][1](theirs)
    for step in range(50):
        our_optimizer.zero_grad()
        their_optimizer.zero_grad()
        loss(ours, step).backward()
        loss(theirs, step).backward()
        our_optimizer.step()
        their_optimizer.step()
        for our, their in zip(ours, theirs, strict=True):
            torch.testing.assert_close(our, their, atol=tolerance, rtol=0)
    assert not torch.equal(ours[0], parameters(dtype)[0])


@pytest.mark.parametrize("name", PAIRS)
def test_a_parameter_without_a_gradient_stands_still(name):
    weight, unused = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    optimizer = PAIRS[name][0]([weight, unused])
    weight.sum().backward()
    optimizer.step()
    assert torch.equal(unused, torch.ones(2))
    assert not torch.equal(weight, torch.ones(2))


def test_the_first_adam_step_is_as_long_as_the_learning_rate():
    weight = torch.tensor([1.0, 1.0], dtype=torch.float64, requires_grad=True)
    (weight * torch.tensor([1000.0, -0.001], dtype=torch.float64)).sum().backward()
    Adam([weight], lr=0.1).step()
    torch.testing.assert_close(
        weight.detach(), torch.tensor([0.9, 1.1], dtype=torch.float64), atol=2e-6, rtol=0
    )


def test_adamw_shrinks_where_the_gradient_is_zero():
    weight = torch.tensor([2.0], requires_grad=True)
    (weight * 0.0).sum().backward()
    AdamW([weight], lr=0.1, weight_decay=0.5).step()
    assert weight.item() == pytest.approx(2.0 * 0.95)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: SGD([], lr=0.1), "parameters is empty"),
        (lambda p: SGD(p, lr=0.0), "lr=0.0 is not above 0"),
        (lambda p: Momentum(p, lr=0.1, momentum=1.0), r"momentum=1.0 is not from 0 to below 1"),
        (lambda p: Adam(p, betas=(0.9, 1.5)), r"betas\[1\]=1.5 is not from 0 to below 1"),
        (lambda p: AdamW(p, weight_decay=-0.1), "weight_decay=-0.1 is below 0"),
        (lambda p: clip_gradients(p, 0.0), "max_norm=0.0 is not above 0"),
    ],
)
def test_a_wrong_argument_is_named_with_its_limit(build, message):
    with pytest.raises(ValueError, match=message):
        build([torch.zeros(1, requires_grad=True)])


@pytest.mark.parametrize("max_norm", [0.1, 1e6])
def test_clipping_equals_torch(max_norm):
    ours, theirs = parameters(torch.float64), parameters(torch.float64)
    loss(ours, 0).backward()
    loss(theirs, 0).backward()
    norm = clip_gradients(ours, max_norm)
    their_norm = torch.nn.utils.clip_grad_norm_(theirs, max_norm)
    assert norm == pytest.approx(their_norm.item(), rel=1e-12)
    for our, their in zip(ours, theirs, strict=True):
        # torch divides by norm + 1e-6
        torch.testing.assert_close(our.grad, their.grad, atol=1e-6, rtol=0)


def test_clipping_keeps_the_direction():
    weight = torch.zeros(2, requires_grad=True)
    weight.grad = torch.tensor([3.0, 4.0])
    assert clip_gradients([weight], 1.0) == 5.0
    torch.testing.assert_close(weight.grad, torch.tensor([0.6, 0.8]))


def test_only_matrices_decay():
    model = torch.nn.Sequential(torch.nn.Embedding(5, 4), torch.nn.LayerNorm(4))
    model.append(torch.nn.Linear(4, 5))
    model[2].weight = model[0].weight  # tied: once in the groups
    model[2].bias.requires_grad_(False)
    matrices, vectors = optim.parameter_groups(model, 0.1)
    assert (matrices["weight_decay"], vectors["weight_decay"]) == (0.1, 0.0)
    assert [id(p) for p in matrices["params"]] == [id(model[0].weight)]
    assert {id(p) for p in vectors["params"]} == {id(model[1].weight), id(model[1].bias)}


def test_a_model_without_vectors_has_one_group():
    (group,) = optim.parameter_groups(torch.nn.Linear(2, 2, bias=False), 0.1)
    assert group["weight_decay"] == 0.1
