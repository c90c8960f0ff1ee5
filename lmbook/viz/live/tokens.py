"""Live tokenizers: the reader's text, cut by several tokenizers side by side."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import traitlets

from lmbook.arguments import check_type
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import to_published
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.viz.live.base import LiveWidget, checked_text, joined, token_name
from lmbook.viz.live.stock import tokenizer_named
from lmbook.viz.live.stored import visible

_MOST_BYTES = 400_000

OwnTokenizer = BPETokenizer | WordPieceTokenizer | UnigramTokenizer


class LiveTokenizers(LiveWidget):
    """Tokens, ids and counts of the text that the reader types.

    ``tokenizers`` maps the names to show to tokenizers of the package (byte-level BPE, WordPiece
    or Unigram), which travel with the page, about 8 kB for 1,000 merges; or to names of
    tokenizers that the page loads when the reader asks: ``"gpt2"``, ``"qwen"``, or a model of the
    zoo. Then ``text`` is the stored example.

    Raises ``ValueError`` for no tokenizer or one of another kind, for a text that is empty or has
    over 2,000 characters, and if the tokenizers that travel take over 400,000 bytes; and
    ``lmbook.data.sources.packages.DataError`` if a published tokenizer cannot be had.
    """

    _esm, _css = joined("tokens", "lt", ("tokenizers", "files"))
    tokenizers = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, tokenizers: Mapping[str, OwnTokenizer | str], text: str) -> None:
        check_type("tokenizers", tokenizers, Mapping)
        if not tokenizers:
            raise ValueError("tokenizers is empty, needs 1 or more")
        checked_text(text)
        shipped = [_shipped(title, one) for title, one in tokenizers.items()]
        n_bytes = sum(len(one.get("content", "").encode()) for one in shipped)
        if n_bytes > _MOST_BYTES:
            raise ValueError(f"tokenizers take {n_bytes} bytes, the limit is {_MOST_BYTES}")
        files = {one["file"]: one["title"] for one in shipped if "file" in one}
        cuts = [_cut(one, text) for one in tokenizers.values()]
        super().__init__(files, {"text": text, "cuts": cuts})
        self.tokenizers = shipped

    def rows(self) -> list[tuple[str, str]]:
        """The tokens by each tokenizer."""
        pairs = zip(self.tokenizers, self.example["cuts"], strict=True)
        return [
            (f"{one['title']}, {len(cut['ids'])} tokens", " | ".join(map(visible, cut["pieces"])))
            for one, cut in pairs
        ]

    def __repr__(self) -> str:
        titles = ", ".join(one["title"] for one in self.tokenizers)
        return f"LiveTokenizers({titles}: {self.example['text']!r})"


def _shipped(title: str, tokenizer: OwnTokenizer | str) -> dict[str, str]:
    if isinstance(tokenizer, str):
        return {"title": title, "file": f"{tokenizer}.json"}
    return {"title": title, "content": _content(tokenizer)}


def _cut(tokenizer: OwnTokenizer | str, text: str) -> dict[str, Any]:
    known = tokenizer_named(tokenizer) if isinstance(tokenizer, str) else tokenizer
    ids = known.encode(text)
    return {"ids": ids, "pieces": [token_name(known, i) for i in ids]}


def _content(tokenizer: OwnTokenizer) -> str:
    """The tokenizer's own file in the fewest characters; of Unigram, whose order a JavaScript
    object would not keep, the published one."""
    check_type("tokenizer", tokenizer, BPETokenizer, WordPieceTokenizer, UnigramTokenizer)
    if isinstance(tokenizer, BPETokenizer) and tokenizer.level != "byte":
        raise ValueError(f"tokenizers: level={tokenizer.level!r} is not implemented, only 'byte'")
    if isinstance(tokenizer, UnigramTokenizer):
        content = to_published(tokenizer)
    else:
        with tempfile.TemporaryDirectory() as folder:
            tokenizer.save(path := Path(folder) / "tokenizer.json")
            content = json.loads(path.read_text(encoding="utf-8"))
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
