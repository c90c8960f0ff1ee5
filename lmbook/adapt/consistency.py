"""Consistency: an unlabelled text and a changed copy of it should get the same answer.

The answer to the text itself is the target, and no gradient flows through it. Sources: Xie et al.
(2020), unsupervised data augmentation (UDA), for the loss, the threshold and the sharpening; Wei
and Zou (2019) for the changes of words.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import check_number, check_positive, check_tensor, check_text, check_whole


def drop_words(text: str, rate: float, generator: torch.Generator) -> str:
    """Leave out each word with probability ``rate``; one word stays if all were drawn.

    Raises ``ValueError`` for a ``rate`` outside 0 … 1.
    """
    check_text("text", text)
    check_number("rate", rate, 0.0, 1.0)
    words = text.split()
    if not words:
        return text
    drawn = torch.rand(len(words), generator=generator)
    kept = [word for word, x in zip(words, drawn.tolist(), strict=True) if x >= rate]
    return " ".join(kept or [words[int(drawn.argmax())]])


def consistency_loss(
    logits: Float[Tensor, "text label"],
    changed_logits: Float[Tensor, "_text _label"],
    threshold: float = 0.0,
    temperature: float = 1.0,
) -> Float[Tensor, ""]:
    """The divergence, in nats per text, of the answers to changed texts from those to the texts.

    The answers to the texts are divided by ``temperature`` before the softmax, which sharpens
    them below 1. A text whose greatest probability, unsharpened, is not above ``threshold``
    counts as 0. Raises ``ValueError`` for logits of unlike shapes or a ``temperature`` that is not
    above 0.
    """
    check_tensor("logits", logits, "float", 2)
    check_tensor("changed_logits", changed_logits, "float", 2)
    check_positive("temperature", temperature)
    if logits.shape != changed_logits.shape:
        shapes = f"{tuple(changed_logits.shape)}, logits {tuple(logits.shape)}"
        raise ValueError(f"changed_logits has the shape {shapes}: both need the same")
    known = logits.detach()
    target = (known / temperature).log_softmax(1)
    divergence = (target.exp() * (target - changed_logits.log_softmax(1))).sum(1)
    sure = known.softmax(1).max(1).values > threshold
    return (divergence * sure).mean()


def fit_consistent(
    rows: Float[Tensor, "text feature"],
    targets: Int[Tensor, " text"],
    n_labels: int,
    unlabelled: Float[Tensor, "more feature"],
    changed: Float[Tensor, "copy _more _feature"],
    generator: torch.Generator,
    *,
    weight: float = 1.0,
    threshold: float = 0.8,
    temperature: float = 0.4,
    penalty: float = 1e-2,
    n_steps: int = 300,
    lr: float = 0.02,
) -> nn.Linear:
    """A linear layer that fits the labels and answers changed copies of texts as the texts.

    The loss is the cross-entropy of the labelled rows, plus ``weight`` times the consistency loss
    of the unlabelled ones, plus ``penalty`` / 2 · Σ weights²; Adam lowers it in ``n_steps`` steps
    on all rows, its rate falling to 0 along half a cosine. ``changed`` holds several copies of
    each unlabelled row; each step draws one for each.

    Raises ``ValueError`` for copies that do not fit ``unlabelled`` or a target that is not below
    ``n_labels``.
    """
    check_tensor("rows", rows, "float", 2)
    check_tensor("targets", targets, "int", 1)
    check_tensor("unlabelled", unlabelled, "float", 2)
    check_tensor("changed", changed, "float", 3)
    check_whole("n_steps", n_steps, 1)
    if changed.shape[1:] != unlabelled.shape:
        shapes = f"{tuple(changed.shape)}, unlabelled {tuple(unlabelled.shape)}"
        raise ValueError(f"changed has the shape {shapes}: each copy needs the same")
    if (
        len(targets) != len(rows)
        or not len(rows)
        or not 0 <= targets.min() <= targets.max() < n_labels
    ):
        raise ValueError(f"targets are not {len(rows)} labels below {n_labels}")
    layer = nn.Linear(rows.shape[1], n_labels, dtype=rows.dtype)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.Adam(layer.parameters(), lr=lr)
    every = torch.arange(len(unlabelled))
    for step in range(n_steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * (1 + math.cos(math.pi * step / n_steps)) / 2
        copies = changed[torch.randint(len(changed), (len(every),), generator=generator), every]
        loss = F.cross_entropy(layer(rows), targets)
        loss = loss + penalty / 2 * layer.weight.square().sum()
        if weight:
            answers = layer(unlabelled), layer(copies)
            loss = loss + weight * consistency_loss(*answers, threshold, temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return layer.requires_grad_(False)
