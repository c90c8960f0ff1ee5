"""Training two towers on pairs: batches without repetition, and pictures that are moved a little.

A batch holds no pair twice, because a second copy would be a negative that is right.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from lmbook.arguments import check_tensor, check_whole
from lmbook.multimodal.contrastive import TwoTowers, clip_loss


def moved(
    images: Float[Tensor, "batch channel height width"],
    most: int,
    generator: torch.Generator | None = None,
) -> Float[Tensor, "batch channel height width"]:
    """Each picture shifted by up to ``most`` pixels on both axes; what is new repeats the border.

    They are not mirrored: names hold "left" and "right".
    """
    check_tensor("images", images, "float", 4)
    check_whole("most", most, 0)
    batch, _, height, width = images.shape
    padded = F.pad(images, (most, most, most, most), mode="replicate")
    shifts = torch.randint(0, 2 * most + 1, (2, batch, 1), generator=generator).to(images.device)
    rows = shifts[0] + torch.arange(height, device=images.device)
    columns = shifts[1] + torch.arange(width, device=images.device)
    which = torch.arange(batch, device=images.device)[:, None, None]
    # advanced indices come first: [batch height width channel]
    return padded[which, :, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)


def train_towers(
    model: TwoTowers,
    images: Float[Tensor, "pair channel height width"],
    texts: Tensor,
    n_steps: int,
    batch_size: int,
    generator: torch.Generator,
    *,
    lr: float = 2e-3,
    most: int = 2,
) -> list[float]:
    """Minimise ``clip_loss`` by AdamW; the loss of every step, in nats.

    Row i of ``texts`` belongs to picture i. The learning rate rises over a twentieth of the steps
    and falls along a cosine. The model is left in evaluation mode. Raises ``ValueError`` for
    unequal numbers, and for a batch of fewer than two pairs or more than there are.
    """
    check_tensor("images", images, "float", 4)
    check_whole("n_steps", n_steps, 1)
    if len(images) != len(texts):
        raise ValueError(f"images: {len(images)} of them for {len(texts)} texts")
    check_whole("batch_size", batch_size, 2)
    if batch_size > len(images):
        raise ValueError(f"batch_size={batch_size} exceeds the {len(images)} pairs")
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=lr, weight_decay=0.05)
    model.train()
    losses = []
    for step in range(n_steps):
        optimizer.param_groups[0]["lr"] = lr * _rate(step, n_steps)
        rows = torch.randperm(len(images), generator=generator)[:batch_size].to(images.device)
        loss = clip_loss(model(moved(images[rows], most, generator), texts[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


def _rate(step: int, n_steps: int) -> float:
    warmup = max(1, n_steps // 20)
    return min((step + 1) / warmup, 0.5 * (1 + math.cos(math.pi * step / n_steps)))
