"""WordPiece as published: special tokens anywhere, or none that we would ask for."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from lmbook.tokenizers.bpe_encoding import PretokenCache
from lmbook.tokenizers.pretokenization import split_bert
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_parts import check_options, entry_of, part_of, read_tokens
from lmbook.tokenizers.wordpiece import INSIDE, longest_pieces, normalize_bert

_NORMALIZER = {
    "type": ("BertNormalizer",),
    "clean_text": (True,),
    "handle_chinese_chars": (True,),
}
_TIGHT = (
    *((f" {mark}", mark) for mark in ".?!,"),
    (" ' ", "'"),
    *((f" {ending}", ending) for ending in ("n't", "'m")),
    (" do not", " don't"),
    *((f" {ending}", ending) for ending in ("'s", "'ve", "'re")),
)


class PublishedWordPieceTokenizer(PublishedTokenizer):
    """WordPiece with the ids of a file: the longest pieces from the left.

    ``decode`` puts words together as the file says: with ``cleanup`` no space stands before a
    full stop, comma or the end of a contraction. Raises ``ValueError`` naming what is missing or
    not implemented.
    """

    def __init__(self, content: Mapping[str, Any], eos: str | None = None) -> None:
        model = part_of(content, "model")
        check_options("model", model, {"continuing_subword_prefix": (INSIDE,)})
        self._ids = entry_of(model, "vocab", dict)
        super().__init__(content, read_tokens(content, self._ids), eos)
        self.lowercase = bert_lowercase(content)
        unknown = entry_of(model, "unk_token", str)
        if unknown not in self._ids:
            raise ValueError(f"model.vocab lacks unk_token={unknown!r}")
        if any(token.get("normalized") for token in content.get("added_tokens") or ()):
            raise ValueError("added_tokens: normalized=True is not implemented for WordPiece")
        self.unknown_id = self._ids[unknown]
        self._longest_word = int(model.get("max_input_chars_per_word", 100))
        self._longest_piece = max(map(len, self._ids))
        self._cleanup = clean_up_of(content)
        self._cache = PretokenCache(self.encode_word)

    def encode_word(self, word: str) -> list[int]:
        """Ids of the longest pieces from the left, or the unknown token alone."""
        pieces = longest_pieces(word, self._ids, self._longest_piece, self._longest_word)
        return pieces or [self.unknown_id]

    def encode_part(self, text: str, at_start: bool = True) -> list[int]:
        """Ids of a text without special tokens."""
        words = split_bert(normalize_bert(text, self.lowercase))
        return list(chain.from_iterable(map(self._cache.__getitem__, words)))

    def spell(self, ids: Sequence[int]) -> str:
        """The words with a space between, marks tight if the file says so."""
        return join_pieces([self.tokens[i] for i in ids], self._cleanup)


def bert_lowercase(content: Mapping[str, Any]) -> bool:
    """Whether BERT's normaliser lowers letters. Raises ``ValueError`` for another normaliser."""
    normalizer = part_of(content, "normalizer")
    check_options("normalizer", normalizer, _NORMALIZER)
    lowercase = bool(normalizer.get("lowercase", True))
    if normalizer.get("strip_accents") not in (None, lowercase):
        raise ValueError(f"normalizer: lowercase={lowercase} goes with strip_accents={lowercase}")
    cut = part_of(content, "pre_tokenizer")
    check_options("pre_tokenizer", cut, {"type": ("BertPreTokenizer",)})
    return lowercase


def clean_up_of(content: Mapping[str, Any]) -> bool:
    """Whether the decoder puts marks tight. Raises ``ValueError`` for another decoder."""
    decoder = part_of(content, "decoder")
    check_options("decoder", decoder, {"type": ("WordPiece",), "prefix": (INSIDE,)})
    return bool(decoder.get("cleanup", True))


def join_pieces(pieces: Sequence[str], cleanup: bool) -> str:
    """Pieces as a text, as Hugging Face's decoder for WordPiece joins them."""
    joined = []
    for i, piece in enumerate(pieces):
        if i:
            piece = piece.removeprefix(INSIDE) if piece.startswith(INSIDE) else f" {piece}"
        for loose, tight in _TIGHT if cleanup else ():
            piece = piece.replace(loose, tight)
        joined.append(piece)
    return "".join(joined)
