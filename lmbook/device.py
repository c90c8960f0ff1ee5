"""Choose where tensors live. Only chapters and ``__main__`` call this; parts follow their input."""

import torch


def pick_device() -> torch.device:
    """Return the fastest device of this machine: an NVIDIA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
