"""GRPO on a task with a checkable answer: python -m tools.studies.grpo.

Sort three letters of ten. A small Transformer first learns the form alone: answers are the three
letters in an order drawn at random, so that it is right about once in six times. Then it draws
eight answers to each of 32 prompts and learns from a reward of 1 for the sorted letters and 0 for
anything else. For each of three seeds, and for a policy gradient without groups, we record the
share of right answers on new prompts, drawn at temperature 1. "seconds" is processor time of one
thread. What is found goes to lmbook/zoo/studies/grpo.json.
"""

import random
import sys
import time
from collections.abc import Callable

import torch

from lmbook.decoding.generate import generate
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.causal import causal_loss
from lmbook.objectives.policy import policy_gradient_loss
from lmbook.objectives.preference import token_log_probs
from lmbook.tasks.chat_policy import RollOut, roll_out, roll_out_loss
from lmbook.zoo import studies
from tools.studies._lines import write_lines

SEEDS = (0, 1, 2)
N_LETTERS, LENGTH, END, EQUALS = 10, 3, 0, 1
FORMAT_STEPS, FORMAT_LR, N_STEPS, LR = 400, 3e-3, 60, 2e-3
GROUP_SIZE, N_PROMPTS, EVERY, N_TESTED = 8, 32, 5, 300
LossOf = Callable[[Llama, RollOut], torch.Tensor]


def make_model() -> Llama:
    return Llama(
        LlamaConfig(
            vocab_size=2 + N_LETTERS,
            n_positions=2 * LENGTH + 4,
            d_model=64,
            n_layers=2,
            n_heads=4,
            n_kv_heads=4,
            d_ff=128,
            start_id=END,
        )
    )


def prompts(draw: random.Random, n: int) -> list[list[int]]:
    """Three letters, repeats allowed, and the sign that asks for them in order."""
    return [[draw.randrange(2, 2 + N_LETTERS) for _ in range(LENGTH)] + [EQUALS] for _ in range(n)]


def learn_the_form(model: Llama, draw: random.Random) -> None:
    """Imitate answers that hold the letters in an order drawn at random."""
    optimizer = torch.optim.AdamW(model.parameters(), FORMAT_LR)
    for _ in range(FORMAT_STEPS):
        rows = [[END, *p, *draw.sample(p[:-1], LENGTH), END] for p in prompts(draw, 64)]
        ids = torch.tensor(rows)
        targets = ids[:, 1:].clone()
        targets[:, : LENGTH + 1] = -100
        optimizer.zero_grad()
        causal_loss(model(ids[:, :-1])[0], targets).backward()
        optimizer.step()


def success(model: Llama, draw: random.Random, generator: torch.Generator) -> float:
    """Share of right answers, drawn at temperature 1."""
    asked = prompts(draw, N_TESTED)
    said = generate(model, asked, LENGTH + 2, eos_id=END, generator=generator)
    right = [[*sorted(prompt[:-1]), END] for prompt in asked]
    return sum(a == b for a, b in zip(said, right, strict=True)) / N_TESTED


def plain(model: Llama, drawn: RollOut) -> torch.Tensor:
    """The policy gradient with the bare reward: no group, no mean taken off."""
    log_probs = token_log_probs(model(drawn.inputs)[0], drawn.targets)
    return policy_gradient_loss(log_probs, drawn.rewards, drawn.mask)


def run(seed: int, loss_of: LossOf = roll_out_loss, n_updates: int = 2) -> dict:
    torch.manual_seed(seed)
    draw, generator = random.Random(seed), torch.Generator().manual_seed(seed)
    model, begin = make_model(), time.process_time()
    learn_the_form(model, draw)
    model.eval()
    taught = round(time.process_time() - begin, 1)
    optimizer = torch.optim.AdamW(model.parameters(), LR)
    curve, begin = [[0, success(model, draw, generator)]], time.process_time()
    for step in range(1, N_STEPS + 1):
        asked = prompts(draw, N_PROMPTS)
        right = [sorted(prompt[:-1]) for prompt in asked]
        drawn = roll_out(
            model,
            asked,
            lambda i, ids, right=right: float(ids == right[i]),
            group_size=GROUP_SIZE,
            n_tokens=LENGTH + 2,
            end_id=END,
            generator=generator,
        )
        for _ in range(n_updates):
            optimizer.zero_grad()
            loss_of(model, drawn).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        if step % EVERY == 0:
            curve.append([step, round(success(model, draw, generator), 3)])
    seconds = round(time.process_time() - begin, 1)
    return {"taught": taught, "seconds": seconds, "curve": curve}


def main() -> int:
    torch.set_num_threads(1)
    found = {}
    for seed in SEEDS:
        found[f"grpo, seed {seed}"] = run(seed)
        # what was drawn serves one update only: the bare loss has no ratio
        found[f"policy gradient, seed {seed}"] = run(seed, plain, n_updates=1)
        print({name: (row["seconds"], row["curve"][-1]) for name, row in found.items()}, flush=True)
    write_lines(studies.file_of("grpo"), found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
