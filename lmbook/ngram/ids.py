"""Ids as the n-gram models take them: whole numbers, checked once, where they come in."""

from typing import Any

import numpy as np
from jaxtyping import Int, Int64
from torch import Tensor

from lmbook.arguments import as_ids, check_several, check_tensor, shown


def prefix_ids_of(
    prefix_ids: Int[Tensor, " time"], vocab_size: int, n_more: int = 0, name: str = "prefix_ids"
) -> list[int]:
    """The ids of a prefix or context given as a tensor.

    Raises ``ValueError`` for anything else and for an id outside the vocabulary; ``n_more`` ids
    above it are admitted.
    """
    check_tensor(name, prefix_ids, "int", 1)
    return as_ids(name, prefix_ids, vocab_size, n_more)


def context_ids_of(context_ids: Int[Tensor, " time"], vocab_size: int) -> list[int]:
    """``prefix_ids_of`` for a context, which may begin with BOS."""
    return prefix_ids_of(context_ids, vocab_size, 1, "context_ids")


def token_array(name: str, sequence: Any) -> Int64[np.ndarray, " time"]:
    """One sequence of ids as an array; floats are refused and not cut off.

    Raises ``ValueError`` for what is no row of whole numbers.
    """
    check_several(name, sequence)
    try:
        ids = np.asarray(sequence)  # no dtype: numpy would cut floats off to it
    except ValueError as error:  # rows of unlike length
        raise ValueError(f"{name}={shown(sequence)} is no row of whole numbers") from error
    if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
        raise ValueError(f"{name}={shown(sequence)} is no row of whole numbers")
    return ids.astype(np.int64, copy=False)
