"""One token a character."""

from collections import Counter
from collections.abc import Iterable, Sequence

from lmbook.arguments import as_ids, check_text, check_type, each_text
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN, Vocabulary


class CharacterTokenizer:
    """Unicode code points as tokens; a text of known characters decodes to itself."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        check_type("vocabulary", vocabulary, Vocabulary)
        self.vocabulary = vocabulary
        self.vocab_size = len(vocabulary)
        self.eos_id = vocabulary.eos_id
        self.special_ids = {UNKNOWN: vocabulary.unknown_id, EOS: vocabulary.eos_id}
        self._special = SpecialTokens(self.special_ids)

    @classmethod
    def train(cls, texts: Iterable[str], min_count: int = 1) -> "CharacterTokenizer":
        """Take the characters of ``texts``.

        Raises ``ValueError`` if there are none, and for one string in place of several texts.
        """
        counts = Counter(character for text in each_text("texts", texts) for character in text)
        if not counts:
            raise ValueError("there is no character to learn from: the text is empty")
        return cls(Vocabulary.from_counts(counts, min_count))

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """One id a character, ``<unk>`` for a character not seen in training.

        With ``allow_special`` a ``</s>`` or ``<unk>`` in the text is one token and not letters.
        """
        check_text("text", text)
        if allow_special:
            return self._special.encode(text, self.encode)
        return self.vocabulary.ids(text)

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The characters in a row; ``</s>`` leaves nothing, unless ``keep_special``.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        hidden = -1 if keep_special else self.eos_id
        tokens = self.vocabulary.tokens
        return "".join([tokens[i] for i in as_ids("ids", ids, self.vocab_size) if i != hidden])
