"""Explore the noisy channel: which word was meant by what was typed?"""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

import anywidget
import numpy as np
import traitlets

from lmbook.viz.explorers.base import joined, packed

_KINDS = ("deletion", "insertion", "replacement", "transposition")
_SIZE = len(ascii_lowercase) + 1  # row 0 is the start of the word


def _check_words(words: Sequence[str], counts: Sequence[int]) -> None:
    if not words:
        raise ValueError("words is empty, needs 1 or more")
    if len(words) != len(counts):
        raise ValueError(f"counts has {len(counts)} numbers for {len(words)} words")
    if len(set(words)) < len(words):
        raise ValueError("words holds a word twice")
    for index, word in enumerate(words):
        if not word or set(word) - set(ascii_lowercase):
            raise ValueError(f"words[{index}]={word!r} is not made of the letters a to z")
        if counts[index] < 1:
            raise ValueError(f"counts[{index}]={counts[index]} is below 1")


def _ship(rates: Mapping[str, np.ndarray]) -> str:
    """The four tables as base64 of little-endian float32, in the order of ``_KINDS``."""
    if sorted(rates) != list(_KINDS):
        raise ValueError(f"rates has the kinds {sorted(rates)}, needs {list(_KINDS)}")
    for kind in _KINDS:
        table = rates[kind]
        if table.shape != (_SIZE, _SIZE):
            raise ValueError(f"rates[{kind!r}] has shape {table.shape}, needs {(_SIZE, _SIZE)}")
        if not (np.isfinite(table).all() and (table > 0).all()):
            raise ValueError(f"rates[{kind!r}] holds numbers that are not positive and finite")
    return packed(np.stack([rates[kind] for kind in _KINDS]), "<f4")


class NoisyChannelExplorer(anywidget.AnyWidget):
    """Type a word, weigh the prior against the channel, and see the candidates with their scores.

    ``words`` and their ``counts`` give log P(w), the share of a word's count in all. ``rates``
    holds a table a kind of slip, first letter by second letter, row and column 0 for the start of
    the word: "deletion", "insertion", "replacement", "transposition". Given that there is a slip,
    which happens with probability ``p_error``, each is likely in proportion to its rate.
    The page can also make all slips equally likely. ``typed`` is the word shown first.
    Raises ``ValueError`` for words that repeat or hold more than the letters a to z, counts below
    1, tables of another shape or with numbers that are not positive, and ``p_error`` not
    between 0 and 1.
    """

    _esm, _css = joined("channel", "nc")
    # one string each: a list would take a line of the notebook for every word
    words = traitlets.Unicode().tag(sync=True)
    counts = traitlets.Unicode().tag(sync=True)
    rates_base64 = traitlets.Unicode().tag(sync=True)
    p_error = traitlets.Float().tag(sync=True)
    typed = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        words: Sequence[str],
        counts: Sequence[int],
        rates: Mapping[str, np.ndarray],
        p_error: float = 0.05,
        typed: str = "",
    ) -> None:
        _check_words(words, counts)
        if not 0 < p_error < 1:
            raise ValueError(f"p_error={p_error} is not between 0 and 1")
        self._n_words = len(words)
        super().__init__(
            words=" ".join(words),
            counts=" ".join(str(int(count)) for count in counts),
            rates_base64=_ship(rates),
            p_error=p_error,
            typed=typed,
        )

    def __repr__(self) -> str:
        return f"NoisyChannelExplorer(n_words={self._n_words}, p_error={self.p_error})"
