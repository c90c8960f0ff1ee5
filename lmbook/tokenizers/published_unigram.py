"""Unigram as published: Metaspace puts the ``▁``, and pieces have the ids of the file."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from lmbook.tokenizers.normalization import normalize
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_parts import check_options, entry_of, part_of, read_tokens
from lmbook.tokenizers.unigram_encoding import UNKNOWN_PENALTY, WordEncoder
from lmbook.tokenizers.unigram_training import SPACE

BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")
_FORMS = ("NFC", "NFD", "NFKC", "NFKD")
_SCHEMES = ("always", "first", "never")


class PublishedUnigramTokenizer(PublishedTokenizer):
    """The most probable pieces, with the ids of a file and the spaces of its Metaspace.

    Raises ``ValueError`` naming what is missing or not implemented, such as the tables of
    characters that SentencePiece compiles into its normaliser.
    """

    def __init__(self, content: Mapping[str, Any], eos: str | None = None) -> None:
        model = part_of(content, "model")
        vocab = [(str(token), float(score)) for token, score in entry_of(model, "vocab", list)]
        ids = {token: i for i, (token, _) in enumerate(vocab)}
        if len(ids) < len(vocab):
            raise ValueError("model.vocab holds a token twice")
        super().__init__(content, read_tokens(content, ids), eos)
        unknown_id = entry_of(model, "unk_id", int)
        if not 0 <= unknown_id < len(vocab):
            raise ValueError(f"model.unk_id={unknown_id} is outside the {len(vocab)} tokens")
        bytes_found = {int(m[1], 16): ids[m[0]] for m in map(BYTE_TOKEN.fullmatch, ids) if m}
        by_bytes = bool(model.get("byte_fallback")) and len(bytes_found) == 256
        pieces = {t: s for t, s in vocab if t not in self.special_ids and t}
        if not pieces:
            raise ValueError("model.vocab holds no piece")
        self._normal_form = _normal_form(content.get("normalizer"))
        self._scheme, self._cut = _metaspace(content)
        self._encoder = _PartEncoder(
            {piece: ids[piece] for piece in pieces},
            np.array(list(pieces.values()), dtype=np.float64),
            unknown_id,
            [bytes_found[byte] for byte in range(256)] if by_bytes else (),
            cut=self._cut,
            unknown_score=min(score for _, score in vocab) - UNKNOWN_PENALTY,
        )
        _check_decoder(content, self._scheme)

    def encode_part(self, text: str, at_start: bool = True) -> list[int]:
        """Ids of a text without special tokens."""
        if self._normal_form:
            text = normalize(text, self._normal_form)
        text = text.replace(" ", SPACE)
        prefixed = self._scheme == "always" or (self._scheme == "first" and at_start)
        if prefixed and text and not text.startswith(SPACE):
            text = SPACE + text
        return self._encoder.encode(text)

    def spell(self, ids: Sequence[int]) -> str:
        """The pieces joined, ``▁`` shown as a space, but not that of the first piece."""
        tokens = [self.tokens[i] for i in ids]
        if tokens and self._scheme != "never":
            tokens[0] = tokens[0].replace(SPACE, "")
        return "".join(tokens).replace(SPACE, " ")


class _PartEncoder(WordEncoder):
    """Parts that begin with their own ``▁``, or with none."""

    def __init__(self, *arguments: Any, cut: bool, unknown_score: float) -> None:
        super().__init__(*arguments)
        self._cut, self._unknown_score = cut, unknown_score

    def words(self, text: str) -> list[str]:
        """The parts of ``text``, each from one ``▁`` up to the next."""
        if not self._cut:
            return [text] if text else []
        return re.findall(f"{SPACE}[^{SPACE}]*|[^{SPACE}]+", text)

    def _many_word_ids(self, words: Iterable[str]) -> dict[str, list[int]]:
        return {}

    def _word_ids(self, word: str, segment: Callable[[str], list[str]]) -> list[int]:
        return self._part_ids(word, segment)


def _normal_form(normalizer: Mapping[str, Any] | None) -> str | None:
    if normalizer is None:
        return None
    check_options("normalizer", normalizer, {"type": _FORMS})
    return normalizer["type"]


def _metaspace(content: Mapping[str, Any]) -> tuple[str, bool]:
    """Where a ``▁`` is put in front, and whether pieces stop at each ``▁``."""
    part = part_of(content, "pre_tokenizer")
    check_options("pre_tokenizer", part, {"type": ("Metaspace",), "replacement": (SPACE,)})
    check_options("pre_tokenizer", part, {"prepend_scheme": _SCHEMES})
    if part.get("prepend_scheme") is None:  # the older spelling
        return "always" if part.get("add_prefix_space", True) else "never", True
    return part["prepend_scheme"], bool(part.get("split", True))


def _check_decoder(content: Mapping[str, Any], scheme: str) -> None:
    decoder = part_of(content, "decoder")
    check_options("decoder", decoder, {"type": ("Metaspace",), "replacement": (SPACE,)})
    check_options("decoder", decoder, {"prepend_scheme": (scheme,)})
