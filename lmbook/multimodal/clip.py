"""CLIP as it was published: a Vision Transformer and a causal text Transformer.

Source: Radford et al. (2021); the order of the layers is that of its code. It differs from ViT: a
norm before the first block, no bias in the patches' matrix, and a sigmoid in the place of GELU.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor_ids
from lmbook.models.config_checks import check_sizes, check_special_ids
from lmbook.multimodal.contrastive import TwoTowers
from lmbook.multimodal.patches import Block, check_images, patchify
from lmbook.nn.attention import check_heads
from lmbook.nn.norm import LayerNorm


def quick_gelu(x: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """x · σ(1.702 x), an approximation of GELU (Hendrycks and Gimpel, 2016)."""
    return x * torch.sigmoid(1.702 * x)


@dataclass(frozen=True, kw_only=True)
class ClipConfig:
    """Sizes of both towers; the defaults are the published CLIP ViT-B/32.

    Names with ``image`` belong to the tower of pictures, those with ``text`` to the other.
    ``eos_id`` ends every text: its position gives the text's vector. Raises ``ValueError`` naming
    the field that does not fit.
    """

    image_size: int = 224
    patch_size: int = 32
    n_channels: int = 3
    d_image: int = 768
    n_image_layers: int = 12
    n_image_heads: int = 12
    vocab_size: int = 49_408
    n_positions: int = 77
    d_text: int = 512
    n_text_layers: int = 12
    n_text_heads: int = 8
    d_shared: int = 512
    eos_id: int = 49_407
    layer_norm_eps: float = 1e-5

    def __post_init__(self) -> None:
        check_sizes(self, "image_size", "patch_size", "n_channels", "n_image_layers")
        check_sizes(self, "vocab_size", "n_positions", "n_text_layers", "d_shared")
        check_heads(self.d_image, self.n_image_heads, self.n_image_heads)
        check_heads(self.d_text, self.n_text_heads, self.n_text_heads)
        check_special_ids(self, "eos_id")
        if self.image_size % self.patch_size:
            sizes = f"image_size={self.image_size} is not a multiple of patch_size"
            raise ValueError(f"{sizes}={self.patch_size}")


class ImageTower(nn.Module):
    """Patches, a learned first token, positions, a norm, blocks; the first token, normalised."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.config = config
        width, eps = config.d_image, config.layer_norm_eps
        n_tokens = 1 + (config.image_size // config.patch_size) ** 2
        self.embedding = nn.Linear(config.n_channels * config.patch_size**2, width, bias=False)
        self.first = nn.Parameter(width**-0.5 * torch.randn(width))
        self.positions = nn.Embedding(n_tokens, width)
        self.norm_before = LayerNorm(width, eps)
        self.blocks = nn.ModuleList(
            Block(width, config.n_image_heads, 4 * width, quick_gelu, eps)
            for _ in range(config.n_image_layers)
        )
        self.norm_after = LayerNorm(width, eps)
        nn.init.normal_(self.positions.weight, std=0.02)

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch d_image"]:
        """Raises ``ValueError`` for pictures of another size than the configuration's."""
        check_images(images, self.config.n_channels, self.config.image_size)
        x = self.embedding(patchify(images, self.config.patch_size))
        x = torch.cat([self.first.expand(len(x), 1, -1), x], dim=1) + self.positions.weight
        x = self.norm_before(x)
        for block in self.blocks:
            x = block(x)
        return self.norm_after(x[:, 0])


class TextTower(nn.Module):
    """Tokens and positions, causal blocks, a norm; the vector at the end-of-text token."""

    def __init__(self, config: ClipConfig) -> None:
        super().__init__()
        self.config = config
        width, eps = config.d_text, config.layer_norm_eps
        self.embedding = nn.Embedding(config.vocab_size, width)
        self.positions = nn.Embedding(config.n_positions, width)
        self.blocks = nn.ModuleList(
            Block(width, config.n_text_heads, 4 * width, quick_gelu, eps)
            for _ in range(config.n_text_layers)
        )
        self.norm = LayerNorm(width, eps)
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.positions.weight, std=0.01)

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch d_text"]:
        """What follows the first ``eos_id`` is padding: causal attention never lets it be seen.

        Raises ``ValueError`` for ids outside the vocabulary, more than ``n_positions`` tokens, and
        a row without ``eos_id``.
        """
        check_tensor_ids("ids", ids, self.config.vocab_size, 2)
        n_tokens, limit = ids.shape[1], self.config.n_positions
        if n_tokens > limit:
            raise ValueError(f"ids: {n_tokens} tokens exceed n_positions={limit}")
        ends = ids == self.config.eos_id
        if not bool(ends.any(1).all()):
            raise ValueError(f"ids: a row has no end, eos_id={self.config.eos_id}")
        x = self.embedding(ids) + self.positions.weight[:n_tokens]
        for block in self.blocks:
            x = block(x, causal=True)
        rows = torch.arange(len(ids), device=ids.device)
        return self.norm(x[rows, ends.int().argmax(1)])


class Clip(TwoTowers):
    """The two towers of CLIP and the space that they share; ``forward`` gives all similarities."""

    def __init__(self, config: ClipConfig) -> None:
        towers = (ImageTower(config), TextTower(config))
        super().__init__(*towers, config.d_image, config.d_text, config.d_shared)
        self.config = config


_LAYER = {
    "norm_1": "layer_norm1",
    "norm_2": "layer_norm2",
    "attention.query": "self_attn.q_proj",
    "attention.key": "self_attn.k_proj",
    "attention.value": "self_attn.v_proj",
    "attention.output": "self_attn.out_proj",
    "feedforward.up": "mlp.fc1",
    "feedforward.down": "mlp.fc2",
}
HF_NAMES = {
    "log_scale": "logit_scale",
    "project_image": "visual_projection",
    "project_text": "text_projection",
    "image.embedding": "vision_model.embeddings.patch_embedding",
    "image.first": "vision_model.embeddings.class_embedding",
    "image.positions": "vision_model.embeddings.position_embedding",
    "image.norm_before": "vision_model.pre_layrnorm",  # their spelling
    "image.norm_after": "vision_model.post_layernorm",
    "text.embedding": "text_model.embeddings.token_embedding",
    "text.positions": "text_model.embeddings.position_embedding",
    "text.norm": "text_model.final_layer_norm",
    **{
        f"{ours}.blocks.*.{part}": f"{theirs}.encoder.layers.*.{name}"
        for ours, theirs in (("image", "vision_model"), ("text", "text_model"))
        for part, name in _LAYER.items()
    },
}
"""Our names and those of transformers' CLIPModel; * is the layer's number."""
