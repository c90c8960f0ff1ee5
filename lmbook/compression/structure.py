"""Smaller matrices: whole heads and layers removed, a matrix as the product of two thin ones.

What is removed here need not be stored nor multiplied, unlike a zero. Sources: Michel, Levy and
Neubig (2019) for heads, Sajjad et al. (2023) for layers, Eckart and Young (1936) for the factors.
"""

import copy
import dataclasses
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import nn

from lmbook.arguments import check_several, check_type, check_whole
from lmbook.models.bert import Bert
from lmbook.models.llama import Llama
from lmbook.nn.attention import MultiHeadAttention

_Model = TypeVar("_Model", Bert, Llama)


def keep_layers(model: _Model, layers: Sequence[int]) -> _Model:
    """A new model of the blocks with these numbers, in this order; all else is copied.

    Numbers count from 0. Raises ``ValueError`` for none, and for one that the model does not have.
    """
    check_type("model", model, Bert, Llama)
    chosen = _numbers("layers", layers, model.config.n_layers)
    if not chosen:
        raise ValueError("layers is empty: keep one at least")
    config = dataclasses.replace(model.config, n_layers=len(chosen))
    small = type(model)(config)  # pyright: ignore[reportArgumentType] - its own kind of config
    weights = {k: v for k, v in model.state_dict().items() if not k.startswith("blocks.")}
    for new, old in enumerate(chosen):
        block = model.blocks[old].state_dict()
        weights |= {f"blocks.{new}.{name}": value for name, value in block.items()}
    small.load_state_dict(weights)
    return small.train(model.training)


@torch.no_grad()
def remove_heads(attention: MultiHeadAttention, heads: Sequence[int]) -> MultiHeadAttention:
    """A copy without these heads: their rows of the queries, keys and values, their columns of
    the output.

    Raises ``ValueError`` for a number that is no head, if no head is left, and where heads share
    keys.
    """
    check_type("attention", attention, MultiHeadAttention)
    n_heads, d_head = attention.n_heads, attention.d_head
    if attention.n_kv_heads != n_heads:
        raise ValueError(f"n_kv_heads={attention.n_kv_heads}: {n_heads} heads share their keys")
    gone = set(_numbers("heads", heads, n_heads))
    if len(gone) == n_heads:
        raise ValueError(f"heads={sorted(gone)} are all heads: keep one at least")
    rows = torch.arange(n_heads * d_head).view(n_heads, d_head)
    kept = rows[[head for head in range(n_heads) if head not in gone]].flatten()
    small = copy.deepcopy(attention)
    small.n_heads = small.n_kv_heads = n_heads - len(gone)
    for name in ("query", "key", "value"):
        layer = getattr(attention, name)
        bias = None if layer.bias is None else layer.bias[kept]
        setattr(small, name, _linear(layer.weight[kept], bias))
    small.output = _linear(attention.output.weight[:, kept], attention.output.bias)
    return small


@torch.no_grad()
def factorize(linear: nn.Linear, rank: int) -> nn.Sequential:
    """Two layers whose product is the best approximation of ``linear`` of this rank.

    They hold rank · (d_in + d_out) weights in place of d_in · d_out. Raises ``ValueError`` for a
    rank below 1 or above the smaller side.
    """
    check_type("linear", linear, nn.Linear)
    check_whole("rank", rank, 1)
    smaller = min(linear.weight.shape)
    if rank > smaller:
        raise ValueError(f"rank={rank} is above {smaller}, the smaller side of the weight")
    left, sizes, right = torch.linalg.svd(linear.weight.float(), full_matrices=False)
    root = sizes[:rank].sqrt()
    first = _linear(root[:, None] * right[:rank], None)
    return nn.Sequential(first, _linear(left[:, :rank] * root, linear.bias))


def _linear(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
    layer.weight = nn.Parameter(weight.detach().clone())
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach().clone())
    return layer


def _numbers(name: str, values: Sequence[int], n: int) -> list[int]:
    check_several(name, values)
    for value in values:
        check_whole(name, value, 0)
        if value >= n:
            raise ValueError(f"{name}: {value} is not below {n}, as many as the model has")
    return list(values)
