"""Text to pre-tokens: the pieces that no learned token may cross."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from io import StringIO

from lmbook.arguments import check_text, each_text

# What Unicode calls white space. Python's \s and str.split also take U+001C to U+001F.
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
# GPT-2's pattern for ASCII text: letters, contractions, digits, the rest, white space. Words
# come first and in two alternatives, since most tokens are words and " ?" would slow each down.
_GPT2 = re.compile(
    r" [A-Za-z]+|[A-Za-z]+|'(?:[stmd]|re|ve|ll)| ?[0-9]+| ?[^\t-\r A-Za-z0-9]+"
    r"|[\t-\r ]+(?![^\t-\r ])|[\t-\r ]+"
)
# Llama 3's and Qwen 2's: they part in how many digits make a token.
_LLAMA3, _QWEN2 = (
    re.compile(
        r"'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]"
        + digits
        + r"| ?[^\t-\r A-Za-z0-9]+[\r\n]*|[\t-\r ]*[\r\n]+|[\t-\r ]+(?![^\t-\r ])|[\t-\r ]+"
    )
    for digits in ("{1,3}", "")
)
# SmolLM's: GPT-2's, with every digit cut out first, so that no other piece looks past a digit.
_SMOLLM = re.compile(
    r" [A-Za-z]+|[A-Za-z]+|[0-9]|'(?:[stmd]|re|ve|ll)| ?[^\t-\r A-Za-z0-9]+"
    r"|[\t-\r ]+(?![^\t-\r 0-9])|[\t-\r ]+"
)
# BERT's for ASCII text: one mark, or a run of anything but marks and white space.
_BERT = re.compile(r"[!-/:-@\[-`{-~]|[^\t-\r !-/:-@\[-`{-~]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# The blocks of Chinese characters that BERT cuts at; kana and hangul are not among them.
_CHINESE = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class _Shape(dict[int, str]):
    """Code point → an ASCII character that a pattern treats alike, worked out when first met.

    The standard library's patterns know no ``\\p{L}``. A text of the same length, in which an
    ASCII character of the same class stands for each other one, is cut instead.
    """

    def __init__(self, standin: Callable[[str], str]) -> None:
        super().__init__()
        self._standin = standin

    def __missing__(self, code: int) -> str:
        character = chr(code)
        # a tab, not a space: only the plain space may open a token of GPT-2's
        self[code] = "\t" if character in SPACES else self._standin(character)
        return self[code]

    def of(self, text: str) -> str:
        """``text`` with every character beyond ASCII replaced."""
        return _BEYOND_ASCII.sub(lambda run: run[0].translate(self), text)


def _gpt2_standin(character: str) -> str:
    """A letter that can end no contraction, a digit, or a mark."""
    return {"L": "a", "N": "0"}.get(unicodedata.category(character)[0], "!")


def _llama3_standin(character: str) -> str:
    """As GPT-2's, but "ſ" ends a contraction: without regard to case it is an "s"."""
    return "s" if character == "ſ" else _gpt2_standin(character)


def _bert_standin(character: str) -> str:
    """A mark for what stands alone, a letter for the rest."""
    alone = unicodedata.category(character)[0] == "P" or is_chinese(character)
    return "!" if alone else "a"


_GPT2_SHAPE = _Shape(_gpt2_standin)
_LLAMA3_SHAPE = _Shape(_llama3_standin)
_BERT_SHAPE = _Shape(_bert_standin)


def is_chinese(character: str) -> bool:
    """Whether the character is in one of the blocks of Chinese characters that BERT lists."""
    if not isinstance(character, str) or len(character) != 1:
        raise ValueError(f"character={character!r} is not one character")
    code = ord(character)
    return any(first <= code <= last for first, last in _CHINESE)


def split_gpt2(text: str) -> list[str]:
    r"""Pre-tokens of GPT-2: a word with the space before it, a number, a run of marks, white space.

    The pattern is ``'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+``;
    nothing is lost: the pre-tokens joined are the text. What a letter is depends on the Unicode
    version, here that of ``unicodedata``. Source: Radford et al. (2019), the released encoder.
    """
    check_text("text", text)
    if text.isascii():
        return _GPT2.findall(text)
    return _cut(text, _GPT2.findall(_GPT2_SHAPE.of(text)))


def split_smollm(text: str) -> list[str]:
    """Pre-tokens of SmolLM: every digit alone, then those of GPT-2 for the texts between digits.

    The space before a number is a pre-token of its own. Source: the tokenizer released with
    SmolLM2 (Allal et al., 2025).
    """
    check_text("text", text)
    if text.isascii():
        return _SMOLLM.findall(text)
    return _cut(text, _SMOLLM.findall(_GPT2_SHAPE.of(text)))


def split_llama3(text: str) -> list[str]:
    r"""Pre-tokens of Llama 3: a word with any one mark before it, up to three digits, and so on.

    Line ends go with the marks before them; contractions are found in capitals too. The pattern is
    ``(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*``
    ``|\s*[\r\n]+|\s+(?!\S)|\s+``. Source: the tokenizer released with Llama 3 (2024).
    """
    check_text("text", text)
    return _cut(text, _LLAMA3.findall(_LLAMA3_SHAPE.of(text)))


def split_qwen2(text: str) -> list[str]:
    r"""Pre-tokens of Qwen 2: as Llama 3's, but every digit alone, ``\p{N}``."""
    check_text("text", text)
    return _cut(text, _QWEN2.findall(_LLAMA3_SHAPE.of(text)))


def _cut(text: str, pieces: list[str]) -> list[str]:
    """``text`` in stretches as long as ``pieces``: the shape of it that was cut."""
    return list(map(StringIO(text, newline="").read, map(len, pieces)))  # faster than slices


def split_whitespace(text: str) -> list[str]:
    """Words between white space, which is dropped."""
    check_text("text", text)
    return text.split()


def split_bert(text: str) -> list[str]:
    """Pre-tokens of BERT: punctuation marks and Chinese characters alone, other runs whole.

    White space is dropped. Every ASCII mark counts as punctuation, "$" and "+" too, beyond ASCII
    only what Unicode calls punctuation. Source: Devlin et al. (2019), the released tokenizer.
    """
    check_text("text", text)
    if text.isascii():
        return _BERT.findall(text)
    return [text[match.start() : match.end()] for match in _BERT.finditer(_BERT_SHAPE.of(text))]


def count_pretokens(texts: Iterable[str], split: Callable[[str], list[str]]) -> Counter[str]:
    """How often each pre-token occurs, in the order in which they are first met.

    Raises ``ValueError`` if there is none, or for one text in place of several: a string would be
    taken for texts of one character each.
    """
    counts: Counter[str] = Counter()
    for text in each_text("texts", texts):
        counts.update(split(text))
    if not counts:
        raise ValueError("there is nothing to learn from: the text is empty")
    return counts
