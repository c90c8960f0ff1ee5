"""Teach a packaged model to answer: python -m tools.studies.instruction.

The model is ``BASE``, which has read plays alone. Each of three seeds learns the training
instructions for ``N_EPOCHS`` passes, on one thread, with the loss on the answers alone; with
``--whole`` seed 0 learns from every token. On the test instructions, which were not in training,
we record the loss of the answers, the greedy answers, and whether they are exactly right. What
changes in seed 0 is packaged in lmbook/zoo/chat: the start of ``tools.studies.preference``.
"seconds" is processor time. What is found goes to lmbook/zoo/studies/instruction.json.
"""

import argparse
import sys
import time

import torch
from torch import nn

from lmbook.data.sets.chats import Instruction, load_instructions
from lmbook.models.llama import Llama
from lmbook.objectives.causal import causal_loss
from lmbook.tasks.chat import Chat
from lmbook.tasks.chat_batches import chat_batches, inputs_and_targets
from lmbook.tasks.chat_template import BOOK, ChatRow, exchanges
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.training.loop import train
from lmbook.training.schedules import warmup_cosine
from lmbook.training.settings import OptimizerConfig
from lmbook.zoo import checkpoints, studies
from lmbook.zoo.chat import BASE, FOLDER
from lmbook.zoo.deltas import low_rank_delta, save_delta
from tools.studies._lines import write_lines

SEEDS = (0, 1, 2)
N_EPOCHS, BATCH_SIZE, LR = 10, 16, 2e-3
CHECKABLE = ("letter", "reverse", "count", "sum", "repeat", "thou", "named", "longer")
N_TOKENS = 48
WHOLE = 10_000  # a rank beyond which no matrix is factored


def load_base() -> tuple[Llama, BPETokenizer]:
    model, tokenizer = checkpoints.load(BASE)
    assert isinstance(model, Llama) and isinstance(tokenizer, BPETokenizer)
    return model, tokenizer


def rows_of(instructions: list[Instruction], tokenizer: BPETokenizer, whole: bool) -> list[ChatRow]:
    """Rows for training; ``whole`` makes every token a target."""
    talks = exchanges((row.instruction, row.answer) for row in instructions)
    rows = [BOOK.encode(talk, tokenizer) for talk in talks]
    return [ChatRow(row.ids, [True] * len(row.ids)) for row in rows] if whole else rows


def loss_of(model: nn.Module, rows: list[ChatRow], start_id: int) -> float:
    """Mean nats per token of the answers."""
    inputs, targets = inputs_and_targets(rows, start_id)
    with torch.no_grad():
        return causal_loss(model(inputs)[0], targets).item()


def teach(seed: int, whole: bool = False) -> tuple[Llama, BPETokenizer, dict]:
    torch.manual_seed(seed)
    model, tokenizer = load_base()
    start = model.config.start_id
    rows = rows_of(load_instructions("train"), tokenizer, whole)
    test = rows_of(load_instructions("test"), tokenizer, False)
    before = loss_of(model.eval(), test, start)
    generator = torch.Generator().manual_seed(seed)
    n_steps = N_EPOCHS * -(-len(rows) // BATCH_SIZE)
    begin = time.process_time()
    history = train(
        model,
        lambda: chat_batches(rows, BATCH_SIZE, generator, start),
        n_steps=n_steps,
        lr=LR,
        schedule=warmup_cosine(n_steps // 20, n_steps + 1, final_factor=0.0),
        optimizer=OptimizerConfig(weight_decay=0.05),
        generator=generator,
    )
    seconds = time.process_time() - begin
    smooth = [round(sum(history.losses[i : i + 20]) / 20, 3) for i in range(0, n_steps - 19, 20)]
    found = {"seed": seed, "whole": whole, "seconds": round(seconds, 1), "n_steps": n_steps}
    losses = {"before": round(before, 3), "after": round(loss_of(model, test, start), 3)}
    return model, tokenizer, {**found, "test loss": losses, "curve": smooth}


def answers_of(model: Llama, tokenizer: BPETokenizer) -> list[str]:
    """Greedy answers to the test instructions."""
    chat = Chat(model, tokenizer, BOOK, n_tokens=N_TOKENS)
    asked = [row.instruction for row in load_instructions("test")]
    return chat.answers([[{"role": "user", "content": text}] for text in asked])


def right_by_kind(answers: list[str]) -> dict[str, list[int]]:
    """Of each kind how many answers are exactly right, and how many there are."""
    counts: dict[str, list[int]] = {}
    for row, answer in zip(load_instructions("test"), answers, strict=True):
        count = counts.setdefault(row.kind, [0, 0])
        count[0] += " ".join(answer.split()) == row.answer
        count[1] += 1
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--whole", action="store_true", help="the loss on every token, seed 0")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    store = studies.file_of("instruction")
    stored = studies.results("instruction") if store.is_file() else {}
    stored["base"] = {"name": BASE, "answers": answers_of(*load_base())}
    runs = [(seed, False) for seed in arguments.seeds]
    if arguments.whole:
        runs = [(0, True)]
    for seed, whole in runs:
        model, tokenizer, found = teach(seed, whole)
        answers = answers_of(model, tokenizer)
        found |= {"right": right_by_kind(answers), "answers": answers}
        print(seed, whole, found["seconds"], found["test loss"], found["right"], flush=True)
        stored[f"seed {seed}" + ", every token" * whole] = found
        if seed == 0 and not whole:
            package(model)
        write_lines(store, stored)
    return 0


def package(model: Llama) -> None:
    """Store what changed in the weights, in 16 bits."""
    before, _ = load_base()
    named = [dict(net.named_parameters()) for net in (before, model)]
    FOLDER.mkdir(exist_ok=True)
    save_delta(FOLDER / "sft.safetensors", low_rank_delta(*named, rank=WHOLE))


if __name__ == "__main__":
    sys.exit(main())
