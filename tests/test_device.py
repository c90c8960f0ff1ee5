"""The fastest device that the machine has is picked."""

import pytest
import torch

from lmbook.device import pick_device, step_scale


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


@pytest.mark.parametrize(
    ("device", "scale"), [("cuda", 10), ("cuda:1", 10), ("mps", 1), ("cpu", 1)]
)
def test_chapters_train_ten_times_as_long_on_an_nvidia_gpu(monkeypatch, device, scale):
    monkeypatch.delenv("LMBOOK_SCALE", raising=False)
    assert step_scale(torch.device(device)) == scale
    monkeypatch.setenv("LMBOOK_SCALE", "")
    assert step_scale(torch.device(device)) == scale
    monkeypatch.setenv("LMBOOK_SCALE", "3")
    assert step_scale(torch.device(device)) == 3


@pytest.mark.parametrize("given", ["0", "-1", "2.5", "ten", " 3", "³"])
def test_a_scale_that_is_no_whole_number_is_refused(monkeypatch, given):
    monkeypatch.setenv("LMBOOK_SCALE", given)
    with pytest.raises(ValueError, match=f"LMBOOK_SCALE='{given}' is not a whole number of at le"):
        step_scale(torch.device("cpu"))
