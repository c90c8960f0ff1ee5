"""The letters that the noisy channel knows, and their places in its tables."""

from string import ascii_lowercase

import numpy as np
from jaxtyping import Int64

from lmbook.arguments import check_text

START = "^"  # before the first letter, so that slips there have a letter before them too
LETTER_INDEX = {letter: i for i, letter in enumerate(START + ascii_lowercase)}


def indices(word: str) -> Int64[np.ndarray, " letters"]:
    """The places of the letters of ``word`` in a table, ``START`` in front."""
    return np.array([LETTER_INDEX[letter] for letter in START + word])


def check_letters(name: str, word: str) -> None:
    """Raise ``ValueError`` unless ``word`` is a string of the letters a to z in lower case."""
    check_text(name, word)
    if set(word) - set(ascii_lowercase):
        raise ValueError(f"{name}={word!r} holds more than the letters a to z in lower case")
