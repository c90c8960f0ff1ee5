"""Speculative decoding: a cheap draft proposes tokens, the target checks all of them in one pass.

Sources: Leviathan, Kalman and Matias (2023); Chen et al. (2023). What comes out is distributed as
if the target had drawn every token itself, whatever the draft is: only the speed depends on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import as_ids, check_id, check_tensor, check_whole
from lmbook.decoding.filters import Filter, apply_filters, temperature
from lmbook.decoding.steps import CachedModel, check_length, device_of, inference
from lmbook.language_model import LanguageModel

_temperature = temperature
Probabilities = Float[Tensor, " vocab"]


@dataclass(frozen=True)
class SpeculativeResult:
    """New ids, and how they came about.

    Of ``n_drafted`` proposed tokens, ``n_accepted`` stand in the text; each of the
    ``n_target_calls`` passes of the target gave one more, its own, except where it accepted EOS.
    """

    ids: list[int]
    n_accepted: int
    n_drafted: int
    n_target_calls: int


def accept_or_resample(
    p: Probabilities, q: Probabilities, token: int, u: float, generator: torch.Generator
) -> tuple[int, bool]:
    """Keep ``token``, drawn from ``q``, with probability min(1, p/q); else draw from the rest.

    ``u`` is uniform on [0, 1). The result is distributed as ``p``; the second value says whether
    the token was kept. Raises ``ValueError`` for a token that ``q`` gives no probability.
    """
    check_tensor("p", p, "float", 1)
    check_tensor("q", q, "float", 1)
    check_id("token", token, len(q))
    if not q[token] > 0:
        raise ValueError(f"token={token} has probability {float(q[token])} under q")
    if u * float(q[token]) < float(p[token]):
        return token, True
    return _draw(residual(p, q), generator), False


def residual(p: Probabilities, q: Probabilities) -> Probabilities:
    """max(0, p − q), normalised: what ``q`` proposes too seldom. ``p`` itself if nothing is."""
    check_tensor("p", p, "float", 1)
    check_tensor("q", q, "float", 1)
    rest = (p - q).clamp(min=0)
    total = rest.sum()
    return rest / total if total > 0 else p


@torch.inference_mode()
def speculative_sample(
    target: LanguageModel,
    draft: LanguageModel,
    prefix_ids: Sequence[int],
    n_tokens: int,
    n_drafted: int,
    generator: torch.Generator | None = None,
    *,
    temperature: float = 1.0,
    filters: Sequence[Filter] = (),
    eos_id: int | None = None,
) -> SpeculativeResult:
    """At most ``n_tokens`` new tokens, as the target alone would draw them.

    In each round the draft proposes up to ``n_drafted`` tokens and the target scores them in one
    pass. Without ``generator`` both take their likeliest token: the ids are those of greedy
    search. ``temperature`` and ``filters`` act on both models' scores. Raises ``ValueError`` for
    values out of range, and for models with different vocabularies.
    """
    _check(target, draft, n_tokens, n_drafted, temperature)
    prefix_ids = as_ids("prefix_ids", prefix_ids, target.vocab_size)
    capacity = len(prefix_ids) + n_tokens
    ids, counts = list(prefix_ids), [0, 0, 0]
    with inference(target, draft):
        readers = [_reader(model, len(prefix_ids), n_tokens) for model in (target, draft)]
        p_of, q_of = (_Distribution(r, generator, temperature, filters) for r in readers)
        while len(ids) < capacity:
            n_proposed = min(n_drafted, capacity - len(ids) - 1)
            new, n_kept, n_proposed = _round(p_of, q_of, ids, n_proposed, generator, eos_id)
            ids += new
            counts = [
                count + more for count, more in zip(counts, (n_kept, n_proposed, 1), strict=True)
            ]
            if new[-1] == eos_id:
                break
    return SpeculativeResult(ids[len(prefix_ids) :], *counts)


def _round(
    p_of: "_Distribution",
    q_of: "_Distribution",
    ids: list[int],
    n_proposed: int,
    generator: torch.Generator | None,
    eos_id: int | None,
) -> tuple[list[int], int, int]:
    """What one pass of the target adds to ``ids``; how many the draft gave, and proposed."""
    proposed: list[int] = []
    qs = []
    while len(proposed) < n_proposed and eos_id not in proposed:
        qs.append(q_of(ids + proposed, 1)[0])
        proposed.append(_draw(qs[-1], generator))
    # nothing is asked for after an EOS
    ended = eos_id in proposed
    read = proposed[:-1] if ended else proposed
    ps = p_of(ids + read, len(read) + 1)
    for i, token in enumerate(proposed):
        if generator is None:  # both distributions are one token: kept where they agree
            chosen = int(ps[i].argmax())
            kept = chosen == token
        else:
            u = float(torch.rand(1, generator=generator, device=generator.device))
            chosen, kept = accept_or_resample(ps[i], qs[i], token, u, generator)
        if not kept:
            return [*proposed[:i], chosen], i, len(proposed)
    own = [] if ended else [_draw(ps[-1], generator)]
    return proposed + own, len(proposed), len(proposed)


class _Distribution:
    """Probabilities of the next token after the last positions of a text, filters applied."""

    def __init__(
        self,
        reader: "_Reader",
        generator: torch.Generator | None,
        temperature: float,
        filters: Sequence[Filter],
    ) -> None:
        self.reader, self.filters = reader, filters
        self.temperature = temperature
        self.device = generator.device if generator is not None else None

    def __call__(self, ids: list[int], n_last: int) -> Float[Tensor, "n_last vocab"]:
        scores = _temperature(self.reader.scores(ids, n_last), self.temperature)
        return apply_filters(scores, self.filters).softmax(-1).to(self.device)


class _Reader:
    """Scores by any language model, each prefix read anew."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def scores(self, ids: list[int], n_last: int) -> Float[Tensor, "n_last vocab"]:
        """Scores of the token after each of the last ``n_last`` prefixes of ``ids``."""
        row = torch.tensor(ids, dtype=torch.long)
        ends = range(len(ids) - n_last + 1, len(ids) + 1)
        return torch.stack([self.model.next_log_probs(row[:end]) for end in ends])


