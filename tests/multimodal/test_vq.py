import pytest
import torch
from torch.testing import assert_close

from lmbook.multimodal.vq import VectorQuantizer


def test_every_input_becomes_its_nearest_code_by_hand():
    quantizer = VectorQuantizer(2, 1).eval()
    quantizer.codes.copy_(torch.tensor([[0.0], [1.0]]))
    vectors, ids, commitment = quantizer(torch.tensor([[0.2], [0.9]]))
    assert ids.tolist() == [0, 1] and vectors.flatten().tolist() == [0, 1]
    assert_close(commitment, torch.tensor((0.04 + 0.01) / 2))
    assert quantizer.decode(torch.tensor([[1, 0]])).flatten().tolist() == [1, 0]


def test_the_gradient_passes_the_rounding_unchanged():
    quantizer = VectorQuantizer(3, 2).eval()
    x = torch.randn(4, 2, requires_grad=True)
    (quantizer(x).vectors * torch.arange(8.0).view(4, 2)).sum().backward()
    assert_close(x.grad, torch.arange(8.0).view(4, 2))


def test_codes_find_four_clusters_and_none_stays_unused():
    draw = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    centres = torch.tensor([[0.0, 0], [5, 0], [0, 5], [5, 5]])
    quantizer = VectorQuantizer(8, 2)
    for _ in range(300):
        which = torch.randint(0, 4, (64,), generator=draw)
        quantizer(centres[which] + 0.1 * torch.randn(64, 2, generator=draw), draw)
    apart = torch.cdist(centres, quantizer.codes)
    assert apart.min(1).values.max() < 0.2
    assert apart.min(0).values.max() < 0.5


def test_in_evaluation_mode_the_codes_stay():
    quantizer = VectorQuantizer(4, 2).eval()
    before = quantizer.codes.clone()
    quantizer(torch.randn(10, 2))
    assert torch.equal(quantizer.codes, before)


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="decay=1.0 is not at least 0 and below 1"):
        VectorQuantizer(4, 2, decay=1.0)
    with pytest.raises(ValueError, match=r"x has shape \(3, 5\), not \[… 2\]"):
        VectorQuantizer(4, 2)(torch.randn(3, 5))
    with pytest.raises(ValueError, match="token id 4 is outside vocab_size=4"):
        VectorQuantizer(4, 2).decode(torch.tensor([4]))
