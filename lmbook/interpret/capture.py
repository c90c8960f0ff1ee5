"""Capture: read what flows through a network, and put something else in its place.

A place is the name of a module, as in ``named_modules``, and means the module's output;
"name:input" means its first input. In the decoders of this book, "blocks.1" is the residual
stream after the second block, and "blocks.1.attention.output:input" what the heads of that block
have gathered, side by side.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_tensor_ids, check_type
from lmbook.models.gpt import GPT
from lmbook.models.llama import Llama
from lmbook.nn.attention import MultiHeadAttention, record_attention

Decoder = GPT | Llama
"""The causal Transformers whose streams these tools read."""

# what makes the new value of a place out of the old one
Change = Callable[[Tensor], Tensor]


@contextmanager
def edit(model: nn.Module, edits: Mapping[str, Change]) -> Iterator[None]:
    """Within the block, the values at the places that ``edits`` names pass through its functions.

    What comes later in the network is computed from the new values. Raises ``ValueError`` for a
    place that the model does not have, when the block is entered.
    """
    found = [(_module_of(model, place), place, change) for place, change in edits.items()]
    with ExitStack() as hooks:
        for module, place, change in found:
            hooks.callback(_hook(module, place, change).remove)
        yield


@contextmanager
def capture(model: nn.Module, places: Iterable[str]) -> Iterator[dict[str, Tensor]]:
    """Within the block, keep what stands at ``places``; a later call replaces an earlier one's.

    The tensors stay part of the graph of gradients, if there is one. Raises ``ValueError`` for a
    place that the model does not have.
    """
    check_several("places", places)
    kept: dict[str, Tensor] = {}

    def keeper(place: str) -> Change:
        def keep(value: Tensor) -> Tensor:
            kept[place] = value
            return value

        return keep

    with edit(model, {place: keeper(place) for place in places}):
        yield kept


@torch.no_grad()
def residual_stream(
    model: Decoder, ids: Int[Tensor, "batch time"]
) -> Float[Tensor, "depth batch time d_model"]:
    """The residual stream before the first block and after each; dropout is off.

    Raises ``ValueError`` for ids that the model does not take.
    """
    n_blocks = len(checked(model, ids).blocks)
    places = ["blocks.0:input", *(f"blocks.{i}" for i in range(n_blocks))]
    with evaluating(model), capture(model, places) as kept:
        model.hidden(ids)
    return torch.stack([kept[place] for place in places])


@torch.no_grad()
def attention_weights(
    model: Decoder, ids: Int[Tensor, "batch time"]
) -> Float[Tensor, "layer batch head query key"]:
    """The weights of every head; those of a query sum to 1. Errors of ``residual_stream``."""
    with evaluating(checked(model, ids)), record_attention(model) as weights:
        model.hidden(ids)
    return torch.stack(weights)


@torch.no_grad()
def head_outputs(
    model: Decoder, ids: Int[Tensor, "batch time"]
) -> Float[Tensor, "layer head batch time d_model"]:
    """What each head adds to the residual stream, without the bias that the heads share.

    The output matrix acts on all heads side by side, so it is a sum of one matrix per head.
    Source: Elhage et al. (2021). Errors of ``residual_stream``.
    """
    checked(model, ids)
    layers = attention_layers(model)
    places = [context_of(i) for i in range(len(layers))]
    with evaluating(model), capture(model, places) as kept:
        model.hidden(ids)
    added = []
    for layer, place in zip(layers, places, strict=True):
        contexts = kept[place].unflatten(-1, (layer.n_heads, layer.d_head))
        weight = layer.output.weight.unflatten(1, (layer.n_heads, layer.d_head))
        added.append(torch.einsum("bthd,mhd->hbtm", contexts, weight))
    return torch.stack(added)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Within the block, dropout is off; afterwards the model is as it was."""
    was_training = model.training
    try:
        model.eval()
        yield
    finally:
        model.train(was_training)


def attention_layers(model: Decoder) -> list[MultiHeadAttention]:
    """The attention of each block."""
    return [cast(MultiHeadAttention, block.attention) for block in model.blocks]


def context_of(layer: int) -> str:
    """The place where the heads of block ``layer`` stand side by side, before the output matrix."""
    return f"blocks.{layer}.attention.output:input"


def checked(model: Decoder, ids: Int[Tensor, "batch time"], name: str = "ids") -> Decoder:
    """The model. Raises ``ValueError`` if it is of another kind, or does not take the ids."""
    check_type("model", model, GPT, Llama)
    check_tensor_ids(name, ids, model.config.vocab_size, 2)
    return model


def _module_of(model: nn.Module, place: str) -> nn.Module:
    name = place.removesuffix(":input")
    module = dict(model.named_modules()).get(name)
    if module is None or not name:
        raise ValueError(f"place {place!r} is not in {type(model).__name__}: no module {name!r}")
    return module


def _hook(module: nn.Module, place: str, change: Change) -> Any:
    def before(_: nn.Module, inputs: Any) -> Any:
        return (change(inputs[0]), *inputs[1:])

    def after(_: nn.Module, __: Any, output: Any) -> Any:
        return change(output)

    if place.endswith(":input"):
        return module.register_forward_pre_hook(before)
    return module.register_forward_hook(after)
