"""Weights of Hugging Face's transformers in our models, and ours in theirs.

Each family's file ends with a table of names, ours and theirs. This file walks along such a
table, in both directions, and accounts for every tensor: one that is missing, left over or of
another shape stops it. Where two of our names share one of theirs, theirs holds our matrices side
by side. transformers itself is not imported.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from lmbook.models import heads
from lmbook.models.bert import Bert
from lmbook.models.gpt import GPT
from lmbook.models.heads import (
    Head,
    MaskedHead,
    MaskedLM,
    PretrainingHeads,
    SequenceClassifier,
    SpanExtractor,
    TokenClassifier,
)
from lmbook.models.hf.configs import CONFIGS, read_fields
from lmbook.models.hf.tables import (
    COPIES,
    FAMILIES,
    IGNORED,
    SINUSOIDS,
    in_our_shape,
    in_their_shape,
)
from lmbook.models.llama import Llama
from lmbook.models.storage import tensors_of
from lmbook.models.transformer import Transformer
from lmbook.models.xlnet import XLNet

Model = GPT | Llama | Bert | Transformer | XLNet | Head
Weights = Mapping[str, Tensor]


@runtime_checkable
class HFModel(Protocol):
    """What we need of a model of transformers; its ``config`` has ``to_dict()``."""

    @property
    def config(self) -> Any: ...

    def state_dict(self) -> Mapping[str, Tensor]: ...


def from_hf(hf_model: HFModel) -> Model:
    """Our model with the weights of ``hf_model``, in evaluation mode; a known head comes along.

    Raises ``ValueError`` naming the first thing that is not as it should be: the ``model_type``,
    an option, a tensor.
    """
    return convert(hf_model.config.to_dict(), hf_model.state_dict())


def load_hf_folder(folder: str | Path) -> Model:
    """Our model from ``config.json`` and ``model.safetensors`` as they are published.

    Errors are those of ``from_hf``; besides, ``ValueError`` for a file missing or damaged.
    """
    folder = Path(folder)
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "model.safetensors")
    except (OSError, ValueError, SafetensorError) as error:
        raise ValueError(f"{folder} does not hold a model: {error}") from error
    return convert(config, weights)


def to_hf_state_dict(model: Model) -> dict[str, Tensor]:
    """Copies of the weights under the names and in the shapes that the twin's state dict has.

    Raises ``ValueError`` for a GPT with rotary positions: the published one has a table.
    """
    if isinstance(model, GPT) and model.positions is None:
        base = f"rotary_base={model.config.rotary_base}"
        raise ValueError(f"{base}: transformers' GPT-2 has a table of positions and nothing else")
    kind, table = _table(model)
    tensors = tensors_of(model)
    theirs = {}
    for name, ours in _joined(table, tensors).items():
        tensor = torch.cat([tensors[part].detach() for part in ours])
        theirs[name] = in_their_shape(name, tensor, _n_heads(model)).clone()
    for name, original in _copies(model, kind, theirs).items():
        theirs[name] = theirs[original].clone()
    if isinstance(model, Transformer):
        theirs |= {name: model.get_buffer("positions").clone() for name in SINUSOIDS}
    if isinstance(model, Bert):
        prefix = FAMILIES[kind][2]
        theirs = {name.removeprefix(prefix): tensor for name, tensor in theirs.items()}
    return theirs


def their_modules(model: Model, names: Iterable[str]) -> dict[str, str]:
    """The twin's names for layers of ours, by our name; a bare encoder's have no first word.

    Raises ``ValueError`` for a layer that the twin lacks or keeps together with others of ours.
    """
    kind, table = _table(model)
    shared = [theirs for theirs, n in Counter(table.values()).items() if n > 1]
    found = {}
    for name in names:
        theirs = table.get(re.sub(r"\.\d+\.", ".*.", name))
        if theirs is None or theirs in shared:
            place = "does not have" if theirs is None else f"keeps in one matrix, {theirs!r},"
            raise ValueError(f"{kind}: {name!r} is a layer that transformers {place} by itself")
        whole = _their_name(f"{name}.weight", table).removesuffix(".weight")
        found[name] = whole.removeprefix(FAMILIES[kind][2]) if isinstance(model, Bert) else whole
    return found


def convert(config: Mapping[str, Any], weights: Weights) -> Model:
    """Our model from what ``config.json`` and the weights' file hold; errors as in ``from_hf``."""
    fields = read_fields(config)
    kind = str(config["model_type"])
    make_model, _, prefix = FAMILIES[kind]
    weights = _renamed(weights, prefix)
    if kind in heads.HF_NAMES:
        pooler = f"{prefix}pooler.dense.weight", "classifier.dense.weight"
        fields["pooler"] = any(name in weights for name in pooler)
    encoder = make_model(CONFIGS[kind](**fields))
    model = _with_head(encoder, weights) if kind in heads.HF_NAMES else encoder
    _copy(model, weights)
    return model.eval()


