"""Shannon's guessing game: guess the next letter of a text, against an n-gram model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import anywidget
import traitlets

from lmbook.viz.explorers.base import joined

# 26 letters and the space, the most frequent first in the book's training plays
ALPHABET = " etoahsnirldumywcfgbpvkxjqz"
_SMALLEST = 5  # fewer letters to guess would say nothing


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A text to guess, with what a language model did on the same letters.

    ``text`` starts with ``n_given`` symbols that the reader sees at once; every later one is
    to be guessed. ``ranks`` and ``bits`` hold one value for each of these: the place of the true
    symbol in the model's order (1 = the model's first guess), and −log2 of its probability.
    Raises ``ValueError`` for too short a text, lists of another length, a rank < 1, and bits
    that are negative or not finite.
    """

    title: str
    text: str
    n_given: int
    ranks: Sequence[int]
    bits: Sequence[float]

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError(f"title={self.title!r} is empty")
        if self.n_given < 0:
            raise ValueError(f"n_given={self.n_given} is below 0")
        n_hidden = len(self.text) - self.n_given
        if n_hidden < _SMALLEST:
            raise ValueError(f"text leaves {n_hidden} symbols to guess, needs {_SMALLEST} or more")
        for name, values in (("ranks", self.ranks), ("bits", self.bits)):
            if len(values) != n_hidden:
                raise ValueError(f"{name} has {len(values)} values, the text leaves {n_hidden}")
        for at, rank in enumerate(self.ranks):
            if rank < 1:
                raise ValueError(f"ranks[{at}]={rank} is below 1")
        for at, value in enumerate(self.bits):
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"bits[{at}]={value} is not a finite number of bits ≥ 0")


def _check_alphabet(alphabet: str) -> None:
    for at, symbol in enumerate(alphabet):
        if symbol != " " and not "a" <= symbol <= "z":
            raise ValueError(f"alphabet[{at}]={symbol!r} is neither a space nor a letter a … z")
        if symbol in alphabet[:at]:
            raise ValueError(f"alphabet[{at}]={symbol!r} stands twice")


def _check_passages(passages: Sequence[Passage], alphabet: str) -> None:
    if not passages:
        raise ValueError("passages=[] is empty, needs 1 or more")
    titles = [passage.title for passage in passages]
    if len(set(titles)) < len(titles):
        raise ValueError(f"passages={titles} hold the same title twice")
    for passage in passages:
        outside = sorted(set(passage.text) - set(alphabet))
        if outside:
            raise ValueError(f"text of {passage.title!r} has {outside[0]!r}, not in the alphabet")
        if max(passage.ranks) > len(alphabet):
            raise ValueError(
                f"ranks of {passage.title!r} reach {max(passage.ranks)}, "
                f"the alphabet has {len(alphabet)} symbols"
            )


class GuessingExplorer(anywidget.AnyWidget):
    """Let the reader guess a text symbol by symbol and bound the entropy from the guesses.

    The reader types a letter or the space; a wrong guess counts and the game waits for the
    next one, as in Shannon (1951). From q_i, the share of symbols found at guess i, the page
    shows Shannon's bounds in bits per character beside the bits of the model called
    ``model_name`` on the same symbols. ``alphabet`` lists the symbols, the most frequent first:
    the button that gives up a symbol tries the rest in this order.
    Raises ``ValueError`` if there is no passage, a title stands twice, a text or a rank leaves
    the alphabet, or the alphabet holds a symbol twice or one that is neither space nor a … z.
    """

    _esm, _css = joined("guessing", "gs")
    passages = traitlets.List(traitlets.Dict()).tag(sync=True)
    model_name = traitlets.Unicode().tag(sync=True)
    alphabet = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, passages: Sequence[Passage], model_name: str, alphabet: str = ALPHABET
    ) -> None:
        _check_alphabet(alphabet)
        _check_passages(passages, alphabet)
        if not model_name.strip():
            raise ValueError(f"model_name={model_name!r} is empty")
        super().__init__(
            passages=[_as_state(passage) for passage in passages],
            model_name=model_name,
            alphabet=alphabet,
        )

    def __repr__(self) -> str:
        return f"GuessingExplorer({len(self.passages)} passages, model_name={self.model_name!r})"


def _as_state(passage: Passage) -> dict[str, object]:
    return {
        "title": passage.title,
        "text": passage.text,
        "n_given": passage.n_given,
        "ranks": [int(rank) for rank in passage.ranks],
        "bits": [round(float(value), 4) for value in passage.bits],
    }
