"""Which layers of a pre-trained model learn, when, and how fast.

Layers are counted from the bottom: the embeddings, each block, and at the top whatever stands on
the blocks, the pooler included. The lower a layer, the more general is what it holds, and the less
a new task should change it.
"""

from collections.abc import Callable

from torch import nn

from lmbook.models.bert import Bert

DECAY = 2.6
"""How much slower each layer learns than the one above it, in Howard and Ruder (2018)."""

Rates = list[tuple[list[nn.Parameter], Callable[[int], float]]]


def encoder_of(model: nn.Module) -> Bert:
    """The encoder of ``model``, which ``torch.compile`` or a wrapper for processes may hide.

    Raises ``ValueError`` unless ``model.encoder`` is a BERT or a RoBERTa.
    """
    inner = getattr(model, "_orig_mod", model)
    inner = inner.module if isinstance(inner, nn.parallel.DistributedDataParallel) else inner
    encoder = getattr(inner, "encoder", None)
    if not isinstance(encoder, Bert):
        found = "has none" if encoder is None else f"has a {type(encoder).__name__}"
        raise ValueError(f"model needs a Bert as its encoder; {type(inner).__name__} {found}")
    return encoder


def layers(model: nn.Module) -> list[list[nn.Parameter]]:
    """The parameters of ``model`` in layers, from the embeddings to the head; each stands once.

    Raises ``ValueError`` as ``encoder_of`` does.
    """
    encoder = encoder_of(model)
    parts = (encoder.embedding, encoder.positions, encoder.types, encoder.norm)
    below = [[p for part in parts for p in part.parameters()]]
    below += [list(block.parameters()) for block in encoder.blocks]
    known = {id(p) for layer in below for p in layer}
    return [*below, [p for p in model.parameters() if id(p) not in known]]


def freeze_encoder(model: nn.Module) -> None:
    """Let only the top layer learn: feature extraction, with the encoder as it was trained.

    Gradients then end at the top, so a step costs little more than its forward pass. Dropout in
    the encoder, where it has some, still acts in training. Errors are those of ``layers``.
    """
    for layer in layers(model)[:-1]:
        for parameter in layer:
            parameter.requires_grad_(False)


def unfreeze(model: nn.Module) -> None:
    """Let every parameter learn."""
    model.requires_grad_(True)


def layer_rates(
    model: nn.Module, *, decay: int | float = 1.0, unfreeze_every: int | None = None
) -> Rates:
    """Layers and the factors of their learning rates, for ``rates`` of the training loop.

    The layer k places below the top learns at η / ``decay``ᵏ. With ``unfreeze_every`` it stands
    still for the first k · ``unfreeze_every`` steps, so that the top learns alone at first and one
    more layer joins it each time. A layer that stands still has no gradient that would count in
    clipping, but a step is not faster for it. Source: Howard and Ruder (2018), sections 3.2 and
    3.3; there ``decay`` is 2.6 and a layer joins every epoch.

    Raises ``ValueError`` for a ``decay`` below 1, an ``unfreeze_every`` below 1, and as ``layers``.
    """
    if not decay >= 1:
        raise ValueError(f"decay={decay} is below 1: lower layers would learn faster")
    if unfreeze_every is not None and unfreeze_every < 1:
        raise ValueError(f"unfreeze_every={unfreeze_every} is below 1; None waits for nothing")
    downwards = enumerate(reversed(layers(model)))
    rates = [(layer, _from_step(k * (unfreeze_every or 0), decay**-k)) for k, layer in downwards]
    return rates[::-1]


def _from_step(n_still: int, factor: int | float) -> Callable[[int], float]:
    return lambda step: float(factor) if step > n_still else 0.0


def train_biases(model: nn.Module) -> None:
    """BitFit: let the biases of ``model`` learn, those of layer norms included, and nothing else.

    Pass the encoder, and a head on it goes on learning. Source: Ben Zaken et al. (2022).
    Raises ``ValueError`` if the model has no bias.
    """
    biases = [p for name, p in model.named_parameters() if name.rpartition(".")[2] == "bias"]
    if not biases:
        raise ValueError(f"model, a {type(model).__name__}, has no bias to train")
    model.requires_grad_(False)
    for bias in biases:
        bias.requires_grad_(True)


def n_trainable(model: nn.Module) -> int:
    """How many numbers of ``model`` learn."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
