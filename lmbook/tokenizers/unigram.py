"""The Unigram language model tokenizer: the most probable way to cut a word into pieces.

Each piece has a probability of its own; a segmentation has the product of them. Encoding takes the
best segmentation of every word (Viterbi). Learning, in ``unigram_training``, starts from too many
pieces and drops the ones that matter least. Source: Kudo (2018).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from lmbook.arguments import (
    as_ids,
    check_id,
    check_number,
    check_several,
    check_text,
    check_type,
)
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.storage import load_json, save_json
from lmbook.tokenizers.unigram_checks import check_pieces, check_size, check_training
from lmbook.tokenizers.unigram_encoding import WordEncoder, to_bytes
from lmbook.tokenizers.unigram_training import SPACE, count_words, train_pieces
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN

BYTE_TOKENS = tuple(f"<0x{byte:02X}>" for byte in range(256))


class UnigramTokenizer:
    """Pieces of words with log-probabilities (natural); a ``▁`` in a piece stands for a space.

    ``encode`` puts one space before the text and cuts at every space, so each word starts with
    ``▁``; ``decode`` takes that space away. No space is dropped or merged with another.
    (Hugging Face's Metaspace does the same, but puts no space before a space.)

    - Without ``byte_fallback``, decoding gives the text back but for two losses: neighbouring
      characters that are no pieces become one ``<unk>``, and a literal ``▁`` becomes a space.
    - With it, such a character and a literal ``▁`` become their UTF-8 bytes, tokens ``<0x00>`` to
      ``<0xFF>``: every text decodes to itself.

    Ids: special tokens, bytes if any, then ``pieces`` in the order given; ``log_probs`` has one
    number a piece. Byte tokens are never found in a text by their names, special tokens only on
    request.

    Raises ``ValueError`` for special tokens without ``<unk>`` and ``</s>``, a token that stands
    twice, an empty piece, no piece, a log-probability that is not finite, or bytes without ``▁``.
    """

    def __init__(
        self,
        pieces: Mapping[str, float],
        *,
        special_tokens: Sequence[str] = (UNKNOWN, EOS),
        byte_fallback: bool = False,
    ) -> None:
        check_type("pieces", pieces, Mapping)
        check_several("special_tokens", special_tokens)
        self.pieces = tuple(pieces)
        self.log_probs = np.array(list(pieces.values()), dtype=np.float64)
        self.special_tokens = tuple(special_tokens)
        self.byte_fallback = byte_fallback
        byte_tokens = BYTE_TOKENS if byte_fallback else ()
        self.tokens = (*self.special_tokens, *byte_tokens, *self.pieces)
        check_pieces(self.special_tokens, self.tokens, pieces)
        if byte_fallback and SPACE not in pieces:
            raise ValueError(f"byte_fallback needs the piece {SPACE!r}, or spaces are lost")
        self.vocab_size = len(self.tokens)
        self.eos_id = self.special_tokens.index(EOS)
        first_byte, first_piece = len(self.special_tokens), self.vocab_size - len(self.pieces)
        self._encoder = WordEncoder(
            {piece: first_piece + i for i, piece in enumerate(self.pieces)},
            self.log_probs,
            self.special_tokens.index(UNKNOWN),
            range(first_byte, first_byte + 256) if byte_fallback else (),
        )
        self._bytes = [
            *(b"<unk>" if token == UNKNOWN else b"" for token in self.special_tokens),
            *(bytes([byte]) for byte in range(len(byte_tokens))),
            *(to_bytes(piece.replace(SPACE, " ")) for piece in self.pieces),
        ]
        self.special_ids = {token: i for i, token in enumerate(self.special_tokens)}
        self._special = SpecialTokens(self.special_ids, takes_left=("<mask>",))
        self._names = {i: to_bytes(token) for token, i in self.special_ids.items()}

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        *,
        max_piece_length: int = 16,
        shrink: float = 0.75,
        n_em: int = 2,
        special_tokens: Sequence[str] = (UNKNOWN, EOS),
        byte_fallback: bool = False,
        seed_size: int | None = None,
    ) -> "UnigramTokenizer":
        """Learn pieces of at most ``max_piece_length`` characters from ``texts``.

        Start from ``seed_size`` substrings (five times ``vocab_size`` if None). Each round fits
        the probabilities in ``n_em`` steps of EM and keeps the fraction ``shrink`` of the pieces.
        A small text may fill fewer than ``vocab_size`` tokens. Long stretches without a space
        are slow: give Chinese by the sentence. Raises ``ValueError`` for one string in place of
        several texts, an empty text, a setting out of range, or a ``vocab_size`` too small for
        every character to be a piece.
        """
        check_training(max_piece_length, shrink, n_em, seed_size)
        others = [*special_tokens, *(BYTE_TOKENS if byte_fallback else ())]
        word_counts = count_words(texts)
        check_size(vocab_size, others, word_counts)
        pieces = train_pieces(
            word_counts,
            vocab_size - len(others),
            seed_size=5 * vocab_size if seed_size is None else seed_size,
            max_piece_length=max_piece_length,
            shrink=shrink,
            n_em=n_em,
            reserved=others,
        )
        return cls(pieces, special_tokens=special_tokens, byte_fallback=byte_fallback)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """The ids of the most probable pieces of every word; no ids for an empty text.

        With ``allow_special`` the names of special tokens in ``text`` are these tokens, and each
        stretch between them is encoded as a text of its own, with a space before it.
        """
        check_text("text", text)
        if allow_special:
            return self._special.encode(text, self.encode)
        return self._encoder.encode(text)

    def sample(self, text: str, generator: np.random.Generator, alpha: float = 0.2) -> list[int]:
        """The ids of a random segmentation, drawn in proportion to its probability ** ``alpha``.

        Subword regularisation: a model trained on many segmentations of one text relies less on
        any of them. α = 0 draws them all alike; a large α draws the best one nearly always.
        Raises ``ValueError`` for a negative α. Source: Kudo (2018), section 3.3, with all
        segmentations (l = ∞) by forward filtering, backward sampling.
        """
        check_text("text", text)
        check_number("alpha", alpha)
        check_type("generator", generator, np.random.Generator)
        if not alpha >= 0:
            raise ValueError(f"alpha={alpha} is below 0")
        return self._encoder.sample(text, generator, alpha)

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The text of ``ids``, without the space before the first word.

        Special tokens but ``<unk>`` leave nothing, unless ``keep_special``; bytes that are not
        UTF-8 become ``�``. Raises ``ValueError`` for an id outside the vocabulary.
        """
        names = self._names if keep_special else {}
        ids = as_ids("ids", ids, self.vocab_size)
        encoded = b"".join([names.get(i) or self._bytes[i] for i in ids])
        try:
            text = encoded.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = encoded.decode("utf-8", "replace")
        return text.removeprefix(" ")

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        check_id("token_id", token_id, self.vocab_size)
        return self.tokens[token_id]

    def save(self, path: str | Path) -> None:
        """Write pieces, log-probabilities and settings to one JSON file."""
        fields = {
            "special_tokens": self.special_tokens,
            "byte_fallback": self.byte_fallback,
            "pieces": dict(zip(self.pieces, self.log_probs.tolist(), strict=True)),
        }
        save_json(path, "unigram", fields)

    @classmethod
    def load(cls, path: str | Path) -> "UnigramTokenizer":
        """Read what ``save`` wrote. Raises ``ValueError`` for another kind of file."""
        fields = load_json(path, "unigram", ("special_tokens", "byte_fallback", "pieces"))
        return cls(
            fields["pieces"],
            special_tokens=fields["special_tokens"],
            byte_fallback=fields["byte_fallback"],
        )
