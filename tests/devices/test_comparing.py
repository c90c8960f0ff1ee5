"""Losses and measures of vectors work where their vectors are; noise draws where it is told."""

import pytest
import torch

from lmbook.objectives.contrastive import (
    alignment,
    anisotropy,
    info_nce,
    simcse_loss,
    uniformity,
)
from tests.devices.pretend import pretended


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    torch.manual_seed(0)
    with pretended(request.param) as device:
        yield device


def test_vectors_are_compared_where_they_are(gpu):
    queries, keys = torch.rand(2, 3).to(gpu), torch.rand(2, 3).to(gpu)
    assert info_nce(queries, keys, symmetric=True).device == gpu
    drop = torch.nn.Dropout(0.5)
    assert simcse_loss(lambda: drop(torch.ones(8, 9).to(gpu)) + 1).device == gpu


def test_measures_of_vectors_are_numbers_of_the_cpu(gpu):
    first, second = torch.rand(3, 4).to(gpu), torch.rand(3, 4).to(gpu)
    assert 0 <= alignment(first, second) <= 4
    assert uniformity(first) <= 0
    assert -1 <= anisotropy(first) <= 1
