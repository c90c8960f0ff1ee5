"""What a folder of token files says of itself: the index, and whether the files are as it says."""

import hashlib
import json
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from lmbook.tokenizers.base import Tokenizer
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import from_published
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

INDEX_FILE, TOKENIZER_FILE = "index.json", "tokenizer.json"
_COUNTS = ("vocab_size", "eos_id", "n_tokens", "n_texts", "n_bytes")
_TOKENIZERS = {"bpe": BPETokenizer, "wordpiece": WordPieceTokenizer}


@runtime_checkable
class StorableTokenizer(Tokenizer, Protocol):
    """A tokenizer that can be written to a file."""

    def save(self, path: str | Path) -> None:
        """Write the tokenizer to one JSON file."""
        ...


def dtype_of(vocab_size: int) -> np.dtype:
    """The kind of number an id is stored as: two bytes, or four above 65,536 ids."""
    return np.dtype("<u2" if vocab_size <= 2**16 else "<u4")


def read_index(path: Path) -> dict:
    """The index of a folder. Raises ``ValueError`` if it is missing or damaged."""
    index = _read_object(path)
    try:
        for name in _COUNTS:
            if type(index[name]) is not int or index[name] < 0:
                raise ValueError(f"{name}={index[name]!r} is not a count")
        if type(index["shards"]) is not list:
            raise ValueError("shards is not a list")
        for facts in (index["tokenizer"], *index["shards"]):
            name, n_bytes, digest = facts["name"], facts["bytes"], facts["sha256"]
            if Path(name).name != name or type(n_bytes) is not int or type(digest) is not str:
                raise ValueError(f"{facts} is not the name, size and SHA-256 of a file")
        if index["eos_id"] >= index["vocab_size"]:
            raise ValueError(f"eos_id={index['eos_id']} is outside the vocabulary")
        width = dtype_of(index["vocab_size"]).itemsize
        counts = [divmod(shard["bytes"], width) for shard in index["shards"]]
        if any(n == 0 or rest for n, rest in counts):
            raise ValueError(f"a shard is not a number of ids of {width} bytes")
        if not counts or sum(n for n, _ in counts) != index["n_tokens"]:
            raise ValueError(f"the shards do not hold n_tokens={index['n_tokens']} ids")
    except KeyError as error:
        raise ValueError(f"{path} is damaged: it lacks {error}") from error
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} is damaged: {error}") from error
    return index


def facts_of(path: Path) -> dict[str, int | str]:
    """Name, size and SHA-256 of a file, which is read in blocks."""
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def check_file(folder: Path, facts: dict, verify: bool) -> None:
    """Raise ``ValueError`` if the file is missing or has another size, or another SHA-256."""
    path = folder / facts["name"]
    try:
        size = path.stat().st_size
        if size != facts["bytes"]:
            raise ValueError(f"{path} is damaged: it has {size} bytes, not {facts['bytes']}")
        if verify and facts_of(path) != facts:
            raise ValueError(f"{path} is damaged: its SHA-256 is not {facts['sha256']}")
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def load_tokenizer(path: str | Path) -> BPETokenizer | WordPieceTokenizer:
    """Read a tokenizer in our form or in the published one.

    Raises ``ValueError`` with the file's name if it is missing, damaged, or of another kind.
    """
    fields = _read_object(Path(path))
    kind = fields.get("kind")
    if kind is not None and kind not in _TOKENIZERS:
        raise ValueError(f"{path}: kind={kind!r} is not one of {', '.join(_TOKENIZERS)}")
    try:
        tokenizer = from_published(fields) if kind is None else _TOKENIZERS[kind].load(path)
        if not isinstance(tokenizer, BPETokenizer | WordPieceTokenizer):
            raise ValueError("its ids are in another order than ours")
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} holds no tokenizer: {error}") from error
    return tokenizer


def _read_object(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{path} is missing") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path} is damaged: it is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged: it holds no object")
    return content
