"""Heads: the few weights that turn an encoder's vectors into the answer of a task.

Source: Devlin et al. (2019), sections 3.1 and 4.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.models.bert import Bert, initialize
from lmbook.nn.feedforward import ACTIVATIONS
from lmbook.nn.norm import LayerNorm

Ids = Int[Tensor, "batch time"]
Mask = Bool[Tensor, "batch time"]


class MaskedLM(nn.Module):
    """Which token stood here? One more layer, then logits by the embedding and a bias."""

    def __init__(self, encoder: Bert) -> None:
        super().__init__()
        config = encoder.config
        self.encoder = encoder
        self.transform = nn.Linear(config.d_model, config.d_model)
        self.activation = ACTIVATIONS[config.activation]
        self.norm = LayerNorm(config.d_model, config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        initialize(self.transform)

    def forward(
        self, ids: Ids, mask: Mask | None = None, types: Ids | None = None
    ) -> Float[Tensor, "batch time vocab"]:
        """Logits of every position's token; arguments and errors are those of ``Bert.forward``."""
        hidden = self.encoder(ids, mask, types)
        hidden = self.norm(self.activation(self.transform(hidden)))
        return F.linear(hidden, self.encoder.embedding.weight, self.bias)


class SequenceClassifier(nn.Module):
    """One of ``n_labels`` for the whole sequence, from the pooled first token.

    ``dropout`` acts on the pooled vector. Raises ``ValueError`` for less than one label or an
    encoder without a pooler.
    """

    def __init__(self, encoder: Bert, n_labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        if encoder.pooler is None:
            raise ValueError("encoder has pooler=False: there is no vector of the whole sequence")
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.output = _labels(encoder, n_labels)

    def forward(
        self, ids: Ids, mask: Mask | None = None, types: Ids | None = None
    ) -> Float[Tensor, "batch label"]:
        """Logits of the labels; arguments and errors are those of ``Bert.forward``."""
        pooled = self.encoder.pool(self.encoder(ids, mask, types))
        return self.output(self.dropout(pooled))


class TokenClassifier(nn.Module):
    """One of ``n_labels`` for every token. Raises ``ValueError`` for less than one label."""

    def __init__(self, encoder: Bert, n_labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.output = _labels(encoder, n_labels)

    def forward(
        self, ids: Ids, mask: Mask | None = None, types: Ids | None = None
    ) -> Float[Tensor, "batch time label"]:
        """Logits of the labels; padding gets some too: the loss must leave it out."""
        return self.output(self.dropout(self.encoder(ids, mask, types)))


class SpanExtractor(nn.Module):
    """Where an answer begins and ends: a vector for "begin" and one for "end"."""

    def __init__(self, encoder: Bert) -> None:
        super().__init__()
        self.encoder = encoder
        self.output = _labels(encoder, 2)

    def forward(
        self, ids: Ids, mask: Mask | None = None, types: Ids | None = None
    ) -> tuple[Float[Tensor, "batch time"], Float[Tensor, "batch time"]]:
        """Logits of every position as the first and as the last of the span, padding included."""
        begin, end = self.output(self.encoder(ids, mask, types)).unbind(-1)
        return begin, end


def _labels(encoder: Bert, n_labels: int) -> nn.Linear:
    if n_labels < 1:
        raise ValueError(f"n_labels={n_labels} is below 1")
    output = nn.Linear(encoder.config.d_model, n_labels)
    initialize(output)
    return output


Head = MaskedLM | SequenceClassifier | TokenClassifier | SpanExtractor

HF_NAMES: dict[str, dict[type[nn.Module], dict[str, str]]] = {
    "bert": {
        MaskedLM: {
            "transform": "cls.predictions.transform.dense",
            "norm": "cls.predictions.transform.LayerNorm",
            "bias": "cls.predictions.bias",
        },
        SequenceClassifier: {"output": "classifier"},
        TokenClassifier: {"output": "classifier"},
        SpanExtractor: {"output": "qa_outputs"},
    },
    "roberta": {
        MaskedLM: {
            "transform": "lm_head.dense",
            "norm": "lm_head.layer_norm",
            "bias": "lm_head.bias",
        },
        # what is BERT's pooler belongs to the head here
        SequenceClassifier: {"encoder.pooler": "classifier.dense", "output": "classifier.out_proj"},
        TokenClassifier: {"output": "classifier"},
        SpanExtractor: {"output": "qa_outputs"},
    },
}
"""Names in transformers' BertForMaskedLM, RobertaForMaskedLM and so on, by kind of encoder."""
