"""What the page may load, by name: models, the trigram, as ``NAME.json`` tokenizers, passages."""

import json
from functools import lru_cache
from typing import Any

from lmbook.data.sets.reading import load_passages
from lmbook.tokenizers.published_bpe import PublishedBPETokenizer
from lmbook.viz.live.bundles import cached_bundle
from lmbook.viz.live.trigram import TRIGRAM, trigram_file
from lmbook.zoo.checkpoints import TOKENIZER_FILE, Tokenizer, folder_of, load, names
from lmbook.zoo.tokenizers import load_gpt2_tokenizer, load_qwen_tokenizer, pairs_of

PUBLISHED = {"gpt2": load_gpt2_tokenizer, "qwen": load_qwen_tokenizer}
"""Published tokenizers that the page may load."""

PASSAGES = "passages.json"
"""The name by which the page asks for the texts to search in."""

_SPLITS = {"gpt2": "gpt2", "qwen": "qwen2"}


def tokenizer_named(name: str) -> Tokenizer | PublishedBPETokenizer:
    """A published tokenizer, or that of a packaged model. Raises ``ValueError`` for neither.

    Raises ``lmbook.data.sources.packages.DataError`` if a published one cannot be had.
    """
    if name in PUBLISHED:
        return PUBLISHED[name]()
    if name not in names():
        known = ", ".join([*PUBLISHED, *names()])
        raise ValueError(f"name={name!r} is no tokenizer that the page may load, only {known}")
    return load(name)[1]


def content_of(name: str) -> bytes:
    """The bytes of a file of the page, kept for the next reader of the same kernel.

    Raises ``ValueError`` for a name that is none, ``lmbook.data.sources.packages.DataError`` if
    what it is made of cannot be had.
    """
    if name == PASSAGES:
        return _text_of(passage_texts())
    if name.endswith(".json"):
        return _compact(name.removesuffix(".json"))
    return trigram_file() if name == TRIGRAM else cached_bundle(name)


def passage_texts() -> list[str]:
    """The passages of the factbook. Raises ``DataError`` if they cannot be had."""
    return [passage.text for passage in load_passages()]


@lru_cache(maxsize=4)
def _compact(name: str) -> bytes:
    tokenizer = tokenizer_named(name)
    if isinstance(tokenizer, PublishedBPETokenizer):
        flat = [i for pair in pairs_of(tokenizer) for i in pair]
        nfc = tokenizer.content.get("normalizer") is not None
        content: dict[str, Any] = {"kind": "pairs", "split": _SPLITS[name], "nfc": nfc}
        return _text_of({**content, "pairs": flat})
    return (folder_of(name) / TOKENIZER_FILE).read_bytes()


def _text_of(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