def _renamed(weights: Weights, prefix: str) -> dict[str, Tensor]:
    """Names with the prefix, which a model without a head leaves out; "gamma" is "weight"."""
    bare = not any(name.startswith(prefix) for name in weights)
    renamed = {}
    for name, tensor in weights.items():
        name = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", name)
        name = re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", name)
        if not name.endswith(IGNORED):
            renamed[prefix + name if bare else name] = tensor
    return renamed


def _with_head(encoder: Bert, weights: Weights) -> Bert | Head:
    """The encoder in the head that the names tell of."""
    if "cls.seq_relationship.weight" in weights and encoder.pooler is not None:
        return PretrainingHeads(encoder)
    if "cls.predictions.bias" in weights or "lm_head.bias" in weights:
        return MaskedLM(encoder)
    if "qa_outputs.weight" in weights:
        return SpanExtractor(encoder)
    output = weights.get("classifier.out_proj.weight", weights.get("classifier.weight"))
    if output is None:
        return encoder
    make_head = TokenClassifier if encoder.pooler is None else SequenceClassifier
    return make_head(encoder, len(output))


def _copy(model: Model, weights: Weights) -> None:
    """Compare all names and shapes, then copy."""
    kind, table = _table(model)
    tensors = tensors_of(model)
    joined = _joined(table, tensors)
    copies = _copies(model, kind, joined)
    computed = SINUSOIDS if isinstance(model, Transformer) else set()
    known = joined.keys() | copies.keys() | computed
    if missing := [name for name in joined if name not in weights]:
        raise ValueError(f"{kind}: the weights lack {missing[0]!r}")
    if left_over := sorted(weights.keys() - known):
        raise ValueError(f"{kind}: {left_over[0]!r} has no place in our {type(model).__name__}")
    parts = {
        name: _split(name, weights[name], [tensors[part] for part in ours], _n_heads(model))
        for name, ours in joined.items()
    }
    for name in copies.keys() & weights.keys():
        if not torch.equal(weights[name], weights[copies[name]]):
            raise ValueError(f"{name!r} differs from {copies[name]!r}; here they are one tensor")
    for name in computed & weights.keys():
        _check_sinusoids(name, weights[name], model.get_buffer("positions"))
    with torch.no_grad():
        for name, ours in joined.items():
            for target, source in zip(ours, parts[name], strict=True):
                tensors[target].copy_(source)


def _split(name: str, tensor: Tensor, ours: list[Tensor], n_heads: int) -> list[Tensor]:
    whole = torch.cat([part.to("meta") for part in ours])
    wanted = in_their_shape(name, whole, n_heads).shape
    if tensor.shape != wanted:
        raise ValueError(f"{name!r} has shape {tuple(tensor.shape)}, not {tuple(wanted)}")
    return list(in_our_shape(name, tensor).split([len(part) for part in ours]))


def _n_heads(model: Model) -> int:
    return (model.encoder if isinstance(model, Head) else model).config.n_heads


def _check_sinusoids(name: str, theirs: Tensor, ours: Tensor) -> None:
    # our angles are rounded to float32
    if theirs.shape != ours.shape or not theirs.float().allclose(ours, atol=1e-3):
        raise ValueError(f"{name!r} does not hold the sinusoids of shape {tuple(ours.shape)}")


def _copies(model: Model, kind: str, names: Iterable[str]) -> dict[str, str]:
    """Their second names of this model: none without a head, none for a layer of its own."""
    if kind in heads.HF_NAMES and not isinstance(model, MaskedHead):
        return {}
    return {name: original for name, original in COPIES[kind].items() if name not in names}


def _table(model: Model) -> tuple[str, dict[str, str]]:
    """The kind of a model and its table of names, the head's names included."""
    encoder = model.encoder if isinstance(model, Head) else model
    kinds = {make_model: kind for kind, (make_model, _, _) in FAMILIES.items()}
    if type(encoder) not in kinds:
        known = ", ".join(make_model.__name__ for make_model in kinds)
        raise ValueError(f"{type(encoder).__name__} is not one of {known}")
    kind = kinds[type(encoder)]
    names = FAMILIES[kind][1]
    if not isinstance(model, Head):
        return kind, names
    inside = {f"encoder.{ours}": theirs for ours, theirs in names.items()}
    return kind, inside | heads.HF_NAMES[kind][type(model)]


def _joined(table: Mapping[str, str], names: Iterable[str]) -> dict[str, list[str]]:
    """Their names, each with those of ours that it holds, in the order of ``names``."""
    joined: dict[str, list[str]] = {}
    for name in names:
        joined.setdefault(_their_name(name, table), []).append(name)
    return joined


def _their_name(name: str, table: Mapping[str, str]) -> str:
    number = re.search(r"\.(\d+)\.", name)
    general = re.sub(r"\.\d+\.", ".*.", name)
    module, _, tensor = general.rpartition(".")
    theirs = table[general] if general in table else f"{table[module]}.{tensor}"
    return theirs.replace("*", number[1]) if number else theirs
