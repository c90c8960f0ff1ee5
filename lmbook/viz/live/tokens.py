"""Live tokenizers: the reader's text, cut by several tokenizers side by side."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import anywidget
import traitlets

from lmbook.arguments import check_type
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import to_published
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.viz.live.base import checked_text, joined

_MOST_BYTES = 400_000


class LiveTokenizers(anywidget.AnyWidget):
    """Tokens, ids and counts of the text that the reader types.

    ``tokenizers`` maps the names to show to tokenizers of the package: byte-level BPE, WordPiece
    or Unigram. They travel with the page, about 8 kB for 1,000 merges, and need no kernel.
    Raises ``ValueError`` for no tokenizer or one of another kind, for a text that is empty or has
    over 2,000 characters, and if the tokenizers take over 400,000 bytes.
    """

    _esm, _css = joined("tokens", "lt")
    tokenizers = traitlets.List(traitlets.Dict()).tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        tokenizers: Mapping[str, BPETokenizer | WordPieceTokenizer | UnigramTokenizer],
        text: str,
    ) -> None:
        check_type("tokenizers", tokenizers, Mapping)
        if not tokenizers:
            raise ValueError("tokenizers is empty, needs 1 or more")
        shipped = [{"title": title, "content": _content(t)} for title, t in tokenizers.items()]
        n_bytes = sum(len(one["content"].encode()) for one in shipped)
        if n_bytes > _MOST_BYTES:
            raise ValueError(f"tokenizers take {n_bytes} bytes, the limit is {_MOST_BYTES}")
        super().__init__(tokenizers=shipped, text=checked_text(text))

    def __repr__(self) -> str:
        titles = ", ".join(one["title"] for one in self.tokenizers)
        return f"LiveTokenizers({titles}: {self.text!r})"


def _content(tokenizer: BPETokenizer | WordPieceTokenizer | UnigramTokenizer) -> str:
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
