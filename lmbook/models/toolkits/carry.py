"""Weights along a table of names: nothing missing, nothing left over, no other shape.

A table maps our layers, or single tensors, to theirs; ``*`` stands for the layer's number. What
several of our names share, theirs holds side by side, in our order.
"""

import re
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn

from lmbook.arguments import check_type
from lmbook.models.storage import tensors_of

Weights = Mapping[str, Tensor]
Shape = Callable[[str, Tensor], Tensor]
# another shape for a tensor, by its name: a transpose, a split into heads


def as_it_is(name: str, tensor: Tensor) -> Tensor:
    """The tensor itself: both sides have the same shape."""
    return tensor


def copy_in(
    model: nn.Module,
    weights: Weights,
    table: Mapping[str, str],
    *,
    ignored: Iterable[str] = (),
    zeros: Iterable[str] = (),
    in_our_shape: Shape = as_it_is,
) -> None:
    """Copy their ``weights`` into ``model``; all are compared before the first one is copied.

    ``ignored`` are endings of their names that hold nothing we need; ``zeros`` are endings of
    their names that may be missing, which is the same as zero.

    Raises ``ValueError`` naming the first tensor that is missing, left over or of another shape.
    """
    check_weights(weights)
    ours = tensors_of(model)
    joined = their_names(ours, table)
    known = [name for name in weights if not name.endswith(tuple(ignored))]
    if left_over := sorted(set(known) - joined.keys()):
        raise ValueError(f"{left_over[0]!r} has no place in our {type(model).__name__}")
    new: dict[str, Tensor] = {}
    for name, parts in joined.items():
        sizes = [len(ours[part]) for part in parts]
        whole = (sum(sizes), *ours[parts[0]].shape[1:])
        if name in weights:
            tensor = _reshaped(name, weights[name], in_our_shape)
        elif name.endswith(tuple(zeros)):
            tensor = torch.zeros(whole)
        else:
            raise ValueError(f"the weights lack {name!r}")
        if tensor.shape != whole:
            theirs = tuple(weights[name].shape)
            raise ValueError(f"{name!r} has shape {theirs}, which is not our {whole}")
        new |= dict(zip(parts, tensor.split(sizes), strict=True))
    with torch.no_grad():
        for name, tensor in new.items():
            ours[name].copy_(tensor)


def copy_out(
    model: nn.Module, table: Mapping[str, str], *, in_their_shape: Shape = as_it_is
) -> dict[str, Tensor]:
    """Copies of our weights under their names and in their shapes.

    Raises ``ValueError`` for a tensor of ours that the table does not name.
    """
    ours = tensors_of(model)
    theirs = {}
    for name, parts in their_names(ours, table).items():
        tensor = torch.cat([ours[part].detach() for part in parts])
        theirs[name] = in_their_shape(name, tensor).contiguous().clone()
    return theirs


def _reshaped(name: str, tensor: Tensor, in_our_shape: Shape) -> Tensor:
    try:
        return in_our_shape(name, tensor)
    except (IndexError, RuntimeError) as error:  # too few axes to transpose or to join
        raise ValueError(f"{name!r} has shape {tuple(tensor.shape)}: {error}") from error


def their_names(ours: Iterable[str], table: Mapping[str, str]) -> dict[str, list[str]]:
    """Their names, each with those of ours that it holds, in the order of ``ours``.

    Raises ``ValueError`` for a name of ours that the table does not have.
    """
    joined: dict[str, list[str]] = {}
    for name in ours:
        number = re.search(r"\.(\d+)\.", name)
        general = re.sub(r"\.\d+\.", ".*.", name)
        module, _, tensor = general.rpartition(".")
        if general in table:
            theirs = table[general]
        elif module in table:
            theirs = f"{table[module]}.{tensor}"
        else:
            raise ValueError(f"the table has no name for our {name!r}")
        joined.setdefault(theirs.replace("*", number[1]) if number else theirs, []).append(name)
    return joined


def sizes_of(weights: Weights, wanted: Mapping[str, tuple[str, int]]) -> dict[str, int]:
    """Sizes that shapes tell: ``wanted`` has a tensor's name and the number of its axis for each.

    Raises ``ValueError`` naming a tensor that is missing or has too few axes.
    """
    check_weights(weights)
    found = {}
    for size, (name, axis) in wanted.items():
        if name not in weights:
            raise ValueError(f"the weights lack {name!r}, whose shape tells {size}")
        if weights[name].dim() <= axis:
            raise ValueError(f"{name!r} has {weights[name].dim()} axes, and axis {axis} is needed")
        found[size] = weights[name].shape[axis]
    return found


def n_layers_of(weights: Weights, pattern: str) -> int:
    """How many layers there are; ``pattern`` has one group, the number.

    Raises ``ValueError`` if there is none, or one is left out.
    """
    numbers = {int(found[1]) for name in weights if (found := re.search(pattern, name))}
    if numbers != set(range(len(numbers))) or not numbers:
        raise ValueError(f"the weights have the layers {sorted(numbers)}, not 0, 1, 2 …")
    return len(numbers)


def check_weights(weights: object) -> None:
    """Raise ``ValueError`` unless ``weights`` maps names to tensors."""
    check_type("weights", weights, Mapping)
    for name, tensor in dict(weights).items():  # type: ignore[call-overload]
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise ValueError(f"weights[{name!r}] is a {type(tensor).__name__}, not a tensor")
