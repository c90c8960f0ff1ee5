"""One token a word or punctuation mark."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lmbook.tokenizers.vocabulary import Vocabulary

# a word may hold apostrophes or hyphens inside and an apostrophe in front: 'tis, o'er, self-same
_WORD = re.compile(r"['’]?[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]|_")
_NO_SPACE_BEFORE = frozenset(",.;:?!)]")


def split_words(text: str, lowercase: bool = True) -> list[str]:
    """Words and punctuation marks of ``text``; white space is dropped.

    Script without spaces (Chinese) comes out as one word a run: it needs a segmenter.
    """
    return _WORD.findall(text.lower() if lowercase else text)


class WordTokenizer:
    """Words as tokens. Case (if lowered) and spacing are lost: decoding is for reading."""

    def __init__(self, vocabulary: Vocabulary, lowercase: bool = True) -> None:
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.vocab_size = len(vocabulary)
        self.eos_id = vocabulary.eos_id

    @classmethod
    def train(
        cls, texts: Iterable[str], min_count: int = 1, lowercase: bool = True
    ) -> "WordTokenizer":
        """Take the words seen ``min_count`` times or more. Raises ``ValueError`` for no word."""
        counts = Counter(word for text in texts for word in split_words(text, lowercase))
        if not counts:
            raise ValueError("there is no word to learn from: the text is empty")
        return cls(Vocabulary.from_counts(counts, min_count), lowercase)

    def encode(self, text: str) -> list[int]:
        """One id a word, ``<unk>`` for a word outside the vocabulary."""
        return self.vocabulary.ids(split_words(text, self.lowercase))

    def decode(self, ids: Sequence[int]) -> str:
        """The words with spaces between, none before a closing mark; ``</s>`` leaves nothing."""
        text = ""
        for token in (self.vocabulary.token(i) for i in ids if i != self.eos_id):
            text += token if not text or token in _NO_SPACE_BEFORE else f" {token}"
        return text
