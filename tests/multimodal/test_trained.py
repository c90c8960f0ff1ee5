import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.multimodal import trained
from lmbook.multimodal.contrastive import TwoTowers, recall_of_pairs
from lmbook.multimodal.convolution import ConvEncoder
from lmbook.multimodal.trained import EMOJI_WIDTHS, load_emoji_towers, save_emoji_towers


def test_the_packaged_towers_tell_five_pictures_from_five_names_better_than_chance():
    from lmbook.data.sets.emoji import draw_emoji, load_emoji
    from lmbook.tasks.retrieve import SentenceEncoder
    from lmbook.zoo.pretrained import load_minilm

    chosen = load_emoji("test")[::4]
    model = load_emoji_towers()
    names = SentenceEncoder(*load_minilm())([e.name for e in chosen])
    with torch.no_grad():
        pictures = model.embed_images(draw_emoji([e.character for e in chosen]))
        similarity = pictures @ model.embed_texts(names).T
    assert recall_of_pairs(similarity, 5).mean() > 0.3  # chance is 0.1


def test_towers_come_back_as_they_were_stored_but_for_half_precision(tmp_path, monkeypatch):
    monkeypatch.setattr(trained, "_FILE", tmp_path / "towers" / "emoji.safetensors")
    torch.manual_seed(0)
    model = TwoTowers(ConvEncoder(EMOJI_WIDTHS), nn.Identity(), 128, 384, 64).eval()
    save_emoji_towers(model)
    images = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        found = load_emoji_towers().embed_images(images)
        assert_close(found, model.embed_images(images), atol=2e-3, rtol=0)


def test_towers_of_another_form_are_not_stored():
    other = TwoTowers(ConvEncoder((4,)), nn.Identity(), 4, 384, 64)
    with pytest.raises(ValueError, match="not those of the emoji towers"):
        save_emoji_towers(other)
