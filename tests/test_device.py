"""The fastest device that the machine has is picked."""

import pytest
import torch

from lmbook.device import pick_device


@pytest.mark.parametrize(
    ("has_cuda", "has_mps", "expected"),
    [
        (True, False, "cuda"),
        (True, True, "cuda"),
        (False, True, "mps"),
        (False, False, "cpu"),
    ],
)
def test_an_nvidia_gpu_comes_before_apples_and_the_cpu_comes_last(
    monkeypatch, has_cuda, has_mps, expected
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: has_cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: has_mps)
    assert pick_device() == torch.device(expected)


def test_the_picked_device_of_this_machine_holds_a_tensor():
    device = pick_device()
    assert torch.zeros(2, device=device).device.type == device.type
