"""Pictures, towers, captions and codebooks work where their tensors are."""

import pytest
import torch
from torch import nn

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.multimodal.captioning import Captioner, caption_loss
from lmbook.multimodal.clip import Clip, ClipConfig
from lmbook.multimodal.contrastive import TwoTowers, clip_loss, recall_of_pairs
from lmbook.multimodal.convolution import ConvEncoder
from lmbook.multimodal.pair_training import moved, train_towers
from lmbook.multimodal.patches import ViT, ViTConfig
from lmbook.multimodal.vq import VectorQuantizer
from tests.devices.pretend import pretended

TINY = dict(image_size=8, patch_size=4)


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    torch.manual_seed(0)
    with pretended(request.param) as device:
        yield device


def test_pictures_become_vectors_where_they_are(gpu):
    images = torch.rand(2, 3, 8, 8).to(gpu)
    model = ViT(ViTConfig(**TINY, d_model=8, n_layers=1, n_heads=2, d_ff=8)).to(gpu)
    assert model(images).device == gpu
    assert moved(images, 1, torch.Generator().manual_seed(0)).device == gpu


def test_pairs_are_compared_and_learned_where_they_are(gpu):
    images, ids = torch.rand(2, 3, 8, 8).to(gpu), torch.zeros(2, 3, dtype=torch.long).to(gpu)
    config = ClipConfig(
        **TINY, d_image=8, n_image_layers=1, n_image_heads=2, vocab_size=6, n_positions=5,
        d_text=8, n_text_layers=1, n_text_heads=2, d_shared=4, eos_id=0,
    )  # fmt: skip
    logits = Clip(config).to(gpu)(images, ids)
    assert clip_loss(logits).device == recall_of_pairs(logits, 1).device == gpu
    towers = TwoTowers(ConvEncoder((4,)), nn.Identity(), 4, 5, 3).to(gpu)
    draw = torch.Generator().manual_seed(0)
    assert len(train_towers(towers, images, torch.rand(2, 5).to(gpu), 2, 2, draw)) == 2


def test_captions_and_codes_stay_where_they_are(gpu):
    config = GPTConfig(
        vocab_size=6, n_positions=9, d_model=8, n_layers=1, n_heads=2, d_ff=8, start_id=0
    )
    captioner = Captioner(GPT(config), 3, n_prefix=2, d_hidden=4).to(gpu)
    vectors, ids = torch.rand(2, 3).to(gpu), torch.zeros(2, 3, dtype=torch.long).to(gpu)
    caption_loss(captioner(vectors, ids), ids).backward()
    assert len(captioner.caption(vectors, 2, 5)) == 2
    quantizer = VectorQuantizer(4, 3).to(gpu)
    tokens = quantizer(vectors, torch.Generator().manual_seed(0))
    assert tokens.ids.device == quantizer.decode(tokens.ids).device == gpu
