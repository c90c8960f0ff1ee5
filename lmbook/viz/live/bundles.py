"""A packaged model as one file for the page: weights, configuration and tokenizer.

The file is safetensors with our own names of tensors, whatever form the model's folder has; the
rest stands in its metadata. The engine that reads it is a few hundred lines of JavaScript.
"""

import dataclasses
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int8
from safetensors.torch import save
from torch import Tensor

from lmbook.models.bert import Bert
from lmbook.models.causal_lm import CausalLanguageModel
from lmbook.models.heads import MaskedHead
from lmbook.models.storage import family_of, tensors_of
from lmbook.tasks.translators import FOLDER as TRANSLATORS
from lmbook.tasks.translators import load_translator
from lmbook.zoo.chat import BASE, load_chat_model
from lmbook.zoo.checkpoints import TOKENIZER_FILE, folder_of, load

FAMILIES = ("gpt", "llama", "recurrent_lm", "feedforward_lm", "bert", "roberta")
"""The families that the engine runs; BERT and RoBERTa with the head for masked tokens."""

PRECISIONS = ("float16", "int8")

CHAT = "chat"
"""The name by which the page asks for the instructed model."""

TRANSLATOR = "translator"
"""The name by which the page asks for the Transformer that translates."""


def bundle(name: str, precision: str = "int8") -> bytes:
    """The file of the packaged model ``name``.

    In ``"float16"`` the weights are those of the package. In ``"int8"`` every entry of a matrix is
    rounded to a multiple of 1/127 of the greatest of its row, which takes half the bytes.

    Raises ``ValueError`` for a model that is not packaged or that the engine does not run, and
    for another precision.
    """
    model = load(name)[0]
    return _packed(model, core_of(name, model), folder_of(name), precision)


def chat_bundle(precision: str = "int8") -> bytes:
    """The file of the instructed model, ``lmbook.zoo.chat.load_chat_model("sft")``."""
    model = load_chat_model("sft")[0]
    return _packed(model, model, folder_of(BASE), precision)


def translator_bundle(precision: str = "float16") -> bytes:
    """The file of the packaged Transformer that translates English into Spanish.

    It is small enough for float16: in 8 bits, 19 of 400 held-out sentences come out differently.
    """
    model = load_translator("transformer").model
    return _packed(model, model, TRANSLATORS, precision)


def _packed(model: torch.nn.Module, core: Any, folder: Path, precision: str) -> bytes:
    if precision not in PRECISIONS:
        raise ValueError(f"precision={precision!r} is not one of {', '.join(PRECISIONS)}")
    metadata = {
        "family": family_of(core),
        "config": dataclasses.asdict(core.config),
        "tokenizer": json.loads((folder / TOKENIZER_FILE).read_text("utf-8")),
    }
    tensors: dict[str, Tensor] = {}
    for key, tensor in tensors_of(model).items():
        if precision == "int8" and tensor.dim() == 2:
            tensors[key], tensors[f"{key}.scale"] = quantize_rows(tensor)
        else:
            tensors[key] = tensor.detach().half().contiguous()
    # one entry: safetensors keeps several in no fixed order
    return save(tensors, {"lmbook": _small(metadata)})


def core_of(name: str, model: torch.nn.Module) -> Any:
    """The model itself, or the encoder under a head. Raises ``ValueError`` if it has no place."""
    core = model.encoder if isinstance(model, MaskedHead) else model
    if not isinstance(core, CausalLanguageModel | Bert) or family_of(core) not in FAMILIES:
        raise ValueError(f"name={name!r} is of a family that is not one of {', '.join(FAMILIES)}")
    return core


def quantize_rows(
    matrix: Float[Tensor, "row column"],
) -> tuple[Int8[Tensor, "row column"], Float[Tensor, " row"]]:
    """Integers from −127 to 127, and what to multiply each row of them by.

    Raises ``ValueError`` for entries that are not finite.
    """
    if not matrix.isfinite().all():
        raise ValueError("matrix holds entries that are not finite")
    matrix = matrix.detach().float()
    scale = matrix.abs().amax(1) / 127
    rounded = (matrix / scale.clamp(min=1e-12)[:, None]).round()
    return rounded.to(torch.int8), scale


@lru_cache(maxsize=8)
def cached_bundle(name: str, precision: str = "int8") -> bytes:
    """``bundle``, or that of the chat or the translator, kept for the kernel's next reader."""
    if name == TRANSLATOR:
        return translator_bundle()
    return chat_bundle(precision) if name == CHAT else bundle(name, precision)


def _small(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
