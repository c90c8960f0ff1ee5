"""The book's encoder–decoder on a common task: ``python book_run.py train``, then ``translate``."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import cast

import torch

from lmbook.models.storage import load_model, save_model
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.tasks.translate import greedy_ids, translation_batches, translation_loss
from lmbook.training.loop import train
from lmbook.training.settings import OptimizerConfig

SPECIAL = ("<pad>", "<s>", "</s>")


def read(name: str) -> list[list[str]]:
    """The tokens of each line of a file."""
    return [line.split() for line in Path(name).read_text(encoding="utf-8").splitlines()]


def vocabulary() -> list[str]:
    """The special tokens, then every token of the training part, in alphabetical order."""
    return [
        *SPECIAL,
        *sorted(
            {token for part in ("train.src", "train.tgt") for line in read(part) for token in line}
        ),
    ]


def ids(lines: list[list[str]], words: list[str]) -> list[list[int]]:
    """Ids with ``</s>`` at the end; an unknown token counts as padding."""
    index = {word: i for i, word in enumerate(words)}
    return [[*(index.get(token, 0) for token in line), 2] for line in lines]


def main(task: dict) -> None:
    """Train and save, or load and translate the test part."""
    words = vocabulary()
    if sys.argv[1] == "translate":
        model = cast(Transformer, load_model("model"))
        rows = greedy_ids(model, ids(read("test.src"), words), task["longest"])
        lines = [" ".join(words[i] for i in row) for row in rows]
        Path("out.txt").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return
    torch.manual_seed(task["seed"])
    sizes = {name: task[name] for name in ("d_model", "n_layers", "n_heads", "d_ff", "dropout")}
    model = Transformer(TransformerConfig(vocab_size=len(words), n_positions=64, **sizes))
    rows = list(zip(ids(read("train.src"), words), ids(read("train.tgt"), words), strict=True))
    generator = torch.Generator().manual_seed(task["seed"])
    n_tokens = task["batch_size"] * sum(len(target) for _, target in rows) // len(rows)
    train(
        model,
        partial(translation_batches, rows, n_tokens, generator),
        n_steps=task["n_updates"],
        lr=task["lr"],
        schedule=lambda step: min(step / task["warmup"], (task["warmup"] / step) ** 0.5),
        loss=translation_loss(),
        optimizer=OptimizerConfig(betas=(0.9, 0.98), weight_decay=0.0),
        generator=generator,
    )
    save_model(model, "model")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(json.loads(Path("task.json").read_text(encoding="utf-8")))
