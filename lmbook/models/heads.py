"""Heads: the few weights that turn an encoder's vectors into the answer of a task.

Source: Devlin et al. (2019), sections 3.1 and 4.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.models.bert import Bert, initialize
from lmbook.nn.feedforward import ACTIVATIONS
from lmbook.nn.masks import Mask, as_mask
from lmbook.nn.norm import LayerNorm

Ids = Int[Tensor, "batch time"]


class MaskedHead(nn.Module):
    """An encoder, one more layer, and logits by the embedding and a bias."""

    def __init__(self, encoder: Bert) -> None:
        super().__init__()
        config = encoder.config
        self.encoder = encoder
        self.transform = nn.Linear(config.d_model, config.d_model)
        self.activation = ACTIVATIONS[config.activation]
        self.norm = LayerNorm(config.d_model, config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        initialize(self.transform)

    def logits(self, hidden: Float[Tensor, "*place d_model"]) -> Float[Tensor, "*place vocab"]:
        """Logits of the token at each place. Training needs them at the predicted places only."""
        hidden = self.norm(self.activation(self.transform(hidden)))
        return F.linear(hidden, self.encoder.embedding.weight, self.bias)


class MaskedLM(MaskedHead):
    """Which token stood here?"""

    def forward(
        self,
        ids: Ids,
        mask: Mask | None = None,
        types: Ids | None = None,
        chosen: Mask | None = None,
    ) -> Float[Tensor, "*place vocab"]:
        """Logits ``[batch time vocab]``, or ``[n vocab]`` of the ``chosen`` places alone.

        The other arguments and the errors are those of ``Bert.forward``.
        """
        hidden = self.encoder(ids, mask, types)
        return self.logits(hidden if chosen is None else hidden[as_mask("chosen", chosen)])


class PretrainingHeads(MaskedHead):
    """BERT's two tasks: which token stood here, and does the second segment follow the first?

    Raises ``ValueError`` for an encoder without a pooler.
    """

    def __init__(self, encoder: Bert) -> None:
        super().__init__(encoder)
        _check_pooler(encoder)
        self.next_sentence = _labels(encoder, 2)

    def forward(
        self,
        ids: Ids,
        mask: Mask | None = None,
        types: Ids | None = None,
        chosen: Mask | None = None,
    ) -> tuple[Float[Tensor, "*place vocab"], Float[Tensor, "batch 2"]]:
        """Logits of ``MaskedLM.forward``, and those of "is next" (0) and "is not" (1)."""
        hidden = self.encoder(ids, mask, types)
        tokens = self.logits(hidden if chosen is None else hidden[as_mask("chosen", chosen)])
        return tokens, self.next_sentence_logits(hidden)

    def next_sentence_logits(
        self, hidden: Float[Tensor, "batch time d_model"]
    ) -> Float[Tensor, "batch 2"]:
        """Logits of "is next" (0) and "is not" (1), from the pooled first token."""
        return self.next_sentence(self.encoder.pool(hidden))


class SequenceClassifier(nn.Module):
    """One of ``n_labels`` for the whole sequence, from the pooled first token.

    ``dropout`` acts on the pooled vector. Raises ``ValueError`` for less than one label or an
    encoder without a pooler.
    """

    def __init__(self, encoder: Bert, n_labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        _check_pooler(encoder)
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


def _check_pooler(encoder: Bert) -> None:
    if encoder.pooler is None:
        raise ValueError("encoder has pooler=False: there is no vector of the whole sequence")


def _labels(encoder: Bert, n_labels: int) -> nn.Linear:
    if n_labels < 1:
        raise ValueError(f"n_labels={n_labels} is below 1")
    output = nn.Linear(encoder.config.d_model, n_labels)
    initialize(output)
    return output


Head = MaskedLM | PretrainingHeads | SequenceClassifier | TokenClassifier | SpanExtractor

HF_NAMES: dict[str, dict[type[nn.Module], dict[str, str]]] = {
    "bert": {
        MaskedLM: {
            "transform": "cls.predictions.transform.dense",
            "norm": "cls.predictions.transform.LayerNorm",
            "bias": "cls.predictions.bias",
        },
        PretrainingHeads: {
            "transform": "cls.predictions.transform.dense",
            "norm": "cls.predictions.transform.LayerNorm",
            "bias": "cls.predictions.bias",
            "next_sentence": "cls.seq_relationship",
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
