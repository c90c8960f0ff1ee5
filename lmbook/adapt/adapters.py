"""Adapters: small networks between the layers of a frozen encoder.

AdapterLinear       after a layer: Houlsby et al. (2019)
ParallelFeedForward beside the feed-forward layer: He et al. (2022)
"""

from collections.abc import Callable

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.targets import check_encoder, check_width, find_layers, replace_layer
from lmbook.arguments import check_number
from lmbook.models.bert import Bert
from lmbook.nn.feedforward import FeedForward
from lmbook.nn.norm import LayerNorm


class Bottleneck(nn.Module):
    """``up(activation(down(x)))`` through ``d_bottleneck`` numbers; zero at first.

    Houlsby et al. (2019) begin near zero; here ``up`` is exactly zero, as LoRA's second matrix.
    """

    def __init__(
        self, d_model: int, d_bottleneck: int, activation: Callable[[Tensor], Tensor] = F.gelu
    ) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(d_model, d_bottleneck), nn.Linear(d_bottleneck, d_model)
        self.activation = activation
        nn.init.normal_(self.down.weight, std=0.01)
        for start_at_zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(start_at_zero)

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """What is to be added to ``x``, or to what another layer makes of it."""
        return self.up(self.activation(self.down(x)))


class AdapterLinear(nn.Module):
    """A frozen layer, then ``h + bottleneck(h)``."""

    def __init__(self, base: nn.Linear, bottleneck: Bottleneck) -> None:
        super().__init__()
        self.base, self.bottleneck = base, bottleneck

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_model"]:
        """The layer's output h, and what the bottleneck adds to it."""
        h = self.base(x)
        return h + self.bottleneck(h)


class ParallelFeedForward(nn.Module):
    """A frozen feed-forward layer, and ``scale`` times a bottleneck of the same input."""

    def __init__(self, base: FeedForward, bottleneck: Bottleneck, scale: float) -> None:
        super().__init__()
        self.base, self.bottleneck, self.scale = base, bottleneck, scale

    def forward(self, x: Float[Tensor, "*batch d_model"]) -> Float[Tensor, "*batch d_model"]:
        """The sum of both."""
        return self.base(x) + self.scale * self.bottleneck(x)


def add_adapters(encoder: Bert, d_bottleneck: int) -> None:
    """Freeze ``encoder``; put a bottleneck after the attention and one after the feed-forward part.

    Both stand behind the projection back to ``d_model`` and before the sum with the residual.
    Layer norms in the blocks learn too, as in the paper. Source: Houlsby et al. (2019, section 2).
    Raises ``ValueError`` for a bottleneck below 1 or wider than the model, for anything but a BERT
    or a RoBERTa, and for adapters that stand there already.
    """
    width = check_encoder(encoder).config.d_model
    check_width("d_bottleneck", d_bottleneck, width, "the encoder")
    places = find_layers(encoder, ("attention.output", "feedforward.down"), nn.Linear)
    encoder.requires_grad_(False)
    for path, layer in places.items():
        bottleneck = Bottleneck(width, d_bottleneck).to(layer.weight.device)  # pyright: ignore
        replace_layer(encoder, path, AdapterLinear(layer, bottleneck))  # pyright: ignore
    for norm in encoder.blocks.modules():
        if isinstance(norm, LayerNorm):
            norm.requires_grad_(True)


def add_parallel_adapters(encoder: Bert, d_bottleneck: int, scale: float = 4.0) -> None:
    """Freeze ``encoder``; put a bottleneck beside the feed-forward part of each block.

    ``scale`` multiplies the bottleneck, as in the scaled parallel adapter of He et al. (2022).
    Errors are those of ``add_adapters``.
    """
    width = check_encoder(encoder).config.d_model
    check_width("d_bottleneck", d_bottleneck, width, "the encoder")
    check_number("scale", scale)
    places = find_layers(encoder, ("feedforward",), FeedForward)
    encoder.requires_grad_(False)
    for path, layer in places.items():
        bottleneck = Bottleneck(width, d_bottleneck).to(layer.up.weight.device)  # pyright: ignore
        replace_layer(encoder, path, ParallelFeedForward(layer, bottleneck, scale))  # pyright: ignore
