"""Explore the attention of a trained model: text, layer, head and the token that looks."""

import base64
from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Real

from lmbook.viz.explorers.base import joined

_TOLERANCE = 1e-3  # float32 softmax over a few hundred positions adds up much closer than this
_LARGEST = 131_072  # weights in all: the state stays below 180 kB

Weights = Real[np.ndarray, "..."]  # layer head query key; the sizes differ from text to text


def _check(index: int, tokens: Sequence[str], weights: np.ndarray, n_layers: int, n_heads: int):
    expected = (n_layers, n_heads, len(tokens), len(tokens))
    if weights.shape != expected or weights.size == 0:
        raise ValueError(f"weights[{index}] has shape {weights.shape}, needs {expected}")
    if "" in tokens:
        raise ValueError(f"texts[{index}] holds an empty token")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"weights[{index}] holds {weights.min()}, needs numbers of 0 or more")
    totals = weights.sum(axis=-1)
    worst = np.unravel_index(np.abs(totals - 1).argmax(), totals.shape)
    if abs(totals[worst] - 1) > _TOLERANCE:
        place = ", ".join(str(int(axis)) for axis in worst)
        raise ValueError(f"weights[{index}][{place}] sums to {totals[worst]:.4f}, not to 1")


class AttentionExplorer(anywidget.AnyWidget):
    """Choose a layer, a head and a token, and see which tokens it looks at.

    ``texts`` are lists of tokens. ``weights[p][l, h, j, i]`` is the weight that token j of text p
    gives to token i in head h of layer l; each row sums to one. ``notes`` is a sentence for each
    text, or empty. A weight is shipped in 8 bits, in steps of 1/255: what the page says in
    percent is off by 0.2 at most, before it is rounded. Raises ``ValueError`` if there is no
    text, if lists or shapes do not fit, if a token is empty, if a weight is negative or a row
    does not sum to one within 0.001, or if there are over 131,072 weights.
    """

    _esm, _css = joined("attention", "at")
    texts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    notes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    n_layers = traitlets.Int().tag(sync=True)
    n_heads = traitlets.Int().tag(sync=True)
    values_base64 = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(
        self,
        texts: Sequence[Sequence[str]],
        weights: Sequence[Weights],
        notes: Sequence[str] = (),
    ) -> None:
        if not texts or len(weights) != len(texts):
            raise ValueError(f"{len(texts)} texts and {len(weights)} arrays, needs 1 or more each")
        if notes and len(notes) != len(texts):
            raise ValueError(f"notes has {len(notes)} sentences for {len(texts)} texts")
        if weights[0].ndim != 4:
            raise ValueError(
                f"weights[0] has {weights[0].ndim} axes, needs layer, head, query, key"
            )
        n_layers, n_heads = weights[0].shape[:2]
        for index, (tokens, cells) in enumerate(zip(texts, weights, strict=True)):
            _check(index, tokens, cells, n_layers, n_heads)
        n_weights = sum(cells.size for cells in weights)
        if n_weights > _LARGEST:
            raise ValueError(f"weights hold {n_weights} numbers, the limit is {_LARGEST}")
        shipped = [
            np.rint(255 * cells).clip(0, 255).astype(np.uint8).tobytes() for cells in weights
        ]
        super().__init__(
            texts=[list(tokens) for tokens in texts],
            notes=list(notes),
            n_layers=int(n_layers),
            n_heads=int(n_heads),
            values_base64=[base64.b64encode(cells).decode("ascii") for cells in shipped],
        )

    def __repr__(self) -> str:
        sizes = [len(tokens) for tokens in self.texts]
        return f"AttentionExplorer({self.n_layers} layers, {self.n_heads} heads, n_tokens={sizes})"
