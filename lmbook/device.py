"""Choose where tensors live. Only chapters and ``__main__`` call this; parts follow their input."""

import os

import torch


def pick_device() -> torch.device:
    """Return the fastest device of this machine: an NVIDIA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def step_scale(device: torch.device) -> int:
    """How many times as long a chapter trains on ``device``: 10 on an NVIDIA GPU, else 1.

    The environment variable ``LMBOOK_SCALE``, a whole number of at least 1, overrules it, so that
    the long runs can be had on any device. Raises ``ValueError`` if it is anything else.
    """
    given = os.environ.get("LMBOOK_SCALE", "")
    if not given:
        return 10 if device.type == "cuda" else 1
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        raise ValueError(f"LMBOOK_SCALE={given!r} is not a whole number of at least 1")
    return int(given)
