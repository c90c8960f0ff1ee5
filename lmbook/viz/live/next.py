"""Live next words: several models, asked for the next token after the reader's text."""

from collections.abc import Sequence

import torch

from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, ranked
from lmbook.viz.live.stored import likeliest

_N_SHOWN = 10


class LiveNextWords(LiveWidget):
    """The likeliest next tokens of packaged causal models, side by side.

    ``names`` are those of the zoo, or ``"trigram"``, counted on the same plays. ``text`` is the
    stored example. Raises ``ValueError`` for no model or one that is not causal, for models over
    5 MB together, and for a text that is empty or has over 2,000 characters.
    """

    _esm, _css = joined("next", "ln")

    def __init__(self, names: Sequence[str], text: str) -> None:
        checked_text(text)
        models = []
        for name, (model, tokenizer) in zip(names, causal_models(names), strict=True):
            ids = tokenizer.encode(text)
            rows = ranked(model.next_log_probs(torch.tensor(ids)).exp(), tokenizer, _N_SHOWN)
            models.append({"title": name, "n": len(ids), "rows": rows})
        super().__init__({name: name for name in names}, {"text": text, "models": models})

    def rows(self) -> list[tuple[str, str]]:
        """The likeliest tokens by each model."""
        return [(m["title"], likeliest(m["rows"])) for m in self.example["models"]]
