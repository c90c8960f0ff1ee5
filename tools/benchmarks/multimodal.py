"""A batch of pictures through a Vision Transformer, and CTC over a batch of sound.

The ViT has the sizes of the chapter's towers; CTC reads 32 texts of 12 labels in 100 frames. One
thread.
"""

from collections.abc import Callable

import torch
import transformers
from torch.nn import functional as F

from lmbook.data.sets.corpora import Corpus
from lmbook.multimodal.ctc import ctc_loss
from lmbook.multimodal.patches import HF_NAMES, ViT, ViTConfig
from lmbook.multimodal.twins import give_weights

PICTURES = "ViT of 3 layers, 64 pictures of 17 tokens"
SOUND = "CTC with gradient, 32 texts in 100 frames"
GOALS = {PICTURES: {"transformers": "≤ 1"}, SOUND: {"torch": "≤ 10"}}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Random pictures and frames; the corpus is not needed."""
    del corpus
    return {PICTURES: _pictures(), SOUND: _sound()}


def _pictures() -> dict[str, Callable[[], object]]:
    torch.manual_seed(0)
    ours = ViT(
        ViTConfig(image_size=32, patch_size=8, d_model=96, n_layers=3, n_heads=4, d_ff=192)
    ).eval()
    config = transformers.ViTConfig(
        hidden_size=96, num_hidden_layers=3, num_attention_heads=4, intermediate_size=192,
        image_size=32, patch_size=8,
    )  # fmt: skip
    theirs = transformers.ViTModel(config, add_pooling_layer=False).eval()
    theirs.load_state_dict(give_weights(ours, theirs.state_dict(), HF_NAMES))
    images = torch.rand(64, 3, 32, 32)

    def forward(model: Callable[..., object]) -> None:
        with torch.no_grad():
            for _ in range(10):
                model(images)

    return {"lmbook": lambda: forward(ours), "transformers": lambda: forward(theirs)}


def _sound() -> dict[str, Callable[[], object]]:
    draw = torch.Generator().manual_seed(0)
    logits = torch.randn(32, 100, 40, generator=draw).requires_grad_()
    labels = torch.randint(1, 40, (32, 12), generator=draw)
    lengths = torch.full((32,), 100), torch.full((32,), 12)

    def ours() -> None:
        ctc_loss(logits.log_softmax(-1), labels).sum().backward()

    def theirs() -> None:
        frames = logits.log_softmax(-1).transpose(0, 1)
        F.ctc_loss(frames, labels, *lengths, reduction="sum").backward()

    return {"lmbook": ours, "torch": theirs}


torch.set_num_threads(1)
