"""Continue many prompts at once, each token read once."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_tensor, check_type, check_whole
from lmbook.decoding.filters import Filter, apply_filters, repetition_penalty, temperature
from lmbook.decoding.steps import Prompts, as_prompts, inference, start_steps
from lmbook.language_model import LanguageModel

_temperature = temperature  # in ``generate`` the name is its argument's


def generate(
    model: LanguageModel,
    prompts: Prompts,
    n_tokens: int,
    *,
    eos_id: int | None = None,
    generator: torch.Generator | None = None,
    filters: Sequence[Filter] = (),
    temperature: float = 1.0,
    penalty: float = 1.0,
    add_start: bool = True,
) -> list[list[int]]:
    """New tokens for each prompt: at most ``n_tokens``, the last of them ``eos_id`` if it came.

    Without ``generator`` each token is the most probable one (greedy search); with it, tokens are
    drawn. Scores pass ``repetition_penalty`` with ``penalty`` (prompt and new tokens count, the
    start token does not), then ``temperature``, then ``filters`` in their order. A model with a
    cache reads each token once; any other reads each row anew for each token. Like
    ``next_log_probs``, the model begins every prompt with its own start token: ``[]`` is a prompt.
    Without ``add_start`` a model with a cache goes on with the ids as they are.

    Raises ``ValueError`` for values out of range, prompts that are no lists of ids, ids outside the
    vocabulary, filters that leave nothing, an empty prompt or a model without a cache where
    ``add_start`` is False, and where prompt and new tokens exceed a cached model's ``n_positions``.
    """
    _check(temperature, penalty)
    prompts = as_prompts(prompts, model.vocab_size)
    check_whole("n_tokens", n_tokens, 0)
    if generator is not None:
        check_type("generator", generator, torch.Generator)
    if n_tokens == 0:
        return [[] for _ in prompts]
    with inference(model):
        steps = start_steps(model, prompts, n_tokens, add_start)
        seen = _padded(prompts, n_tokens).to(steps.scores.device)
        new = seen[:, seen.shape[1] - n_tokens :]
        going = torch.arange(len(prompts), device=seen.device)  # rows without EOS so far
        for i in range(n_tokens):
            scores = steps.scores
            if penalty != 1:
                scores = repetition_penalty(scores, seen[going], penalty)
            if temperature != 1:
                scores = _temperature(scores, temperature)
            tokens = choose(apply_filters(scores, filters), generator)
            new[going, i] = tokens
            if eos_id is not None and (tokens == eos_id).any():
                rows = (tokens != eos_id).nonzero()[:, 0]
                steps.select(rows)
                going, tokens = going[rows], tokens[rows]
            if not len(going):
                break
            if i + 1 < n_tokens:
                steps.append(tokens)
    return [[token for token in row if token >= 0] for row in new.tolist()]


def choose(
    scores: Float[Tensor, "row vocab"], generator: torch.Generator | None
) -> Int[Tensor, " row"]:
    """A token a row: the likeliest without a generator, else drawn from softmax(scores).

    The draw takes place where the generator is, the result is where the scores are.
    """
    check_tensor("scores", scores, "float", 2)
    if generator is None:
        return scores.argmax(-1)
    weights = scores.softmax(-1).to(generator.device)
    return torch.multinomial(weights, 1, generator=generator)[:, 0].to(scores.device)


def _padded(prompts: list[list[int]], n_tokens: int) -> Int[Tensor, "row time"]:
    """Prompts, and places for new tokens; −1 where there is no token."""
    longest = max(map(len, prompts))
    rows = [[-1] * (longest - len(row)) + row + [-1] * n_tokens for row in prompts]
    return torch.tensor(rows, dtype=torch.long).reshape(len(rows), longest + n_tokens)


def _check(temperature: float, penalty: float) -> None:
    for name, value in (("temperature", temperature), ("penalty", penalty)):
        if not value > 0:
            raise ValueError(f"{name}={value} is not above 0")
