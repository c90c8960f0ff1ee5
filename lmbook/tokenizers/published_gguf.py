"""The tokenizer of a GGUF file as the content of a ``tokenizer.json``."""

from collections.abc import Mapping
from typing import Any

from lmbook.tokenizers.published_base import PublishedTokenizer
from lmbook.tokenizers.published_bpe import PublishedBPETokenizer
from lmbook.tokenizers.published_writing import added_token

_BYTE_LEVEL = {
    "type": "ByteLevel",
    "add_prefix_space": False,
    "trim_offsets": True,
    "use_regex": True,
}
_PRE_TOKENIZERS = {
    "gpt-2": _BYTE_LEVEL,
    "smollm": {
        "type": "Sequence",
        "pretokenizers": [{"type": "Digits", "individual_digits": True}, _BYTE_LEVEL],
    },
}
_CONTROL = 3  # what llama.cpp calls a special token


def published_from_gguf(metadata: Mapping[str, Any]) -> PublishedTokenizer:
    """The byte-level BPE tokenizer that a GGUF file's ``metadata`` describes, with its ids.

    ``eos_id`` is the file's own. Raises ``ValueError`` for a tokenizer of another kind, for
    pre-tokens that are not implemented, and for facts that are missing or do not fit together.
    """
    kind, pre = (metadata.get(f"tokenizer.ggml.{name}") for name in ("model", "pre"))
    if kind != "gpt2":
        raise ValueError(f"tokenizer.ggml.model={kind!r} is not implemented, only 'gpt2'")
    if pre not in _PRE_TOKENIZERS:
        known = ", ".join(_PRE_TOKENIZERS)
        raise ValueError(f"tokenizer.ggml.pre={pre!r} is not one of {known}")
    tokens, kinds, merges, eos_id = (
        _fact(metadata, name) for name in ("tokens", "token_type", "merges", "eos_token_id")
    )
    if len(tokens) != len(kinds) or not eos_id < len(tokens):
        sizes = f"{len(tokens)} tokens, {len(kinds)} types and eos_token_id={eos_id}"
        raise ValueError(f"tokenizer.ggml: {sizes} do not fit together")
    special = [i for i, kind in enumerate(kinds) if kind == _CONTROL]
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [added_token(i, tokens[i]) for i in special],
        "normalizer": None,
        "pre_tokenizer": _PRE_TOKENIZERS[pre],
        "post_processor": None,
        "decoder": _BYTE_LEVEL,
        "model": {
            "type": "BPE",
            "unk_token": None,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in merges],
        },
    }
    return PublishedBPETokenizer(content, tokens[eos_id])


def _fact(metadata: Mapping[str, Any], name: str) -> Any:
    if f"tokenizer.ggml.{name}" not in metadata:
        raise ValueError(f"the file lacks the fact 'tokenizer.ggml.{name}'")
    return metadata[f"tokenizer.ggml.{name}"]
