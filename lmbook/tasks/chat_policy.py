"""Answers drawn from the model, rewarded by a function, and the loss that learns from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmbook.arguments import check_whole
from lmbook.decoding.generate import generate
from lmbook.decoding.steps import as_prompts
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.objectives.causal import IGNORE_INDEX
from lmbook.objectives.policy import group_advantages, grpo_loss
from lmbook.objectives.preference import token_log_probs
from lmbook.tasks.chat_batches import inputs_and_targets
from lmbook.tasks.chat_template import ChatRow

# From the number of a prompt and the new ids, without the end, to a reward.
Reward = Callable[[int, list[int]], float]


@dataclass(frozen=True)
class RollOut:
    """Groups of drawn answers: what was read and written, its probability then, its reward."""

    inputs: Int[Tensor, "row time"]
    targets: Int[Tensor, "row time"]
    old_log_probs: Float[Tensor, "row time"]
    rewards: Float[Tensor, " row"]
    advantages: Float[Tensor, " row"]

    @property
    def mask(self) -> Bool[Tensor, "row time"]:
        """True at the tokens that the model wrote."""
        return self.targets != IGNORE_INDEX


def roll_out(
    model: CausalLanguageModel,
    prompts: Sequence[Sequence[int]],
    reward: Reward,
    *,
    group_size: int,
    n_tokens: int,
    end_id: int,
    generator: torch.Generator,
) -> RollOut:
    """``group_size`` answers to each prompt, drawn at temperature 1, with their rewards.

    An answer that reaches ``n_tokens`` without its end counts as it stands. Raises ``ValueError``
    for a ``group_size`` below 2, and as ``generate`` does.
    """
    check_whole("group_size", group_size, 2)
    check_whole("n_tokens", n_tokens, 1)
    rows = as_prompts(prompts, model.vocab_size)
    repeated = [prompt for prompt in rows for _ in range(group_size)]
    written = generate(model, repeated, n_tokens, eos_id=end_id, generator=generator)
    rewards = torch.tensor(
        [
            float(reward(i // group_size, [t for t in row if t != end_id]))
            for i, row in enumerate(written)
        ]
    )
    both = [
        ChatRow([*prompt, *row], [False] * len(prompt) + [True] * len(row))
        for prompt, row in zip(repeated, written, strict=True)
    ]
    inputs, targets = inputs_and_targets(both, model.config.start_id)
    with torch.no_grad():
        old = _log_probs(model, inputs, targets)
    return RollOut(inputs, targets, old, rewards, group_advantages(rewards, group_size))


def roll_out_loss(
    model: CausalLanguageModel,
    drawn: RollOut,
    clip: float = 0.2,
    reference: CausalLanguageModel | None = None,
    beta: float = 0.0,
) -> Float[Tensor, ""]:
    """``grpo_loss`` of what was drawn, by the model as it is now."""
    now = _log_probs(model, drawn.inputs, drawn.targets)
    before = None
    if beta and reference is not None:
        with torch.no_grad():
            before = _log_probs(reference, drawn.inputs, drawn.targets)
    args = (now, drawn.old_log_probs, drawn.advantages, drawn.mask)
    return grpo_loss(*args, clip, before, beta)


def _log_probs(
    model: CausalLanguageModel, inputs: Tensor, targets: Tensor
) -> Float[Tensor, "row time"]:
    return token_log_probs(model(inputs)[0], targets)
