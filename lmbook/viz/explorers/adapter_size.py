"""How many numbers learn: choose a method and a size, and see what it trains, stores and needs.

The page counts by itself, from the sizes of the encoder.
"""

import anywidget
import traitlets

from lmbook.arguments import check_whole
from lmbook.viz.explorers.base import joined

_SIZES = ("d_model", "d_ff", "n_layers", "n_total")


class AdapterSizeExplorer(anywidget.AnyWidget):
    """Choose a method, its size and a number of tasks for one frozen encoder.

    ``d_model``, ``d_ff`` and ``n_layers`` are the sizes of a BERT, ``n_total`` is the number of
    its parameters. The page says how many numbers learn, what AdamW keeps for them, and what a
    copy of the encoder for each task would weigh against one base with an adapter for each.

    Raises ``ValueError`` for a size below 1, and for an encoder smaller than its matrices.
    """

    _esm, _css = joined("adapter_size", "as")
    d_model = traitlets.Int().tag(sync=True)
    d_ff = traitlets.Int().tag(sync=True)
    n_layers = traitlets.Int().tag(sync=True)
    n_total = traitlets.Int().tag(sync=True)

    def __init__(self, *, d_model: int, d_ff: int, n_layers: int, n_total: int) -> None:
        sizes = dict(zip(_SIZES, (d_model, d_ff, n_layers, n_total), strict=True))
        for name, size in sizes.items():
            check_whole(name, size, 1)
        least = n_layers * (4 * d_model**2 + 2 * d_model * d_ff)
        if n_total < least:
            raise ValueError(f"n_total={n_total} is below {least}, the entries of its matrices")
        super().__init__(**sizes)

    def __repr__(self) -> str:
        return f"AdapterSizeExplorer({self.n_layers} layers of d_model {self.d_model})"