class _CachedReader(_Reader):
    """Scores by a model with a cache, which is cut back to what the new text has in common."""

    def __init__(self, model: CachedModel, capacity: int) -> None:
        self.cached, self.read = model, list[int]()
        self.cache, self.device = model.new_cache(1, max(1, capacity)), device_of(model)

    def scores(self, ids: list[int], n_last: int) -> Float[Tensor, "n_last vocab"]:
        text = [self.cached.config.start_id, *ids]
        # the last n_last tokens are read (again) in any case: their scores are asked for
        n_same = _n_common(self.read, text[: len(text) - n_last])
        self.cache.truncate(n_same)
        unread = torch.tensor([text[n_same:]], device=self.device)
        hidden = self.cached.hidden(unread, self.cache, None)
        self.read = text
        return self.cached.logits(hidden[:, -n_last:])[0]


def _reader(model: LanguageModel, n_prefix: int, n_tokens: int) -> _Reader:
    if not isinstance(model, CachedModel):
        return _Reader(model)
    check_length(model, n_prefix, n_tokens)
    return _CachedReader(model, n_prefix + n_tokens)


def _draw(probabilities: Probabilities, generator: torch.Generator | None) -> int:
    if generator is None:
        return int(probabilities.argmax())
    return int(torch.multinomial(probabilities, 1, generator=generator))


def _n_common(first: list[int], second: list[int]) -> int:
    pairs = zip(first, second, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _check(
    target: LanguageModel, draft: LanguageModel, n_tokens: int, n_drafted: int, temperature: float
) -> None:
    if target.vocab_size != draft.vocab_size:
        raise ValueError(f"draft has vocab_size={draft.vocab_size}, the target {target.vocab_size}")
    check_whole("n_tokens", n_tokens, 0)
    check_whole("n_drafted", n_drafted, 1)
    if not temperature > 0:
        raise ValueError(f"temperature={temperature} is not above 0")
