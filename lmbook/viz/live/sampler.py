"""Live sampling: a packaged model continues the reader's text under the reader's settings."""

import torch

from lmbook.arguments import check_whole
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, ranked
from lmbook.viz.live.stored import likeliest, visible

_N_SHOWN = 12
_N_WRITTEN = 40


class LiveSampling(LiveWidget):
    """Temperature, top-k, top-p and min-p on a packaged causal model, and the text they give.

    ``text`` is the prompt of the stored example, which is 40 tokens drawn with ``seed`` from the
    model's own distribution. Raises ``ValueError`` for a model that is not packaged or not causal,
    and for a text that is empty or has over 2,000 characters.
    """

    _esm, _css = joined("sampler", "ls")

    def __init__(self, name: str, text: str, seed: int = 0) -> None:
        checked_text(text)
        check_whole("seed", seed, 0)
        ((model, tokenizer),) = causal_models([name])
        generator = torch.Generator().manual_seed(seed)
        ids = tokenizer.encode(text)
        first = model.next_log_probs(torch.tensor(ids)).exp()
        written: list[int] = []
        while len(written) < _N_WRITTEN:
            probabilities = model.next_log_probs(torch.tensor(ids + written)).exp()
            written.append(int(torch.multinomial(probabilities, 1, generator=generator)))
        rows = [{**row, "own": row["p"]} for row in ranked(first, tokenizer, _N_SHOWN)]
        example = {"text": text, "added": tokenizer.decode(written), "rows": rows}
        super().__init__({name: name}, example)

    def rows(self) -> list[tuple[str, str]]:
        """The likeliest next tokens, and the text that was drawn."""
        return [
            ("next", likeliest(self.example["rows"])),
            ("continued", visible(self.example["added"])),
        ]
