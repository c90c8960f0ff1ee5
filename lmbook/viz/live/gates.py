"""Live gates: the gates and states of a packaged LSTM over the reader's own sentence."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.models.recurrent_lm import RecurrentLM
from lmbook.viz.live.base import (
    LiveWidget,
    causal_models,
    check_between,
    checked_text,
    joined,
    token_name,
)
from lmbook.viz.live.stored import visible

QUANTITIES = (
    "cell state",
    "forget gate",
    "input gate",
    "candidate",
    "output gate",
    "hidden state",
)
"""What the explorer shows of a unit, in the order of its list."""

_MOST_TOKENS = 60


class LiveGates(LiveWidget):
    """Gates, candidate, cell and hidden state of any unit of a packaged LSTM, token by token.

    ``text`` is the stored example, of which 60 tokens are kept, with ``quantity`` of ``unit`` in
    ``layer``; layers begin at 1, units at 0. The first token shown is the one that starts every
    text. Raises ``ValueError`` for a model that is not packaged or no LSTM, for a text that is
    empty or has over 2,000 characters, and for a quantity, layer or unit that is not there.
    """

    _esm, _css = joined("gates", "lg")

    def __init__(
        self, name: str, text: str, *, quantity: str = "hidden state", layer: int = 1, unit: int = 0
    ) -> None:
        checked_text(text)
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, RecurrentLM) or model.config.cell != "lstm":
            raise ValueError(f"name={name!r} is no LSTM: it has no such gates")
        if quantity not in QUANTITIES:
            raise ValueError(f"quantity={quantity!r} is not one of {', '.join(QUANTITIES)}")
        config = model.config
        check_between("layer", layer, 1, config.n_layers)
        check_between("unit", unit, 0, config.d_hidden - 1)
        ids = [config.start_id, *tokenizer.encode(text)[: _MOST_TOKENS - 1]]
        at = QUANTITIES.index(quantity)
        values = trace(model, ids)[layer - 1, :, at, unit].tolist()
        example = {
            "text": text,
            "tokens": [token_name(tokenizer, i) for i in ids],
            "values": [round(value, 3) for value in values],
            "shown": {"quantity": at, "layer": layer - 1, "unit": unit},
            "n_layers": config.n_layers,
            "n_units": config.d_hidden,
        }
        super().__init__({name: name}, example)

    def rows(self) -> list[tuple[str, str]]:
        """The stored quantity, token by token."""
        shown = self.example["shown"]
        name = QUANTITIES[shown["quantity"]]
        pairs = zip(self.example["tokens"], self.example["values"], strict=True)
        values = ", ".join(f"{visible(token)} {value:.2f}" for token, value in pairs)
        return [(f"{name} of unit {shown['unit']} in layer {shown['layer'] + 1}", values)]


@torch.no_grad()
def trace(model: RecurrentLM, ids: Sequence[int]) -> Float[Tensor, "layer time quantity unit"]:
    """``QUANTITIES`` of every unit of an LSTM while it reads ``ids`` from an empty state."""
    layers, cells = [], model.recurrent
    x = model.config.input_scale * model.embedding(torch.tensor(ids))
    for k in range(model.config.n_layers):
        weights = [getattr(cells, f"{kind}_l{k}") for kind in ("weight_ih", "weight_hh")]
        bias = getattr(cells, f"bias_ih_l{k}") + getattr(cells, f"bias_hh_l{k}")
        h = c = torch.zeros(model.config.d_hidden)
        steps = []
        for row in x:
            i, f, g, o = (weights[0] @ row + weights[1] @ h + bias).chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            steps.append(torch.stack([c, f, i, g, o, h]))
        layers.append(torch.stack(steps))
        x = layers[-1][:, -1]
    return torch.stack(layers)
