"""``Steps`` of the encoder–decoders: targets that grow, the source read once."""

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

from lmbook.arguments import as_ids
from lmbook.decoding.steps import Steps, device_of
from lmbook.models.seq2seq import Seq2Seq
from lmbook.models.transformer import Transformer

EncoderDecoder = Transformer | Seq2Seq


def start_source_steps(model: EncoderDecoder, source: Sequence[int], n_tokens: int) -> Steps:
    """Read ``source``, for a target of at most ``n_tokens`` tokens.

    Raises ``ValueError`` for an empty source, an id outside the vocabulary, and where a Transformer
    has not ``n_positions`` for either text.
    """
    recurrent = isinstance(model, Seq2Seq)
    size = model.config.source_vocab_size if recurrent else model.config.vocab_size
    row = as_ids("source", source, size)
    if not row:
        raise ValueError("source is empty")
    ids = torch.tensor([row], device=device_of(model))
    if isinstance(model, Seq2Seq):
        return RecurrentTargetSteps(model, ids)
    return TargetSteps(model, ids, n_tokens)


class TargetSteps:
    """Targets of the ``Transformer``: their keys and values are cached, as the source's are."""

    def __init__(self, model: Transformer, source: Int[Tensor, "1 source"], n_tokens: int) -> None:
        if n_tokens > model.config.n_positions:
            raise ValueError(f"n_tokens={n_tokens} exceeds n_positions={model.config.n_positions}")
        self._model, self._state = model, model.start(source, None, n_tokens)
        self.append(torch.tensor([model.config.start_id], device=source.device))

    def append(self, tokens: Int[Tensor, " row"]) -> None:
        """One more token a row."""
        self.scores = self._model.step(tokens[:, None], self._state)[:, -1]

    def select(self, rows: Int[Tensor, " kept"]) -> None:
        """Rows go, stay, or multiply."""
        self._state.reorder(rows)


class RecurrentTargetSteps:
    """Targets of the recurrent ``Seq2Seq``: a state is carried, the memory looked at."""

    def __init__(self, model: Seq2Seq, source: Int[Tensor, "1 source"]) -> None:
        self._decoder = model.decoder
        lengths = torch.tensor([source.shape[1]], device=source.device)
        self._memory, self._mask, self._state = model.encode(source, lengths)
        self.append(torch.tensor([model.config.start_id], device=source.device))

    def append(self, tokens: Int[Tensor, " row"]) -> None:
        """One more token a row."""
        logits, _, self._state = self._decoder(
            tokens[:, None], self._memory, self._mask, self._state
        )
        self.scores = logits[:, -1]

    def select(self, rows: Int[Tensor, " kept"]) -> None:
        """Rows go, stay, or multiply; a state is [n_layers row d_hidden]."""
        self._memory, self._mask = self._memory[rows], self._mask[rows]
        state = self._state
        if isinstance(state, tuple):
            self._state = tuple(part[:, rows] for part in state)
        elif isinstance(state, Tensor):
            self._state = state[:, rows]
