"""Texts that grow by one token at a time: what every way of decoding does to a model.

``Steps`` hides whether a model reads each prefix anew (an n-gram model has nothing to keep) or
has a key–value cache. Decoding then is: look at ``scores``, choose, ``append``.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from lmbook.arguments import as_ids, check_several, check_whole, shown
from lmbook.decoding.bare_gpt import bare_step
from lmbook.language_model import LanguageModel
from lmbook.models.causal_lm import CausalConfig
from lmbook.nn.kv_cache import KVCache

Prompts = Sequence[Sequence[int]] | Sequence[Int[Tensor, " time"]] | Int[Tensor, "row time"]
"""Rows of ids, of any length each, or one tensor of rows."""


@runtime_checkable
class Steps(Protocol):
    """Rows of text and what the model makes of them."""

    scores: Float[Tensor, "row vocab"]
    """Logits or log-probabilities of each row's next token."""

    def append(self, tokens: Int[Tensor, " row"]) -> None:
        """Each row gets one token; ``scores`` are then those of the token after it."""
        ...

    def select(self, rows: Int[Tensor, " kept"]) -> None:
        """Row i becomes what row ``rows[i]`` was. ``scores`` are stale until ``append``."""
        ...


@runtime_checkable
class CachedModel(LanguageModel, Protocol):
    """A language model that can keep what it has read in a ``KVCache``."""

    config: CausalConfig

    def hidden(self, ids: Tensor, state: KVCache | None, mask: Tensor | None) -> Tensor:
        """What the logits are made of, [batch time d_model]; the cache takes the ids in."""
        ...

    def logits(self, hidden: Tensor) -> Tensor:
        """Every token's score, [batch time vocab]."""
        ...

    def new_cache(self, batch_size: int, capacity: int | None = None) -> KVCache:
        """An empty cache."""
        ...


def start_steps(
    model: LanguageModel, prompts: Prompts, n_tokens: int, add_start: bool = True
) -> Steps:
    """Read ``prompts`` as preparation for at most ``n_tokens`` more tokens a row.

    As in ``next_log_probs``, the model puts its own start token before every prompt, so that a
    prompt may be empty. Without ``add_start`` a model with a cache reads them as they are. Raises
    ``ValueError`` for prompts that ``as_prompts`` refuses, ``n_tokens`` below 0, a model without a
    cache or an empty prompt where ``add_start`` is False, and where prompt and new tokens exceed
    the ``n_positions`` of a model with a cache.
    """
    prompts = as_prompts(prompts, model.vocab_size)
    check_whole("n_tokens", n_tokens, 0)
    if not isinstance(model, CachedModel):
        if not add_start:
            name = type(model).__name__
            raise ValueError(f"add_start=False needs a model with a cache; {name} has none")
        return PrefixSteps(model, prompts)
    if not add_start and not all(prompts):
        row = prompts.index([])
        raise ValueError(f"prompts[{row}] is empty, and add_start=False puts nothing before it")
    # a token more in front of the prompt, and the last new one is not read
    check_length(model, max(map(len, prompts)) - (not add_start), n_tokens)
    return CachedSteps(model, prompts, n_tokens, add_start)


def as_prompts(prompts: Any, vocab_size: int) -> list[list[int]]:
    """Each prompt as a list of ids, from lists, arrays or tensors.

    Raises ``ValueError`` for a string or numbers in place of lists of ids, for no prompt, and for
    an id outside the vocabulary.
    """
    check_several("prompts", prompts)
    rows = []
    for i, prompt in enumerate(prompts):
        if isinstance(prompt, int) or getattr(prompt, "ndim", 1) == 0:
            raise ValueError(f"prompts[{i}]={shown(prompt)} is a number: a prompt is a list of ids")
        rows.append(as_ids(f"prompts[{i}]", prompt, vocab_size))
    if not rows:
        raise ValueError("prompts is empty; a single empty prompt is [[]]")
    return rows


