"""The Unigram language model tokenizer: the most probable way to cut a word into pieces.

Each piece has a probability of its own; a segmentation has the product of them. Encoding takes the
best segmentation of every word (Viterbi). Learning, in ``unigram_training``, starts from too many
pieces and drops the ones that matter least. Source: Kudo (2018).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from lmbook.tokenizers.storage import load_json, save_json
from lmbook.tokenizers.unigram_checks import check_pieces, check_training
from lmbook.tokenizers.unigram_lattice import (
    WordLattices,
    best_segmentation,
    draw_segmentation,
    prefix_table,
)
from lmbook.tokenizers.unigram_training import SPACE, count_words, train_pieces
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN

# An unknown character is e¹⁰ times less probable than the least probable piece (as in
# SentencePiece), so a path through it is the last resort.
UNKNOWN_PENALTY = 10.0
MAX_CACHED_WORDS = 1 << 18  # a cache with more starts anew before the next text
MANY_WORDS = 1 << 12  # so many new words of a text are segmented faster by numpy, all together
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
    number a piece. Special tokens and byte tokens are never found in a text by their names.

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
        self._unknown_id = self.special_tokens.index(UNKNOWN)
        self._first_byte = len(self.special_tokens)
        first_piece = self.vocab_size - len(self.pieces)
        self._ids = {piece: first_piece + i for i, piece in enumerate(self.pieces)}
        self._bytes = [
            *(b"<unk>" if token == UNKNOWN else b"" for token in self.special_tokens),
            *(bytes([byte]) for byte in range(len(byte_tokens))),
            *(_to_bytes(piece.replace(SPACE, " ")) for piece in self.pieces),
        ]
        self._table = prefix_table(self.pieces, self.log_probs.tolist())
        self._characters = {piece for piece in self.pieces if len(piece) == 1}
        self._unknown_score = float(self.log_probs.min()) - UNKNOWN_PENALTY
        self._cache: dict[str, list[int]] = {}

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
        are slow: give Chinese by the sentence. Raises ``ValueError`` for an empty text, a setting
        out of range, or a ``vocab_size`` too small for every character to be a piece.
        """
        check_training(max_piece_length, shrink, n_em, seed_size)
        word_counts = count_words(texts)
        if not word_counts:
            raise ValueError("there is nothing to learn from: the text is empty")
        others = [*special_tokens, *(BYTE_TOKENS if byte_fallback else ())]
        smallest = len(others) + len(set().union(*word_counts))
        if vocab_size < smallest:
            raise ValueError(
                f"vocab_size={vocab_size} is below the {smallest} special tokens, bytes and "
                "characters"
            )
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

    def encode(self, text: str) -> list[int]:
        """The ids of the most probable pieces of every word; no ids for an empty text."""
        words = self._words(text)
        if len(self._cache) > MAX_CACHED_WORDS:
            self._cache.clear()
        new = set(words).difference(self._cache)
        if len(new) >= MANY_WORDS:
            self._cache.update(self._many_word_ids(new))
        for word in new:
            if word not in self._cache:
                self._cache[word] = self._word_ids(word, self._best)
        return list(chain.from_iterable(map(self._cache.__getitem__, words)))

    def sample(self, text: str, generator: np.random.Generator, alpha: float = 0.2) -> list[int]:
        """The ids of a random segmentation, drawn in proportion to its probability ** ``alpha``.

        Subword regularisation: a model trained on many segmentations of one text relies less on
        any of them. α = 0 draws them all alike; a large α draws the best one nearly always.
        Raises ``ValueError`` for a negative α. Source: Kudo (2018), section 3.3, with all
        segmentations (l = ∞) by forward filtering, backward sampling.
        """
        if not alpha >= 0:
            raise ValueError(f"alpha={alpha} is below 0")

        def draw(word: str) -> list[str]:
            return draw_segmentation(word, self._table, generator, alpha)

        return list(chain.from_iterable(self._word_ids(w, draw) for w in self._words(text)))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ``ids``, without the space before the first word.

        Special tokens but ``<unk>`` leave nothing; bytes that are not UTF-8 become ``�``.
        Raises ``ValueError`` for an id outside the vocabulary.
        """
        if len(ids) and (min(ids) < 0 or max(ids) >= self.vocab_size):
            self.token(next(i for i in ids if not 0 <= i < self.vocab_size))
        encoded = b"".join([self._bytes[i] for i in ids])
        try:
            text = encoded.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = encoded.decode("utf-8", "replace")
        return text.removeprefix(" ")

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        if not 0 <= token_id < self.vocab_size:
            raise ValueError(f"token id {token_id} is outside vocab_size={self.vocab_size}")
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

    def _words(self, text: str) -> list[str]:
        """What stands between spaces, for each of which ``▁`` is still to be put in front."""
        if not text:
            return []
        return (text if self.byte_fallback else text.replace(SPACE, " ")).split(" ")

    def _best(self, part: str) -> list[str]:
        return best_segmentation(part, self._table)

    def _many_word_ids(self, words: Iterable[str]) -> dict[str, list[int]]:
        """``_word_ids`` of those of ``words`` that are made of known characters."""
        known = self._characters - {SPACE}
        counts = {SPACE + word: 1 for word in words if known.issuperset(word)}
        if not counts or SPACE not in self._characters:
            return {}
        lattices = WordLattices(counts, self.pieces)
        pieces, n_pieces = lattices.best_segmentations(self.log_probs)
        ids = (pieces + self._ids[self.pieces[0]]).tolist()
        bounds = pairwise([0, *np.cumsum(n_pieces).tolist()])
        return {w[1:]: ids[a:b] for w, (a, b) in zip(lattices.words, bounds, strict=True)}

    def _word_ids(self, word: str, segment: Callable[[str], list[str]]) -> list[int]:
        """Ids of one word after a space. Only with byte fallback can it hold a literal ``▁``."""
        first, *others = word.split(SPACE)
        ids = self._part_ids(SPACE + first, segment)
        for part in others:
            ids += self._fallback_ids(SPACE)
            ids += self._part_ids(part, segment)
        return ids

    def _part_ids(self, part: str, segment: Callable[[str], list[str]]) -> list[int]:
        """Ids of the pieces of ``part``, with unknown neighbours taken together."""
        if self._characters.issuperset(part):
            return [self._ids[piece] for piece in segment(part)]
        self._table.update(dict.fromkeys(set(part) - self._characters, self._unknown_score))
        ids = []
        unknown = ""
        for piece in segment(part):
            if piece not in self._ids:
                unknown += piece
                continue
            ids += [*self._fallback_ids(unknown), self._ids[piece]]
            unknown = ""
        return ids + self._fallback_ids(unknown)

    def _fallback_ids(self, unknown: str) -> list[int]:
        """The bytes of unknown characters, or one ``<unk>`` for all; nothing for no character."""
        if self.byte_fallback:
            return [self._first_byte + byte for byte in _to_bytes(unknown)]
        return [self._unknown_id] if unknown else []


def _to_bytes(text: str) -> bytes:
    """UTF-8; a lone surrogate, which has none, takes the three bytes that its number would."""
    return text.encode("utf-8", "surrogatepass")
