"""The protocol every tokenizer follows."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Tokenizer(Protocol):
    """A map from text to token ids and back."""

    vocab_size: int
    eos_id: int

    def encode(self, text: str) -> list[int]:
        """Token ids of ``text``, without an end-of-sequence token."""
        ...

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ``ids``; whether it is the original text is the tokenizer's own promise."""
        ...
