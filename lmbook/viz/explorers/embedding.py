"""Explore word vectors: a map of two dimensions, and the nearest neighbours in all of them."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Float

from lmbook.viz.explorers.base import joined, packed

_MOST_WORDS = 2000
_MOST_NEIGHBOURS = 20


def _check(words: Sequence[str], vectors: np.ndarray) -> None:
    if not 3 <= len(words) <= _MOST_WORDS:
        raise ValueError(f"words holds {len(words)} words, not between 3 and {_MOST_WORDS}")
    if len(set(words)) < len(words):
        raise ValueError("words holds a word twice")
    for index, word in enumerate(words):
        if word.split() != [word]:
            raise ValueError(f"words[{index}]={word!r} is empty or contains white space")
    if vectors.ndim != 2 or len(vectors) != len(words) or vectors.shape[1] < 2:
        raise ValueError(
            f"vectors has shape {vectors.shape}, needs ({len(words)}, 2 or more columns)"
        )
    if not np.isfinite(vectors).all():
        raise ValueError("vectors holds numbers that are not finite")
    empty = np.flatnonzero((vectors == 0).all(axis=1))
    if empty.size:
        raise ValueError(f"vectors[{empty[0]}] is all zeros: it has no direction")


def _flat_map(unit: np.ndarray) -> np.ndarray:
    """The two directions in which unit vectors vary most, scaled into [−1, 1]."""
    centred = unit - unit.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    places = left[:, :2] * sizes[:2]
    # a singular vector is fixed up to its sign: the largest entry is made positive
    largest = places[np.abs(places).argmax(axis=0), [0, 1]]
    places = places * np.where(largest < 0, -1, 1)
    return places / np.maximum(np.abs(places).max(axis=0), 1e-12)


def _base64(numbers: np.ndarray, dtype: str) -> str:
    return packed(np.rint(numbers), dtype)


class EmbeddingExplorer(anywidget.AnyWidget):
    """Pick a word; see it on a map, with its nearest neighbours by cosine as a list.

    ``vectors`` holds one row a word. The neighbours use all columns, rounded to 8 bits a number
    (a cosine is off by about 0.01 at most); the map shows the two directions in which the rows,
    scaled to length one, vary most. ``word`` is shown first, ``n_neighbours`` is where the slider
    of 1 to 20 begins. The saved state takes about 1.4 bytes a number.
    Raises ``ValueError`` for fewer than 3 or more than 2,000 words, a word that is repeated,
    empty or has white space, vectors of another shape, not finite or all zeros, a ``word`` that
    is not among the words, and ``n_neighbours`` outside 1 to 20 or not below the number of words.
    """

    _esm, _css = joined("embedding", "em")
    # one string each: a list would take a line of the notebook for every word
    words = traitlets.Unicode().tag(sync=True)
    vectors_base64 = traitlets.Unicode().tag(sync=True)
    places_base64 = traitlets.Unicode().tag(sync=True)
    word = traitlets.Unicode().tag(sync=True)
    n_neighbours = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        words: Sequence[str],
        vectors: Float[np.ndarray, "word d_model"],
        word: str,
        n_neighbours: int = 8,
    ) -> None:
        _check(words, vectors)
        if word not in words:
            raise ValueError(f"word={word!r} is not among the {len(words)} words")
        most = min(_MOST_NEIGHBOURS, len(words) - 1)
        if not 1 <= n_neighbours <= most:
            raise ValueError(f"n_neighbours={n_neighbours} is not between 1 and {most}")
        self._sizes = vectors.shape
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        # a cosine does not depend on a row's length: each row uses the whole range of a byte
        bytes_a_row = 127 * unit / np.abs(unit).max(axis=1, keepdims=True)
        super().__init__(
            words=" ".join(words),
            vectors_base64=_base64(bytes_a_row, "i1"),
            places_base64=_base64(32_767 * _flat_map(unit), "<i2"),
            word=word,
            n_neighbours=n_neighbours,
        )

    def __repr__(self) -> str:
        return f"EmbeddingExplorer(n_words={self._sizes[0]}, d_model={self._sizes[1]})"
