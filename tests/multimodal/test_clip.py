import pytest
import torch
from torch.testing import assert_close

from lmbook.multimodal.clip import HF_NAMES, Clip, ClipConfig, quick_gelu
from lmbook.multimodal.twins import give_weights, take_weights

TINY = ClipConfig(
    image_size=8, patch_size=4, d_image=16, n_image_layers=2, n_image_heads=2, vocab_size=20,
    n_positions=6, d_text=8, n_text_layers=2, n_text_heads=2, d_shared=5, eos_id=19,
)  # fmt: skip
IDS = torch.tensor([[1, 4, 19, 0, 0], [1, 2, 3, 4, 19], [1, 19, 7, 7, 19]])


def twin():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(1)
    text = dict(
        hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        vocab_size=20, max_position_embeddings=6, bos_token_id=1, eos_token_id=19, pad_token_id=0,
    )  # fmt: skip
    vision = dict(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        image_size=8, patch_size=4,
    )  # fmt: skip
    config = transformers.CLIPConfig(
        text_config=text, vision_config=vision, projection_dim=5, initializer_factor=8.0
    )
    return transformers.CLIPModel(config).eval()


def test_clip_with_the_twins_weights_gives_the_twins_similarities():
    theirs, ours = twin(), Clip(TINY).eval()
    take_weights(ours, theirs.state_dict(), HF_NAMES)
    images = torch.rand(4, 3, 8, 8)
    with torch.no_grad():
        expected = theirs(input_ids=IDS, pixel_values=images)
        assert_close(ours.embed_images(images), expected.image_embeds, atol=1e-5, rtol=0)
        assert_close(ours.embed_texts(IDS), expected.text_embeds, atol=1e-5, rtol=0)
        assert_close(ours(images, IDS), expected.logits_per_image, atol=1e-5, rtol=1e-5)


def test_the_twin_with_our_weights_gives_our_similarities():
    theirs, ours = twin(), Clip(TINY).eval()
    theirs.load_state_dict(give_weights(ours, theirs.state_dict(), HF_NAMES))
    images = torch.rand(4, 3, 8, 8)
    with torch.no_grad():
        expected = theirs(input_ids=IDS, pixel_values=images).logits_per_image
        assert_close(ours(images, IDS), expected, atol=1e-5, rtol=1e-5)


def test_what_follows_the_end_of_a_text_changes_nothing():
    model = Clip(TINY).eval()
    changed = IDS.clone()
    changed[0, 3:] = 5
    assert_close(model.embed_texts(IDS), model.embed_texts(changed), atol=1e-6, rtol=0)


def test_quick_gelu_by_hand():
    # 1 · σ(1.702) = 1 / (1 + e^-1.702) = 1 / 1.18232
    assert_close(quick_gelu(torch.tensor([0.0, 1.0])), torch.tensor([0.0, 0.845796]))


def test_texts_that_do_not_fit_are_named():
    model = Clip(TINY)
    with pytest.raises(ValueError, match="a row has no end, eos_id=19"):
        model.embed_texts(torch.ones(1, 3, dtype=torch.long))
    with pytest.raises(ValueError, match="7 tokens exceed n_positions=6"):
        model.embed_texts(torch.full((1, 7), 19))
    with pytest.raises(ValueError, match="token id 20 is outside vocab_size=20"):
        model.embed_texts(torch.tensor([[20, 19]]))
    with pytest.raises(ValueError, match="eos_id=49407 is not below vocab_size=20"):
        ClipConfig(vocab_size=20)
    with pytest.raises(ValueError, match="image_size=224 is not a multiple of patch_size=9"):
        ClipConfig(patch_size=9)
