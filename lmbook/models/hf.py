"""Weights of Hugging Face's transformers in our models, and ours in theirs.

Each family's file ends with a table of names, ours and theirs. This file walks along such a
table, in both directions, and accounts for every tensor: one that is missing, left over or of
another shape stops it. Where two of our names share one of theirs, theirs holds our matrices side
by side. transformers itself is not imported.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from lmbook.models import bert, gpt, heads, llama, roberta, transformer
from lmbook.models.bert import Bert
from lmbook.models.gpt import GPT
from lmbook.models.heads import Head, MaskedLM, SequenceClassifier, SpanExtractor, TokenClassifier
from lmbook.models.hf_configs import CONFIGS, read_fields
from lmbook.models.llama import Llama
from lmbook.models.roberta import Roberta
from lmbook.models.storage import tensors_of
from lmbook.models.transformer import Transformer

Model = GPT | Llama | Bert | Transformer | Head
Weights = Mapping[str, Tensor]

FAMILIES = {
    "gpt2": (GPT, gpt.HF_NAMES, "transformer."),
    "llama": (Llama, llama.HF_NAMES, "model."),
    "bert": (Bert, bert.HF_NAMES, "bert."),
    "roberta": (Roberta, roberta.HF_NAMES, "roberta."),
    "marian": (Transformer, transformer.HF_NAMES, "model."),
}
"""By ``model_type``: our model, its table, and what stands before names if there is a head."""

COPIES = {
    "gpt2": {"lm_head.weight": "transformer.wte.weight"},
    "llama": {"lm_head.weight": "model.embed_tokens.weight"},
    "bert": {
        "cls.predictions.decoder.weight": "bert.embeddings.word_embeddings.weight",
        "cls.predictions.decoder.bias": "cls.predictions.bias",
    },
    "roberta": {
        "lm_head.decoder.weight": "roberta.embeddings.word_embeddings.weight",
        "lm_head.decoder.bias": "lm_head.bias",
    },
    "marian": {
        "model.encoder.embed_tokens.weight": "model.shared.weight",
        "model.decoder.embed_tokens.weight": "model.shared.weight",
        "lm_head.weight": "model.shared.weight",
    },
}
"""Their second names for a tensor, which are absent in files and present in state dicts."""

SINUSOIDS = {f"model.{side}.embed_positions.weight" for side in ("encoder", "decoder")}
"""Marian's positions, which its state dict holds although they follow from a formula."""

IGNORED = (
    ".attn.bias",  # GPT-2: the causal mask
    ".attn.masked_bias",  # GPT-2: what stands for −∞
    "embeddings.position_ids",  # BERT, RoBERTa: 0, 1, 2 …
    "rotary_emb.inv_freq",  # Llama: follows from the base
    "cls.seq_relationship.weight",  # BERT: the next-sentence head, which we leave out
    "cls.seq_relationship.bias",
)
"""Endings of their names that we need not read."""

_TRANSPOSED = re.compile(r"\.(c_attn|c_proj|c_fc)\.weight$")  # GPT-2's Conv1D: [in out]


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
    """Copies of the weights under the names and in the shapes that the twin's state dict has."""
    kind, table = _table(model)
    tensors = tensors_of(model)
    theirs = {}
    for name, ours in _joined(table, tensors).items():
        tensor = torch.cat([tensors[part].detach() for part in ours])
        theirs[name] = (tensor.T if _TRANSPOSED.search(name) else tensor).clone()
    for name, original in _copies(model, kind, theirs).items():
        theirs[name] = theirs[original].clone()
    if isinstance(model, Transformer):
        theirs |= {name: model.get_buffer("positions").clone() for name in SINUSOIDS}
    if isinstance(model, Bert):
        prefix = FAMILIES[kind][2]
        theirs = {name.removeprefix(prefix): tensor for name, tensor in theirs.items()}
    return theirs


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
    parts = {name: _split(name, weights[name], ours, tensors) for name, ours in joined.items()}
    for name in copies.keys() & weights.keys():
        if not torch.equal(weights[name], weights[copies[name]]):
            raise ValueError(f"{name!r} differs from {copies[name]!r}; here they are one tensor")
    for name in computed & weights.keys():
        _check_sinusoids(name, weights[name], model.get_buffer("positions"))
    with torch.no_grad():
        for name, ours in joined.items():
            for target, source in zip(ours, parts[name], strict=True):
                tensors[target].copy_(source)


def _split(name: str, tensor: Tensor, ours: list[str], tensors: Weights) -> list[Tensor]:
    shapes = [tuple(tensors[part].shape) for part in ours]
    wanted = (sum(shape[0] for shape in shapes), *shapes[0][1:])
    turned = tensor.T if _TRANSPOSED.search(name) else tensor
    if turned.shape != wanted:
        needed = wanted[::-1] if turned is not tensor else wanted
        raise ValueError(f"{name!r} has shape {tuple(tensor.shape)}, not {needed}")
    return list(turned.split([shape[0] for shape in shapes]))


def _check_sinusoids(name: str, theirs: Tensor, ours: Tensor) -> None:
    # our angles are rounded to float32
    if theirs.shape != ours.shape or not theirs.float().allclose(ours, atol=1e-3):
        raise ValueError(f"{name!r} does not hold the sinusoids of shape {tuple(ours.shape)}")


def _copies(model: Model, kind: str, names: Iterable[str]) -> dict[str, str]:
    """Their second names of this model: none without a head, none for a layer of its own."""
    if kind in heads.HF_NAMES and not isinstance(model, MaskedLM):
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
