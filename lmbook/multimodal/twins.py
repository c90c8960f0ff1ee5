"""Weights of transformers' ViT and CLIP in our models, and ours in theirs.

Both tables of names are one to one, and shapes differ only by axes of length 1 and by patches
that theirs keep as the kernel of a convolution: the numbers stand in the same order.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from lmbook.arguments import check_type

Weights = Mapping[str, Tensor]


def take_weights(model: nn.Module, weights: Weights, names: Mapping[str, str]) -> None:
    """Copy all of the twin's ``weights`` into ``model``, by the table ``names``.

    Raises ``ValueError`` naming the first tensor that is missing, left over or of another size;
    nothing has been copied then.
    """
    check_type("model", model, nn.Module)
    check_type("weights", weights, Mapping)
    ours = {_twin(name, names): tensor for name, tensor in model.state_dict().items()}
    if missing := [name for name in ours if name not in weights]:
        raise ValueError(f"weights lack {missing[0]!r}")
    if left_over := sorted(weights.keys() - ours.keys()):
        raise ValueError(f"weights: {left_over[0]!r} has no place in our {type(model).__name__}")
    for name, tensor in ours.items():
        if weights[name].numel() != tensor.numel():
            shapes = f"{tuple(weights[name].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"weights: {name!r} has shape {shapes}")
    with torch.no_grad():
        for name, tensor in ours.items():
            tensor.copy_(weights[name].reshape(tensor.shape))


def give_weights(model: nn.Module, like: Weights, names: Mapping[str, str]) -> dict[str, Tensor]:
    """Copies of the model's weights under the twin's names, in the shapes of its state ``like``.

    Raises ``ValueError`` for a name that ``like`` lacks.
    """
    check_type("model", model, nn.Module)
    check_type("like", like, Mapping)
    given = {_twin(name, names): tensor for name, tensor in model.state_dict().items()}
    if missing := [name for name in given if name not in like]:
        raise ValueError(f"like lacks {missing[0]!r}")
    return {name: tensor.reshape(like[name].shape).clone() for name, tensor in given.items()}


def _twin(name: str, names: Mapping[str, str]) -> str:
    number = re.search(r"\.(\d+)\.", name)
    general = re.sub(r"\.\d+\.", ".*.", name)
    module, _, tensor = general.rpartition(".")
    theirs = names[general] if general in names else f"{names[module]}.{tensor}"
    return theirs.replace("*", number[1]) if number else theirs
