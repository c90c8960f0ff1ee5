"""How well a language model predicts a text: nats, bits per byte, perplexity."""

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch

from lmbook.arguments import check_several, check_whole
from lmbook.language_model import LanguageModel

_TOKENS_A_BATCH = 16_384
_MOST_PADDING = 1.25  # a batch's longest row over its shortest


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A model's score on a text. ``n_impossible`` tokens had probability zero.

    Raises ``ValueError`` for fewer than one token or one byte.
    """

    total_nats: float
    n_tokens: int
    n_bytes: int
    n_impossible: int

    def __post_init__(self) -> None:
        check_whole("n_tokens", self.n_tokens, 1)
        check_whole("n_bytes", self.n_bytes, 1)

    @property
    def nats_per_token(self) -> float:
        """Cross-entropy in nats per token; infinite once one token was impossible."""
        return self.total_nats / self.n_tokens

    @property
    def bits_per_token(self) -> float:
        """Cross-entropy in bits per token."""
        return self.nats_per_token / math.log(2)

    @property
    def perplexity(self) -> float:
        """exp of the nats per token; it compares only models with the same tokens.

        Infinite too where the exponential exceeds the greatest float, from 709.8 nats on.
        """
        try:
            return math.exp(self.nats_per_token)
        except OverflowError:
            return math.inf

    @property
    def bits_per_byte(self) -> float:
        """Bits for the whole text over its UTF-8 bytes; it compares across tokenizers."""
        return self.total_nats / math.log(2) / self.n_bytes


@torch.no_grad()
def evaluate(model: LanguageModel, sequences: Iterable[Sequence[int]], n_bytes: int) -> Evaluation:
    """Score every token of ``sequences`` once, end-of-sequence tokens included where given.

    ``n_bytes`` is the UTF-8 length of the text that the sequences encode. Raises
    ``ValueError`` for an empty text and for one sequence, or a text, in place of sequences of ids.
    """
    check_whole("n_bytes", n_bytes, 1)
    rows = sorted(_sequences(sequences), key=len)
    if not rows:
        raise ValueError("sequences: there is no token to evaluate, the text is empty")
    total_nats, n_impossible = 0.0, 0
    for batch in _batches(rows):
        scores = _scores(model, batch)
        total_nats -= scores.sum().item()
        n_impossible += int(torch.isneginf(scores).sum())
    return Evaluation(
        total_nats=total_nats,
        n_tokens=sum(map(len, rows)),
        n_bytes=n_bytes,
        n_impossible=n_impossible,
    )


def _sequences(sequences: Iterable[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Those that hold a token, once it is sure that they are sequences and no texts."""
    check_several("sequences", sequences)
    for i, sequence in enumerate(sequences):
        check_several(f"sequences[{i}]", sequence)
        if len(sequence):
            yield sequence


def _batches(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[Sequence[int]]]:
    """Rows sorted by length, cut so that each batch is small and holds little padding."""
    begin = 0
    for end, row in enumerate(rows):
        too_many = (end - begin + 1) * len(row) > _TOKENS_A_BATCH
        if end > begin and (too_many or len(row) > _MOST_PADDING * len(rows[begin]) + 4):
            yield rows[begin:end]
            begin = end
    yield rows[begin:]


def _scores(model: LanguageModel, rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """Log-probabilities of the real tokens of rows of unlike length, in one flat tensor."""
    lengths = np.array([len(row) for row in rows])
    real = np.arange(lengths.max()) < lengths[:, None]
    ids = np.zeros(real.shape, np.int64)
    try:  # unlike numpy, array takes no float for an integer
        ids[real] = np.frombuffer(array("q", chain.from_iterable(rows)), np.int64)
    except TypeError as error:
        raise ValueError(f"sequences hold what is no whole number: {error}") from error
    # padding stands to the right, and a prefix cannot see what follows it
    return model.log_probs(torch.from_numpy(ids))[torch.from_numpy(real)].double()
