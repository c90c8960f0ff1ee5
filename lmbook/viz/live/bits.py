"""Live bits: the reader's sentence, predicted by several packaged models."""

import math
from collections.abc import Sequence
from typing import Any

import torch
import traitlets

from lmbook.arguments import check_several
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, entries, joined


class LiveBitsPerByte(LiveWidget):
    """Bits per byte, nats per token and tokens of a text under packaged causal models.

    ``text`` is the stored example. The reader may add the models ``more`` to those of ``names``.
    Raises ``ValueError`` for no model or one that is not causal, for models over 5 MB together, in
    ``names`` or in ``more``, and for a text that is empty or has over 2,000 characters.
    """

    _esm, _css = joined("bits", "lb")
    more = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, names: Sequence[str], text: str, more: Sequence[str] = ()) -> None:
        n_bytes = len(checked_text(text).encode())
        models = []
        for name, (model, tokenizer) in zip(names, causal_models(names), strict=True):
            ids = tokenizer.encode(text)
            total = -model.log_probs(torch.tensor([ids])).sum().item()
            bits = total / math.log(2) / n_bytes
            models.append({"title": name, "bits": bits, "nats": total / len(ids), "n": len(ids)})
        check_several("more", more)
        if more:
            causal_models(more)
        super().__init__({name: name for name in names}, {"text": text, "models": models})
        self.more = entries({name: name for name in more})

    def asked(self) -> list[dict[str, Any]]:
        """The files that the page may ask for: those of ``more`` as well."""
        return [*self.files, *self.more]

    def rows(self) -> list[tuple[str, str]]:
        """The bits per byte of each model."""
        return [(m["title"], f"{m['bits']:.2f} bits per byte") for m in self.example["models"]]
