"""Models on disk: ``config.json`` says what to build, ``model.safetensors`` holds the weights.

Neither can run code when it is read, as a pickle can.
"""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any, get_args, get_type_hints

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.feedforward_lm import FeedforwardConfig, FeedforwardLM
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.models.recurrent_lm import RecurrentConfig, RecurrentLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.seq2seq import Seq2Seq, Seq2SeqConfig
from lmbook.models.transformer import Transformer, TransformerConfig
from lmbook.models.xlnet import XLNet, XLNetConfig

FAMILIES = {
    "feedforward_lm": (FeedforwardConfig, FeedforwardLM),
    "recurrent_lm": (RecurrentConfig, RecurrentLM),
    "seq2seq": (Seq2SeqConfig, Seq2Seq),
    "transformer": (TransformerConfig, Transformer),
    "gpt": (GPTConfig, GPT),
    "llama": (LlamaConfig, Llama),
    "bert": (BertConfig, Bert),
    "roberta": (RobertaConfig, Roberta),
    "xlnet": (XLNetConfig, XLNet),
}
"""Configuration and model by the family's name, which is the name of its module."""

CONFIG_FILE, WEIGHTS_FILE = "config.json", "model.safetensors"

Model = FeedforwardLM | RecurrentLM | Seq2Seq | GPT | Llama | Bert | Transformer | XLNet


def build_model(family: str, fields: dict[str, object]) -> Model:
    """A new model with random weights from its family's name and its configuration's fields.

    Raises ``ValueError`` for a family that is not known, a field that is unknown or missing, or
    a value that does not fit.
    """
    if family not in FAMILIES:
        raise ValueError(f"family={family!r} is not one of {', '.join(FAMILIES)}")
    make_config, make_model = FAMILIES[family]
    known = {field.name: field for field in dataclasses.fields(make_config)}
    if unknown := sorted(set(fields) - set(known)):
        raise ValueError(f"{family} has no field {unknown[0]!r}; it has {', '.join(known)}")
    needed = {name for name, field in known.items() if field.default is dataclasses.MISSING}
    if missing := sorted(needed - set(fields)):
        raise ValueError(f"the configuration of {family} lacks {missing[0]!r}")
    types = get_type_hints(make_config)
    typed = {name: _typed(name, value, types[name]) for name, value in fields.items()}
    return make_model(make_config(**typed))


def save_model(model: Model, folder: Path | str) -> None:
    """Write configuration and weights into ``folder``, which is made if it is not there.

    A matrix that stands in two places (tied embeddings) is written once. Each file is written
    under another name first, so that a reader never meets half a file.

    Raises ``ValueError`` for a model of no known family, and before anything is written for one
    that its configuration does not describe, such as one with adapters: ``load_model`` could not
    read it.
    """
    _check_plain(model)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    description = {"family": family_of(model), "config": dataclasses.asdict(model.config)}
    text = json.dumps(description, indent=2) + "\n"
    partial = folder / f".partial-{os.getpid()}"
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, folder / CONFIG_FILE)
    tensors = {name: t.detach().cpu().contiguous() for name, t in tensors_of(model).items()}
    save_file(tensors, partial)
    os.replace(partial, folder / WEIGHTS_FILE)


def load_model(folder: Path | str) -> Model:
    """Build the model that ``folder`` describes, with its weights, on the CPU in float32.

    The model is in evaluation mode. Weights stored in a shorter format are converted.

    Raises ``ValueError`` if there is no model in the folder, or if its files do not belong
    together: the message names the tensor or the field.
    """
    family, fields = _description(Path(folder))
    model = build_model(family, fields)
    _copy_weights(model, Path(folder) / WEIGHTS_FILE)
    return model.eval()


def load_weights(model: Model, folder: Path | str) -> None:
    """Copy the weights in ``folder`` into ``model``, which must be of the same family and sizes.

    Raises ``ValueError`` naming the family or the fields that differ; the model is then as it was.
    """
    family, fields = _description(Path(folder))
    if family != family_of(model):
        raise ValueError(f"{folder} holds a {family}, and the model is a {family_of(model)}")
    own = dataclasses.asdict(model.config)
    # dropout and the like shape no tensor, but a model that is trained on with them is another one
    if differing := [name for name in own if own[name] != fields.get(name)]:
        name = differing[0]
        raise ValueError(f"{folder} has {name}={fields.get(name)!r}, and the model {own[name]!r}")
    _copy_weights(model, Path(folder) / WEIGHTS_FILE)


def family_of(model: nn.Module) -> str:
    """The name of a model's family. Raises ``ValueError`` for a model of no known family."""
    for family, (_, make_model) in FAMILIES.items():
        if type(model) is make_model:
            return family
    raise ValueError(f"{type(model).__name__} is not one of {', '.join(FAMILIES)}")


def tensors_of(model: nn.Module) -> dict[str, Tensor]:
    """What is stored: parameters and persistent buffers, a shared one under its first name only."""
    stored = model.state_dict().keys()
    buffers = {name: buffer for name, buffer in model.named_buffers() if name in stored}
    return dict(model.named_parameters()) | buffers


def _check_plain(model: Model) -> None:
    """Raise ``ValueError`` unless the model's tensors are those that its configuration builds."""
    family, tensors = family_of(model), tensors_of(model)
    # first weights are drawn, and nobody else's draws may change
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        expected = tensors_of(FAMILIES[family][1](model.config))
    if unlike := sorted(tensors.keys() ^ expected.keys()):
        where = "has the tensor" if unlike[0] in tensors else "lacks the tensor"
        raise ValueError(
            f"model is not the {family} of its configuration, it {where} {unlike[0]!r}: take "
            "adapters off before saving, merged or not"
        )


def _typed(name: str, value: object, wanted: Any) -> object:
    kinds = get_args(wanted) or (wanted,)  # of float | None, two
    if type(value) is int and float in kinds:  # JSON and TOML write 0 for 0.0
        return float(value)
    if type(value) not in kinds:  # not isinstance: True is an int to Python
        raise ValueError(f"{name}={value!r} is not of type {getattr(wanted, '__name__', wanted)}")
    return value


def _description(folder: Path) -> tuple[str, dict[str, object]]:
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise ValueError(f"there is no model in {folder}: {CONFIG_FILE} is missing")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        return str(description["family"]), dict(description["config"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not describe a model: {error!r}") from error


def _copy_weights(model: nn.Module, path: Path) -> None:
    """All tensors are compared before the first one is copied."""
    try:
        stored = load_file(path)
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is not a readable file of weights: {error}") from error
    tensors = tensors_of(model)
    if unlike := sorted(set(stored) ^ set(tensors)):
        where = "file, not in the model" if unlike[0] in stored else "model, not in the file"
        raise ValueError(f"{path}: the tensor {unlike[0]!r} is in the {where}")
    for name, tensor in tensors.items():
        if stored[name].shape != tensor.shape:
            shapes = f"{tuple(stored[name].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"{path}: the tensor {name!r} has shape {shapes}")
    with torch.no_grad():
        for name, tensor in tensors.items():
            tensor.copy_(stored[name])
