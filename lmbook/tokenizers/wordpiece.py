"""WordPiece, the tokens of BERT: merges make the vocabulary, the longest match uses it."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

from lmbook.arguments import as_ids, check_id, check_several, check_text, check_whole, each_text
from lmbook.tokenizers.bpe_encoding import PretokenCache
from lmbook.tokenizers.bpe_training import check_training, iter_merges, spell_merges
from lmbook.tokenizers.normalization import normalize
from lmbook.tokenizers.pretokenization import count_pretokens, split_bert
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.storage import load_json, save_json

INSIDE = "##"
UNKNOWN, END = "[UNK]", "[SEP]"
SPECIAL_TOKENS = (UNKNOWN, "[CLS]", END, "[PAD]", "[MASK]")
_MAX_WORD_LENGTH = 100  # a longer word is [UNK], as in BERT's released code


class _Cleaning(dict[int, int | None]):
    """Code point → itself, or None for one that BERT drops."""

    def __missing__(self, code: int) -> int | None:
        # the unassigned, "Cn", stay: another version of Unicode may give them a meaning
        control = unicodedata.category(chr(code)) in ("Cc", "Cf", "Co")
        self[code] = None if code == 0xFFFD or (control and chr(code) not in "\t\n\r") else code
        return self[code]


_CLEANING = _Cleaning()


def normalize_bert(text: str, lowercase: bool = True) -> str:
    """``text`` without control characters and, if ``lowercase``, accents and capitals.

    Source: Devlin et al. (2019), the released tokenizer.
    """
    check_text("text", text)
    text = text.translate(_CLEANING)
    if not lowercase:
        return text
    # Python writes a capital sigma at the end of a word as "ς"; BERT's vocabularies hold "σ"
    text = text.replace("Σ", "σ")
    return text.lower() if text.isascii() else normalize(text, "NFD", True, True)


def longest_pieces(
    word: str, ids: Mapping[str, int], longest_piece: int, longest_word: int
) -> list[int]:
    """Ids of the longest pieces from the left; none if there is no way on or the word is long."""
    found: list[int] = []
    start = 0
    while start < len(word) <= longest_word:
        prefix = INSIDE if start else ""
        for end in range(min(len(word), start + longest_piece), start, -1):
            if (piece := ids.get(prefix + word[start:end])) is not None:
                break
        else:
            return []
        found.append(piece)
        start = end
    return found


class WordPieceTokenizer:
    """Words cut, from the left, into the longest pieces that are in the vocabulary.

    A piece inside a word starts with ``##``; a word that cannot be cut is ``[UNK]`` as a whole.
    ``tokens`` are the special tokens, then ``pieces``. White space is lost and, if ``lowercase``,
    case and accents: decoding is for reading. Special tokens are found in a text only on request.

    Raises ``ValueError`` for a piece given twice, or special tokens without ``[UNK]`` or
    ``[SEP]``. Source: Devlin et al. (2019), the released tokenizer.
    """

    def __init__(
        self,
        pieces: Iterable[str],
        *,
        lowercase: bool = True,
        special_tokens: Sequence[str] = SPECIAL_TOKENS,
    ) -> None:
        pieces = tuple(each_text("pieces", pieces))
        check_several("special_tokens", special_tokens)
        for needed in (UNKNOWN, END):
            if needed not in special_tokens:
                raise ValueError(f"special_tokens={tuple(special_tokens)} lacks {needed!r}")
        self.lowercase, self.special_tokens = lowercase, tuple(special_tokens)
        self.tokens = (*special_tokens, *pieces)
        n_special = len(special_tokens)
        # without the special tokens: no text may reach them
        self._ids = {piece: i for i, piece in enumerate(self.tokens[n_special:], n_special)}
        self.vocab_size = len(self.tokens)
        if n_special + len(self._ids) < self.vocab_size:
            twice = next(p for p, n in Counter(self.tokens[n_special:]).items() if n > 1)
            raise ValueError(f"piece {twice!r} stands twice in the vocabulary")
        self.eos_id = self.special_tokens.index(END)
        self.unknown_id = self.special_tokens.index(UNKNOWN)
        self._longest = max(map(len, self._ids), default=0)
        self.special_ids = {token: i for i, token in enumerate(self.special_tokens)}
        self._special = SpecialTokens(self.special_ids, takes_left=("<mask>",))
        self._cache = PretokenCache(self.encode_word)

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        *,
        lowercase: bool = True,
        ties: str = "smallest_ids",
        min_count: int = 2,
        special_tokens: Sequence[str] = SPECIAL_TOKENS,
    ) -> "WordPieceTokenizer":
        """Learn pieces by the merges of byte-pair encoding on words, a "##" inside them.

        The pieces are the characters, by code point; those met inside words, after "##"; then
        what each merge makes. This is how Hugging Face's trainer learns. Schuster and Nakajima
        (2012) merge the pair that most raises the likelihood of the text instead; their program
        was never released. Raises ``ValueError`` for one string in place of several texts, an
        empty text, a setting out of range, or a ``vocab_size`` that the special tokens and the
        characters already exceed.
        """
        check_whole("vocab_size", vocab_size)
        check_training(ties, min_count)
        split = cls([], lowercase=lowercase, special_tokens=special_tokens).split
        counts = count_pretokens(texts, split)
        insides = sorted({character for word in counts for character in word[1:]})
        tokens = [*special_tokens, *sorted(set().union(*counts)), *(INSIDE + c for c in insides)]
        if vocab_size < len(tokens):
            raise ValueError(
                f"vocab_size={vocab_size} is below the {len(tokens)} special tokens and characters"
            )
        n_special = len(special_tokens)
        ids = {piece: i for i, piece in enumerate(tokens[n_special:], n_special)}
        words = {
            (ids[word[0]], *(ids[INSIDE + character] for character in word[1:])): count
            for word, count in counts.items()
        }
        merges = iter_merges(words, len(tokens), ties, min_count)
        spell_merges(islice(merges, vocab_size - len(tokens)), tokens, INSIDE)
        return cls(tokens[n_special:], lowercase=lowercase, special_tokens=special_tokens)

    def split(self, text: str) -> list[str]:
        """The words, marks and Chinese characters of ``text``, normalised."""
        return split_bert(normalize_bert(text, self.lowercase))

    def encode_word(self, word: str) -> list[int]:
        """Ids of the longest pieces from the left, or ``[UNK]`` alone."""
        check_text("word", word)
        pieces = longest_pieces(word, self._ids, self._longest, _MAX_WORD_LENGTH)
        return pieces or [self.unknown_id]

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of ``text``, with no ``[CLS]`` and ``[SEP]`` put around it.

        With ``allow_special`` the names of special tokens in ``text`` are these tokens.
        """
        check_text("text", text)
        if allow_special:
            return self._special.encode(text, self.encode)
        return list(chain.from_iterable(map(self._cache.__getitem__, self.split(text))))

    def encode_iter(self, texts: Iterable[str], *, allow_special: bool = False) -> Iterator[int]:
        """Token ids of several texts one after another; only one text is held at a time."""
        for text in each_text("texts", texts):
            yield from self.encode(text, allow_special=allow_special)

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The words with a space between; special tokens leave nothing, but ``[UNK]`` is shown.

        With ``keep_special`` the names of the others are shown too.

        Raises ``ValueError`` for an id outside the vocabulary.
        """
        hidden = {*self.special_ids.values()} - {self.unknown_id} if not keep_special else ()
        ids = as_ids("ids", ids, self.vocab_size)
        shown = (self.tokens[i] for i in ids if i not in hidden)
        return " ".join(shown).replace(f" {INSIDE}", "").removeprefix(INSIDE)

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        check_id("token_id", token_id, self.vocab_size)
        return self.tokens[token_id]

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to one JSON file."""
        fields = {
            "lowercase": self.lowercase,
            "special_tokens": self.special_tokens,
            "pieces": self.tokens[len(self.special_tokens) :],
        }
        save_json(path, "wordpiece", fields)

    @classmethod
    def load(cls, path: str | Path) -> "WordPieceTokenizer":
        """Read what ``save`` wrote. Raises ``ValueError`` if the file holds something else."""
        fields = load_json(path, "wordpiece", ("lowercase", "special_tokens", "pieces"))
        return cls(
            fields["pieces"],
            lowercase=fields["lowercase"],
            special_tokens=fields["special_tokens"],
        )
