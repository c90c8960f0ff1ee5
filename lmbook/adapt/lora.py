"""LoRA: the pre-trained matrices stay as they are, and each gets a change of low rank beside it.

Whatever module is passed to ``add_lora`` is frozen; what stands outside of it, such as a new head
on an encoder, goes on learning. Several adapters can stand on one base, each under a name.
Source: Hu et al. (2022).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmbook.adapt.low_rank import BaseLayer, LowRank, Magnitude, lora_scale, rslora_scale
from lmbook.adapt.nf4 import NF4Linear
from lmbook.adapt.targets import check_width, find_layers, replace_layer
from lmbook.arguments import check_number, check_positive, check_text, check_type, check_whole

KINDS = {
    "lora": (LowRank, lora_scale),
    "rslora": (LowRank, rslora_scale),
    "dora": (Magnitude, lora_scale),
}
"""What a change is made of, and its scale from rank and α."""


@dataclass(frozen=True, kw_only=True)
class LoRAConfig:
    """The defaults are peft's; the targets, queries and values, are those of Hu et al. (2022).

    ``alpha`` divided by ``rank``, or by its root with ``kind="rslora"``, is the scale of the
    change. ``targets`` are the last words of the names of layers, ``dropout`` acts on their input.

    Raises ``ValueError`` naming the field that does not fit.
    """

    rank: int = 8
    alpha: float = 8.0
    kind: str = "lora"
    targets: tuple[str, ...] = ("query", "value")
    dropout: float = 0.0

    def __post_init__(self) -> None:
        check_whole("rank", self.rank, 1)
        check_positive("alpha", self.alpha)
        if self.kind not in KINDS:
            raise ValueError(f"kind={self.kind!r} is not one of {', '.join(KINDS)}")
        check_number("dropout", self.dropout, 0.0, 1.0)

    @property
    def scale(self) -> float:
        """What B A is multiplied by."""
        return KINDS[self.kind][1](self.rank, self.alpha)


class LoRALinear(nn.Module):
    """A frozen linear layer and the changes that were learned for it, by name.

    ``active`` is the name of the change that acts, or a name for each row of the batch; None
    stands for the base alone.
    """

    def __init__(self, base: BaseLayer) -> None:
        super().__init__()
        self.base = base
        self.adapters = nn.ModuleDict()
        self.active: str | Sequence[str | None] | None = None
        self.original: Tensor | None = None  # the base's weight while a change is merged into it

    @property
    def in_features(self) -> int:
        """Width of the input."""
        return self.base.in_features

    @property
    def out_features(self) -> int:
        """Width of the output."""
        return self.base.out_features

    def forward(self, x: Float[Tensor, "batch *time d_in"]) -> Float[Tensor, "batch *time d_out"]:
        """Raises ``ValueError`` if the names of rows are not as many as the rows."""
        y = self.base(x)
        if self.active is None or self.original is not None:
            return y
        if isinstance(self.active, str):
            return self.adapters[self.active](x, y, self.base)
        if len(self.active) != len(x):
            raise ValueError(f"{len(self.active)} names of adapters for a batch of {len(x)} rows")
        parts = y.clone()
        for name in sorted({name for name in self.active if name is not None}):
            rows = [row for row, of_row in enumerate(self.active) if of_row == name]
            parts[rows] = self.adapters[name](x[rows], y[rows], self.base)
        return parts


def add_lora(model: nn.Module, config: LoRAConfig, name: str = "default") -> None:
    """Freeze ``model`` and give its target layers a change each, which is used from now on.

    Layers that have changes already get one more. What A begins with follows
    ``torch.manual_seed``. Raises ``ValueError`` for a target that the model does not have, a rank
    above the width of a layer, a name that is taken or holds a dot, and while a change is merged.
    """
    check_type("config", config, LoRAConfig)
    check_text("name", name)
    if not name or "." in name:
        raise ValueError(f"name={name!r} is empty or holds a dot")
    present = dict(_lora_layers(model))
    if any(name in layer.adapters for layer in present.values()):
        raise ValueError(f"name={name!r} is taken by an earlier adapter")
    _check_unmerged(model)
    found = find_layers(model, config.targets, nn.Linear, NF4Linear, LoRALinear)
    for path, layer in found.items():
        width = min(layer.in_features, layer.out_features)  # pyright: ignore
        check_width("rank", config.rank, width, path)
    make, _ = KINDS[config.kind]
    for path, layer in found.items():
        if not isinstance(layer, LoRALinear):
            base, layer = layer, LoRALinear(layer)  # pyright: ignore[reportArgumentType]
            replace_layer(model, path, layer)
        base = layer.base
        change = make(base, config.rank, config.scale, config.dropout)
        layer.adapters[name] = change.to(base.weight.device, base.weight.dtype)
    use_lora(model, name)


def use_lora(model: nn.Module, names: str | Sequence[str | None] | None) -> None:
    """Choose the change that acts and learns: one name, a name for each row, or None for the base.

    Raises ``ValueError`` for a name that no layer has, and while a change is merged.
    """
    _check_unmerged(model)
    wanted = {names} if isinstance(names, str) else set(names or ())
    layers = dict(_lora_layers(model))
    known = {name for layer in layers.values() for name in layer.adapters}
    if unknown := sorted(wanted - known - {None}, key=str):
        raise ValueError(f"names: {unknown[0]!r} is not one of {', '.join(sorted(known))}")
    model.requires_grad_(False)
    for layer in layers.values():
        layer.active = _present(names, layer)
        for name, change in layer.adapters.items():
            change.requires_grad_(name in wanted)


def merge_lora(model: nn.Module) -> None:
    """Put the active change into the weights themselves; the output stays, the extra work ends.

    The layer keeps a copy of its weight for ``unmerge_lora``. Raises ``ValueError`` if a change is
    merged already, if none or one for each row is active, or if a base is stored in NF4.
    """
    _check_unmerged(model)
    for path, layer in _lora_layers(model):
        if isinstance(layer.base, NF4Linear):
            raise ValueError(f"{path} is stored in NF4: replace it by its linear() before merging")
        if layer.active is not None and not isinstance(layer.active, str):
            raise ValueError(f"{path} has an adapter for each row: use one before merging")
    merged = 0
    for _, layer in _lora_layers(model):
        if isinstance(layer.active, str):
            layer.original = layer.base.weight.detach().clone()
            change = layer.adapters[layer.active]
            with torch.no_grad():
                layer.base.weight.copy_(change.merged(layer.original))  # pyright: ignore
            merged += 1
    if not merged:
        raise ValueError("model has no active adapter to merge")


def unmerge_lora(model: nn.Module) -> None:
    """Give every layer its own weights back, to the bit. Raises ``ValueError`` if none is merged.

    The change that was merged acts beside them again.
    """
    merged = [layer for _, layer in _lora_layers(model) if layer.original is not None]
    if not merged:
        raise ValueError("model has no merged adapter")
    for layer in merged:
        with torch.no_grad():
            layer.base.weight.copy_(layer.original)  # pyright: ignore
        layer.original = None


def remove_lora(model: nn.Module) -> None:
    """Put the plain layers back; a merged change stays in them, all others are lost.

    Raises ``ValueError`` if the model has no adapter.
    """
    layers = dict(_lora_layers(model))
    if not layers:
        raise ValueError("model has no adapter to remove")
    for path, layer in layers.items():
        replace_layer(model, path, layer.base)


def _lora_layers(model: nn.Module) -> Iterator[tuple[str, LoRALinear]]:
    for path, layer in list(model.named_modules()):
        if isinstance(layer, LoRALinear):
            yield path, layer


def _present(
    names: str | Sequence[str | None] | None, layer: LoRALinear
) -> str | Sequence[str | None] | None:
    """``names`` without those that have no change for this layer."""
    if names is None:
        return None
    if isinstance(names, str):
        return names if names in layer.adapters else None
    return tuple(n if n is not None and n in layer.adapters else None for n in names)


def _check_unmerged(model: nn.Module) -> None:
    for path, layer in _lora_layers(model):
        if layer.original is not None:
            raise ValueError(f"{path} has a merged adapter: unmerge_lora first")
