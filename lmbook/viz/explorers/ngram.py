"""Explore the next-word counts of a text: context, order and temperature as controls."""

import base64
from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Integer

from lmbook.viz.explorers.base import joined

_ID_LIMIT = 65_536  # one id is shipped as an unsigned 16-bit number


def _check_tokens(tokens: Sequence[str]) -> None:
    if len(tokens) > _ID_LIMIT:
        raise ValueError(f"tokens holds {len(tokens)} tokens, the limit is {_ID_LIMIT}")
    first: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.split() != [token]:
            raise ValueError(f"tokens[{index}]={token!r} is empty or contains white space")
        if token in first:
            raise ValueError(f"tokens[{index}]={token!r} stands already at {first[token]}")
        first[token] = index


def _as_uint16(token_ids: Sequence[int] | np.ndarray, vocab_size: int) -> np.ndarray:
    ids = np.asarray(token_ids)
    if ids.ndim != 1 or ids.size == 0:
        raise ValueError(f"token_ids has shape {ids.shape}, needs one axis and 1 or more ids")
    if ids.dtype.kind not in "iu":
        raise ValueError(f"token_ids has dtype {ids.dtype}, needs integers")
    outside = np.flatnonzero((ids < 0) | (ids >= vocab_size))
    if outside.size:
        at = int(outside[0])
        raise ValueError(f"token_ids[{at}]={ids[at]} is not in 0 … {vocab_size - 1}")
    return ids.astype("<u2")


class NgramExplorer(anywidget.AnyWidget):
    """Show the most probable next words after a context, counted exactly in the page.

    ``token_ids`` is the text as ids into ``tokens``; id 1 (``</s>``) ends a sequence, and no
    n-gram is counted across it. ``max_order`` is the largest n of the order control: order n
    looks at n − 1 words. A temperature T shows probabilities proportional to count^(1/T).
    The saved state takes about 2.7 bytes a token, beside the vocabulary.
    Raises ``ValueError`` if an id is outside the vocabulary, if there are no ids or over
    65,536 tokens, if a token is repeated, empty or has white space, or if ``max_order`` < 1.
    """

    _esm, _css = joined("ngram", "ng")
    ids_base64 = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    max_order = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        token_ids: Sequence[int] | Integer[np.ndarray, " time"],
        tokens: Sequence[str],
        max_order: int = 5,
    ) -> None:
        if max_order < 1:
            raise ValueError(f"max_order={max_order} is less than 1")
        _check_tokens(tokens)
        ids = _as_uint16(token_ids, len(tokens))
        self._n_tokens = int(ids.size)
        super().__init__(
            ids_base64=base64.b64encode(ids.tobytes()).decode("ascii"),
            tokens=list(tokens),
            max_order=max_order,
        )

    def __repr__(self) -> str:
        sizes = f"n_tokens={self._n_tokens}, vocab_size={len(self.tokens)}"
        return f"NgramExplorer({sizes}, max_order={self.max_order})"
