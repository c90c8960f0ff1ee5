"""One token a word or punctuation mark."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from lmbook.arguments import as_ids, check_text, check_type, each_text
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN, Vocabulary

# a word may hold apostrophes or hyphens inside and an apostrophe in front: 'tis, o'er, self-same
_WORD = re.compile(r"['’]?[^\W_]+(?:['’-][^\W_]+)*|[^\w\s]|_")
_NO_SPACE_BEFORE = frozenset(",.;:?!)]")


def split_words(text: str, lowercase: bool = True) -> list[str]:
    """Words and punctuation marks of ``text``; white space is dropped.

    Script without spaces (Chinese) comes out as one word a run: it needs a segmenter.
    """
    check_text("text", text)
    return _WORD.findall(text.lower() if lowercase else text)


class WordTokenizer:
    """Words as tokens. Case (if lowered) and spacing are lost: decoding is for reading."""

    def __init__(self, vocabulary: Vocabulary, lowercase: bool = True) -> None:
        check_type("vocabulary", vocabulary, Vocabulary)
        self.vocabulary = vocabulary
        self.lowercase = lowercase
        self.vocab_size = len(vocabulary)
        self.eos_id = vocabulary.eos_id
        self.special_ids = {UNKNOWN: vocabulary.unknown_id, EOS: vocabulary.eos_id}
        self._special = SpecialTokens(self.special_ids)

    @classmethod
    def train(
        cls, texts: Iterable[str], min_count: int = 1, lowercase: bool = True
    ) -> "WordTokenizer":
        """Take the words seen ``min_count`` times or more.

        Raises ``ValueError`` for no word, and for one string in place of several texts.
        """
        texts = each_text("texts", texts)
        counts = Counter(word for text in texts for word in split_words(text, lowercase))
        if not counts:
            raise ValueError("there is no word to learn from: the text is empty")
        return cls(Vocabulary.from_counts(counts, min_count), lowercase)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """One id a word, ``<unk>`` for a word outside the vocabulary.

        With ``allow_special`` a ``</s>`` or ``<unk>`` in the text is one token.
        """
        check_text("text", text)
        if allow_special:
            return self._special.encode(text, self.encode)
        return self.vocabulary.ids(split_words(text, self.lowercase))

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The words with spaces between, none before a closing mark.

        ``</s>`` leaves nothing, unless ``keep_special``. Raises ``ValueError`` for an id outside
        the vocabulary.
        """
        text, hidden = "", -1 if keep_special else self.eos_id
        ids = as_ids("ids", ids, self.vocab_size)
        for token in (self.vocabulary.tokens[i] for i in ids if i != hidden):
            text += token if not text or token in _NO_SPACE_BEFORE else f" {token}"
        return text
