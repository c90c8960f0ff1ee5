"""Patching: which value inside a network makes the difference between two inputs?

The clean input leads to an answer, the corrupt one, of the same length, does not. A value of the
clean run is put into the corrupt run: if the answer comes back, the value carries what the answer
depends on. Sources: Vig et al. (2020) and Meng et al. (2022) for activations; Wang et al. (2023)
for paths from one head to another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from lmbook.arguments import check_several, check_tensor_ids
from lmbook.interpret.capture import (
    Change,
    Decoder,
    attention_layers,
    capture,
    checked,
    context_of,
    edit,
    evaluating,
    head_outputs,
)

Ids = Int[Tensor, "batch time"]
# what is read from the logits of a run
Measure = Callable[[Float[Tensor, "batch time vocab"]], float]

SIDES = ("query", "key", "value")


@dataclass(frozen=True, kw_only=True)
class Patched:
    """The measure of each patched run, and of the two runs that nothing was patched in."""

    values: Float[Tensor, "layer place"]
    clean: float
    corrupt: float

    @property
    def recovered(self) -> Float[Tensor, "layer place"]:
        """0 where a patch changes nothing, 1 where it brings the clean measure back.

        Raises ``ValueError`` if the two runs have the same measure.
        """
        if self.clean == self.corrupt:
            raise ValueError(f"clean={self.clean} is the measure of the corrupt run too")
        return (self.values - self.corrupt) / (self.clean - self.corrupt)


def logit_difference(
    target_ids: Int[Tensor, " batch"], other_ids: Int[Tensor, " batch"]
) -> Measure:
    """The measure that most patching uses: a row's logit of one token less that of another.

    Both are read at the last position and averaged over the rows. Raises ``ValueError`` where it is
    called with another number of rows.
    """

    def measure(logits: Tensor) -> float:
        n_rows, _, vocab_size = logits.shape
        for name, ids in (("target_ids", target_ids), ("other_ids", other_ids)):
            check_tensor_ids(name, ids, vocab_size, 1)
            if len(ids) != n_rows:
                raise ValueError(f"{name} has {len(ids)} ids for {n_rows} rows of logits")
        last, rows = logits[:, -1], torch.arange(n_rows)
        return (last[rows, target_ids] - last[rows, other_ids]).mean().item()

    return measure


@torch.no_grad()
def patch_stream(model: Decoder, clean: Ids, corrupt: Ids, measure: Measure) -> Patched:
    """Patch the residual stream, one depth and position at a time: values ``[depth time]``.

    Depth 0 stands before the first block, the others after a block each. Raises ``ValueError`` for
    inputs of different shapes, or ids that the model does not take.
    """
    _check_pair(model, clean, corrupt)
    places = ["blocks.0:input", *(f"blocks.{i}" for i in range(len(model.blocks)))]
    kept = _kept(model, clean, places)
    values = torch.empty(len(places), clean.shape[1])
    for depth, place in enumerate(places):
        for t in range(clean.shape[1]):
            change = {place: _put(kept[place], t)}
            values[depth, t] = _measured(model, corrupt, measure, change)
    return _patched(model, clean, corrupt, measure, values)


@torch.no_grad()
def patch_heads(model: Decoder, clean: Ids, corrupt: Ids, measure: Measure) -> Patched:
    """Patch what one head has gathered, at all positions: values ``[layer head]``.

    Errors of ``patch_stream``.
    """
    _check_pair(model, clean, corrupt)
    layers = attention_layers(model)
    kept = _kept(model, clean, [context_of(i) for i in range(len(layers))])
    values = torch.empty(len(layers), layers[0].n_heads)
    for i, layer in enumerate(layers):
        for head in range(layer.n_heads):
            columns = slice(head * layer.d_head, (head + 1) * layer.d_head)
            change = {context_of(i): _put_columns(kept[context_of(i)], columns)}
            values[i, head] = _measured(model, corrupt, measure, change)
    return _patched(model, clean, corrupt, measure, values)


@torch.no_grad()
def patch_paths(
    model: Decoder,
    clean: Ids,
    corrupt: Ids,
    measure: Measure,
    receivers: Sequence[tuple[int, int]],
    side: str,
) -> Patched:
    """Patch the path from each head straight into the ``side`` of the receivers, ``[layer head]``.

    The receivers are heads, ``(layer, head)``, counted from 0. Their queries, keys or values are
    made from the corrupt stream, in which what the sender wrote is exchanged for what it writes in
    the clean run; all else between the two keeps its corrupt value. A sender that is not below any
    receiver changes nothing. Receivers that share keys and values get them all. Raises
    ``ValueError`` for a receiver or a side that does not exist, and as ``patch_stream``.
    """
    _check_pair(model, clean, corrupt)
    _check_receivers(model, receivers, side)
    senders = head_outputs(model, clean) - head_outputs(model, corrupt)
    inputs = _kept(model, corrupt, [f"blocks.{i}:input" for i in range(len(model.blocks))])
    values = torch.empty(senders.shape[:2])
    for i, heads in enumerate(senders):
        for head, change in enumerate(heads):
            edits: dict[str, Change] = {}
            for layer in sorted({r for r, _ in receivers if r > i}):
                norm = cast(nn.Module, model.blocks[layer].norm_1)
                moved = norm(inputs[f"blocks.{layer}:input"] + change)
                new = getattr(attention_layers(model)[layer], side)(moved)
                columns = _columns(model, [h for r, h in receivers if r == layer], layer, side)
                edits[f"blocks.{layer}.attention.{side}"] = _put_columns(new, columns)
            values[i, head] = _measured(model, corrupt, measure, edits)
    return _patched(model, clean, corrupt, measure, values)


def _columns(model: Decoder, heads: Sequence[int], layer: int, side: str) -> Tensor:
    """The columns of the queries, keys or values that belong to ``heads``."""
    attention = attention_layers(model)[layer]
    n_shared = 1 if side == "query" else attention.n_heads // attention.n_kv_heads
    first = torch.tensor([head // n_shared * attention.d_head for head in heads])
    return (first[:, None] + torch.arange(attention.d_head)).flatten()


def _put(new: Tensor, t: int) -> Change:
    """Put the vectors of ``new`` in at position ``t``."""

    def change(old: Tensor) -> Tensor:
        mixed = old.clone()
        mixed[:, t] = new[:, t]
        return mixed

    return change


def _put_columns(new: Tensor, columns: slice | Tensor) -> Change:
    """Put these columns of ``new`` in at all positions."""

    def change(old: Tensor) -> Tensor:
        mixed = old.clone()
        mixed[..., columns] = new[..., columns]
        return mixed

    return change


def _kept(model: Decoder, ids: Tensor, places: Sequence[str]) -> dict[str, Tensor]:
    with evaluating(model), capture(model, places) as kept:
        model.hidden(ids)
    return kept


def _measured(model: Decoder, ids: Tensor, measure: Measure, edits: dict[str, Change]) -> float:
    with evaluating(model), edit(model, edits):
        return float(measure(model(ids)[0]))


def _patched(
    model: Decoder, clean: Tensor, corrupt: Tensor, measure: Measure, values: Tensor
) -> Patched:
    whole = [_measured(model, ids, measure, {}) for ids in (clean, corrupt)]
    return Patched(values=values, clean=whole[0], corrupt=whole[1])


def _check_pair(model: Decoder, clean: Tensor, corrupt: Tensor) -> None:
    for name, ids in (("clean", clean), ("corrupt", corrupt)):
        checked(model, ids, name)
    if clean.shape != corrupt.shape:
        shape = tuple(corrupt.shape)
        raise ValueError(f"corrupt has shape {shape}, clean {tuple(clean.shape)}")


def _check_receivers(model: Decoder, receivers: Sequence[tuple[int, int]], side: str) -> None:
    if side not in SIDES:
        raise ValueError(f"side={side!r} is none of {', '.join(SIDES)}")
    check_several("receivers", receivers)
    if not receivers:
        raise ValueError("receivers is empty: give at least one head")
    check_heads_exist(model, receivers, "receivers")


def check_heads_exist(model: Decoder, heads: Sequence[tuple[int, int]], name: str) -> None:
    """Raise ``ValueError`` unless each of ``heads`` is a (layer, head) of the model, from 0."""
    n_layers, n_heads = len(model.blocks), attention_layers(model)[0].n_heads
    for layer, head in heads:
        if not (0 <= layer < n_layers and 0 <= head < n_heads):
            has = f"{n_layers} layers of {n_heads} heads"
            raise ValueError(f"{name} holds {(layer, head)}, the model has {has}")
