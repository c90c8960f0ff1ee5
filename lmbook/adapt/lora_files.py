"""Changes of low rank on disk, in the two files of the library peft, for our models and theirs.

``adapter_config.json`` says where the changes go, ``adapter_model.safetensors`` holds A and B of
each layer under the layer's name in transformers. The base is not in them: a digest of its weights
is, as far as we write the file, and ``load_lora`` refuses another base.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from lmbook.adapt.lora import LoRAConfig, LoRALinear, add_lora
from lmbook.adapt.low_rank import LowRank
from lmbook.arguments import check_text
from lmbook.models.bert import Bert
from lmbook.models.hf.weights import their_modules
from lmbook.models.llama import Llama

Base = Bert | Llama
CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"
_NAMES = {"a": "lora_A.weight", "b": "lora_B.weight", "magnitude": "lora_magnitude_vector"}


def save_lora(model: Base, folder: str | Path, name: str = "default") -> None:
    """Write the change ``name`` of ``model`` as peft would, into ``folder``, made if it is missing.

    Raises ``ValueError`` if the model has no such change, or if a layer has no twin of its own in
    transformers.
    """
    changes = _changes(model, name)
    theirs = their_modules(model, changes)
    tensors = {
        f"base_model.model.{theirs[path]}.{_NAMES[part]}": p.detach().cpu().contiguous()
        for path, change in changes.items()
        for part, p in change.named_parameters()
    }
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    facts = _facts(next(iter(changes.values())), sorted(theirs.values()))
    (folder / CONFIG_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"base": _digest(model, list(changes))})


def load_lora(model: Base, folder: str | Path, name: str = "default") -> LoRAConfig:
    """Add the change that ``folder`` holds to ``model``, use it, and return its settings.

    Raises ``ValueError`` for a damaged folder, a method or an option that is not ours, layers or
    shapes that the model does not have, and a change that was trained on another base.
    """
    folder = Path(folder)
    try:
        facts = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        with safe_open(folder / WEIGHTS_FILE, "pt") as file:
            digest = (file.metadata() or {}).get("base")
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, ValueError, SafetensorError) as error:
        raise ValueError(f"{folder} does not hold an adapter: {error}") from error
    config, rest = _config(facts), dict(tensors)
    layers = {n: m for n, m in model.named_modules() if isinstance(m, nn.Linear | LoRALinear)}
    own = [path for path in layers if not path.endswith(".base")]
    loaded = {path: _read(theirs, rest) for path, theirs in their_modules(model, own).items()}
    loaded = {path: parts for path, parts in loaded.items() if parts}
    if rest:
        raise ValueError(f"{folder}: {min(rest)!r} has no place in this {_shown(model)}")
    _check_shapes(layers, loaded, config)
    if digest not in (None, _digest(model, list(loaded))):
        raise ValueError(f"{folder}: this adapter was trained on another base than this model")
    targets = tuple(loaded)
    add_lora(model, LoRAConfig(**{**vars(config), "targets": targets}), name)
    with torch.no_grad():
        for path, change in _changes(model, name).items():
            for part, p in change.named_parameters():
                p.copy_(loaded[path][part])
    return config


def _changes(model: nn.Module, name: str) -> dict[str, LowRank]:
    check_text("name", name)
    layers = {n: m for n, m in model.named_modules() if isinstance(m, LoRALinear)}
    found = {path: m.adapters[name] for path, m in layers.items() if name in m.adapters}
    if not found:
        raise ValueError(f"name={name!r} is no adapter of this {type(model).__name__}")
    return found  # pyright: ignore[reportReturnType]


def _facts(change: LowRank, targets: list[str]) -> dict[str, object]:
    """peft's settings; the scale is written as α / r, whatever made it."""
    rank = len(change.a)
    return {
        "peft_type": "LORA",
        "task_type": "FEATURE_EXTRACTION",
        "base_model_name_or_path": None,
        "inference_mode": True,
        "r": rank,
        "lora_alpha": change.scale * rank,
        "lora_dropout": change.dropout.p,
        "target_modules": targets,
        "use_dora": hasattr(change, "magnitude"),
        "use_rslora": False,
        "bias": "none",
        "fan_in_fan_out": False,
    }


def _config(facts: dict[str, Any]) -> LoRAConfig:
    if facts.get("peft_type") != "LORA":
        raise ValueError(f"peft_type={facts.get('peft_type')!r} is not 'LORA'")
    for option in ("rank_pattern", "alpha_pattern", "fan_in_fan_out", "modules_to_save"):
        if facts.get(option):
            raise ValueError(f"{option}={facts[option]!r} is not supported")
    if facts.get("bias", "none") != "none":
        raise ValueError(f"bias={facts['bias']!r} is not 'none'")
    kind = "dora" if facts.get("use_dora") else "rslora" if facts.get("use_rslora") else "lora"
    targets = facts.get("target_modules") or ()
    return LoRAConfig(
        rank=facts["r"],
        alpha=float(facts["lora_alpha"]),
        kind=kind,
        targets=(targets,) if isinstance(targets, str) else tuple(targets),
        dropout=facts.get("lora_dropout", 0.0),
    )


def _read(theirs: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Take the parts of one layer out of ``tensors``; a head's files name the encoder first."""
    found = {}
    for part, ending in _NAMES.items():
        for key in list(tensors):
            bare = key.removeprefix("base_model.model.").removeprefix("bert.")
            if bare.removeprefix("roberta.") == f"{theirs}.{ending}":
                found[part] = tensors.pop(key)
    return found


def _check_shapes(
    layers: Mapping[str, nn.Linear | LoRALinear],
    loaded: Mapping[str, Mapping[str, Tensor]],
    config: LoRAConfig,
) -> None:
    parts = set(_NAMES) if config.kind == "dora" else {"a", "b"}
    for path, found in loaded.items():
        if found.keys() != parts:
            raise ValueError(f"{path}: the file holds {sorted(found)}, not {sorted(parts)}")
        d_out, d_in = layers[path].out_features, layers[path].in_features
        wanted = {"a": (config.rank, d_in), "b": (d_out, config.rank), "magnitude": (d_out,)}
        for part, tensor in found.items():
            if tuple(tensor.shape) != wanted[part]:
                shape, limit = tuple(tensor.shape), wanted[part]
                raise ValueError(f"{path}: {part} has shape {shape}, not {limit}: another base")


def _digest(model: nn.Module, paths: list[str]) -> str:
    """What the adapted weights of the base are, in 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        layer = model.get_submodule(path)
        base = layer.base if isinstance(layer, LoRALinear) else layer
        weight = layer.original if getattr(layer, "original", None) is not None else base.weight
        digest.update(weight.detach().float().cpu().contiguous().numpy().tobytes())  # pyright: ignore
    return digest.hexdigest()


def _shown(model: Base) -> str:
    config = model.config
    return f"{type(model).__name__} of n_layers={config.n_layers}, d_model={config.d_model}"
