"""What the live explorers share: their joined scripts, and the kernel that hands models over."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import torch
import traitlets

from lmbook.arguments import check_several, check_text
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.heads import MaskedHead
from lmbook.viz.explorers.base import shared
from lmbook.viz.live.bundles import cached_bundle
from lmbook.zoo.checkpoints import Tokenizer, load

_FOLDER = Path(__file__).parent
ENGINE = ("tensors", "causal", "masked", "tokenizers", "files", "sampling")
"""The engine's scripts in the order in which they are joined; none needs a page."""

MOST_BYTES = 5_000_000
"""What the models of one explorer may weigh together."""

PART_BYTES = 1 << 19  # of a file in one message, so that the reader sees it come


def engine() -> str:
    """The engine as one JavaScript module."""
    return "".join(_own(name, "js") for name in ENGINE)


def joined(name: str, prefix: str) -> tuple[str, str]:
    """JavaScript and CSS of a live explorer: what all explorers share, the engine, its own."""
    script = engine() + _own("loading", "js") + _own(name, "js")
    style = _own("live", "css") + _own(name, "css")
    script, style = (text.replace("lmb-xx-", f"lmb-{prefix}-") for text in (script, style))
    return shared("js", prefix) + script, shared("css", prefix) + style


def smaller(script: str) -> str:
    """``script`` without indentation and without lines that are comments alone."""
    return re.sub(r"^ *//.*\n|^ +|^\n", "", script, flags=re.MULTILINE)


def _own(name: str, kind: str) -> str:
    path = _FOLDER / f"{name}.{kind}"
    if kind == "css" and not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8")
    return smaller(text) if kind == "js" else text


class LiveWidget(anywidget.AnyWidget):
    """An explorer whose models run in the page: a stored example until the reader loads them.

    On the site the page fetches the files of ``tools.site.live_models``; in a notebook it asks the
    kernel, which sends them in parts. Raises ``ValueError`` if they weigh over ``MOST_BYTES``.
    """

    files = traitlets.List(traitlets.Dict()).tag(sync=True)
    example = traitlets.Dict().tag(sync=True)

    def __init__(self, names: Sequence[str], example: dict[str, Any]) -> None:
        files = [{"name": n, "title": n, "n_bytes": len(cached_bundle(n))} for n in names]
        n_bytes = sum(len(cached_bundle(name)) for name in names)
        if n_bytes > MOST_BYTES:
            raise ValueError(f"names={list(names)} take {n_bytes} bytes, the limit is {MOST_BYTES}")
        super().__init__(files=files, example=example)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        names = ", ".join(file["name"] for file in self.files)
        return f"{type(self).__name__}({names}: {self.example.get('text', '')!r})"

    def _answer(self, _widget: object, content: object, _buffers: object) -> None:
        """Send the file that the page asks for; only those of this explorer."""
        name = content.get("name") if isinstance(content, dict) else None
        if name not in [file["name"] for file in self.files]:
            self.send({"name": name, "error": f"there is no model {name!r} here"})
            return
        data = cached_bundle(name)
        n_parts = -(-len(data) // PART_BYTES)
        for part in range(n_parts):
            start = part * PART_BYTES
            facts = {"name": name, "part": part, "n_parts": n_parts}
            self.send(facts, [data[start : start + PART_BYTES]])


def causal_models(names: Sequence[str]) -> list[tuple[CausalLanguageModel, Tokenizer]]:
    """The packaged models, all causal. Raises ``ValueError`` naming one that is not."""
    check_several("names", names)
    if not names:
        raise ValueError("names is empty, needs 1 or more models")
    found = [load(name) for name in names]
    for name, (model, _) in zip(names, found, strict=True):
        if not isinstance(model, CausalLanguageModel):
            raise ValueError(f"name={name!r} is no causal language model")
    return found  # pyright: ignore[reportReturnType]


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


def token_name(tokenizer: Tokenizer, token_id: int) -> str:
    """A token as the page shows it: its text, or its own spelling if it has none."""
    text = tokenizer.decode([token_id])
    return text if text and "\ufffd" not in text else tokenizer.token(token_id)


def ranked(probabilities: torch.Tensor, tokenizer: Tokenizer, n_shown: int) -> list[dict[str, Any]]:
    """The ``n_shown`` likeliest tokens with their probabilities."""
    values, ids = probabilities.topk(n_shown)
    pairs = zip(values.tolist(), ids.tolist(), strict=True)
    return [{"piece": token_name(tokenizer, i), "p": round(p, 5)} for p, i in pairs]
