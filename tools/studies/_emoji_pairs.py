"""Emoji and their names by two towers, with what differs from run to run in a table."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.data.sets.emoji import SPLITS, Emoji, draw_emoji, load_emoji
from lmbook.multimodal.clip import ClipConfig, TextTower
from lmbook.multimodal.contrastive import TwoTowers, recall_of_pairs
from lmbook.multimodal.convolution import ConvEncoder
from lmbook.multimodal.pair_training import train_towers
from lmbook.multimodal.patches import ViTConfig, ViTSummary
from lmbook.multimodal.trained import EMOJI_WIDTHS, save_emoji_towers
from lmbook.tasks.retrieve import SentenceEncoder
from lmbook.zoo.pretrained import load_minilm

SEEDS, SEEN, D_SHARED = (0, 1, 2), 38_400, 64  # pictures that a run sees, whatever the batch
VIT = ViTConfig(image_size=32, patch_size=8, d_model=96, n_layers=3, n_heads=4, d_ff=192)
ENDS, UNKNOWN, FIRST = 0, 1, 2  # ids of texts that are learned from scratch


@dataclass(frozen=True)
class Run:
    """One setting: the texts ("MiniLM" or "Chinese"), and what else is not usual."""

    texts: str = "MiniLM"
    batch_size: int = 128
    lr: float = 3e-3
    temperature: float = 0.07
    frozen: bool = False
    vit: bool = False


RUNS = {
    "MiniLM": Run(),
    "temperature 1": Run(temperature=1.0, frozen=True),
    "batch 16": Run(batch_size=16),
    "Chinese": Run(texts="Chinese"),
    "ViT": Run(vit=True, lr=1e-3),
}


def controls() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the groups give away without towers: the largest, and logistic regression on pixels."""
    pixels = (pictures(split).flatten(1) for split in ("train", "test"))
    yield "pairs, controls", {"majority": majority(), "probe of pixels": probe(*pixels)}


def pairs(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Recall, zero-shot groups and a linear probe of one setting, three seeds."""
    run = RUNS[name]
    for seed in SEEDS:
        model, losses, seconds = trained(run, seed)
        if name == "MiniLM" and seed == SEEDS[0]:
            save_emoji_towers(model)
        found = measured(model, run) | {"seconds": seconds, "loss": average(losses[-10:])}
        yield f"pairs, {name}, {seed}", found


def trained(run: Run, seed: int) -> tuple[TwoTowers, list[float], float]:
    """The towers of a run, the losses of its steps, and its CPU seconds."""
    model, texts = untrained(run, seed), inputs(run.texts, "train")
    model.log_scale.requires_grad_(not run.frozen)
    draw, begin = torch.Generator().manual_seed(seed), time.process_time()
    sizes = (SEEN // run.batch_size, run.batch_size)
    losses = train_towers(model, pictures("train"), texts, *sizes, draw, lr=run.lr)
    return model, losses, round(time.process_time() - begin, 1)


def untrained(run: Run, seed: int) -> TwoTowers:
    """Towers with the seed's first weights."""
    torch.manual_seed(seed)
    image = ViTSummary(VIT) if run.vit else ConvEncoder(EMOJI_WIDTHS)
    text, d_text = nn.Identity(), 384
    if run.texts != "MiniLM":
        text, d_text = TextTower(text_config()), 64
    return TwoTowers(image, text, image.d_out, d_text, D_SHARED, run.temperature)


@torch.no_grad()
def measured(model: TwoTowers, run: Run) -> dict[str, Any]:
    """What the towers do on the test pictures."""
    vectors = model.embed_images(pictures("test"))
    similarity = vectors @ model.embed_texts(inputs(run.texts, "test")).T
    found: dict[str, Any] = {
        "recall": {
            k: [average(recall_of_pairs(s, k)) for s in (similarity, similarity.T)]
            for k in (1, 5, 10)
        }
    }
    found["scale"] = round(model.scale.item(), 2)
    found["probe"] = probe(model.image(pictures("train")), model.image(pictures("test")))
    if run.texts == "MiniLM":
        guesses = (vectors @ model.embed_texts(embed(GROUPS)).T).argmax(1)
        found["zero-shot"] = average((guesses == labels("test")).double())
    return found


def probe(train: Tensor, test: Tensor) -> float:
    """Accuracy of logistic regression on these vectors, for the eight groups."""
    mean, spread = train.mean(0), train.std(0).clamp_min(1e-3)
    train, test = ((x - mean) / spread for x in (train.detach(), test.detach()))
    weight = torch.zeros(len(GROUPS), train.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=60)

    def closure() -> Tensor:
        optimizer.zero_grad()
        penalty = 0.02 * weight.square().sum() / 2
        loss = F.cross_entropy(train @ weight.T, labels("train")) + penalty
        with torch.enable_grad():
            loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)  # pyright: ignore[reportArgumentType]
    return average(((test @ weight.T).argmax(1) == labels("test")).double())


def majority() -> float:
    """Accuracy of the largest group of training, said of every test picture."""
    largest = labels("train").bincount().argmax()
    return average((labels("test") == largest).double())


@cache
def emoji(split: str) -> tuple[Emoji, ...]:
    return load_emoji(split)


@cache
def pictures(split: str) -> Tensor:
    return draw_emoji([e.character for e in emoji(split)])


def labels(split: str) -> Tensor:
    return torch.tensor([GROUPS.index(e.group) for e in emoji(split)])


@cache
def inputs(kind: str, split: str) -> Tensor:
    """The texts as their tower reads them."""
    if kind == "MiniLM":
        return embed([e.name for e in emoji(split)])
    config, known = text_config(), known_characters()
    rows = torch.full((len(emoji(split)), config.n_positions), ENDS)
    for row, one in zip(rows, emoji(split), strict=True):
        ids = [known.get(c, UNKNOWN) for c in one.chinese]
        row[: len(ids)] = torch.tensor(ids)
    return rows


def text_config() -> ClipConfig:
    longest = max(len(e.chinese) for split in SPLITS for e in emoji(split))
    return ClipConfig(
        vocab_size=FIRST + len(known_characters()),
        n_positions=longest + 1,
        d_text=64,
        n_text_layers=1,
        n_text_heads=4,
        eos_id=ENDS,
    )


@cache
def known_characters() -> dict[str, int]:
    """Characters of the Chinese training names; those of other names are unknown."""
    seen = sorted({c for e in emoji("train") for c in e.chinese})
    return {c: i for i, c in enumerate(seen, start=FIRST)}


@cache
def encoder() -> Callable[[Any], Tensor]:
    return SentenceEncoder(*load_minilm())


def embed(texts: Any) -> Tensor:
    return encoder()(list(texts))


def average(values: Any) -> float:
    return round(torch.as_tensor(values).double().mean().item(), 4)


GROUPS = sorted({e.group for e in emoji("train")})
