"""What a masked or permutation objective makes of a text: batches, the loss, the figures.

The causal objective needs none of it: its batches are those of ``lmbook.data.batches.windows`` and
its loss is the training loop's own.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_texts
from lmbook.objectives.causal import IGNORE_INDEX
from lmbook.objectives.masked import mask_tokens
from lmbook.objectives.next_sentence import Document, collate, sentence_pairs
from lmbook.objectives.permutation import permutation_batch
from lmbook.training.feed import Batch
from lmbook.training.recipe_training import Training

_SEED_OF_EVALUATION = 0  # the same masks and orders at every evaluation


@dataclass(frozen=True, kw_only=True)
class SpecialIds:
    """Ids that stand for no text. ``start`` begins a row, ``end`` ends a document or a segment."""

    start: int
    end: int
    pad: int
    mask: int
    n_special: int


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A model's logits where something is predicted, what is right there, and next sentences."""

    logits: Float[Tensor, "n vocab"]
    targets: Int[Tensor, " n"]
    next_logits: Float[Tensor, "batch 2"] | None = None
    labels: Int[Tensor, " batch"] | None = None


@dataclass(frozen=True, kw_only=True)
class Task:
    """An objective on a text: batches without end in sight, and how a model answers one."""

    batches: Callable[[], Iterator[Batch]]
    held_out: Callable[[], Iterator[Batch]]
    answer: Callable[[nn.Module, Batch], Answer]

    def loss(self, model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
        """Mean nats per predicted token, plus those per pair where there are pairs."""
        answer = self.answer(model, batch)
        loss = F.cross_entropy(answer.logits.float(), answer.targets)
        if answer.next_logits is not None and answer.labels is not None:
            loss = loss + F.cross_entropy(answer.next_logits.float(), answer.labels)
        return loss

    @torch.no_grad()
    def measure(self, model: nn.Module, n_batches: int | None = None) -> dict[str, float]:
        """Nats per predicted token and accuracies on the held-out text, all of it if None."""
        device = next(model.parameters()).device
        nats, right, n, pairs, pairs_right = 0.0, 0, 0, 0, 0
        for batch in islice(self.held_out(), n_batches):
            answer = self.answer(model, [part.to(device) for part in batch])
            nats += F.cross_entropy(answer.logits, answer.targets, reduction="sum").item()
            right += int((answer.logits.argmax(1) == answer.targets).sum())
            n += len(answer.targets)
            if answer.next_logits is not None and answer.labels is not None:
                pairs_right += int((answer.next_logits.argmax(1) == answer.labels).sum())
                pairs += len(answer.labels)
        figures = {"nats_per_prediction": nats / n, "accuracy": right / n}
        return figures | ({"next_sentence_accuracy": pairs_right / pairs} if pairs else {})


def special_ids(tokens: Sequence[str]) -> SpecialIds:
    """The ids of special tokens, which come first in the vocabulary, by their usual names.

    Raises ``ValueError`` if one of the four is missing.
    """
    check_texts("tokens", tokens)
    names = {
        "start": ("[CLS]", "<s>"),
        "end": ("[SEP]", "</s>"),
        "pad": ("[PAD]", "<pad>"),
        "mask": ("[MASK]", "<mask>"),
    }
    found = {}
    for role, known in names.items():
        if not (present := [name for name in known if name in tokens]):
            raise ValueError(f"special_tokens={tuple(tokens)} lacks {' or '.join(known)}")
        found[role] = list(tokens).index(present[0])
    return SpecialIds(**found, n_special=len(tokens))


def masked_windows(
    line: Int[Tensor, " n"],
    held_out: Int[Tensor, " m"],
    training: Training,
    special: SpecialIds,
    vocab_size: int,
    generator: torch.Generator,
) -> Task:
    """Windows of running text, as RoBERTa's "full sentences", masked."""

    def batches(ids: Tensor, drawn_by: torch.Generator, shuffled: bool) -> Iterator[Batch]:
        for rows in framed_rows(ids, training, special.start, drawn_by if shuffled else None):
            yield _masked(rows, drawn_by, training, special, vocab_size)

    def answer(model: nn.Module, batch: Batch) -> Answer:
        ids, targets = batch
        chosen = targets != IGNORE_INDEX
        return Answer(logits=model(ids, chosen=chosen), targets=targets[chosen])

    return Task(
        batches=lambda: batches(line, generator, True),
        held_out=lambda: batches(held_out, _same_every_time(), False),
        answer=answer,
    )


def masked_pairs(
    documents: Sequence[Document],
    held_out: Sequence[Document],
    training: Training,
    special: SpecialIds,
    vocab_size: int,
    generator: torch.Generator,
) -> Task:
    """Masked pairs of segments with next-sentence prediction, as BERT was trained.

    Pairs are drawn anew in every pass, so fixed masks repeat only where a pair does.
    """

    def batches(texts: Sequence[Document], drawn_by: torch.Generator) -> Iterator[Batch]:
        ends = {"cls_id": special.start, "sep_id": special.end}
        pairs = sentence_pairs(texts, training.window, drawn_by, **ends)
        order = torch.randperm(len(pairs), generator=drawn_by)
        for rows in order.split(training.batch_size):
            ids, mask, types, labels = collate([pairs[i] for i in rows.tolist()], special.pad)
            inputs, targets = _masked(ids, drawn_by, training, special, vocab_size)
            yield inputs, mask, types, labels, targets

    def answer(model: nn.Module, batch: Batch) -> Answer:
        ids, mask, types, labels, targets = batch
        chosen = targets != IGNORE_INDEX
        logits, next_logits = model(ids, mask, types, chosen)
        return Answer(
            logits=logits, targets=targets[chosen], next_logits=next_logits, labels=labels
        )

    return Task(
        batches=lambda: batches(documents, generator),
        held_out=lambda: batches(held_out, _same_every_time()),
        answer=answer,
    )


def permuted_windows(
    line: Int[Tensor, " n"],
    held_out: Int[Tensor, " m"],
    training: Training,
    special: SpecialIds,
    generator: torch.Generator,
) -> Task:
    """Windows of running text, each row in an order of its own, its last tokens predicted."""
    n_predicted = max(1, round(training.rate * training.window))

    def batches(ids: Tensor, drawn_by: torch.Generator, shuffled: bool) -> Iterator[Batch]:
        for rows in framed_rows(ids, training, special.start, drawn_by if shuffled else None):
            made = permutation_batch(rows, drawn_by, n_predicted=n_predicted, n_first=1)
            yield made.inputs, made.content_mask, made.query_mask, made.positions, made.targets

    def answer(model: nn.Module, batch: Batch) -> Answer:
        ids, content_mask, query_mask, positions, targets = batch
        logits = model(ids, content_mask=content_mask, query_mask=query_mask, positions=positions)
        return Answer(logits=logits.flatten(0, 1), targets=targets.flatten())

    return Task(
        batches=lambda: batches(line, generator, True),
        held_out=lambda: batches(held_out, _same_every_time(), False),
        answer=answer,
    )


def framed_rows(
    line: Int[Tensor, " n"],
    training: Training,
    start_id: int,
    generator: torch.Generator | None = None,
) -> Iterator[Int[Tensor, "batch time"]]:
    """One pass over the text in rows of ``window`` ids, ``start_id`` first; shuffled if drawn.

    What is left at the end of the text is less than a row and is not used.
    """
    length = training.window - 1
    rows = line[: len(line) // length * length].view(-1, length)
    order = torch.arange(len(rows))
    if generator is not None:
        order = torch.randperm(len(rows), generator=generator)
    for chosen in order.split(training.batch_size):
        yield torch.cat([line.new_full((len(chosen), 1), start_id), rows[chosen]], dim=1)


def _masked(
    ids: Tensor,
    drawn_by: torch.Generator,
    training: Training,
    special: SpecialIds,
    vocab_size: int,
) -> tuple[Tensor, Tensor]:
    if training.dynamic:
        return _mask(ids, drawn_by, training, special, vocab_size)
    # a row's masks depend on its text alone, so that they are the same in every pass
    rows = [_mask(row[None], _drawn_by_text(row), training, special, vocab_size) for row in ids]
    inputs, targets = zip(*rows, strict=True)
    return torch.cat(inputs), torch.cat(targets)


def _mask(
    ids: Tensor,
    drawn_by: torch.Generator,
    training: Training,
    special: SpecialIds,
    vocab_size: int,
) -> tuple[Tensor, Tensor]:
    return mask_tokens(
        ids,
        drawn_by,
        mask_id=special.mask,
        vocab_size=vocab_size,
        special_ids=range(special.n_special),
        rate=training.rate,
        shares=training.shares,
    )


def _drawn_by_text(row: Tensor) -> torch.Generator:
    digest = hashlib.sha256(row.numpy().tobytes()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "little"))


def _same_every_time() -> torch.Generator:
    return torch.Generator().manual_seed(_SEED_OF_EVALUATION)
