"""A convolutional network for small pictures: what a Vision Transformer is compared with."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from lmbook.arguments import check_several, check_tensor, check_whole


class ConvEncoder(nn.Module):
    """Per width: a 3 × 3 convolution, batch norm, ReLU, and a maximum over 2 × 2; then a mean.

    ``widths`` are the channels after each; ``d_out`` is the last. The same weights meet every
    place of a picture, and a pixel meets its neighbours first: a ViT has to learn both. Raises
    ``ValueError`` for no widths.
    """

    def __init__(self, widths: Sequence[int] = (32, 64, 128), n_channels: int = 3) -> None:
        super().__init__()
        check_several("widths", widths)
        if not widths:
            raise ValueError("widths is empty: give at least one")
        check_whole("n_channels", n_channels, 1)
        layers: list[nn.Module] = []
        for narrow, wide in zip([n_channels, *widths], widths, strict=False):
            check_whole("widths", wide, 1)
            layers.append(nn.Conv2d(narrow, wide, 3, padding=1, bias=False))
            layers += [nn.BatchNorm2d(wide), nn.ReLU(), nn.MaxPool2d(2)]
        self.layers, self.d_out = nn.Sequential(*layers), widths[-1]
        self.n_channels, self.shrinks = n_channels, 2 ** len(widths)

    def forward(
        self, images: Float[Tensor, "batch channel height width"]
    ) -> Float[Tensor, "batch d_out"]:
        """One vector a picture.

        Raises ``ValueError`` for another number of channels, and for pictures that halving would
        leave without a pixel.
        """
        check_tensor("images", images, "float", 4)
        n_channels, *sides = images.shape[1:]
        if n_channels != self.n_channels:
            raise ValueError(f"images have {n_channels} channels, not {self.n_channels}")
        if min(sides) < self.shrinks:
            raise ValueError(f"images of {sides[0]} × {sides[1]} pixels are below {self.shrinks}")
        return self.layers(images).mean((2, 3))
