"""Live translation: the packaged Transformer turns the reader's English into Spanish."""

import torch

from lmbook.models.transformer import Transformer
from lmbook.nn.attention import record_attention
from lmbook.tasks.translate import Translator, greedy_ids
from lmbook.tasks.translators import load_translator
from lmbook.viz.live.base import ENGINE, LiveWidget, checked_text, joined, token_name
from lmbook.viz.live.bundles import TRANSLATOR
from lmbook.viz.live.stored import packed, visible

LONGEST, MOST_TOKENS = 48, 60
"""Tokens of a translation, and of a source, at most."""


class LiveTranslation(LiveWidget):
    """A sentence, its translation by greedy search, and where each of its tokens looks.

    ``text`` is the stored example. What the reader types stays in the page and is shown as text.
    Raises ``ValueError`` for a text that is empty or blank, has over 2,000 characters, or has more
    than 60 tokens.
    """

    _esm, _css = joined("translation", "lx", (*ENGINE, "encoder_decoder"))

    def __init__(self, text: str) -> None:
        checked_text(text)
        translator = load_translator()
        source = [*translator.tokenizer.encode(text), translator.tokenizer.eos_id]
        if not text.strip() or len(source) - 1 > MOST_TOKENS:
            raise ValueError(f"text has {len(source) - 1} tokens, needs 1 to {MOST_TOKENS}")
        example = {"text": text, **_looked(translator, source)}
        super().__init__({TRANSLATOR: "the book's translator"}, example)

    def rows(self) -> list[tuple[str, str]]:
        """The translation, and where each of its tokens looks most, by the last layer."""
        rows = [("Spanish", self.example["translation"])]
        lines = self.example["weights"][-1].split(";")
        for token, line in zip(self.example["target"], lines, strict=True):
            weights = list(map(int, line.split()))
            most = weights.index(max(weights))
            rows.append(
                (
                    visible(token),
                    f"{visible(self.example['source'][most])} {weights[most] / 10:.0f} %",
                )
            )
        return rows


def _looked(translator: Translator, source: list[int]) -> dict[str, object]:
    model, tokenizer = translator.model, translator.tokenizer
    assert isinstance(model, Transformer)
    (found,) = greedy_ids(model, [source], LONGEST)
    target = [*found, tokenizer.eos_id] if len(found) < LONGEST else found
    inputs = [model.config.start_id, *target[:-1]]
    with torch.no_grad(), record_attention(model) as recorded:
        logits = model(torch.tensor([source]), torch.tensor([inputs]))[0]
    # the encoder's layers come first; a layer of the decoder looks at itself, then across
    across = recorded[model.config.n_layers + 1 :: 2]
    probabilities = logits.softmax(-1)[range(len(target)), target]
    return {
        "translation": tokenizer.decode(found),
        "source": [token_name(tokenizer, i) for i in source],
        "target": [token_name(tokenizer, i) for i in target],
        "probabilities": [round(p, 4) for p in probabilities.tolist()],
        "weights": [packed(heads[0].mean(0).tolist()) for heads in across],
    }
