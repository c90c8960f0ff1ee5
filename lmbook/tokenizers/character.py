"""One token a character."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lmbook.tokenizers.vocabulary import Vocabulary


class CharacterTokenizer:
    """Unicode code points as tokens; a text of known characters decodes to itself."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.vocab_size = len(vocabulary)
        self.eos_id = vocabulary.eos_id

    @classmethod
    def train(cls, texts: Iterable[str], min_count: int = 1) -> "CharacterTokenizer":
        """Take the characters of ``texts``. Raises ``ValueError`` if there are none."""
        counts = Counter(character for text in texts for character in text)
        if not counts:
            raise ValueError("there is no character to learn from: the text is empty")
        return cls(Vocabulary.from_counts(counts, min_count))

    def encode(self, text: str) -> list[int]:
        """One id a character, ``<unk>`` for a character not seen in training."""
        return self.vocabulary.ids(text)

    def decode(self, ids: Sequence[int]) -> str:
        """The characters in a row; ``</s>`` leaves nothing."""
        return "".join(self.vocabulary.token(i) for i in ids if i != self.eos_id)
