"""Positions: does a trained network use them?

If all positions become one and the loss stays, the network has learned from a set of tokens, not
from their order. The test needs no training and no second model.
"""

import copy
from typing import TypeVar

import torch
from jaxtyping import Int
from torch import Tensor, nn

from lmbook.nn.positions import Rotary

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def one_position(model: AnyModule) -> AnyModule:
    """A copy of ``model`` in which every token stands at the same position.

    All vectors of a table ``positions`` become their mean. Where the model has rotary positions,
    no query and no key is turned.

    Raises ``ValueError`` for a model that has neither.
    """
    changed = copy.deepcopy(model)
    table, rotary = getattr(changed, "positions", None), getattr(changed, "rotary", None)
    if isinstance(table, nn.Embedding):
        with torch.no_grad():
            table.weight.copy_(table.weight.mean(0).expand_as(table.weight))
    elif isinstance(rotary, Rotary):
        changed.rotary = _Still(rotary)
    else:
        raise ValueError(f"{type(model).__name__} has no table of positions and no rotary ones")
    return changed


class _Still(Rotary):
    """Rotary positions that are all zero."""

    def __init__(self, rotary: Rotary) -> None:
        super().__init__(rotary.d_head, rotary.base, rotary.turn)

    def at(self, positions: Int[Tensor, "*batch time"]):
        return super().at(torch.zeros_like(positions))
