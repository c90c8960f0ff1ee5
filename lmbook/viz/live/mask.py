"""Live mask: a packaged masked model fills the gaps of the reader's text."""

import torch

from lmbook.viz.live.base import LiveWidget, checked_text, joined, masked_model, ranked
from lmbook.viz.live.stored import likeliest

_N_SHOWN = 8


class LiveFillMask(LiveWidget):
    """The likeliest tokens at every mask, by a packaged BERT or RoBERTa.

    ``text`` is the stored example and holds the model's mask, ``[MASK]`` or ``<mask>``. Raises
    ``ValueError`` for a model that is not packaged or fills no masks, and for a text without a
    mask, over 2,000 characters, or longer than the model's positions.
    """

    _esm, _css = joined("mask", "lm")

    def __init__(self, name: str, text: str) -> None:
        checked_text(text)
        model, tokenizer = masked_model(name)
        special = tokenizer.special_ids
        mask = special["[MASK]" if "[MASK]" in special else "<mask>"]
        first, last = ("[CLS]", "[SEP]") if "[CLS]" in special else ("<s>", "</s>")
        inner = tokenizer.encode(text, allow_special=True)
        if mask not in inner:
            raise ValueError(f"text={text!r} holds no {tokenizer.token(mask)}")
        ids = torch.tensor([special[first], *inner, special[last]])
        with torch.no_grad():
            hidden = model.encoder(ids[None])[0]
            rows = model.logits(hidden[ids == mask]).softmax(-1)
        masks = [{"rows": ranked(row, tokenizer, _N_SHOWN)} for row in rows]
        super().__init__({name: name}, {"text": text, "masks": masks})

    def rows(self) -> list[tuple[str, str]]:
        """The likeliest tokens at each mask."""
        masks = enumerate(self.example["masks"], start=1)
        return [(f"mask {at}", likeliest(mask["rows"])) for at, mask in masks]
