"""The parts of a ``tokenizer.json`` as our own tokenizers fill them."""

from collections.abc import Sequence
from typing import Any

from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.tokenizers.unigram_training import SPACE
from lmbook.tokenizers.vocabulary import UNKNOWN as UNIGRAM_UNKNOWN
from lmbook.tokenizers.wordpiece import INSIDE, UNKNOWN, WordPieceTokenizer

LONGEST_WORD = 100  # ours, and that of BERT's released code
UNIGRAM_NORMALIZER = {
    "type": "Sequence",
    "normalizers": [
        {"type": "Prepend", "prepend": SPACE},
        {"type": "Replace", "pattern": {"String": " "}, "content": SPACE},
    ],
}


def bpe_parts(tokenizer: BPETokenizer) -> dict[str, Any]:
    """Model, pre-tokens and decoder of byte-level BPE."""
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


def wordpiece_parts(tokenizer: WordPieceTokenizer) -> dict[str, Any]:
    """Those of WordPiece, with BERT's normaliser."""
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
            "max_input_chars_per_word": LONGEST_WORD,
            "vocab": {token: i for i, token in enumerate(tokenizer.tokens)},
        },
    }


def unigram_parts(tokenizer: UnigramTokenizer) -> dict[str, Any]:
    """Those of Unigram: a ``▁`` in front of the text and for every space."""
    n_others = tokenizer.vocab_size - len(tokenizer.pieces)
    scores = [0.0] * n_others + tokenizer.log_probs.tolist()
    return {
        "normalizer": UNIGRAM_NORMALIZER,
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"String": SPACE},
            "behavior": "MergedWithNext",
            "invert": False,
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": SPACE}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "Unigram",
            "unk_id": tokenizer.special_tokens.index(UNIGRAM_UNKNOWN),
            "vocab": [list(pair) for pair in zip(tokenizer.tokens, scores, strict=True)],
            "byte_fallback": tokenizer.byte_fallback,
        },
    }


def added_token(token_id: int, token: str) -> dict[str, Any]:
    """A special token, found in the text as it is."""
    return {
        "id": token_id,
        "content": token,
        "single_word": False,
        "lstrip": token == "<mask>",
        "rstrip": False,
        "normalized": False,
        "special": True,
    }


def template_parts(template: tuple[str, str], special_tokens: Sequence[str]) -> dict[str, Any]:
    """What stands around one text and around two."""
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
