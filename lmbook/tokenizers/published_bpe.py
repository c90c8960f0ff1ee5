"""Byte-level BPE as published: GPT-2's, Llama 3's, SmolLM's and others' ids, merges, pre-tokens."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from lmbook.tokenizers.bpe_encoding import (
    PretokenCache,
    apply_merges,
    byte_alphabet,
    from_byte_alphabet,
)
from lmbook.tokenizers.normalization import normalize
from lmbook.tokenizers.pretokenization import (
    split_gpt2,
    split_llama3,
    split_qwen2,
    split_smollm,
)
from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_parts import check_options, entry_of, part_of, read_tokens

_OPTIONS = {
    "dropout": (None, 0.0),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "byte_fallback": (False,),
    "ignore_merges": (False, True),
}
_PATTERNS = {
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+": split_gpt2,
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+": split_llama3,
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+": split_qwen2,
}
_SPLIT = {"type": ("Split",), "behavior": ("Isolated",), "invert": (False,)}
_ALPHABET = frozenset(byte_alphabet())


class PublishedBPETokenizer(PublishedTokenizer):
    """Byte-level BPE with the ids of a file.

    The order of the merges says which goes first, and it need not be that of the ids; several
    merges may make one token. With ``ignore_merges`` a pre-token that is a token is taken whole.
    A byte that no text of the training had may be without a token, as some of SmolLM's are:
    ``encode`` leaves it out, as the library does.
    Raises ``ValueError`` naming what is missing or not implemented.
    """

    def __init__(self, content: Mapping[str, Any], eos: str | None = None) -> None:
        model = part_of(content, "model")
        check_options("model", model, _OPTIONS)
        vocab = entry_of(model, "vocab", dict)
        super().__init__(content, read_tokens(content, vocab), eos)
        self.split, self.prefix_space = _splitter(content)
        self._normal_form = _normal_form(content.get("normalizer"))
        self._byte_ids = _ids_of_bytes(model, vocab)
        self._made: dict[tuple[int, int], int] = {}
        self._results: list[int] = []
        for left, right in merges_of(model):
            if any(token not in vocab for token in (left, right, left + right)):
                raise ValueError(f"model.merges: {left!r} {right!r} joins or makes no token")
            self._made.setdefault((vocab[left], vocab[right]), len(self._results))
            self._results.append(vocab[left + right])
        self._whole = vocab if model.get("ignore_merges") else {}
        self._bytes = [_bytes_of(token) for token in self.tokens]
        self._cache = PretokenCache(self.encode_pretoken)

    def encode_pretoken(self, pretoken: str) -> list[int]:
        """Token ids of one pre-token: the whole if the file says so, else by merges."""
        found = [self._byte_ids[byte] for byte in pretoken.encode()]
        symbols = [symbol for symbol in found if symbol is not None]
        if self._whole:
            whole = self._whole.get("".join([self.tokens[symbol] for symbol in symbols]))
            if whole is not None:
                return [whole]
        return apply_merges(symbols, self._made, self._results)

    def encode_part(self, text: str, at_start: bool = True) -> list[int]:
        """Ids of a text without special tokens. Raises ``ValueError`` for a lone surrogate."""
        if self._normal_form:
            text = normalize(text, self._normal_form)
        if self.prefix_space and text and not text.startswith(" "):
            text = f" {text}"
        return list(chain.from_iterable(map(self._cache.__getitem__, self.split(text))))

    def spell(self, ids: Sequence[int]) -> str:
        """The bytes of the tokens, read as UTF-8."""
        return b"".join([self._bytes[i] for i in ids]).decode(errors="replace")


def _ids_of_bytes(model: Mapping[str, Any], vocab: Mapping[str, int]) -> list[int | None]:
    """The id of each byte, None where there is none. A printable ASCII character must have one."""
    missing = [character for character in byte_alphabet() if character not in vocab]
    if needed := [m for m in missing if m.isascii() or model.get("unk_token")]:
        raise ValueError(f"model.vocab lacks {needed[0]!r}: it is not byte-level")
    return [vocab.get(character) for character in byte_alphabet()]


def merges_of(model: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The merges: a list of pairs, or, in older files, of two tokens with a space between."""
    listed = entry_of(model, "merges", list)
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in listed]
    return [(str(left), str(right)) for left, right in pairs]


def _bytes_of(token: str) -> bytes:
    """What the token stands for; a special token that the alphabet cannot spell, itself."""
    return from_byte_alphabet(token) if _ALPHABET.issuperset(token) else token.encode()


def _normal_form(normalizer: Mapping[str, Any] | None) -> str | None:
    if normalizer is None:
        return None
    check_options("normalizer", normalizer, {"type": ("NFC", "NFD", "NFKC", "NFKD")})
    return normalizer["type"]


def _splitter(content: Mapping[str, Any]) -> tuple[Callable[[str], list[str]], bool]:
    """How a text becomes pre-tokens, and whether a space is put before it."""
    part = part_of(content, "pre_tokenizer")
    steps = entry_of(part, "pretokenizers", list) if part.get("type") == "Sequence" else [part]
    last = steps[-1] if steps else {}
    check_options("pre_tokenizer", last, {"type": ("ByteLevel",)})
    by_regex = last.get("use_regex", True)
    if by_regex and len(steps) == 2 and steps[0].get("type") == "Digits":
        check_options("pre_tokenizer", steps[0], {"individual_digits": (True,)})
        check_options("pre_tokenizer", last, {"add_prefix_space": (False,)})
        return split_smollm, False
    if len(steps) != (1 if by_regex else 2):
        raise ValueError("pre_tokenizer: only ByteLevel, alone or after one Split, is implemented")
    if by_regex:
        return split_gpt2, bool(last.get("add_prefix_space"))
    check_options("pre_tokenizer", steps[0], _SPLIT)
    pattern = part_of(steps[0], "pattern").get("Regex")
    if pattern not in _PATTERNS:
        raise ValueError(f"pre_tokenizer: the pattern {pattern!r} is not implemented")
    check_options("pre_tokenizer", last, {"add_prefix_space": (False,)})
    return _PATTERNS[pattern], False
