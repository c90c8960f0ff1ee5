"""Where in the text each piece of WordPiece stands: a token's first character and its end.

The tokenizer changes the text before it cuts it: capitals and accents go, control characters too.
So each character is normalised alone, and what comes of it remembers where it came from.
"""

from itertools import chain

from lmbook.arguments import check_text, check_type
from lmbook.tokenizers.pretokenization import split_bert
from lmbook.tokenizers.wordpiece import INSIDE, WordPieceTokenizer, normalize_bert


def encode_with_offsets(
    tokenizer: WordPieceTokenizer, text: str
) -> tuple[list[int], list[tuple[int, int]]]:
    """Ids of ``text``, and (begin, end) of each in characters: ``text[begin:end]`` is its source.

    The ids are those of ``tokenizer.encode``. Raises ``ValueError`` for another kind of tokenizer
    or what is no text.
    """
    check_type("tokenizer", tokenizer, WordPieceTokenizer)
    check_text("text", text)
    changed, source = _normalized(text, tokenizer.lowercase)
    ids: list[int] = []
    offsets: list[tuple[int, int]] = []
    at = 0
    for word in split_bert(changed):
        at = changed.index(word, at)
        pieces = tokenizer.encode_word(word)
        ids += pieces
        for length in _lengths(tokenizer, pieces, word):
            offsets.append((source[at], source[at + length - 1] + 1))
            at += length
    return ids, offsets


def _normalized(text: str, lowercase: bool) -> tuple[str, list[int]]:
    """The text as the tokenizer sees it, and for each of its characters the one it came from."""
    whole = normalize_bert(text, lowercase)
    if text.isascii() and len(whole) == len(text):  # nothing was dropped
        return whole, [*range(len(text))]
    alone = [normalize_bert(character, lowercase) for character in text]
    source = chain.from_iterable([i] * len(parts) for i, parts in enumerate(alone))
    return "".join(alone), [*source]


def _lengths(tokenizer: WordPieceTokenizer, pieces: list[int], word: str) -> list[int]:
    if pieces == [tokenizer.unknown_id]:
        return [len(word)]
    return [len(tokenizer.tokens[piece].removeprefix(INSIDE)) for piece in pieces]
