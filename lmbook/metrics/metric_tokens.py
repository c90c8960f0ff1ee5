"""The tokenizers that BLEU, TER and ROUGE prescribe, token for token.

A score is comparable only if both sides cut texts in the same way, so a published score names its
tokenizer. Source: the rules of mteval-v13a and mteval-v14, as sacrebleu 2.6.0 applies them (Post,
2018); those of ROUGE-1.5.5 as rouge-score 0.1.2 has them (Lin, 2004).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from lmbook.arguments import check_text, check_texts, check_type, shown

TOKENIZERS = ("13a", "intl", "zh", "char", "none", "ja-mecab")
"""Names of the tokenizers that BLEU can use without a download."""

Spacing = Callable[[str], str]

# mteval-v13a: spaces around symbols, and around a full stop or comma that no digit touches
_WESTERN = (
    (re.compile(r"([ -&(-+:-@/\[-`{-~])"), r" \1 "),
    (re.compile(r"([^0-9])([.,])"), r"\1 \2 "),
    (re.compile(r"([.,])([^0-9])"), r" \1 \2"),
    (re.compile(r"([0-9])(-)"), r"\1 \2 "),
)
_PLAIN = re.compile(r"[^!-&(-/:-@\[-`{-~]*")  # what none of these rules touches
_ENTITIES = (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"))
# The published script means the planes from U+20000 up; what it wrote covers U+2001 to U+2A6D.
_CHINESE = re.compile(
    "([\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31ef\u3200-\u4db5\u4e00-\u9fbb"
    "\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef])"
)
_ROUGE_WORD = re.compile("[a-z0-9]+")
_ROUGE_WORD_OR_END = re.compile("[a-z0-9]+|\n")
_NEVER = "(?!)"


class TokenRows(NamedTuple):
    """Texts as numbers of their tokens, one row after the other; equal tokens, equal numbers."""

    ids: np.ndarray
    lengths: np.ndarray


def tokenize_lines(texts: Sequence[str], tokenize: str) -> list[list[str]]:
    """The tokens of each text.

    Raises ``ValueError`` for a tokenizer that is not one of ``TOKENIZERS``, and for "ja-mecab"
    without the packages mecab-python3 and ipadic.
    """
    check_texts("texts", texts)
    check_tokenizer(tokenize)
    split = _tokenizer(tokenize, texts)
    return [split(text.rstrip()).split() for text in texts]


def token_rows(texts: Sequence[str], tokenize: str, stem: bool = False) -> TokenRows:
    """The tokens of all texts as numbers, by a tokenizer of BLEU or that of ROUGE, "rouge".

    Raises ``ValueError`` as ``tokenize_lines`` and ``rouge_words`` do.
    """
    check_texts("texts", texts)
    if tokenize == "rouge":
        whole = "\n".join([text.replace("\n", " ") for text in texts]).lower()
        words = _numbered(_ROUGE_WORD_OR_END.findall(whole), len(texts), numbers := {})
        return _cut(words, [_stem(word) for word in numbers]) if stem else words
    check_tokenizer(tokenize)
    if tokenize == "13a":  # no rule looks across a space, so each distinct word is cut once
        words = number_lines([_unmarked(text.rstrip()) for text in texts], numbers := {})
        return _cut(words, [_western_word(word) for word in numbers])
    split = _tokenizer(tokenize, texts)
    return number_lines([split(text.rstrip()) for text in texts])


def number_lines(lines: Sequence[str], numbers: dict[str, int] | None = None) -> TokenRows:
    """The words of ``lines``, between spaces, as numbers from 0; ``numbers`` gets their numbers.

    All lines are split as one text: a list for each would wake the garbage collector.
    """
    whole = " \n ".join([line.replace("\n", " ") for line in lines])
    for space in filter(str.isspace, set(whole) - {" ", "\n"}):
        whole = whole.replace(space, " ")
    return _numbered(whole.split(" "), len(lines), numbers)


def rouge_words(text: str, stem: bool = False) -> list[str]:
    """Runs of a–z and 0–9 in lower case; with ``stem``, words of four and more letters stemmed.

    The stemmer is Porter's with the extensions of nltk, as rouge-score has it; ``ValueError`` if
    nltk is not installed.
    """
    check_text("text", text)
    words = _ROUGE_WORD.findall(text.lower())
    return [stemmed for word in words if (stemmed := _stem(word))] if stem else words


def check_tokenizer(tokenize: str) -> None:
    """Raise ``ValueError`` unless ``tokenize`` is one of ``TOKENIZERS``."""
    check_type("tokenize", tokenize, str)
    if tokenize not in TOKENIZERS:
        raise ValueError(f"tokenize={shown(tokenize)} is not one of {', '.join(TOKENIZERS)}")


class _Numbers(dict[str, int]):
    """The number of each word; a word that is new gets the next one."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def _numbered(words: list[str], n_lines: int, numbers: dict[str, int] | None) -> TokenRows:
    """``words`` in rows that end at "\\n"; what is empty counts for nothing."""
    marks = {"\n": 0, "": 1}
    known = _Numbers(marks)
    found = np.fromiter(map(known.__getitem__, words), np.int64, len(words))
    real = found >= len(marks)
    n_before = np.concatenate([[0], np.cumsum(real)])
    ends = np.concatenate([[0], np.flatnonzero(found == 0), [len(words)]])
    if numbers is not None:
        numbers.update((word, n - len(marks)) for word, n in known.items() if word not in marks)
    return TokenRows(found[real] - len(marks), np.diff(n_before[ends])[:n_lines])


