"""The towers that the book trained on emoji and their names."""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

import lmbook.zoo
from lmbook.arguments import check_type
from lmbook.multimodal.contrastive import TwoTowers
from lmbook.multimodal.convolution import ConvEncoder

EMOJI_WIDTHS = (16, 32, 64, 128)
_D_TEXT, _D_SHARED = 384, 64
_FILE = Path(next(iter(lmbook.zoo.__path__))) / "towers" / "emoji.safetensors"


def load_emoji_towers() -> TwoTowers:
    """A convolutional tower for pictures of 32 × 32 pixels, and a matrix for vectors of names.

    ``embed_texts`` takes the vectors of ``lmbook.tasks.retrieve.SentenceEncoder`` with MiniLM,
    which stays as it was. Made by ``tools.studies.multimodal``, run "pairs, MiniLM, 0".
    """
    model = _empty()
    model.load_state_dict({name: x.float() for name, x in load_file(_FILE).items()})
    return model.eval()


def save_emoji_towers(model: TwoTowers) -> None:
    """Store such towers in half precision where ``load_emoji_towers`` finds them.

    Raises ``ValueError`` for towers of another form.
    """
    check_type("model", model, TwoTowers)
    shapes = {name: x.shape for name, x in model.state_dict().items()}
    if shapes != {name: x.shape for name, x in _empty().state_dict().items()}:
        raise ValueError(f"model has tensors {sorted(shapes)[:3]} …, not those of the emoji towers")
    _FILE.parent.mkdir(exist_ok=True)
    halves = {name: x.detach().to(torch.float16) for name, x in model.state_dict().items()}
    save_file(halves, _FILE)


def _empty() -> TwoTowers:
    with torch.device("meta"):
        image = ConvEncoder(EMOJI_WIDTHS)
        empty = TwoTowers(image, nn.Identity(), image.d_out, _D_TEXT, _D_SHARED)
    return empty.to_empty(device="cpu")
