"""Byte-pair encoding: frequent pairs of neighbours become tokens, one merge at a time.

At byte level the alphabet is the 256 bytes of UTF-8, so every text has tokens and decodes to
itself. At character level it is the characters of the training text, with ``<unk>`` for others.
Merges are learned in ``bpe_training`` and applied in ``bpe_encoding``.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from lmbook.arguments import as_ids, check_id, check_several, check_text, check_whole, each_text
from lmbook.tokenizers.bpe_encoding import (
    PretokenCache,
    apply_merges,
    byte_alphabet,
    from_byte_alphabet,
)
from lmbook.tokenizers.bpe_training import (
    check_training,
    iter_merges,
    spell_merges,
    train_merges,
)
from lmbook.tokenizers.pretokenization import count_pretokens, split_gpt2, split_whitespace
from lmbook.tokenizers.special import SpecialTokens
from lmbook.tokenizers.storage import load_json, save_json
from lmbook.tokenizers.vocabulary import EOS, UNKNOWN

__all__ = ["WORD_START", "BPETokenizer", "byte_alphabet", "train_merges"]

WORD_START = "▁"
LEVELS = ("byte", "character")


class BPETokenizer:
    """Tokens made by merges, applied to new text in the order in which they were learned.

    ``tokens`` are the special tokens, the alphabet in order of code points, then what each merge
    makes. Byte-level tokens are written in GPT-2's ``byte_alphabet``, so ``alphabet`` is for the
    character level only. There every word starts with ``▁`` for the space before it, how much
    white space there was is lost, and ``<unk>`` comes before the special tokens.

    Special tokens are found in a text only on request: else ``</s>`` is four characters there.

    Raises ``ValueError`` for an unknown level, for special tokens without ``</s>``, or for a
    merge of what no earlier merge makes or into what is a token already. Source: Sennrich et al.
    (2016); Radford et al. (2019), section 2.2, for bytes.
    """

    def __init__(
        self,
        merges: Iterable[tuple[str, str]],
        *,
        level: str = "byte",
        alphabet: Iterable[str] = (),
        special_tokens: Sequence[str] = (EOS,),
    ) -> None:
        check_several("merges", merges)
        self.level, self.merges = level, list(merges)
        self.special_tokens = _all_special_tokens(level, special_tokens)
        self.alphabet = tuple(sorted(byte_alphabet() if level == "byte" else set(alphabet)))
        tokens = [*self.special_tokens, *self.alphabet]
        ids = {token: len(self.special_tokens) + i for i, token in enumerate(self.alphabet)}
        self._made: dict[tuple[int, int], int] = {}  # two ids → the id of what their merge makes
        for left, right in self.merges:
            if left not in ids or right not in ids:
                raise ValueError(f"merge {left!r} {right!r} joins what no earlier merge makes")
            if left + right in ids:
                raise ValueError(f"merge {left!r} {right!r} makes what is a token already")
            self._made[ids[left], ids[right]] = ids[left + right] = len(tokens)
            tokens.append(left + right)
        self.tokens = tuple(tokens)
        self.vocab_size = len(tokens)
        self.eos_id = self.special_tokens.index(EOS)
        self._base_ids = {symbol: ids[symbol] for symbol in self.alphabet}
        hidden = {*self.special_tokens} - {UNKNOWN}
        self._shown = ["" if token in hidden else token for token in tokens]
        if level == "byte":
            self._byte_ids = [ids[character] for character in byte_alphabet()]
            n_special = len(self.special_tokens)
            learned = [from_byte_alphabet(token) for token in tokens[n_special:]]
            self._bytes = [*(token.encode() for token in self._shown[:n_special]), *learned]
            self._named_bytes = [*(token.encode() for token in self.special_tokens), *learned]
        self.special_ids = {token: i for i, token in enumerate(self.special_tokens)}
        self._special = SpecialTokens(self.special_ids, takes_left=("<mask>",))
        self._cache = PretokenCache(self.encode_pretoken)

    @classmethod
    def train(
        cls,
        texts: Iterable[str],
        vocab_size: int,
        *,
        level: str = "byte",
        ties: str = "smallest_ids",
        min_count: int = 2,
        special_tokens: Sequence[str] = (EOS,),
    ) -> "BPETokenizer":
        """Learn merges until there are ``vocab_size`` tokens or no pair is frequent enough.

        Merges stay inside the pre-tokens of ``split_gpt2`` (byte level) or the words between
        white space. ``ties`` says which of several most frequent pairs goes first, as in
        ``train_merges``: ``"smallest_ids"``, ``"first_seen"`` or ``"greatest_pair"``, the last in
        dictionary order. At byte level the dictionary is in the order of GPT-2's alphabet, in
        which the tokens are written, and not in that of bytes: there the space, "Ġ" (U+0120),
        comes behind every letter.

        Raises ``ValueError`` for one string in place of several texts, an empty text, a setting
        out of range, or a ``vocab_size`` that the special tokens and the alphabet already exceed.
        """
        check_whole("vocab_size", vocab_size)
        check_training(ties, min_count)
        untrained = cls([], level=level, special_tokens=special_tokens)
        counts = count_pretokens(texts, untrained.split)
        base = cls([], level=level, alphabet=set().union(*counts), special_tokens=special_tokens)
        if vocab_size < base.vocab_size:
            raise ValueError(
                f"vocab_size={vocab_size} is below the {base.vocab_size} special tokens and symbols"
            )
        words = {tuple(base.symbols(pretoken)): count for pretoken, count in counts.items()}
        learned = iter_merges(words, base.vocab_size, ties, min_count)
        merges = spell_merges(islice(learned, vocab_size - base.vocab_size), list(base.tokens))
        return cls(merges, level=level, alphabet=base.alphabet, special_tokens=special_tokens)

    def split(self, text: str) -> list[str]:
        """The pre-tokens of ``text``."""
        if self.level == "byte":
            return split_gpt2(text)
        return [WORD_START + word for word in split_whitespace(text)]

    def symbols(self, pretoken: str) -> list[int]:
        """Ids of a pre-token before any merge, one a byte or a character.

        Raises ``ValueError`` at byte level for a lone surrogate.
        """
        check_text("pretoken", pretoken)
        if self.level == "character":
            unknown = self.special_tokens.index(UNKNOWN)
            return [self._base_ids.get(character, unknown) for character in pretoken]
        try:
            return list(map(self._byte_ids.__getitem__, pretoken.encode()))
        except UnicodeEncodeError as error:
            code = ord(pretoken[error.start])
            raise ValueError(
                f"{pretoken!r} holds U+{code:04X}, a lone surrogate: it has no UTF-8 form"
            ) from error

    def encode_pretoken(self, pretoken: str) -> list[int]:
        """Token ids of one pre-token: every merge that applies, the earliest learned first."""
        return apply_merges(self.symbols(pretoken), self._made)

    def encode(self, text: str, *, allow_special: bool = False) -> list[int]:
        """Token ids of ``text``.

        With ``allow_special`` the names of special tokens in ``text`` are these tokens, and
        ``<mask>`` takes the white space before it along, as RoBERTa's does. Raises ``ValueError``
        for what is no string, and at byte level for a lone surrogate.
        """
        check_text("text", text)
        if allow_special:
            return self._special.encode(text, self.encode)
        # one dictionary access a pre-token, and no loop in Python: most pre-tokens come again
        return list(chain.from_iterable(map(self._cache.__getitem__, self.split(text))))

    def encode_iter(self, texts: Iterable[str], *, allow_special: bool = False) -> Iterator[int]:
        """Token ids of several texts one after another; only one text is held at a time."""
        for text in each_text("texts", texts):
            yield from self.encode(text, allow_special=allow_special)

    def decode(self, ids: Sequence[int], *, keep_special: bool = False) -> str:
        """The text of ``ids``; special tokens leave nothing, but ``<unk>`` is shown.

        With ``keep_special`` the names of the others are shown too.

        At byte level ``decode(encode(text)) == text``; bytes that are not UTF-8, as in a
        character cut in two, become U+FFFD. At character level words have one space between.
        Raises ``ValueError`` for an id outside the vocabulary.
        """
        ids = as_ids("ids", ids, self.vocab_size)
        if self.level == "byte":
            spelled = self._named_bytes if keep_special else self._bytes
            return b"".join([spelled[i] for i in ids]).decode(errors="replace")
        shown = self.tokens if keep_special else self._shown
        text = "".join([shown[i] for i in ids])
        return text.replace(WORD_START, " ").removeprefix(" ")

    def token(self, token_id: int) -> str:
        """The token of an id. Raises ``ValueError`` for an id outside the vocabulary."""
        check_id("token_id", token_id, self.vocab_size)
        return self.tokens[token_id]

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to one JSON file."""
        fields = {
            "level": self.level,
            "special_tokens": self.special_tokens,
            "alphabet": self.alphabet if self.level == "character" else (),
            "merges": [f"{left} {right}" for left, right in self.merges],
        }
        save_json(path, "bpe", fields)

    @classmethod
    def load(cls, path: str | Path) -> "BPETokenizer":
        """Read what ``save`` wrote. Raises ``ValueError`` if the file holds something else."""
        fields = load_json(path, "bpe", ("level", "special_tokens", "alphabet", "merges"))
        pairs = (merge.split(" ") for merge in fields["merges"])
        return cls(
            [(left, right) for left, right in pairs],
            level=fields["level"],
            alphabet=fields["alphabet"],
            special_tokens=fields["special_tokens"],
        )


def _all_special_tokens(level: str, special_tokens: Sequence[str]) -> tuple[str, ...]:
    """The special tokens, checked, with ``<unk>`` in front at character level."""
    if level not in LEVELS:
        raise ValueError(f"level={level!r} is none of {', '.join(LEVELS)}")
    check_several("special_tokens", special_tokens)
    if EOS not in special_tokens:
        raise ValueError(f"special_tokens={tuple(special_tokens)} lacks {EOS!r}")
    if len(set(special_tokens)) < len(special_tokens):
        raise ValueError(f"special_tokens={tuple(special_tokens)} holds a token twice")
    if level == "character" and UNKNOWN not in special_tokens:
        return (UNKNOWN, *special_tokens)
    return tuple(special_tokens)
