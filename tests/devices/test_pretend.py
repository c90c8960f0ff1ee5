"""The pretended GPU refuses what a GPU refuses, and nothing else."""

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.devices.pretend import DeviceError, pretended


@pytest.fixture
def cuda():
    with pretended("cuda") as device:
        yield device


REFUSED = {
    "add": lambda x, y: x + y,
    "add in place": lambda x, y: y.add_(x),
    "matrix product": lambda x, y: F.linear(y, x),
    "stack": lambda x, y: torch.stack([x[0], y]),
    "index of a CPU tensor": lambda x, y: y[x[0].long()],
    "embedding": lambda x, y: F.embedding(y.long(), x),
    "numpy": lambda x, y: x.numpy(),
    "asarray": lambda x, y: np.asarray(x),
    "a list for numpy": lambda x, y: np.array([x[0]]),
    "a CPU generator": lambda x, y: torch.multinomial(x + 1, 1, generator=torch.Generator()),
    "a generator for nn.init": lambda x, y: nn.init.normal_(x, generator=torch.Generator()),
    "a factory's generator": lambda x, y: torch.rand(2, device="cuda", generator=torch.Generator()),
    "a module elsewhere": lambda x, y: nn.Linear(3, 1)(x),
    "an assigned vector": lambda x, y: x.__setitem__(torch.tensor([0]), y[None]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_two_devices_are_refused(cuda, name):
    with pytest.raises(DeviceError):
        REFUSED[name](torch.zeros(2, 3, device="cuda"), torch.ones(3))


def test_what_a_gpu_bears_is_allowed(cuda):
    x, y = torch.zeros(2, 3, device=cuda), torch.ones(3)
    assert (x + torch.tensor(2.0)).device == cuda
    assert x[torch.tensor([0])].device == cuda
    x[0] = y  # a copy between devices
    x.copy_(torch.ones(2, 3))
    assert x.cpu().numpy().tolist() == np.asarray(x.to("cpu")).tolist() == [[1.0] * 3] * 2
    assert x.tolist() == [[1.0] * 3] * 2 and x.sum().item() == 6.0
    assert torch.rand(2, device=cuda, generator=torch.Generator(device=cuda)).device == cuda


def test_a_tensor_and_what_comes_of_it_stay_where_they_are(cuda):
    x = torch.ones(2, 3, device="cuda", requires_grad=True)
    made = [x.view(3, 2), x.T, x[0], x.detach(), torch.zeros_like(x), x.new_zeros(1)]
    made += [nn.Parameter(x.detach()), copy.deepcopy(x.detach()), torch.arange(3, device=x.device)]
    made += [*torch.autograd.grad(x.square().sum(), [x]), *x.max(1)]
    assert {part.device for part in made} == {cuda}
    assert x.cpu().device.type == "cpu" and x.is_cuda and not torch.ones(1).is_cuda


@pytest.mark.parametrize("kind", ["adamw", "lbfgs"])
def test_a_model_on_the_gpu_learns_and_comes_back(cuda, kind):
    torch.manual_seed(0)
    layer = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1)).to(cuda)
    kinds = {"adamw": torch.optim.AdamW, "lbfgs": torch.optim.LBFGS}
    optimizer, x = kinds[kind](layer.parameters(), lr=0.01), torch.ones(5, 3, device=cuda)

    def closure():
        optimizer.zero_grad()
        loss = layer(x).square().mean()
        loss.backward()
        nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
        return loss

    first = closure().item()
    for _ in range(3):
        optimizer.step(closure)
    assert layer(x).square().mean().item() < first
    assert {p.grad.device for p in layer.parameters()} == {cuda}
    stored = {name: tensor.cpu() for name, tensor in layer.state_dict().items()}
    layer.load_state_dict(stored)
    assert {p.device for p in layer.parameters()} == {cuda}
    assert {p.device.type for p in layer.to("cpu").parameters()} == {"cpu"}


def test_float64_is_refused_where_the_device_has_none():
    for device, has_float64 in (("mps", None), ("cuda", False)):
        with pretended(device, has_float64) as there:
            x = torch.ones(2, device=there)
            assert x.cpu().double().dtype == torch.float64
            for call in (
                lambda x=x: x.double(),
                lambda there=there: torch.ones(2, device=there, dtype=torch.float64),
                lambda there=there: torch.tensor(np.ones(2)).to(there),
                lambda x=x: x * torch.ones(2, device=x.device).to(torch.float64),
            ):
                with pytest.raises(DeviceError, match="float64"):
                    call()


def test_afterwards_there_is_no_gpu():
    with pretended("cuda"):
        pass
    assert torch.zeros(2).device.type == "cpu"
    assert type(torch.Generator()) is torch._C.Generator
