"""Names of emoji by a frozen language model that has read such names, and has seen no picture."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from lmbook.data.sets.emoji import load_emoji
from lmbook.metrics.answers import answer_f1, exact_match
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.multimodal.captioning import Captioner, caption_loss
from lmbook.multimodal.contrastive import TwoTowers
from lmbook.multimodal.trained import load_emoji_towers
from tools.studies._emoji_pairs import SEEDS, pictures

N_STEPS, BATCH, LR, N_TOKENS = 600, 64, 2e-3, 8


def captions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Exact names and shared words on the test pictures, against three simpler answers."""
    towers = load_emoji_towers()
    vectors = {split: embedded(towers, split) for split in ("train", "test")}
    yield "captions, nearest", nearest(vectors)
    for kind in ("frozen", "tuned"):
        for seed in SEEDS:
            captioner = learned(language_model(seed), vectors["train"], seed, kind)
            yield f"captions, {kind}, {seed}", written(captioner, vectors)


def language_model(seed: int) -> GPT:
    """A small GPT that has read the training names, a token a word."""
    torch.manual_seed(seed)
    config = GPTConfig(
        vocab_size=1 + len(words()), n_positions=32, d_model=96, n_layers=2, n_heads=4,
        d_ff=192, start_id=0,
    )  # fmt: skip
    gpt = GPT(config)
    ids, targets = training_rows()
    starts = torch.zeros(len(ids), 1, dtype=torch.long)
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(gpt.parameters(), lr=LR, weight_decay=0.1)
    for _ in range(N_STEPS):
        rows = torch.randint(0, len(ids), (BATCH,), generator=draw)
        logits = gpt.logits(gpt.hidden(torch.cat([starts[rows], ids[rows]], 1)))
        step(optimizer, caption_loss(logits, targets[rows]))
    return gpt.eval()


def learned(model: GPT, vectors: Tensor, seed: int, kind: str) -> Captioner:
    """The mapping from pictures to a prefix, and if tuned the model, on the training pictures."""
    torch.manual_seed(seed)
    captioner = Captioner(model, vectors.shape[1])
    model.requires_grad_(kind == "tuned")
    ids, targets = training_rows()
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW([p for p in captioner.parameters() if p.requires_grad], lr=LR)
    for _ in range(N_STEPS):
        rows = torch.randint(0, len(ids), (BATCH,), generator=draw)
        step(optimizer, caption_loss(captioner(vectors[rows], ids[rows]), targets[rows]))
    return captioner


def written(captioner: Captioner, vectors: dict[str, Tensor]) -> dict[str, Any]:
    """Captions of the test pictures, of those before them in the list, and of training ones."""
    found: dict[str, Any] = {}
    given = {
        "test": (vectors["test"], names("test")),
        "another picture": (vectors["test"].roll(1, 0), names("test")),
        "train": (vectors["train"][:200], names("train")[:200]),
    }
    for name, (pictured, right) in given.items():
        rows = captioner.caption(pictured, N_TOKENS, 0)
        said = [" ".join(words()[i - 1] for i in row) for row in rows]
        found[name] = scores(said, right)
        if name == "test":
            found["said"] = said[:40]
    return found


def nearest(vectors: dict[str, Tensor]) -> dict[str, Any]:
    """The name of the training picture whose vector, or whose pixels, are nearest."""
    right, known = names("test"), names("train")
    by_vector = (vectors["test"] @ vectors["train"].T).argmax(1).tolist()
    pixels = torch.cdist(pictures("test").flatten(1), pictures("train").flatten(1))
    by_pixels = pixels.argmin(1).tolist()
    return {
        "test": scores([known[i] for i in by_vector], right),
        "pixels": scores([known[i] for i in by_pixels], right),
    }


def scores(said: Sequence[str], right: Sequence[str]) -> dict[str, float]:
    """Shares of exact names, and the mean F1 of words."""
    both = [(s, [r]) for s, r in zip(said, right, strict=True)]
    exact, words = sum(exact_match(*b) for b in both), sum(answer_f1(*b) for b in both)
    return {"exact": round(exact / len(both), 4), "words": round(words / len(both), 4)}


def training_rows() -> tuple[Tensor, Tensor]:
    """Training names as ids with the end, id 0, behind them; targets have −100 behind that."""
    number = {word: i for i, word in enumerate(words(), start=1)}
    rows = [[*(number[word] for word in name.split()), 0] for name in names("train")]
    length = max(map(len, rows))
    ids = torch.tensor([F.pad(torch.tensor(r), (0, length - len(r))).tolist() for r in rows])
    past = torch.arange(length) >= torch.tensor([len(r) for r in rows])[:, None]
    return ids, ids.masked_fill(past, -100)


@cache
def words() -> list[str]:
    """The words of the training names; word i has the id i + 1."""
    return sorted({word for name in names("train") for word in name.split()})


def names(split: str) -> list[str]:
    return [e.name for e in load_emoji(split)]


@torch.no_grad()
def embedded(towers: TwoTowers, split: str) -> Tensor:
    return towers.embed_images(pictures(split))


def step(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
