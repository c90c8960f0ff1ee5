"""A ViT and a convolutional network of the same size on scikit-learn's 1,797 digits."""

import time
from collections.abc import Iterator
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.multimodal.convolution import ConvEncoder
from lmbook.multimodal.pair_training import moved
from lmbook.multimodal.patches import ViTConfig, ViTSummary

SEEDS, N_TEST, BATCH = (0, 1, 2), 500, 64
COUNTS = (100, 300, 1200)
VIT = ViTConfig(
    image_size=8, patch_size=2, n_channels=1, d_model=32, n_layers=2, n_heads=4, d_ff=128
)
STEPS = {"ViT": 300, "convolutions": 600}  # about equal CPU seconds


def network(kind: str) -> nn.Sequential:
    """An encoder and a linear layer for ten classes."""
    encoder = ViTSummary(VIT) if kind == "ViT" else ConvEncoder((16, 32, 64), 1)
    return nn.Sequential(encoder, nn.Linear(encoder.d_out, 10))


def digits() -> Iterator[tuple[str, dict[str, Any]]]:
    """Accuracy by kind, number of training pictures, and seed; a seed has its own split."""
    for kind, n_steps in STEPS.items():
        for n in COUNTS:
            for seed in SEEDS:
                train, test = split(seed)
                model = network_of(kind, seed)
                pictures = (train[0][:n], train[1][:n])
                seconds = learn(model, pictures, n_steps, seed, most=0)
                found = {"accuracy": accuracy(model, test), "seconds": seconds}
                size = sum(p.numel() for p in model.parameters())
                yield f"digits, {kind}, {n}, {seed}", found | {"n_parameters": size}


def positions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Cosines of the 16 position vectors, their mean taken off; they start at zero."""
    for seed in SEEDS:
        train, test = split(seed)
        model = network_of("ViT", seed)
        table = model.get_parameter("0.encoder.positions")
        nn.init.zeros_(table)
        learn(model, train, 3 * STEPS["ViT"], seed, most=1)
        patches = table[1:].detach()
        unit = F.normalize(patches - patches.mean(0), dim=1)
        cosines = [[round(x, 3) for x in row] for row in (unit @ unit.T).tolist()]
        yield f"positions, {seed}", {"accuracy": accuracy(model, test), "cosines": cosines}


def network_of(kind: str, seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return network(kind)


def split(seed: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Training and test pictures with labels, in an order of the seed's."""
    data: Any = load_digits()
    images = torch.tensor(data.images, dtype=torch.float32)[:, None] / 16
    labels = torch.tensor(data.target)
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(seed))
    images, labels = images[order], labels[order]
    return (images[N_TEST:], labels[N_TEST:]), (images[:N_TEST], labels[:N_TEST])


def learn(
    model: nn.Module, pictures: tuple[Tensor, Tensor], n_steps: int, seed: int, most: int
) -> float:
    """Train with AdamW and a rate that falls to 0; the CPU seconds that it took."""
    images, labels = pictures
    draw = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    begin = time.process_time()
    model.train()
    for step in range(n_steps):
        optimizer.param_groups[0]["lr"] = 2e-3 * (1 - step / n_steps)
        rows = torch.randint(0, len(images), (BATCH,), generator=draw)
        loss = F.cross_entropy(model(moved(images[rows], most, draw)), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return round(time.process_time() - begin, 1)


@torch.no_grad()
def accuracy(model: nn.Module, pictures: tuple[Tensor, Tensor]) -> float:
    """The share of pictures whose label is the most probable class."""
    images, labels = pictures
    return round((model(images).argmax(1) == labels).double().mean().item(), 4)
