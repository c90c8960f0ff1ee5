"""Tokenizers in the form in which Hugging Face's ``tokenizers`` publishes them, and back.

One file, ``tokenizer.json``, says how a text is normalised, cut into pre-tokens, cut into tokens,
and what stands around the tokens of one text or of a pair. Only the tokens are ours to read: what
stands around them, how long they may be and how they are padded is the caller's business here.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.bpe_encoding import byte_alphabet
from lmbook.tokenizers.wordpiece import INSIDE, UNKNOWN, WordPieceTokenizer

TEMPLATES = {
    "bert": ("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1"),
    "roberta": ("<s> $A </s>", "<s> $A </s> </s> $B </s>"),
    "xlnet": ("$A <sep> <cls>:2", "$A <sep> $B:1 <sep>:1 <cls>:2"),
}
"""What stands around one text (A) and around two (A and B); ``:1`` is the segment, if not 0."""

_UNUSED = re.compile(r"\[unused\d+\]")
_LONGEST_WORD = 100  # ours, and that of BERT's released code
_BPE_OPTIONS = {
    "dropout": (None, 0.0),
    "continuing_subword_prefix": (None, ""),
    "end_of_word_suffix": (None, ""),
    "byte_fallback": (False,),
    "ignore_merges": (False,),
}
_WORDPIECE_OPTIONS = {
    "unk_token": (UNKNOWN,),
    "continuing_subword_prefix": (INSIDE,),
    "max_input_chars_per_word": (_LONGEST_WORD,),
}
_BYTE_LEVEL = {"type": ("ByteLevel",), "add_prefix_space": (False,), "use_regex": (True,)}
_BERT_NORMALIZER = {
    "type": ("BertNormalizer",),
    "clean_text": (True,),
    "handle_chinese_chars": (True,),
}


def to_published(
    tokenizer: BPETokenizer | WordPieceTokenizer, template: tuple[str, str] | None = None
) -> dict[str, Any]:
    """The content of a ``tokenizer.json`` that gives the ids which ``tokenizer`` gives.

    ``template`` says what stands around one text and around two, as in ``TEMPLATES``; None:
    nothing. In one thing the two differ: Hugging Face finds special tokens in a text, ours never.
    ``<mask>`` takes the space before it along, as RoBERTa's does.

    Raises ``ValueError`` for byte-pair encoding on characters, for a learned token that is spelled
    like a special one, or for a template with a token that is not a special one.
    """
    bpe = isinstance(tokenizer, BPETokenizer)
    if bpe and tokenizer.level != "byte":
        raise ValueError(f"level={tokenizer.level!r} is not implemented, only 'byte'")
    learned = tokenizer.tokens[len(tokenizer.special_tokens) :]
    if clash := set(learned) & set(tokenizer.special_tokens):
        raise ValueError(f"token {min(clash)!r} is both learned and special: it has two ids")
    parts = _bpe_parts(tokenizer) if bpe else _wordpiece_parts(tokenizer)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(i, token) for i, token in enumerate(tokenizer.special_tokens)],
        "normalizer": parts["normalizer"],
        "pre_tokenizer": parts["pre_tokenizer"],
        "post_processor": _template(template, tokenizer.special_tokens) if template else None,
        "decoder": parts["decoder"],
        "model": parts["model"],
    }


def from_published(content: Mapping[str, Any]) -> BPETokenizer | WordPieceTokenizer:
    """The tokenizer of a ``tokenizer.json``: byte-level BPE, or WordPiece as BERT's.

    All special tokens must have the smallest ids; in WordPiece, unused places may be among them.

    Raises ``ValueError`` naming what is missing or not implemented.
    """
    kind = _part(content, "model").get("type")
    if kind == "BPE":
        return _read_bpe(content)
    if kind == "WordPiece":
        return _read_wordpiece(content)
    raise ValueError(f"model.type={kind!r} is not implemented, only 'BPE' and 'WordPiece'")


def _bpe_parts(tokenizer: BPETokenizer) -> dict[str, Any]:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "normalizer": None,
        "pre_tokenizer": byte_level | {"use_regex": True},
        "decoder": byte_level | {"use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokenizer.tokens)},
            "merges": [list(merge) for merge in tokenizer.merges],
        },
    }


def _wordpiece_parts(tokenizer: WordPieceTokenizer) -> dict[str, Any]:
    return {
        "normalizer": {
            "type": "BertNormalizer",
            "clean_text": True,
            "handle_chinese_chars": True,
            "strip_accents": None,  # as lowercase says
            "lowercase": tokenizer.lowercase,
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "decoder": {"type": "WordPiece", "prefix": INSIDE, "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": UNKNOWN,
            "continuing_subword_prefix": INSIDE,
            "max_input_chars_per_word": _LONGEST_WORD,
            "vocab": {token: i for i, token in enumerate(tokenizer.tokens)},
        },
    }


def _added(token_id: int, token: str) -> dict[str, Any]:
    return {
        "id": token_id,
        "content": token,
        "single_word": False,
        "lstrip": token == "<mask>",
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def _template(template: tuple[str, str], special_tokens: Sequence[str]) -> dict[str, Any]:
    pieces: dict[str, list] = {"single": [], "pair": []}
    used = {}
    for where, text in zip(pieces, template, strict=True):
        for word in text.split():
            name, _, segment = word.partition(":")
            kind = "Sequence" if name in ("$A", "$B") else "SpecialToken"
            if kind == "SpecialToken":
                if name not in special_tokens:
                    raise ValueError(f"template {text!r}: {name!r} is no special token")
                used[name] = {"id": name, "ids": [special_tokens.index(name)], "tokens": [name]}
            pieces[where].append({kind: {"id": name.lstrip("$"), "type_id": int(segment or 0)}})
    return {"type": "TemplateProcessing", **pieces, "special_tokens": used}


def _read_bpe(content: Mapping[str, Any]) -> BPETokenizer:
    model = _part(content, "model")
    _check("model", model, _BPE_OPTIONS)
    if content.get("normalizer") is not None:
        raise ValueError("normalizer: none is implemented for BPE")
    _check("pre_tokenizer", {"use_regex": True} | _part(content, "pre_tokenizer"), _BYTE_LEVEL)
    tokens, added = _tokens(content)
    # a list of pairs, or, in older files, of two tokens with a space between
    pairs = [m.split(" ") if isinstance(m, str) else m for m in _entry(model, "merges", list)]
    merges = [(str(left), str(right)) for left, right in pairs]
    n_special = len(tokens) - len(byte_alphabet()) - len(merges)
    for i, token in enumerate(tokens[: max(0, n_special)]):
        if token not in added:
            raise ValueError(f"model.vocab: {token!r} has id {i}; only special tokens come first")
    tokenizer = BPETokenizer(merges, special_tokens=tokens[: max(0, n_special)])
    for i, (theirs, ours) in enumerate(zip(tokens, tokenizer.tokens, strict=False)):
        if theirs != ours:
            raise ValueError(f"model.vocab: {theirs!r} has id {i}, where {ours!r} must stand")
    if len(tokens) != tokenizer.vocab_size:
        raise ValueError(f"model.vocab: {len(tokens)} tokens, not {tokenizer.vocab_size}")
    return tokenizer


def _read_wordpiece(content: Mapping[str, Any]) -> WordPieceTokenizer:
    _check("model", _part(content, "model"), _WORDPIECE_OPTIONS)
    normalizer = _part(content, "normalizer")
    _check("normalizer", normalizer, _BERT_NORMALIZER)
    lowercase = bool(normalizer.get("lowercase", True))
    if normalizer.get("strip_accents") not in (None, lowercase):
        raise ValueError(f"normalizer: lowercase={lowercase} goes with strip_accents={lowercase}")
    _check("pre_tokenizer", _part(content, "pre_tokenizer"), {"type": ("BertPreTokenizer",)})
    tokens, added = _tokens(content)
    n_special = max((i + 1 for i, token in enumerate(tokens) if token in added), default=0)
    for i, token in enumerate(tokens[:n_special]):
        if token not in added and not _UNUSED.fullmatch(token):
            raise ValueError(f"model.vocab: {token!r} has id {i}; only special tokens come first")
    return WordPieceTokenizer(
        tokens[n_special:], lowercase=lowercase, special_tokens=tokens[:n_special]
    )


def _tokens(content: Mapping[str, Any]) -> tuple[list[str], set[str]]:
    """All tokens in order of their ids, and those which are special."""
    ids = dict(_entry(_part(content, "model"), "vocab", dict))
    added = set()
    for token in content.get("added_tokens") or ():
        name = _entry(token, "content", str)
        if not token.get("special"):
            raise ValueError(f"added_tokens: {name!r} is not special: that is not implemented")
        added.add(name)
        ids[name] = _entry(token, "id", int)
    tokens = sorted(ids, key=ids.__getitem__)
    for i, token in enumerate(tokens):
        if ids[token] != i:
            raise ValueError(f"model.vocab: no token has id {i}, or several have")
    return tokens, added


def _part(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _entry(content, name, dict)


def _entry(content: Mapping[str, Any], name: str, kind: type) -> Any:
    value = content.get(name) if isinstance(content, Mapping) else None
    if not isinstance(value, kind):
        raise ValueError(f"the tokenizer lacks {name!r}, or it is no {kind.__name__}")
    return value


def _check(part: str, given: Mapping[str, Any], known: Mapping[str, tuple]) -> None:
    for option, values in known.items():
        if given.get(option, values[0]) not in values:
            value = f"{part}: {option}={given[option]!r}"
            raise ValueError(f"{value} is not implemented, only {values[0]!r}")
