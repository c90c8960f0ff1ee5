"""One seed for every source of randomness. Nothing in the package seeds anything at import."""

import random

import numpy as np
import torch

from lmbook.arguments import check_whole

_LARGEST_SEED = 2**32 - 1  # numpy's legacy generator takes no more


def seed_everything(seed: int) -> torch.Generator:
    """Seed Python, numpy and torch, and return a CPU generator with the same seed.

    Initialisation draws from torch's global state, so it follows this call. Everything else that
    draws in this package takes the returned generator as an argument.

    Raises ``ValueError`` if ``seed`` is not from 0 to 4294967295.
    """
    if isinstance(seed, int) and not 0 <= seed <= _LARGEST_SEED:
        raise ValueError(f"seed={seed} is not between 0 and {_LARGEST_SEED}")
    check_whole("seed", seed, 0)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)
