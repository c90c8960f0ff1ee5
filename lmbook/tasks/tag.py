"""A tag for every token: a network that scores tags, and a chain that knows which follow which.

A reader turns words into tensors, a network turns them into a score for every tag at every
position, and the chain (``lmbook.nn.crf``) makes of them a distribution over sequences. Without a
chain each position is decided for itself.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_texts, check_type, check_whole
from lmbook.data.sets.tagging import Tagged
from lmbook.nn.crf import CRF
from lmbook.tasks.text_batches import shuffled_by_length
from lmbook.training.feed import Batch
from lmbook.training.history import History
from lmbook.training.loop import train
from lmbook.training.optim import Rates
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import FollowUp, OptimizerConfig

_IGNORED = -100
_POOL = 16  # batches whose sentences are sorted together: little padding, a random order


@runtime_checkable
class Reader(Protocol):
    """Words → tensors of one sentence, and these → tensors of a batch."""

    def read(self, words: Sequence[str]) -> Tensor | tuple[Tensor, ...]:
        """Whatever ``collate`` needs of one sentence."""
        ...

    def collate(self, rows: Sequence) -> tuple[Tensor, ...]:
        """What the network takes, before the mask."""
        ...


class TagModel(nn.Module):
    """A network of scores, and a chain or None."""

    def __init__(self, network: nn.Module, chain: CRF | None) -> None:
        super().__init__()
        self.network, self.chain = network, chain

    def forward(self, *parts: Tensor) -> Float[Tensor, "batch time tag"]:
        """Scores of a batch whose last tensor is the mask of real positions."""
        return self.network(*parts)


def tagging_loss(model: nn.Module, batch: Batch) -> Float[Tensor, ""]:
    """Nats per token: of the whole sequence with a chain, of each tag by itself without."""
    *parts, targets = batch
    scores, mask = model(*parts), parts[-1]
    crf = model.chain
    if not isinstance(crf, CRF):
        return F.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=_IGNORED)
    return -crf.log_likelihood(scores, targets, mask).sum() / mask.sum()


class Tagger:
    """A network with its reader and the names of its tags, in the order of its scores.

    ``chain`` decodes the best sequence; with None each position takes its best tag. Raises
    ``ValueError`` for tags that repeat, or another number of them than the chain has.
    """

    def __init__(
        self, reader: Reader, network: nn.Module, tags: Sequence[str], chain: CRF | None = None
    ) -> None:
        check_texts("tags", tags, some=True)
        if len(set(tags)) != len(tags):
            raise ValueError(f"tags={tuple(tags)} repeat")
        if chain is not None and chain.n_tags != len(tags):
            raise ValueError(f"{len(tags)} tags for a chain with n_tags={chain.n_tags}")
        self.reader, self.tags = reader, tuple(tags)
        self.model = TagModel(network, chain).eval()
        self._numbers = {tag: i for i, tag in enumerate(tags)}

    def fit(
        self,
        sentences: Sequence[Tagged],
        *,
        generator: torch.Generator,
        n_epochs: int = 5,
        lr: float = 1e-2,
        batch_size: int = 32,
        weight_decay: float = 0.0,
        rates: Rates | None = None,
        validation: Sequence[Tagged] | None = None,
        progress: bool = False,
    ) -> History:
        """Minimise ``tagging_loss`` with AdamW; the learning rate rises and falls as half a cosine.

        With ``validation``, the history's evaluations are its share of wrong tags after each
        epoch. ``generator`` draws the order of sentences.

        Raises ``ValueError`` for a number below 1, no sentence, an unknown tag, and tags that the
        chain forbids.
        """
        for name, size in {"n_epochs": n_epochs, "batch_size": batch_size}.items():
            check_whole(name, size, 1)
        check_type("generator", generator, torch.Generator)
        rows = [s for s in sentences if s.words]
        if not rows:
            raise ValueError("sentences hold no word: there is nothing to learn from")
        read = [self.reader.read(sentence.words) for sentence in rows]
        targets = [self._targets(i, sentence) for i, sentence in enumerate(rows)]
        per_epoch = math.ceil(len(rows) / batch_size)
        n_steps = n_epochs * per_epoch
        return train(
            self.model,
            lambda: self._batches(read, targets, batch_size, generator),
            n_steps=n_steps,
            lr=lr,
            schedule=warmup_cosine(round(0.1 * n_steps), n_steps + 1, final_factor=0.0),
            loss=tagging_loss,
            optimizer=OptimizerConfig(weight_decay=weight_decay, rates=rates),
            follow_up=FollowUp(
                evaluate=None if validation is None else lambda _: self.error_rate(validation),
                every=per_epoch,
            ),
            generator=generator,
            progress=progress,
        )

    @torch.no_grad()
    def predict(self, rows: Sequence[Sequence[str]], batch_size: int = 64) -> list[list[str]]:
        """The tags of each row of words; an empty row has none.

        Raises ``ValueError`` for one string in place of a row.
        """
        found: list[list[str]] = [[] for _ in rows]
        crf = self.model.chain
        for places, mask, scores in self._scores(rows, batch_size):
            if crf is None:
                best = scores.argmax(-1).tolist()
                paths = [line[:n] for line, n in zip(best, mask.sum(1).tolist(), strict=True)]
            else:
                paths = crf.decode(scores, mask)
            for place, path in zip(places, paths, strict=True):
                found[place] = [self.tags[i] for i in path]
        return found

    @torch.no_grad()
    def probabilities(self, words: Sequence[str]) -> Float[Tensor, "time tag"]:
        """P(tag at position | words), on the CPU: the chain's marginals, or each softmax."""
        check_texts("words", words, some=True)
        ((_, mask, scores),) = self._scores([words], 1)
        crf = self.model.chain
        return (scores.softmax(-1) if crf is None else crf.marginals(scores, mask))[0].cpu()

    def error_rate(self, sentences: Sequence[Tagged], batch_size: int = 64) -> float:
        """The share of tokens whose tag is wrong. Raises ``ValueError`` if there is no token."""
        found = self.predict([sentence.words for sentence in sentences], batch_size)
        given = [tag for sentence in sentences for tag in sentence.tags]
        if not given:
            raise ValueError("sentences hold no word: there is nothing to measure")
        pairs = zip(given, chain.from_iterable(found), strict=True)
        return sum(a != b for a, b in pairs) / len(given)

    def _targets(self, i: int, sentence: Tagged) -> Tensor:
        if len(sentence.tags) != len(sentence.words):
            sizes = f"{len(sentence.words)} words and {len(sentence.tags)} tags"
            raise ValueError(f"sentences[{i}] has {sizes}")
        if unknown := [tag for tag in sentence.tags if tag not in self._numbers]:
            raise ValueError(f"sentences[{i}]: {unknown[0]!r} is not one of {', '.join(self.tags)}")
        return torch.tensor([self._numbers[tag] for tag in sentence.tags])

    def _batches(
        self, read: Sequence, targets: Sequence[Tensor], size: int, generator: torch.Generator
    ) -> Iterator[Batch]:
        for chosen in shuffled_by_length(list(map(len, targets)), size, generator, _POOL):
            lines = nn.utils.rnn.pad_sequence(
                [targets[i] for i in chosen], batch_first=True, padding_value=_IGNORED
            )
            yield *self.reader.collate([read[i] for i in chosen]), lines != _IGNORED, lines

    def _scores(
        self, rows: Sequence[Sequence[str]], batch_size: int
    ) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        """Places in ``rows``, mask and scores; sentences of like length together."""
        check_whole("batch_size", batch_size, 1)
        for i, words in enumerate(rows):
            check_texts(f"rows[{i}]", words)
        order = sorted((i for i, row in enumerate(rows) if len(row)), key=lambda i: len(rows[i]))
        device = next(self.model.parameters()).device
        self.model.eval()
        for begin in range(0, len(order), batch_size):
            places = order[begin : begin + batch_size]
            parts = self.reader.collate([self.reader.read(rows[i]) for i in places])
            lengths = torch.tensor([len(rows[i]) for i in places])
            mask = (torch.arange(int(lengths.max())) < lengths[:, None]).to(device)
            yield places, mask, self.model(*(part.to(device) for part in parts), mask)
