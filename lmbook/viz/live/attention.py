"""Live attention: the weights of every layer and head over the reader's own sentence."""

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.models.causal_transformer import CausalTransformer
from lmbook.nn.attention import record_attention
from lmbook.viz.live.base import (
    LiveWidget,
    causal_models,
    check_between,
    checked_text,
    joined,
    token_name,
)
from lmbook.viz.live.stored import packed, visible

_MOST_TOKENS = 24


class LiveAttention(LiveWidget):
    """Where a packaged causal Transformer looks, by layer, head and token.

    ``text`` is the stored example, of which 24 tokens are kept; it begins with ``head`` of
    ``layer``, both counted from 1. The first token shown is the one that starts every text. Raises
    ``ValueError`` for a model that is not packaged or no causal Transformer, for a text that is
    empty or has over 2,000 characters, and for a layer or head that is not there.
    """

    _esm, _css = joined("attention", "lh")

    def __init__(self, name: str, text: str, *, layer: int = 1, head: int = 1) -> None:
        checked_text(text)
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, CausalTransformer):
            raise ValueError(f"name={name!r} is no Transformer: it has no attention to show")
        ids = [model.config.start_id, *tokenizer.encode(text)[: _MOST_TOKENS - 1]]
        with torch.no_grad(), record_attention(model) as recorded:
            model(torch.tensor([ids]))
        check_between("layer", layer, 1, len(recorded))
        check_between("head", head, 1, len(recorded[0][0]))
        weights = [[_packed(head) for head in layer[0]] for layer in recorded]
        tokens = [token_name(tokenizer, i) for i in ids]
        shown = {"layer": layer - 1, "head": head - 1}
        example = {"text": text, "tokens": tokens, "weights": weights, "shown": shown}
        super().__init__({name: name}, example)

    def rows(self) -> list[tuple[str, str]]:
        """Where each token looks most, in the head shown first."""
        shown, tokens = self.example["shown"], self.example["tokens"]
        lines = self.example["weights"][shown["layer"]][shown["head"]].split(";")
        rows = []
        for token, line in zip(tokens, lines, strict=True):
            weights = list(map(int, line.split()))
            most = weights.index(max(weights))
            rows.append((visible(token), f"{visible(tokens[most])} {weights[most] / 10:.0f} %"))
        return rows


def _packed(head: Float[Tensor, "query key"]) -> str:
    """The weights of each query up to its own position."""
    return packed(row[: at + 1] for at, row in enumerate(head.tolist()))
