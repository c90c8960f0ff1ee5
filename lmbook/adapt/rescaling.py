"""(IA)³: a frozen encoder whose keys, values and hidden units are multiplied by learned factors.

Source: Liu et al. (2022), section 3.3. The factors begin at 1.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmbook.adapt.targets import check_encoder, find_layers, replace_layer
from lmbook.models.bert import Bert


class RescaledOutput(nn.Module):
    """``factor`` times the output of a frozen layer, its bias included."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.factor = nn.Parameter(torch.ones(base.out_features, device=base.weight.device))
        self.in_features, self.out_features = base.in_features, base.out_features

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """One factor an output."""
        return self.factor * self.base(x)

    def merged(self) -> nn.Linear:
        """The frozen layer with the factors in its weight and bias."""
        return _scaled(self.base, self.factor[:, None], self.factor)


class RescaledInput(nn.Module):
    """A frozen layer that reads ``factor`` times its input."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.factor = nn.Parameter(torch.ones(base.in_features, device=base.weight.device))

    def forward(self, x: Float[Tensor, "*batch d_in"]) -> Float[Tensor, "*batch d_out"]:
        """One factor an input."""
        return self.base(self.factor * x)

    def merged(self) -> nn.Linear:
        """The frozen layer with the factors in its weight."""
        return _scaled(self.base, self.factor, torch.ones(()))


def add_ia3(encoder: Bert) -> None:
    """Freeze ``encoder``; give its keys, values and hidden units of feed-forward layers a factor.

    Raises ``ValueError`` for anything but a BERT or a RoBERTa without such factors.
    """
    check_encoder(encoder)
    outputs = find_layers(encoder, ("attention.key", "attention.value"), nn.Linear)
    inputs = find_layers(encoder, ("feedforward.down",), nn.Linear)
    encoder.requires_grad_(False)
    for path, layer in outputs.items():
        replace_layer(encoder, path, RescaledOutput(layer))  # pyright: ignore
    for path, layer in inputs.items():
        replace_layer(encoder, path, RescaledInput(layer))  # pyright: ignore


def merge_ia3(encoder: nn.Module) -> None:
    """Put the factors into the frozen weights and the plain layers back.

    Raises ``ValueError`` if there are no factors.
    """
    layers = [
        (path, layer)
        for path, layer in encoder.named_modules()
        if isinstance(layer, RescaledOutput | RescaledInput)
    ]
    if not layers:
        raise ValueError("encoder has no factors to merge")
    for path, layer in layers:
        replace_layer(encoder, path, layer.merged())


def _scaled(base: nn.Linear, of_weight: Tensor, of_bias: Tensor) -> nn.Linear:
    with torch.no_grad():
        base.weight.mul_(of_weight)
        if base.bias is not None:
            base.bias.mul_(of_bias)
    return base
