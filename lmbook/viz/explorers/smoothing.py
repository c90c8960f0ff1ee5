"""Explore what smoothing does to the next word: method, discount and context as controls."""

from collections.abc import Sequence

import anywidget
import numpy as np
import traitlets
from jaxtyping import Integer

from lmbook.viz.explorers.base import joined, packed

_ID_LIMIT = 65_536  # one id is shipped as an unsigned 16-bit number
_LARGEST_ORDER = 4  # the page counts every order anew: more would make it slow
_EOS_ID = 1

Ids = Sequence[int] | Integer[np.ndarray, " time"]


def _check_tokens(tokens: Sequence[str]) -> None:
    if not _EOS_ID < len(tokens) <= _ID_LIMIT:
        raise ValueError(f"tokens holds {len(tokens)} tokens, not between 2 and {_ID_LIMIT}")
    first: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.split() != [token]:
            raise ValueError(f"tokens[{index}]={token!r} is empty or contains white space")
        if token in first:
            raise ValueError(f"tokens[{index}]={token!r} stands already at {first[token]}")
        first[token] = index


def _as_base64(name: str, token_ids: Ids, vocab_size: int) -> str:
    ids = np.asarray(token_ids)
    if ids.ndim != 1 or ids.size == 0:
        raise ValueError(f"{name} has shape {ids.shape}, needs one axis and 1 or more ids")
    if ids.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {ids.dtype}, needs integers")
    outside = np.flatnonzero((ids < 0) | (ids >= vocab_size))
    if outside.size:
        at = int(outside[0])
        raise ValueError(f"{name}[{at}]={ids[at]} is not in 0 … {vocab_size - 1}")
    return packed(ids, "<u2")


class SmoothingExplorer(anywidget.AnyWidget):
    """Show how a smoothing method shares probability, and what a held-out text says to it.

    ``token_ids`` is the text to count and ``held_out_ids`` the text to score, both as ids into
    ``tokens``; id 1 (``</s>``) ends a sequence, id 0 (``<unk>``) is an unknown word, and a start
    mark stands before each sequence. The page offers maximum likelihood, add-k, absolute
    discounting, Witten–Bell and interpolated Kneser–Ney at orders 1 to ``max_order``, all over
    the whole vocabulary, with the uniform distribution below the unigrams. ``context`` is the
    text that the context box begins with.

    Raises ``ValueError`` if an id is outside the vocabulary, if a text is empty, if there are
    fewer than 2 or over 65,536 tokens, if a token is repeated, empty or has white space, or if
    ``max_order`` is not between 1 and 4.
    """

    _esm, _css = joined("smoothing", "sm")
    ids_base64 = traitlets.Unicode().tag(sync=True)
    held_out_base64 = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    max_order = traitlets.Int().tag(sync=True)
    context = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        token_ids: Ids,
        held_out_ids: Ids,
        tokens: Sequence[str],
        max_order: int = 3,
        context: str = "",
    ) -> None:
        if not 1 <= max_order <= _LARGEST_ORDER:
            raise ValueError(f"max_order={max_order} is not between 1 and {_LARGEST_ORDER}")
        _check_tokens(tokens)
        self._n_tokens = len(token_ids)
        super().__init__(
            ids_base64=_as_base64("token_ids", token_ids, len(tokens)),
            held_out_base64=_as_base64("held_out_ids", held_out_ids, len(tokens)),
            tokens=list(tokens),
            max_order=max_order,
            context=context,
        )

    def __repr__(self) -> str:
        sizes = f"n_tokens={self._n_tokens}, vocab_size={len(self.tokens)}"
        return f"SmoothingExplorer({sizes}, max_order={self.max_order})"
