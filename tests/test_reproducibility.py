"""One seed fixes Python's, numpy's and torch's randomness."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.reproducibility import seed_everything


def draws(generator: torch.Generator) -> tuple[float, ...]:
    own = torch.rand(1, generator=generator).item()
    return random.random(), float(np.random.rand()), torch.rand(1).item(), own


@given(seed=st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_draws_from_every_source(seed):
    assert draws(seed_everything(seed)) == draws(seed_everything(seed))


def test_another_seed_changes_every_source():
    pairs = zip(draws(seed_everything(0)), draws(seed_everything(1)), strict=True)
    assert all(first != second for first, second in pairs)


def test_drawing_from_torchs_global_state_leaves_the_generator_alone():
    undisturbed = torch.rand(1, generator=seed_everything(0)).item()
    generator = seed_everything(0)
    torch.rand(100)
    assert torch.rand(1, generator=generator).item() == undisturbed


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_named_with_its_limit(seed):
    with pytest.raises(ValueError, match=rf"seed={seed} .* {2**32 - 1}"):
        seed_everything(seed)
