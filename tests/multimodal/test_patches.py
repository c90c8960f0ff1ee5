import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.multimodal.patches import HF_NAMES, ViT, ViTConfig, ViTSummary, patchify, unpatchify
from lmbook.multimodal.twins import give_weights, take_weights

TINY = dict(image_size=8, patch_size=4, d_model=16, n_layers=2, n_heads=2, d_ff=32)


def test_a_picture_of_sixteen_pixels_is_four_patches_row_by_row():
    image = torch.arange(16.0).view(1, 1, 4, 4)
    assert patchify(image, 2)[0].tolist() == [
        [0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15],
    ]  # fmt: skip


def test_a_patch_holds_one_channel_after_the_other():
    image = torch.stack([torch.zeros(2, 2), torch.ones(2, 2)])[None]
    assert patchify(image, 2)[0].tolist() == [[0, 0, 0, 0, 1, 1, 1, 1]]


@given(st.integers(1, 3), st.integers(1, 4), st.integers(1, 3))
def test_patches_are_put_together_again(n_channels, side, size):
    images = torch.rand(2, n_channels, side * size, side * size)
    assert torch.equal(unpatchify(patchify(images, size), size), images)


def test_one_matrix_for_every_patch_is_a_convolution_with_the_patch_as_stride():
    torch.manual_seed(0)
    images, kernel = torch.rand(2, 3, 8, 8), torch.randn(5, 3, 4, 4)
    expected = F.conv2d(images, kernel, stride=4).flatten(2).transpose(1, 2)
    assert_close(patchify(images, 4) @ kernel.flatten(1).T, expected, atol=1e-5, rtol=0)


def twin():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(1)
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        image_size=8, patch_size=4, initializer_range=0.3,
    )  # fmt: skip
    return transformers.ViTModel(config, add_pooling_layer=False).eval()


def test_a_vit_with_the_twins_weights_gives_the_twins_vectors():
    theirs, ours = twin(), ViT(ViTConfig(**TINY)).eval()
    take_weights(ours, theirs.state_dict(), HF_NAMES)
    images = torch.rand(3, 3, 8, 8)
    with torch.no_grad():
        assert_close(ours(images), theirs(images).last_hidden_state, atol=1e-5, rtol=0)


def test_the_twin_with_our_weights_gives_our_vectors():
    theirs, ours = twin(), ViT(ViTConfig(**TINY)).eval()
    theirs.load_state_dict(give_weights(ours, theirs.state_dict(), HF_NAMES))
    images = torch.rand(3, 3, 8, 8)
    with torch.no_grad():
        assert_close(ours(images), theirs(images).last_hidden_state, atol=1e-5, rtol=0)


def test_weights_that_lack_one_have_one_too_many_or_one_of_another_size_are_refused():
    theirs, ours = twin().state_dict(), ViT(ViTConfig(**TINY))
    before = ours.norm.weight.clone()
    with pytest.raises(ValueError, match=r"lack 'layernorm.weight'"):
        take_weights(ours, {k: v for k, v in theirs.items() if k != "layernorm.weight"}, HF_NAMES)
    with pytest.raises(ValueError, match=r"'pooler' has no place in our ViT"):
        take_weights(ours, theirs | {"pooler": torch.ones(1)}, HF_NAMES)
    with pytest.raises(ValueError, match=r"'layernorm.bias' has shape \(3,\), not \(16,\)"):
        take_weights(ours, theirs | {"layernorm.bias": torch.ones(3)}, HF_NAMES)
    with pytest.raises(ValueError, match="like lacks"):
        give_weights(ours, {}, HF_NAMES)
    assert torch.equal(ours.norm.weight, before)


def test_without_positions_the_order_of_the_patches_does_not_matter():
    torch.manual_seed(2)
    model = ViTSummary(ViTConfig(**TINY)).eval()
    images = torch.rand(1, 3, 8, 8)
    mixed = unpatchify(patchify(images, 4)[:, [2, 0, 3, 1]], 4)
    assert (model(images) - model(mixed)).abs().max() > 1e-4
    torch.nn.init.zeros_(model.encoder.positions)
    assert_close(model(images), model(mixed), atol=1e-5, rtol=0)


def test_a_vit_learns_which_corner_is_bright():
    torch.manual_seed(3)
    model = ViTSummary(ViTConfig(**TINY | {"n_channels": 1}))
    head, labels = torch.nn.Linear(16, 4), torch.arange(4).repeat(8)
    images = 0.1 * torch.rand(32, 1, 8, 8)
    for i, corner in enumerate(labels.tolist()):
        images[i, 0, 4 * (corner // 2) :, 4 * (corner % 2) :][:4, :4] += 1
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], lr=3e-3)
    for _ in range(100):
        loss = F.cross_entropy(head(model(images)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"8 × 8 pixels have no patches of size=3"):
        patchify(torch.rand(1, 1, 8, 8), 3)
    with pytest.raises(ValueError, match="patches: 3 of them do not fill a square"):
        unpatchify(torch.rand(1, 3, 4), 2)
    with pytest.raises(ValueError, match=r"5 entries, no multiple of size²=4"):
        unpatchify(torch.rand(1, 4, 5), 2)
    with pytest.raises(ValueError, match="image_size=9 is not a multiple of patch_size=4"):
        ViTConfig(**TINY | {"image_size": 9})
    with pytest.raises(ValueError, match=r"\(3, 9, 9\), not \(3, 8, 8\)"):
        ViT(ViTConfig(**TINY))(torch.rand(1, 3, 9, 9))
