"""Translation by an encoder–decoder: sentence in, ids, a network, ids, sentence out.

One byte-pair vocabulary serves both languages, so that names and numbers keep their tokens.
Sources: Vaswani et al. (2017) for the network and label smoothing, Sennrich et al. (2016b) for the
shared vocabulary, Sennrich et al. (2016a) for back-translation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_texts, check_type, check_whole
from lmbook.data.batches.windows import pad_rows
from lmbook.data.sets.parallel import Pair
from lmbook.decoding.beam import LengthPenalty, beam_search_source
from lmbook.decoding.sources import EncoderDecoder
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer
from lmbook.objectives.causal import IGNORE_INDEX, causal_loss, shift
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.vocabulary import EOS
from lmbook.training.run import Loss

PAD, START = "<pad>", "<s>"
SPECIAL_TOKENS = (PAD, START, EOS)
"""The first tokens of a shared vocabulary; they fill rows up, begin a target and end it."""
_POOL = 32  # batches whose rows are sorted together: little padding, and the order stays random

Row = tuple[list[int], list[int]]
"""Ids of a source and of its target; both end with ``</s>``."""

# Source ids, their lengths, and targets filled up with -100.
Batch = tuple[Int[Tensor, "batch source"], Int[Tensor, " batch"], Int[Tensor, "batch target"]]


def shared_bpe(pairs: Iterable[Pair], vocab_size: int) -> BPETokenizer:
    """A byte-level vocabulary learned from both sides together, with ``SPECIAL_TOKENS`` first.

    Raises ``ValueError`` for no pair, or a size that the bytes already exceed.
    """
    texts = [text for pair in pairs for text in pair]
    check_texts("pairs", texts, some=True)
    return BPETokenizer.train(texts, vocab_size, special_tokens=SPECIAL_TOKENS)


def encode_pairs(pairs: Iterable[Pair], tokenizer: BPETokenizer) -> list[Row]:
    """Ids of both sides of each pair, with ``</s>``."""
    end = [tokenizer.eos_id]
    return [(tokenizer.encode(a) + end, tokenizer.encode(b) + end) for a, b in pairs]


def translation_batches(
    rows: Sequence[Row], n_tokens: int, generator: torch.Generator
) -> Iterator[Batch]:
    """One pass over ``rows``, shuffled, in batches of about ``n_tokens`` target tokens.

    Rows of like length share a batch. Raises ``ValueError`` for no row or ``n_tokens`` below 1.
    """
    check_whole("n_tokens", n_tokens, 1)
    check_several("rows", rows)
    check_type("generator", generator, torch.Generator)
    if not rows:
        raise ValueError("rows is empty: there is nothing to learn from")
    return _batches(rows, n_tokens, generator)


def translation_logits(model: EncoderDecoder, batch: Batch) -> Float[Tensor, "batch target vocab"]:
    """Logits of each target token, given the source and the true tokens before it."""
    source, lengths, targets = batch
    inputs = shift(targets.clamp(min=0), model.config.start_id)
    if isinstance(model, Seq2Seq):
        return model(source, lengths, inputs)[0]
    return model(source, inputs, _real(lengths, source.shape[1]))


def translation_loss(label_smoothing: float = 0.0) -> Loss:
    """``loss(model, batch)`` for ``train``: nats per target token, smoothed as asked."""

    def loss(model: nn.Module, batch: Sequence[Tensor]) -> Float[Tensor, ""]:
        check_type("model", model, Transformer, Seq2Seq)
        source, lengths, targets = batch
        logits = translation_logits(cast(EncoderDecoder, model), (source, lengths, targets))
        return causal_loss(logits, targets, label_smoothing=label_smoothing)

    return loss


@dataclass(frozen=True)
class Translator:
    """An encoder–decoder with the vocabulary that it was trained with.

    Raises ``ValueError`` if their sizes differ.
    """

    model: EncoderDecoder
    tokenizer: BPETokenizer

    def __post_init__(self) -> None:
        check_type("model", self.model, Transformer, Seq2Seq)
        config = self.model.config
        size = config.target_vocab_size if isinstance(config, Seq2SeqConfig) else config.vocab_size
        if size != self.tokenizer.vocab_size:
            raise ValueError(
                f"the model has {size} tokens, the tokenizer {self.tokenizer.vocab_size}"
            )

    def translate(
        self,
        texts: Sequence[str],
        *,
        n_beams: int = 1,
        max_tokens: int = 48,
        length_penalty: LengthPenalty = 1.0,
    ) -> list[str]:
        """A translation of each text, by greedy search for one beam, else by ``beam_search``.

        It has at most ``max_tokens`` tokens, and no more than a Transformer has positions.

        Raises ``ValueError`` for a number below 1, one string in place of several, an empty text.
        """
        check_texts("texts", texts)
        check_whole("n_beams", n_beams, 1)
        check_whole("max_tokens", max_tokens, 1)
        if empty := [i for i, text in enumerate(texts) if not text.strip()]:
            raise ValueError(f"texts[{empty[0]}] is empty: there is nothing to translate")
        if isinstance(self.model, Transformer):
            max_tokens = min(max_tokens, self.model.config.n_positions)
        rows = [[*self.tokenizer.encode(text), self.tokenizer.eos_id] for text in texts]
        if n_beams == 1:
            found = greedy_ids(self.model, rows, max_tokens)
        else:
            search = partial(beam_search_source, self.model, length_penalty=length_penalty)
            found = [search(row, n_beams, max_tokens)[0].ids for row in rows]
        return [self.tokenizer.decode(ids) for ids in found]


@torch.no_grad()
def greedy_ids(
    model: EncoderDecoder,
    rows: Sequence[Sequence[int]],
    max_tokens: int,
    batch_size: int = 256,
) -> list[list[int]]:
    """Each source's target without ``</s>``, always the most probable token, many at a time.

    The model is put into evaluation mode. Raises ``ValueError`` for a number below 1.
    """
    check_whole("max_tokens", max_tokens, 1)
    check_whole("batch_size", batch_size, 1)
    model.eval()
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    found: dict[int, list[int]] = {}
    for begin in range(0, len(order), batch_size):
        chosen = order[begin : begin + batch_size]
        source, lengths = pad_rows([rows[i] for i in chosen], model.config.pad_id)
        found |= zip(chosen, _greedy(model, source, lengths, max_tokens), strict=True)
    return [found[i] for i in range(len(rows))]


def _greedy(
    model: EncoderDecoder, source: Tensor, lengths: Tensor, max_tokens: int
) -> list[list[int]]:
    device = next(model.parameters()).device
    source, lengths = source.to(device), lengths.to(device)
    if isinstance(model, Seq2Seq):
        return model.greedy(source, lengths, max_tokens)[0]
    state = model.start(source, _real(lengths, source.shape[1]), max_tokens)
    token = source.new_full((len(source), 1), model.config.start_id)
    tokens: list[Tensor] = []
    ended = torch.zeros(len(source), dtype=torch.bool, device=device)
    while len(tokens) < max_tokens and not ended.all():
        token = model.step(token, state)[:, -1:].argmax(-1)
        tokens.append(token)
        ended |= token[:, 0] == model.config.eos_id
    return [_until(row, model.config.eos_id) for row in torch.cat(tokens, dim=1).tolist()]


def _batches(rows: Sequence[Row], n_tokens: int, generator: torch.Generator) -> Iterator[Batch]:
    order = torch.randperm(len(rows), generator=generator).tolist()
    mean = max(1, sum(len(target) for _, target in rows) // len(rows))
    pool_size = _POOL * max(1, n_tokens // mean)
    for begin in range(0, len(order), pool_size):
        pool = sorted(order[begin : begin + pool_size], key=lambda i: (len(rows[i][1]), i))
        batches = list(_cut(pool, rows, n_tokens))
        for number in torch.randperm(len(batches), generator=generator).tolist():
            yield _padded([rows[i] for i in batches[number]])


def _cut(pool: list[int], rows: Sequence[Row], n_tokens: int) -> Iterator[list[int]]:
    """Neighbours together until they hold ``n_tokens`` targets."""
    batch, n_held = [], 0
    for i in pool:
        if batch and n_held + len(rows[i][1]) > n_tokens:
            yield batch
            batch, n_held = [], 0
        batch.append(i)
        n_held += len(rows[i][1])
    yield batch


def _padded(rows: Sequence[Row]) -> Batch:
    source, lengths = pad_rows([source for source, _ in rows], 0)
    targets, _ = pad_rows([target for _, target in rows], IGNORE_INDEX)
    return source, lengths, targets


def _real(lengths: Tensor, n_columns: int) -> Bool[Tensor, "batch source"]:
    return torch.arange(n_columns, device=lengths.device) < lengths[:, None]


def _until(row: list[int], eos_id: int) -> list[int]:
    return row[: row.index(eos_id)] if eos_id in row else row
