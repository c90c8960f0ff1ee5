"""One sequence into another: a recurrent encoder, a recurrent decoder, attention between them.

Sources: Sutskever, Vinyals and Le (2014) without attention; Bahdanau, Cho and Bengio (2015) for
the bidirectional encoder and the additive score; Luong, Pham and Manning (2015) for the dot score
and for where attention stands: after the decoder's recurrent layer. So all target steps of
training are one pass; in Bahdanau's model the context goes into the next state, step by step.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor
from lmbook.models.causal_lm import State
from lmbook.models.recurrent_lm import LAYERS
from lmbook.nn.attention import AdditiveAttention, dot_product_attention
from lmbook.nn.embeddings import TokenEmbedding, check_ids
from lmbook.nn.masks import Mask

ATTENTION = ("none", "dot", "additive")

Memory = Float[Tensor, "batch source d_hidden"]
SourceMask = Bool[Tensor, "batch source"]
Weights = Float[Tensor, "batch target source"]


@dataclass(frozen=True, kw_only=True)
class Seq2SeqConfig:
    """Sizes of an encoder–decoder; the defaults suit two minutes of training on one CPU.

    ``attention`` is "none" (the decoder knows the source only by its first state), "dot" or
    "additive". ``start_id``, ``eos_id`` and ``pad_id`` are ids of the target vocabulary;
    ``pad_id`` is one of the source vocabulary too. Raises ``ValueError`` naming the field that
    does not fit.
    """

    source_vocab_size: int
    target_vocab_size: int
    d_model: int = 64
    d_hidden: int = 128
    attention: str = "additive"
    cell: str = "gru"
    dropout: float = 0.0
    pad_id: int = 0
    start_id: int = 1
    eos_id: int = 2

    def __post_init__(self) -> None:
        for name in ("source_vocab_size", "target_vocab_size", "d_model", "d_hidden"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}={getattr(self, name)} is below 1")
        for name, known in (("attention", ATTENTION), ("cell", tuple(LAYERS))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name}={getattr(self, name)!r} is not one of {', '.join(known)}")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout={self.dropout} is not at least 0 and below 1")
        for name in ("pad_id", "start_id", "eos_id"):
            if not 0 <= getattr(self, name) < self.target_vocab_size:
                raise ValueError(
                    f"{name}={getattr(self, name)} is not an id below "
                    f"target_vocab_size={self.target_vocab_size}"
                )
        if self.pad_id >= self.source_vocab_size:
            raise ValueError(
                f"pad_id={self.pad_id} is not below source_vocab_size={self.source_vocab_size}"
            )


class Encoder(nn.Module):
    """Reads the source from both ends; each position then knows what is left and right of it."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        d_model, d_hidden, layer = config.d_model, config.d_hidden, LAYERS[config.cell]
        self.embedding = TokenEmbedding(config.source_vocab_size, d_model, config.pad_id)
        self.dropout = nn.Dropout(config.dropout)
        self.rightward = layer(d_model, d_hidden)
        self.leftward = layer(d_model, d_hidden)
        self.memory = nn.Linear(2 * d_hidden, d_hidden)
        self.start = nn.Linear(2 * d_hidden, d_hidden)

    def forward(
        self, source: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"]
    ) -> tuple[Memory, Float[Tensor, "batch d_hidden"]]:
        """One vector a source position, and one for the whole source."""
        x = self.dropout(self.embedding(source))
        right, _ = self.rightward(x, None, lengths)
        left, _ = self.leftward(reverse(x, lengths), None, lengths)
        rows = torch.arange(len(source), device=source.device)
        ends = torch.cat([right[rows, lengths - 1], left[rows, lengths - 1]], dim=-1)
        both = torch.cat([right, reverse(left, lengths)], dim=-1)
        return self.memory(both), self.start(ends)


