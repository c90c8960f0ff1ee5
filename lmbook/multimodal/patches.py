"""Pictures as sequences: square patches, each a token, and a Transformer that reads them.

Source: Dosovitskiy et al. (2021). The order of the layers is that of its code.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmbook.arguments import check_tensor, check_whole
from lmbook.models.config_checks import check_choice, check_rates, check_sizes
from lmbook.nn.attention import MultiHeadAttention, check_heads
from lmbook.nn.feedforward import ACTIVATIONS, Activation, FeedForward
from lmbook.nn.norm import LayerNorm


def patchify(
    images: Float[Tensor, "batch channel height width"], size: int
) -> Float[Tensor, "batch patch entry"]:
    """Patches of ``size`` × ``size`` pixels, row by row; a patch's entries go channel by channel.

    Raises ``ValueError`` for a size that does not divide height and width.
    """
    check_tensor("images", images, "float", 4)
    check_whole("size", size, 1)
    height, width = images.shape[2:]
    if height % size or width % size or not images.numel():
        raise ValueError(f"images of {height} × {width} pixels have no patches of size={size}")
    grid = images.unflatten(3, (-1, size)).unflatten(2, (-1, size))
    # [batch channel row y column x] -> [batch row column channel y x]
    return grid.permute(0, 2, 4, 1, 3, 5).flatten(3).flatten(1, 2)


def unpatchify(
    patches: Float[Tensor, "batch patch entry"], size: int
) -> Float[Tensor, "batch channel height width"]:
    """The square pictures that ``patchify`` cut up.

    Raises ``ValueError`` for a number of patches that is no square, and for entries that are not
    whole channels of ``size`` × ``size`` pixels.
    """
    check_tensor("patches", patches, "float", 3)
    check_whole("size", size, 1)
    n_patches, n_entries = patches.shape[1:]
    side = round(n_patches**0.5)
    if side**2 != n_patches or not n_patches:
        raise ValueError(f"patches: {n_patches} of them do not fill a square")
    if n_entries % size**2 or not n_entries:
        raise ValueError(f"patches have {n_entries} entries, no multiple of size²={size**2}")
    grid = patches.unflatten(2, (-1, size, size)).unflatten(1, (side, side))
    return grid.permute(0, 3, 1, 4, 2, 5).flatten(4).flatten(2, 3)


@dataclass(frozen=True, kw_only=True)
class ViTConfig:
    """Sizes of a Vision Transformer; the defaults are the published base model, ViT-B/16.

    ``image_size`` and ``patch_size`` are in pixels. Raises ``ValueError`` naming the field that
    does not fit.
    """

    image_size: int = 224
    patch_size: int = 16
    n_channels: int = 3
    d_model: int = 768
    n_layers: int = 12
    n_heads: int = 12
    d_ff: int = 3072
    dropout: float = 0.0
    layer_norm_eps: float = 1e-12
    activation: str = "gelu"

    def __post_init__(self) -> None:
        check_sizes(self, "image_size", "patch_size", "n_channels", "n_layers", "d_ff")
        check_heads(self.d_model, self.n_heads, self.n_heads)
        check_rates(self, "dropout")
        check_choice(self, "activation", ACTIVATIONS)
        if self.image_size % self.patch_size:
            sizes = f"image_size={self.image_size} is not a multiple of patch_size"
            raise ValueError(f"{sizes}={self.patch_size}")

    @property
    def n_patches(self) -> int:
        """Tokens of one picture, without the first, learned one."""
        return (self.image_size // self.patch_size) ** 2


class Block(nn.Module):
    """Attention, then a feed-forward layer; each reads a normalised stream and adds to it."""

    def __init__(
        self,
        d_model: int,
        n_heads: int,
        d_ff: int,
        activation: Activation,
        eps: float,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.norm_1 = LayerNorm(d_model, eps)
        self.attention = MultiHeadAttention(d_model, n_heads)
        self.norm_2 = LayerNorm(d_model, eps)
        self.feedforward = FeedForward(d_model, d_ff, activation)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Float[Tensor, "batch time d_model"], causal: bool = False
    ) -> Float[Tensor, "batch time d_model"]:
        """Pre-norm. Patches look at all others; ``causal`` is for text that is read in order."""
        x = x + self.dropout(self.attention(self.norm_1(x), causal=causal))
        return x + self.dropout(self.feedforward(self.norm_2(x)))


class ViT(nn.Module):
    """Patches through one matrix, a learned first token, positions, blocks, a last norm."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.config = config
        n_entries = config.n_channels * config.patch_size**2
        self.embedding = nn.Linear(n_entries, config.d_model)
        self.first = nn.Parameter(torch.zeros(config.d_model))
        self.positions = nn.Parameter(0.02 * torch.randn(1 + config.n_patches, config.d_model))
        self.dropout = nn.Dropout(config.dropout)
        sizes = (config.d_model, config.n_heads, config.d_ff, ACTIVATIONS[config.activation])
        self.blocks = nn.ModuleList(
            Block(*sizes, config.layer_norm_eps, config.dropout) for _ in range(config.n_layers)
        )
        self.norm = LayerNorm(config.d_model, config.layer_norm_eps)

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch token d_model"]:
        """A vector for the learned first token, then one for each patch.

        Raises ``ValueError`` for pictures of another size than the configuration's.
        """
        check_images(images, self.config.n_channels, self.config.image_size)
        x = self.embedding(patchify(images, self.config.patch_size))
        x = torch.cat([self.first.expand(len(x), 1, -1), x], dim=1) + self.positions
        x = self.dropout(x)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class ViTSummary(nn.Module):
    """A ViT that gives one vector a picture: that of the first token."""

    def __init__(self, config: ViTConfig) -> None:
        super().__init__()
        self.encoder = ViT(config)
        self.d_out = config.d_model

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch d_model"]:
        """Errors are those of ``ViT``."""
        return self.encoder(images)[:, 0]


def check_images(images: Tensor, n_channels: int, size: int) -> None:
    """Raise ``ValueError`` unless ``images`` are [batch channel height width] of this size."""
    check_tensor("images", images, "float", 4)
    wanted = (n_channels, size, size)
    if images.shape[1:] != wanted:
        raise ValueError(f"images have shape {tuple(images.shape[1:])}, not {wanted}")


_LAYER = {
    "norm_1": "layernorm_before",
    "norm_2": "layernorm_after",
    "feedforward.up": "mlp.fc1",
    "feedforward.down": "mlp.fc2",
    "attention.query": "attention.q_proj",
    "attention.key": "attention.k_proj",
    "attention.value": "attention.v_proj",
    "attention.output": "attention.o_proj",
}
HF_NAMES = {
    "embedding": "embeddings.patch_embeddings.projection",
    "first": "embeddings.cls_token",
    "positions": "embeddings.position_embeddings",
    "norm": "layernorm",
    **{f"blocks.*.{ours}": f"layers.*.{theirs}" for ours, theirs in _LAYER.items()},
}
"""Our names and those of transformers' ViTModel without its pooler; * is the layer's number."""
