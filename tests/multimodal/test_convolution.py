import pytest
import torch
from torch.testing import assert_close

from lmbook.multimodal.convolution import ConvEncoder


def test_one_vector_a_picture_of_any_size_that_can_be_halved():
    model = ConvEncoder((4, 6)).eval()
    assert model(torch.rand(2, 3, 8, 8)).shape == (2, 6)
    assert model(torch.rand(2, 3, 4, 12)).shape == (2, 6)
    assert model.d_out == 6


def test_a_picture_moved_by_one_cell_on_an_empty_ground_gives_the_same_vector():
    torch.manual_seed(0)
    model = ConvEncoder((4,), n_channels=1).eval()
    image = torch.zeros(1, 1, 12, 12)
    image[..., 3:6, 3:6] = torch.rand(3, 3)
    assert_close(model(image), model(image.roll((2, 2), (2, 3))), atol=1e-6, rtol=0)


def test_pictures_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="widths is empty"):
        ConvEncoder(())
    with pytest.raises(ValueError, match="images have 1 channels, not 3"):
        ConvEncoder()(torch.rand(1, 1, 8, 8))
    with pytest.raises(ValueError, match="images of 4 × 8 pixels are below 8"):
        ConvEncoder()(torch.rand(1, 3, 4, 8))