class Decoder(nn.Module):
    """Writes the target; before each token it looks at the source, where attention lets it."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        d_hidden = config.d_hidden
        self.attention = config.attention
        self.embedding = TokenEmbedding(config.target_vocab_size, config.d_model, config.pad_id)
        self.dropout = nn.Dropout(config.dropout)
        self.recurrent = LAYERS[config.cell](config.d_model, d_hidden)
        if config.attention == "additive":
            self.score = AdditiveAttention(d_hidden, d_hidden, d_hidden)
        n_vectors = 1 if config.attention == "none" else 2
        self.combine = nn.Linear(n_vectors * d_hidden, d_hidden)
        self.output = nn.Linear(d_hidden, config.target_vocab_size)

    def forward(
        self, inputs: Int[Tensor, "batch target"], memory: Memory, mask: Mask, state: State
    ) -> tuple[Float[Tensor, "batch target vocab"], Weights | None, State]:
        """Logits of the token after each input, attention weights, and the state to go on with."""
        hidden, state = self.recurrent(self.dropout(self.embedding(inputs)), state)
        weights = None
        if self.attention != "none":
            attend = self.score if self.attention == "additive" else dot_product_attention
            context, weights = attend(hidden, memory, memory, mask[:, None, :])
            hidden = torch.cat([context, hidden], dim=-1)
        hidden = torch.tanh(self.combine(hidden))
        return self.output(self.dropout(hidden)), weights, state


class Seq2Seq(nn.Module):
    """Encoder and decoder; the probability of a target given a source, token by token."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def forward(
        self,
        source: Int[Tensor, "batch source"],
        source_lengths: Int[Tensor, " batch"],
        target_inputs: Int[Tensor, "batch target"],
    ) -> tuple[Float[Tensor, "batch target vocab"], Weights | None]:
        """Teacher forcing: logits of every target token, given the true ones before it.

        ``target_inputs`` is ``shift(targets, start_id)``. Returns the attention weights too,
        None without attention. What stands in ``source`` after a row's length changes nothing.
        Raises ``ValueError`` if a length is below 1 or beyond the row, or for an empty batch.
        """
        check_ids(target_inputs, self.config.target_vocab_size, "target_inputs")
        memory, mask, state = self.encode(source, source_lengths)
        logits, weights, _ = self.decoder(target_inputs, memory, mask, state)
        return logits, weights

    def encode(
        self, source: Int[Tensor, "batch source"], source_lengths: Int[Tensor, " batch"]
    ) -> tuple[Memory, SourceMask, State]:
        """The memory to attend to, where it is real, and the decoder's first state."""
        check_ids(source, self.config.source_vocab_size, "source")
        check_tensor("source_lengths", source_lengths, "int", 1)
        if not source.numel() or source_lengths.min() < 1:
            raise ValueError("the batch is empty, or a row of source has no token")
        if source_lengths.max() > source.shape[1]:
            longest, n_columns = int(source_lengths.max()), source.shape[1]
            raise ValueError(f"source_lengths has {longest}; source has {n_columns} columns")
        mask = torch.arange(source.shape[1], device=source.device) < source_lengths[:, None]
        memory, start = self.encoder(source.masked_fill(~mask, self.config.pad_id), source_lengths)
        hidden = torch.tanh(start)[None]  # one layer: [1 batch d_hidden]
        return memory, mask, (hidden, start[None]) if self.config.cell == "lstm" else hidden

    @torch.no_grad()
    def greedy(
        self,
        source: Int[Tensor, "batch source"],
        source_lengths: Int[Tensor, " batch"],
        max_length: int,
    ) -> tuple[list[list[int]], Weights | None]:
        """The most probable next token, again and again, until each row has its EOS.

        Returns each row's ids without EOS, at most ``max_length``, and the attention weights
        [batch steps source] of all steps: row b's first ``len(ids[b])`` belong to its ids.
        Dropout is as the model's mode says: call ``model.eval()`` before. Raises ``ValueError``
        for ``max_length`` below 1.
        """
        if max_length < 1:
            raise ValueError(f"max_length={max_length} is below 1")
        memory, mask, state = self.encode(source, source_lengths)
        token = source.new_full((len(source), 1), self.config.start_id)
        tokens, looks = [], []
        for _ in range(max_length):
            logits, weights, state = self.decoder(token, memory, mask, state)
            token = logits.argmax(dim=-1)
            tokens.append(token)
            looks.append(weights)
            if (torch.cat(tokens, dim=1) == self.config.eos_id).any(dim=1).all():
                break
        rows = [_until(row, self.config.eos_id) for row in torch.cat(tokens, dim=1).tolist()]
        return rows, None if looks[0] is None else torch.cat(looks, dim=1)


def reverse(
    x: Float[Tensor, "batch time d"], lengths: Int[Tensor, " batch"]
) -> Float[Tensor, "batch time d"]:
    """Each row's first ``lengths`` vectors in the opposite order; the padding stays behind."""
    time = torch.arange(x.shape[1], device=x.device)
    mirrored = lengths[:, None] - 1 - time
    index = torch.where(mirrored >= 0, mirrored, time)
    return x.gather(1, index[..., None].expand_as(x))


def _until(row: list[int], eos_id: int) -> list[int]:
    return row[: row.index(eos_id)] if eos_id in row else row