def check_length(model: CachedModel, n_prompt: int, n_tokens: int) -> None:
    """Raise ``ValueError`` if a prompt and its continuation exceed the model's ``n_positions``."""
    limit = getattr(model.config, "n_positions", None)
    if limit is not None and n_prompt + n_tokens > limit:
        raise ValueError(
            f"a prompt of {n_prompt} tokens and n_tokens={n_tokens} exceed n_positions={limit}"
        )


class PrefixSteps:
    """Steps of any language model: it reads every row anew for every token."""

    def __init__(self, model: LanguageModel, prompts: list[list[int]]) -> None:
        self._model, self._device = model, device_of(model)
        self._rows = [torch.tensor(prompt, dtype=torch.long) for prompt in prompts]
        self._read()

    def append(self, tokens: Int[Tensor, " row"]) -> None:
        """One more token a row."""
        pairs = zip(self._rows, tokens.cpu().split(1), strict=True)
        self._rows = [torch.cat(pair) for pair in pairs]
        self._read()

    def select(self, rows: Int[Tensor, " kept"]) -> None:
        """Rows go, stay, or multiply."""
        self._rows = [self._rows[row] for row in rows.tolist()]

    def _read(self) -> None:
        scores = torch.stack([self._model.next_log_probs(row) for row in self._rows])
        best = scores.amax(-1)
        if not torch.isfinite(best).all():
            last = self._rows[int((~torch.isfinite(best)).nonzero()[0])].tolist()[-5:]
            raise ValueError(f"the model has no estimate after the ids {last}")
        self.scores = scores.to(self._device)


class CachedSteps:
    """Steps of a model with a cache: each token is read once.

    Prompts of different length are padded on the left, so that all rows grow at the same column.
    """

    def __init__(
        self, model: CachedModel, prompts: list[list[int]], n_tokens: int, add_start: bool = True
    ) -> None:
        start, longest = model.config.start_id, max(map(len, prompts))
        # the start token fills the row in front; only the last of them is real, if it is wanted
        n_start = int(add_start)
        rows = [[start] * (n_start + longest - len(row)) + list(row) for row in prompts]
        ids = torch.tensor(rows, device=device_of(model))
        self._model, self._step = model, bare_step(model)
        self._cache = model.new_cache(len(rows), longest + max(1, n_tokens))
        self._mask: Bool[Tensor, "row capacity"] | None = None
        if any(len(prompt) < longest for prompt in prompts):
            column = torch.arange(self._cache.capacity, device=ids.device)
            padding = torch.tensor([longest - len(prompt) for prompt in prompts])
            self._mask = column >= padding.to(ids.device)[:, None]
        self._read(ids)

    def append(self, tokens: Int[Tensor, " row"]) -> None:
        """One more token a row."""
        self._read(tokens[:, None])

    def select(self, rows: Int[Tensor, " kept"]) -> None:
        """Rows go, stay, or multiply."""
        self._cache.reorder(rows)
        if self._mask is not None:
            self._mask = self._mask[rows]

    def _read(self, ids: Int[Tensor, "row time"]) -> None:
        mask = self._mask
        if mask is not None:
            mask = mask[:, : self._cache.length + ids.shape[1]]
        if self._step is not None and ids.shape[1] == 1:
            self.scores = self._step(ids[:, 0], self._cache, mask)
            return
        hidden = self._model.hidden(ids, self._cache, mask)
        self.scores = self._model.logits(hidden[:, -1:])[:, -1]


def device_of(model: object) -> torch.device:
    """Where a network's weights are; the CPU for a model that is none."""
    return next(model.parameters()).device if isinstance(model, nn.Module) else torch.device("cpu")


@contextmanager
def inference(*models: object) -> Iterator[None]:
    """Without gradients and without dropout; each model's mode is afterwards what it was."""
    networks = [model for model in models if isinstance(model, nn.Module)]
    modes = [network.training for network in networks]
    for network in networks:
        network.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for network, mode in zip(networks, modes, strict=True):
            network.train(mode)
