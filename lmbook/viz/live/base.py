"""What the live explorers share: their joined scripts, and the kernel that hands models over."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import torch
import traitlets
from IPython.display import display

from lmbook.arguments import check_several, check_text, check_whole
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.heads import MaskedHead
from lmbook.ngram.backoff import BackoffModel
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.bpe_encoding import from_byte_alphabet
from lmbook.tokenizers.published_bpe import PublishedBPETokenizer
from lmbook.tokenizers.unigram import UnigramTokenizer
from lmbook.viz.explorers.base import shared
from lmbook.viz.live.stock import content_of
from lmbook.viz.live.stored import without_script
from lmbook.viz.live.trigram import TRIGRAM, trigram
from lmbook.zoo.checkpoints import Tokenizer, load

_FOLDER = Path(__file__).parent
ENGINE = ("tensors", "causal", "ngram", "masked", "tokenizers", "files", "models", "sampling")
"""The engine's scripts in the order in which they are joined; none needs a page."""

MOST_BYTES = 5_000_000
"""What the models of one explorer may weigh together."""

PART_BYTES = 1 << 19  # of a file in one message, so that the reader sees it come


def engine(parts: Sequence[str] = ENGINE) -> str:
    """The engine, or some of its scripts, as one JavaScript module."""
    return smaller("".join(_own(name, "js") for name in parts))


def joined(name: str, prefix: str, parts: Sequence[str] = ENGINE) -> tuple[str, str]:
    """JavaScript and CSS of a live explorer: what all explorers share, the engine, its own."""
    script = engine(parts) + _own("loading", "js") + _own(name, "js")
    style = _own("live", "css") + _own(name, "css")
    script, style = (text.replace("lmb-xx-", f"lmb-{prefix}-") for text in (script, style))
    return smaller(shared("js", prefix) + script), smaller_style(shared("css", prefix) + style)


def smaller(script: str) -> str:
    """``script`` without indentation and without lines that are comments alone."""
    return re.sub(r"^ *//.*\n|^ +|^\n", "", script, flags=re.MULTILINE)


def smaller_style(style: str) -> str:
    """``style`` without comments, and with one space for each run of white space."""
    return re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)).strip()


def _own(name: str, kind: str) -> str:
    path = _FOLDER / f"{name}.{kind}"
    if kind == "css" and not path.is_file():
        return ""
    return path.read_text(encoding="utf-8")


class LiveWidget(anywidget.AnyWidget):
    """An explorer whose models run in the page: a stored example until the reader loads them.

    ``files`` maps the names of the files to titles. On the site the page fetches those of
    ``tools.site.live_models``; in a notebook it asks the kernel, which sends them in parts.
    Without a file the page computes at once. Raises ``ValueError`` if they weigh over
    ``MOST_BYTES``.
    """

    files = traitlets.List(traitlets.Dict()).tag(sync=True)
    example = traitlets.Dict().tag(sync=True)

    def __init__(self, files: Mapping[str, str], example: dict[str, Any]) -> None:
        super().__init__(files=entries(files), example=example)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        names = ", ".join(file["title"] for file in self.files)
        return f"{type(self).__name__}({names}: {self.example.get('text', '')!r})"

    def rows(self) -> list[tuple[str, str]]:
        """The stored example line by line: a name and what it shows."""
        raise NotImplementedError

    def asked(self) -> list[dict[str, Any]]:
        """The files that the page may ask for."""
        return self.files

    def _ipython_display_(self) -> None:
        """Show the explorer, and before it what a page without JavaScript shows instead."""
        plain = without_script(self.example["text"], self.rows())
        display({"text/html": plain, "text/plain": repr(self)}, raw=True)
        data, metadata = self._repr_mimebundle_() or ({}, {})
        display(data, metadata=metadata, raw=True)

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        """Send the file that the page asks for; only those of this explorer."""
        name = content.get("name") if isinstance(content, dict) else None
        if not isinstance(name, str) or name not in [file["name"] for file in self.asked()]:
            self.send({"name": name, "error": f"there is no file {name!r} here"})
            return
        data = content_of(name)
        n_parts = -(-len(data) // PART_BYTES)
        for part in range(n_parts):
            start = part * PART_BYTES
            facts = {"name": name, "part": part, "n_parts": n_parts}
            self.send(facts, [data[start : start + PART_BYTES]])


def entries(files: Mapping[str, str]) -> list[dict[str, Any]]:
    """Name, title and size of ``files``. Raises ``ValueError`` if they exceed ``MOST_BYTES``."""
    sizes = {name: len(content_of(name)) for name in files}
    if (total := sum(sizes.values())) > MOST_BYTES:
        raise ValueError(f"files={list(files)} take {total} bytes, the limit is {MOST_BYTES}")
    return [{"name": n, "title": files[n], "n_bytes": size} for n, size in sizes.items()]


Causal = CausalLanguageModel | BackoffModel
"""What gives a distribution of the next token after a prefix."""


def causal_models(names: Sequence[str]) -> list[tuple[Causal, Tokenizer]]:
    """The packaged models, or the trigram, all causal. Raises ``ValueError`` naming another."""
    check_several("names", names)
    if not names:
        raise ValueError("names is empty, needs 1 or more models")
    return [_causal_model(name) for name in names]


def _causal_model(name: str) -> tuple[Causal, Tokenizer]:
    if name == TRIGRAM:
        return trigram()
    model, tokenizer = load(name)
    if not isinstance(model, CausalLanguageModel):
        raise ValueError(f"name={name!r} is no causal language model")
    return model, tokenizer


def masked_model(name: str) -> tuple[MaskedHead, Tokenizer]:
    """A packaged model with a head for masked tokens. Raises ``ValueError`` for another."""
    model, tokenizer = load(name)
    if not isinstance(model, MaskedHead):
        raise ValueError(f"name={name!r} has no head for masked tokens")
    return model, tokenizer


def checked_text(text: str) -> str:
    """``text`` if the page may show it. Raises ``ValueError`` for none or over 2,000 characters."""
    check_text("text", text)
    if not text or len(text) > 2000:
        raise ValueError(f"text has {len(text)} characters, needs 1 to 2000")
    return text


def check_between(name: str, value: int, least: int, most: int) -> None:
    """Raise ``ValueError`` unless ``value`` is a whole number from ``least`` to ``most``."""
    check_whole(name, value, least)
    if value > most:
        raise ValueError(f"{name}={value} is above {most}")


def token_name(
    tokenizer: Tokenizer | PublishedBPETokenizer | UnigramTokenizer, token_id: int
) -> str:
    """A token as the page shows it; bytes that are a part of a character only, as ``<E7>``."""
    name = tokenizer.token(token_id)
    if token_id in tokenizer.special_ids.values():
        return name
    if isinstance(tokenizer, UnigramTokenizer):
        return name.replace("▁", " ")
    if not isinstance(tokenizer, BPETokenizer | PublishedBPETokenizer):
        return name
    data = from_byte_alphabet(name)
    text = data.decode(errors="replace")
    return "".join(f"<{byte:02X}>" for byte in data) if "\ufffd" in text else text


def ranked(probabilities: torch.Tensor, tokenizer: Tokenizer, n_shown: int) -> list[dict[str, Any]]:
    """The ``n_shown`` likeliest tokens with their probabilities."""
    values, ids = probabilities.topk(n_shown)
    pairs = zip(values.tolist(), ids.tolist(), strict=True)
    return [{"piece": token_name(tokenizer, i), "p": round(p, 5)} for p, i in pairs]