def _cut(words: TokenRows, spaced: list[str]) -> TokenRows:
    """Rows of ``words`` as rows of their pieces; word i is ``spaced[i]``, pieces with spaces."""
    pieces = number_lines(spaced)
    n_pieces = pieces.lengths[words.ids]
    begins = np.repeat((pieces.lengths.cumsum() - pieces.lengths)[words.ids], n_pieces)
    places = np.arange(len(begins)) - np.repeat(n_pieces.cumsum() - n_pieces, n_pieces)
    ends = np.concatenate([[0], n_pieces.cumsum()])[np.concatenate([[0], words.lengths.cumsum()])]
    return TokenRows(pieces.ids[begins + places], np.diff(ends))


def _unmarked(line: str) -> str:
    """A line as 13a sees it: markup undone, lines joined."""
    line = line.replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for name, character in _ENTITIES if "&" in line else ():
        line = line.replace(name, character)
    return line


def _western_word(word: str) -> str:
    """One word, spaced. Most are letters, or letters and one mark, and need no rule."""
    n_plain = _PLAIN.match(word).end()  # pyright: ignore[reportOptionalMemberAccess]
    if n_plain == len(word):
        return word
    if 0 < n_plain == len(word) - 1 and word[-1] != "-":
        return f"{word[:-1]} {word[-1]}"
    return _western(f" {word} ")


def _western(line: str) -> str:
    for pattern, spaced in _WESTERN:
        line = pattern.sub(spaced, line)
    return line


def _tokenizer(tokenize: str, texts: Iterable[str]) -> Spacing:
    if tokenize == "13a":
        return lambda text: _western(f" {_unmarked(text)} ")
    if tokenize == "zh":
        return lambda text: _western(_CHINESE.sub(r" \1 ", text.strip()))
    if tokenize == "intl":
        return _international(set().union(*texts))
    if tokenize == "ja-mecab":
        return _japanese()
    return str if tokenize == "none" else " ".join


def _international(characters: set[str]) -> Spacing:
    """mteval-v14: spaces around punctuation that no digit touches, and around symbols.

    The classes P, N and S of Unicode are spelled out for the ``characters`` that occur.
    """
    kinds = {kind: _NEVER for kind in "PNS"}
    for kind in kinds:
        found = [c for c in characters if unicodedata.category(c)[0] == kind]
        kinds[kind] = "".join(map(re.escape, sorted(found)))
    punctuation, symbol = (f"[{kinds[k]}]" if kinds[k] else _NEVER for k in "PS")
    no_number = f"[^{kinds['N']}]" if kinds["N"] else r"[\s\S]"
    steps = (
        (re.compile(f"({no_number})({punctuation})"), r"\1 \2 "),
        (re.compile(f"({punctuation})({no_number})"), r" \1 \2"),
        (re.compile(f"({symbol})"), r" \1 "),
    )

    def split(line: str) -> str:
        for pattern, spaced in steps:
            line = pattern.sub(spaced, line)
        return line

    return split


def _japanese() -> Spacing:
    try:
        import ipadic  # pyright: ignore[reportMissingImports]
        import MeCab  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        packages = "mecab-python3 and ipadic"
        raise ValueError(f"tokenize='ja-mecab' needs the packages {packages}") from error
    tagger = MeCab.Tagger(f"{ipadic.MECAB_ARGS} -Owakati")
    return lambda text: tagger.parse(text.strip())


@cache
def _stem(word: str) -> str:
    return _stemmer()(word) if len(word) > 3 else word


@cache
def _stemmer() -> Callable[[str], str]:
    try:
        from nltk.stem.porter import PorterStemmer
    except ImportError as error:
        raise ValueError("stem=True needs the package nltk, which has Porter's stemmer") from error
    return PorterStemmer().stem
