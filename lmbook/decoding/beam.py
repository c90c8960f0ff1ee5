"""Beam search: keep the few most probable texts so far, extend all of them, keep the best again.

Sources: Lowerre (1976) for the idea; Wu et al. (2016, section 7) for the length penalty. When a
text counts as finished, and when the search ends, is as in ``transformers``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from lmbook.arguments import as_ids, check_whole
from lmbook.decoding.sources import EncoderDecoder, start_source_steps
from lmbook.decoding.steps import Steps, inference, start_steps
from lmbook.language_model import LanguageModel

# what a sum of log-probabilities is divided by: length to this power, or a function of it
LengthPenalty = float | Callable[[int], float]


@dataclass(frozen=True)
class Hypothesis:
    """A finished text: new ids (EOS included), their log-probability, and that per length."""

    ids: list[int]
    log_prob: float
    score: float


@dataclass(frozen=True)
class Expansion:
    """One candidate of one step, a node of the tree that the search grew.

    ``parent`` is the number of the node that it extends, in the order in which nodes were
    recorded, −1 at the root. ``log_prob`` is the token's own (nats), ``total`` the text's.
    """

    step: int
    parent: int
    token: int
    log_prob: float
    total: float
    kept: bool
    finished: bool


def power_penalty(exponent: float) -> Callable[[int], float]:
    """Length to the power ``exponent``: 0 compares sums, 1 means; above 1 favours long texts."""
    return lambda length: length**exponent


def wu_penalty(exponent: float) -> Callable[[int], float]:
    """(5 + length)^exponent / 6^exponent, gentler on short texts (Wu et al., 2016)."""
    return lambda length: ((5 + length) / 6) ** exponent


def beam_search(
    model: LanguageModel,
    prompt: Sequence[int],
    n_beams: int,
    n_tokens: int,
    *,
    eos_id: int | None = None,
    length_penalty: LengthPenalty = 1.0,
    early_stopping: bool = False,
    record: Callable[[Expansion], object] | None = None,
) -> list[Hypothesis]:
    """At most ``n_beams`` continuations of at most ``n_tokens`` tokens, the best score first.

    A text's score is its log-probability divided by its penalised length, EOS counted. With
    ``early_stopping`` the search ends when ``n_beams`` texts are finished; without, it goes on
    until the best running one, scored at its present length, is no better than the worst of
    these. ``record`` is called with every candidate; ``tree.append`` collects the whole search.

    Raises ``ValueError`` for ``n_beams`` or ``n_tokens`` below 1, an id outside the vocabulary,
    and where prompt and new tokens exceed a cached model's ``n_positions``.
    """
    search = _Search(n_beams, n_tokens, eos_id, length_penalty, early_stopping, record)
    prompt = as_ids("prompt", prompt, model.vocab_size)
    with inference(model):
        return search.run(start_steps(model, [prompt], n_tokens))


def beam_search_source(
    model: EncoderDecoder,
    source: Sequence[int],
    n_beams: int,
    n_tokens: int,
    *,
    length_penalty: LengthPenalty = 1.0,
    early_stopping: bool = False,
    record: Callable[[Expansion], object] | None = None,
) -> list[Hypothesis]:
    """``beam_search`` over the targets of one source: ``models.transformer``, ``models.seq2seq``.

    The end of a target is the ``eos_id`` of the model's configuration.
    """
    eos_id = model.config.eos_id
    search = _Search(n_beams, n_tokens, eos_id, length_penalty, early_stopping, record)
    with inference(model):
        return search.run(start_source_steps(model, source, n_tokens))


@dataclass
class _Search:
    """The settings of a search, and what it has found so far."""

    n_beams: int
    n_tokens: int
    eos_id: int | None
    length_penalty: LengthPenalty
    early_stopping: bool
    record: Callable[[Expansion], object] | None
    finished: list[Hypothesis] = field(default_factory=list)
    n_recorded: int = 0

    def __post_init__(self) -> None:
        check_whole("n_beams", self.n_beams, 1)
        check_whole("n_tokens", self.n_tokens, 1)
        given = self.length_penalty
        self._divisor = given if callable(given) else power_penalty(given)

    def run(self, steps: Steps) -> list[Hypothesis]:
        texts: list[list[int]] = [[]]
        nodes = [-1]  # of each running text, its number in the record
        totals = steps.scores.new_zeros(1)
        for step in range(1, self.n_tokens + 1):
            log_probs = steps.scores.log_softmax(-1)
            sums, parents, tokens = _best(log_probs + totals[:, None], 2 * self.n_beams)
            ended = tokens == self.eos_id if self.eos_id is not None else tokens < 0
            if step == self.n_tokens:
                ended = torch.ones_like(ended)
            kept = (~ended & ((~ended).cumsum(0) <= self.n_beams)).nonzero()[:, 0]
            numbers = self._record(step, nodes, log_probs, sums, parents, tokens, ended, kept)
            self._finish(texts, sums, parents, tokens, ended, step)
            texts = [texts[parents[i]] + [int(tokens[i])] for i in kept.tolist()]
            nodes, totals = [numbers[i] for i in kept.tolist()], sums[kept]
            if not len(kept) or self._is_over(float(totals[0]), step):
                break
            steps.select(parents[kept])
            steps.append(tokens[kept])
        return self.finished

    def _finish(
        self,
        texts: list[list[int]],
        sums: Tensor,
        parents: Int[Tensor, " candidate"],
        tokens: Int[Tensor, " candidate"],
        ended: Bool[Tensor, " candidate"],
        length: int,
    ) -> None:
        """Take in the ended ones among the best ``n_beams``; a worse one is never an answer."""
        for i in ended[: self.n_beams].nonzero()[:, 0].tolist():
            ids = texts[parents[i]] + [int(tokens[i])]
            log_prob = float(sums[i])
            self.finished.append(Hypothesis(ids, log_prob, log_prob / self._divisor(length)))
        self.finished = sorted(self.finished, key=lambda h: -h.score)[: self.n_beams]

    def _is_over(self, best_total: float, length: int) -> bool:
        if len(self.finished) < self.n_beams:
            return False
        could_reach = best_total / self._divisor(length)
        return self.early_stopping or could_reach <= self.finished[-1].score

    def _record(
        self,
        step: int,
        nodes: list[int],
        log_probs: Tensor,
        sums: Tensor,
        parents: Tensor,
        tokens: Tensor,
        ended: Tensor,
        kept: Tensor,
    ) -> list[int]:
        """Hand every candidate on; returns their numbers."""
        first, running = self.n_recorded, set(kept.tolist())
        self.n_recorded += len(tokens)
        for i in range(len(tokens) if self.record else 0):
            parent, token = int(parents[i]), int(tokens[i])
            is_answer = bool(ended[i]) and i < self.n_beams
            own, total = float(log_probs[parent, token]), float(sums[i])
            node = (step, nodes[parent], token, own, total, is_answer or i in running, is_answer)
            self.record(Expansion(*node))  # pyright: ignore[reportOptionalCall]
        return list(range(first, self.n_recorded))


def _best(sums: Tensor, n: int) -> tuple[Tensor, Tensor, Tensor]:
    """The ``n`` greatest of [row vocab] that are possible at all: values, rows, tokens."""
    values, places = sums.flatten().topk(min(n, sums.numel()))
    possible = values > -math.inf
    values, places = values[possible], places[possible]
    return values, places // sums.shape[1], places % sums.shape[1]
