"""Which layers of a model an adapter goes to, by the last words of their names."""

from collections.abc import Iterable

from torch import nn

from lmbook.arguments import check_several, check_text, check_whole
from lmbook.models.bert import Bert


def find_layers(
    model: nn.Module, targets: Iterable[str], *kinds: type[nn.Module]
) -> dict[str, nn.Module]:
    """The layers of ``kinds`` in ``model`` whose names end with one of ``targets``, by full name.

    A target is a name such as "query", or several words joined by dots, "attention.output".
    Raises ``ValueError`` for one that no layer has.
    """
    check_several("targets", targets)
    targets = tuple(targets)
    layers = {name: layer for name, layer in model.named_modules() if isinstance(layer, kinds)}
    if not targets:
        raise ValueError("targets is empty: name at least one layer")
    found = {}
    for target in targets:
        check_text("targets", target)
        matching = {n: layer for n, layer in layers.items() if f".{n}".endswith(f".{target}")}
        if not matching:
            known = ", ".join(sorted({name.rpartition(".")[2] for name in layers}))
            raise ValueError(
                f"targets: {target!r} names no layer of this {type(model).__name__}, which has "
                f"{known or 'none that can be adapted'}"
            )
        found |= matching
    return found


def replace_layer(model: nn.Module, name: str, layer: nn.Module) -> None:
    """Put ``layer`` where the layer of that full name stands."""
    parent, _, last = name.rpartition(".")
    setattr(model.get_submodule(parent), last, layer)


def check_encoder(encoder: object) -> Bert:
    """``encoder`` itself; raises ``ValueError`` unless it is a BERT or a RoBERTa."""
    if not isinstance(encoder, Bert):
        raise ValueError(f"encoder is a {type(encoder).__name__}, not a Bert; pass model.encoder")
    return encoder


def check_width(name: str, value: object, width: int, where: str) -> None:
    """Raise ``ValueError`` unless ``value`` is a whole number from 1 to ``width``."""
    check_whole(name, value, 1)
    if value > width:  # pyright: ignore[reportOperatorIssue] - a whole number
        raise ValueError(f"{name}={value} exceeds the width {width} of {where}")
