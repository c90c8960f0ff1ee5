"""Probes: what can a linear classifier read from a network's frozen vectors?

Source: Alain and Bengio (2016). A probe shows what is there in a linear form, not what the network
uses; its number means something only beside a control's.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.arguments import as_ids, check_several, check_tensor, check_whole
from lmbook.models.bert import Bert
from lmbook.models.gpt import GPT
from lmbook.models.heads import MaskedHead
from lmbook.models.llama import Llama
from lmbook.models.xlnet import XLNet

AnyModule = TypeVar("AnyModule", bound=nn.Module)
Network = GPT | Llama | Bert | XLNet


@torch.no_grad()
def mean_vectors(
    model: Network | MaskedHead, texts: Sequence[Sequence[int]], start_id: int
) -> Float[Tensor, "layer text d_model"]:
    """The mean of the vectors at a text's tokens, before the first block and after each.

    ``start_id`` stands before each text and is left out of the mean. A mean exists in every
    network; the vector of the last token would favour causal ones, that of the first a network
    which was trained with a task on it. Raises ``ValueError`` for no text, a text without a token,
    and an id outside the vocabulary.
    """
    check_several("texts", texts)
    body = model.encoder if isinstance(model, MaskedHead) else model
    texts = [as_ids(f"texts[{i}]", text, body.config.vocab_size) for i, text in enumerate(texts)]
    if not texts:
        raise ValueError("texts is empty")
    if not all(texts):
        raise ValueError("texts holds one without a token: it has no mean")
    kept: list[Tensor] = []

    def keep_input(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        kept.append(inputs[0])

    def keep_output(_: nn.Module, __: object, output: Tensor) -> None:
        kept.append(output)

    hooks = [body.blocks[0].register_forward_pre_hook(keep_input)]
    hooks += [block.register_forward_hook(keep_output) for block in body.blocks]
    device = next(body.parameters()).device
    found = torch.empty(len(body.blocks) + 1, len(texts), body.config.d_model, device=device)
    for length in sorted({len(ids) for ids in texts}):  # equal lengths: no padding
        same = [i for i, ids in enumerate(texts) if len(ids) == length]
        kept.clear()
        rows = torch.tensor([[start_id, *texts[i]] for i in same], device=device)
        body(rows) if isinstance(body, Bert) else body.hidden(rows)
        found[:, same] = torch.stack([layer[:, 1:].mean(1) for layer in kept])
    for hook in hooks:
        hook.remove()
    return found


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A linear classifier on standardised vectors."""

    layer: nn.Linear
    mean: Float[Tensor, " d_model"]
    deviation: Float[Tensor, " d_model"]

    @torch.no_grad()
    def hits(
        self, vectors: Float[Tensor, "text d_model"], labels: Int[Tensor, " text"]
    ) -> Bool[Tensor, " text"]:
        """Where the most probable class is the right one."""
        check_tensor("vectors", vectors, "float", 2)
        check_tensor("labels", labels, "int", 1)
        found = self.layer((vectors - self.mean) / self.deviation).argmax(1)
        return found == labels.to(found.device)


def fit_probe(
    vectors: Float[Tensor, "text d_model"],
    labels: Int[Tensor, " text"],
    n_labels: int,
    penalty: float = 1e-2,
) -> Probe:
    """Multinomial logistic regression by L-BFGS: mean loss plus ``penalty`` · ‖weights‖².

    Raises ``ValueError`` for a label that is not below ``n_labels``, or a negative penalty.
    """
    check_tensor("vectors", vectors, "float", 2)
    check_tensor("labels", labels, "int", 1)
    check_whole("n_labels", n_labels, 1)
    if labels.min() < 0 or labels.max() >= n_labels:
        reach = f"labels reach from {labels.min()} to {labels.max()}"
        raise ValueError(f"{reach}, not 0 to {n_labels - 1}, as n_labels={n_labels} says")
    if penalty < 0:
        raise ValueError(f"penalty={penalty} is negative")
    mean, deviation = vectors.mean(0), vectors.std(0) + 1e-6
    layer, scaled = nn.Linear(vectors.shape[1], n_labels), (vectors - mean) / deviation
    layer, labels = layer.to(vectors.device), labels.to(vectors.device)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=40, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(layer(scaled), labels) + penalty * layer.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return Probe(layer=layer, mean=mean, deviation=deviation)


def probe_hits(
    layers: Float[Tensor, "layer text d_model"],
    labels: Int[Tensor, " text"],
    cuts: tuple[int, int],
    penalties: Sequence[float] = (1e-2, 1e-1),
) -> Bool[Tensor, " test"]:
    """Hits on the test part of the layer and penalty that do best on the validation part.

    Texts before the first of ``cuts`` are learned from, those before the second validate, the rest
    test. Raises ``ValueError`` if one of the three parts is empty, and what ``fit_probe`` raises.
    """
    check_tensor("layers", layers, "float", 3)
    check_tensor("labels", labels, "int", 1)
    begin, end = cuts
    if not 0 < begin < end < len(labels):
        raise ValueError(f"cuts={cuts} do not make three parts of {len(labels)} texts")
    n_labels = int(labels.max()) + 1
    best, chosen = -1.0, torch.empty(0, dtype=torch.bool)
    for vectors in layers:
        for penalty in penalties:
            probe = fit_probe(vectors[:begin], labels[:begin], n_labels, penalty)
            right = int(probe.hits(vectors[begin:end], labels[begin:end]).sum()) / (end - begin)
            if right > best:
                best, chosen = right, probe.hits(vectors[end:], labels[end:])
    return chosen


def shuffled_weights(model: AnyModule, generator: torch.Generator) -> AnyModule:
    """A copy in which the numbers of each tensor changed places: sizes stay, knowledge goes."""
    control = copy.deepcopy(model)
    with torch.no_grad():
        for weights in control.parameters():
            order = torch.randperm(
                weights.numel(), generator=generator, device=generator.device
            ).to(weights.device)
            weights.copy_(weights.flatten()[order].view_as(weights))
    return control
