"""Live lens: what a decoder would say next if it stopped after an earlier block."""

import torch

from lmbook.interpret.capture import residual_stream
from lmbook.interpret.lens import logit_lens
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, ranked
from lmbook.viz.live.stored import likeliest

_N_SHOWN = 5


class LiveLens(LiveWidget):
    """The likeliest next tokens that the logit lens reads at each depth of a packaged decoder.

    ``text`` is the stored example. Raises ``ValueError`` for a model that is not packaged or no
    GPT or Llama, and for a text that is empty or has over 2,000 characters.
    """

    _esm, _css = joined("lens", "le")

    def __init__(self, name: str, text: str) -> None:
        checked_text(text)
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, GPT | Llama):
            raise ValueError(f"name={name!r} is no GPT or Llama: it has no stream to read")
        ids = list(tokenizer.encode(text))
        stream = residual_stream(model, torch.tensor([[model.config.start_id, *ids]]))
        depths = [
            {
                "title": f"after block {depth}" if depth else "before block 1",
                "n": len(ids),
                "rows": ranked(seen[0, -1].exp(), tokenizer, _N_SHOWN),
            }
            for depth, seen in enumerate(logit_lens(model, stream))
        ]
        super().__init__({name: name}, {"text": text, "depths": depths})

    def rows(self) -> list[tuple[str, str]]:
        """The likeliest tokens at each depth."""
        return [(depth["title"], likeliest(depth["rows"])) for depth in self.example["depths"]]
