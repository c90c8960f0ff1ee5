"""Live gates: the gates and states of a packaged LSTM over the reader's own sentence."""

import torch

from lmbook.models.recurrent_lm import RecurrentLM
from lmbook.viz.live.base import LiveWidget, causal_models, checked_text, joined, token_name

_MOST_TOKENS = 60


class LiveGates(LiveWidget):
    """Gates, candidate, cell and hidden state of any unit of a packaged LSTM, token by token.

    ``text`` is the stored example, of which 60 tokens are kept: the hidden state of unit 0 in the
    last layer. The first token shown is the one that starts every text. Raises ``ValueError`` for
    a model that is not packaged or no LSTM, and for a text that is empty or has over 2,000
    characters.
    """

    _esm, _css = joined("gates", "lg")

    def __init__(self, name: str, text: str) -> None:
        checked_text(text)
        ((model, tokenizer),) = causal_models([name])
        if not isinstance(model, RecurrentLM) or model.config.cell != "lstm":
            raise ValueError(f"name={name!r} is no LSTM: it has no such gates")
        config = model.config
        ids = torch.tensor([[config.start_id, *tokenizer.encode(text)[: _MOST_TOKENS - 1]]])
        with torch.no_grad():
            hidden, _ = model.recurrent(config.input_scale * model.embedding(ids))
        example = {
            "text": text,
            "tokens": [token_name(tokenizer, i) for i in ids[0].tolist()],
            "values": [round(value, 3) for value in hidden[0, :, 0].tolist()],
            "title": f"hidden state of unit 0 in layer {config.n_layers}",
            "n_layers": config.n_layers,
            "n_units": config.d_hidden,
        }
        super().__init__([name], example)
