"""Live attention: the weights of every layer and head over the reader's own sentence."""

import torch

from lmbook.models.causal_transformer import CausalTransformer
from lmbook.nn.attention import record_attention
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, token_name

_MOST_TOKENS = 24


class LiveAttention(LiveWidget):
    """Where a packaged causal Transformer looks, by layer, head and token.

    ``text`` is the stored example, of which 24 tokens are kept. The first token shown is the one
    that starts every text. Raises ``ValueError`` for a model that is not packaged or no causal
    Transformer, and for a text that is empty or has over 2,000 characters.
    """

    _esm, _css = joined("attention", "lh")

    def __init__(self, name: str, text: str) -> None:
        checked_text(text)
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, CausalTransformer):
            raise ValueError(f"name={name!r} is no Transformer: it has no attention to show")
        ids = [model.config.start_id, *tokenizer.encode(text)[: _MOST_TOKENS - 1]]
        with torch.no_grad(), record_attention(model) as recorded:
            model(torch.tensor([ids]))
        # 3 digits: what a reader sees is whole percents
        weights = [[[_row(q) for q in head] for head in layer[0]] for layer in recorded]
        tokens = [token_name(tokenizer, i) for i in ids]
        super().__init__([name], {"text": text, "tokens": tokens, "weights": weights})


def _row(weights: torch.Tensor) -> list[float]:
    return [round(weight, 3) for weight in weights.tolist()]
