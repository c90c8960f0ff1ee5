"""Fill the mask: hide one token of a text, or two neighbours, and see what a model would put there.

All answers are computed beforehand, so that the page needs neither kernel nor model.
"""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Real

from lmbook.viz.explorers.base import joined

_SHOWN = 5  # guesses a hidden token gets in the page
_SCALE = 10_000  # probabilities are shipped as whole numbers of this part
_TOLERANCE = 1e-3  # float32 softmax over thousands of tokens adds up much closer than this
_MOST_TOKENS = 400  # in all texts: the state stays below 80 kB

Probabilities = Real[np.ndarray, "..."]  # [time vocab] alone, [time − 1, 2 vocab] together


def _check(name: str, probabilities: np.ndarray, shape: tuple[int, ...]) -> None:
    if probabilities.shape != shape:
        raise ValueError(f"{name} has shape {probabilities.shape}, needs {shape}")
    if not np.isfinite(probabilities).all() or (probabilities < 0).any():
        raise ValueError(f"{name} holds a number that is not finite or below 0")
    totals = probabilities.sum(-1)
    if totals.size and np.abs(totals - 1).max() > _TOLERANCE:
        worst = totals.flat[np.abs(totals - 1).argmax()]
        raise ValueError(f"{name} holds probabilities that sum to {worst:.4f}, not to 1")


def _answer(row: Real[np.ndarray, " vocab"], true_id: int) -> dict[str, object]:
    """The best guesses, and the rank (from 1) and probability of the token that stands there."""
    order = np.argsort(-row, kind="stable")
    guesses = [[int(i), round(_SCALE * float(row[i]))] for i in order[:_SHOWN]]
    rank = int((order == true_id).nonzero()[0][0]) + 1
    return {"guesses": guesses, "rank": rank, "share": round(_SCALE * float(row[true_id]))}


class MaskingExplorer(anywidget.AnyWidget):
    """Hide one token or two neighbours of a text and see a model's best guesses.

    ``texts`` are lists of ids below ``len(tokens)``. ``alone[p][t]`` are the probabilities of
    every token at place t of text p if it alone is hidden; ``together[p][t]`` those at places t and
    t + 1 if both are hidden. The page gets the five best of each and the true token's, in steps of
    0.01 %. ``marked`` is what a hidden token looks like. Raises ``ValueError`` if there is no text
    or one has less than two tokens, if an id has no token, if shapes do not fit, if probabilities
    are negative or do not sum to one within 0.001, or for over 400 tokens in all texts.
    """

    _esm, _css = joined("masking", "mk")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    texts = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    alone = traitlets.List(traitlets.List(traitlets.Dict())).tag(sync=True)
    together = traitlets.List(traitlets.List(traitlets.List(traitlets.Dict()))).tag(sync=True)
    marked = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        texts: Sequence[Sequence[int]],
        alone: Sequence[Probabilities],
        together: Sequence[Probabilities],
        tokens: Sequence[str],
        marked: str = "[MASK]",
    ) -> None:
        if not texts or len(alone) != len(texts) or len(together) != len(texts):
            raise ValueError(
                f"{len(texts)} texts, {len(alone)} arrays alone and {len(together)} together, "
                "needs 1 or more and as many of each"
            )
        n_tokens = sum(map(len, texts))
        if n_tokens > _MOST_TOKENS:
            raise ValueError(f"texts hold {n_tokens} tokens, the limit is {_MOST_TOKENS}")
        for at, ids in enumerate(texts):
            if len(ids) < 2:
                raise ValueError(f"texts[{at}] has {len(ids)} tokens, needs 2 or more")
            if min(ids) < 0 or max(ids) >= len(tokens):
                raise ValueError(f"texts[{at}] holds an id that is not in 0 … {len(tokens) - 1}")
            _check(f"alone[{at}]", alone[at], (len(ids), len(tokens)))
            _check(f"together[{at}]", together[at], (len(ids) - 1, 2, len(tokens)))
        super().__init__(
            tokens=list(tokens),
            texts=[[int(i) for i in ids] for ids in texts],
            alone=[
                [_answer(row, i) for row, i in zip(rows, ids, strict=True)]
                for rows, ids in zip(alone, texts, strict=True)
            ],
            together=[
                [
                    [_answer(rows[t, side], ids[t + side]) for side in (0, 1)]
                    for t in range(len(rows))
                ]
                for rows, ids in zip(together, texts, strict=True)
            ],
            marked=marked,
        )

    def __repr__(self) -> str:
        sizes = [len(ids) for ids in self.texts]
        return f"MaskingExplorer({len(self.tokens)} tokens, texts of {sizes})"
