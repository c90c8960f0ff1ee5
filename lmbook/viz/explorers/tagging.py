"""Explore a chain of tags: what the neighbours change, and what is forbidden."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Real

from lmbook.viz.explorers.base import joined

_MOST_WORDS, _MOST_TAGS = 16, 9  # a table of more does not fit on a page
_FORBIDDEN = -10_000.0  # what the page takes for -inf: JSON has no infinity


class TaggingExplorer(anywidget.AnyWidget):
    """Weight the transitions of a chain, and see the best tags and every tag's probability.

    ``scores[i]`` are the scores of the ``tags`` at word i, ``transitions[a]`` those of every tag
    after tag a, ``start`` and ``end`` those of the first and of the last tag, in nats; -inf
    forbids. The page multiplies the transitions by a weight from 0 to 2, and computes the best
    sequence and the marginals. ``given`` are the right tags.

    Raises ``ValueError`` for no word or more than 16, fewer than 2 tags or more than 9, arrays of
    other shapes, and a NaN or +inf.
    """

    _esm, _css = joined("tagging", "tg")
    words = traitlets.List(traitlets.Unicode()).tag(sync=True)
    tags = traitlets.List(traitlets.Unicode()).tag(sync=True)
    given = traitlets.List(traitlets.Unicode()).tag(sync=True)
    scores = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    transitions = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    ends = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)

    def __init__(
        self,
        words: Sequence[str],
        tags: Sequence[str],
        given: Sequence[str],
        scores: Real[np.ndarray, "..."],
        transitions: Real[np.ndarray, "..."],
        start: Real[np.ndarray, "..."],
        end: Real[np.ndarray, "..."],
    ) -> None:
        if not 1 <= len(words) <= _MOST_WORDS:
            raise ValueError(f"words holds {len(words)}, not 1 to {_MOST_WORDS}")
        if not 2 <= len(tags) <= _MOST_TAGS:
            raise ValueError(f"tags holds {len(tags)}, not 2 to {_MOST_TAGS}")
        if len(given) != len(words) or not set(given) <= set(tags):
            raise ValueError(f"given={list(given)} is not one of the tags for each word")
        n = len(tags)
        super().__init__(
            words=list(words),
            tags=list(tags),
            given=list(given),
            scores=_rounded("scores", scores, (len(words), n)),
            transitions=_rounded("transitions", transitions, (n, n)),
            ends=[_rounded("start", start, (n,)), _rounded("end", end, (n,))],
        )

    def __repr__(self) -> str:
        return f"TaggingExplorer({len(self.words)} words, {len(self.tags)} tags)"


def _rounded(name: str, array: np.ndarray, shape: tuple[int, ...]) -> list:
    array = np.asarray(array, dtype=float)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}, needs {shape}")
    if np.isnan(array).any() or (array == np.inf).any():
        raise ValueError(f"{name} holds NaN or +inf")
    return np.where(np.isinf(array), _FORBIDDEN, array.round(3)).tolist()
