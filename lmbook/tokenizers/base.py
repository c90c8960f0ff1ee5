"""The protocol every tokenizer follows."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Tokenizer(Protocol):
    """A map from text to token ids and back."""

    vocab_size: int
    eos_id: int

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``, without an end-of-sequence token.

        The names of special tokens are text like any other. Every tokenizer of this package also
        takes ``allow_special=True``: then they are found, as ``special.SpecialTokens`` says.
        """
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ``ids``; whether it is the original text is the tokenizer's own promise.

        Special tokens leave nothing, unless ``keep_special=True``, which every tokenizer of this
        package takes too; then their names are shown.
        """
        ...
