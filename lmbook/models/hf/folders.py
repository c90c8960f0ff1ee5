"""Folders that Hugging Face's transformers loads: our models and tokenizers under its names.

``config.json`` says what to build, ``model.safetensors`` holds the weights as transformers
publishes them, each tensor once; ``lmbook.models.hf.weights.load_hf_folder`` reads both back. What
the tokenizer does stands in ``tokenizer.json``, which class it has and what its special tokens are
for in ``tokenizer_config.json``.
"""

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import Tensor

from lmbook.models.heads import Head, SequenceClassifier, TokenClassifier
from lmbook.models.hf.configs import CONFIGS, FIELDS, OPTIONS, read_fields
from lmbook.models.hf.tables import COPIES, FAMILIES, SINUSOIDS
from lmbook.models.hf.weights import Model, to_hf_state_dict
from lmbook.models.storage import CONFIG_FILE, WEIGHTS_FILE
from lmbook.tokenizers.bpe import BPETokenizer
from lmbook.tokenizers.published import TEMPLATES, to_published
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

TOKENIZER_FILE, TOKENIZER_CONFIG_FILE = "tokenizer.json", "tokenizer_config.json"
VOCABULARY_FILE = "vocab.txt"

ARCHITECTURES = {
    "gpt2": {"GPT": "GPT2LMHeadModel"},
    "llama": {"Llama": "LlamaForCausalLM"},
    "marian": {"Transformer": "MarianMTModel"},
    "xlnet": {"XLNet": "XLNetLMHeadModel"},
    "bert": {
        "Bert": "BertModel",
        "MaskedLM": "BertForMaskedLM",
        "PretrainingHeads": "BertForPreTraining",
        "SequenceClassifier": "BertForSequenceClassification",
        "TokenClassifier": "BertForTokenClassification",
        "SpanExtractor": "BertForQuestionAnswering",
    },
    "roberta": {
        "Roberta": "RobertaModel",
        "MaskedLM": "RobertaForMaskedLM",
        "SequenceClassifier": "RobertaForSequenceClassification",
        "TokenClassifier": "RobertaForTokenClassification",
        "SpanExtractor": "RobertaForQuestionAnswering",
    },
}
"""Their class by ``model_type`` and our class's name."""

_ROBERTA_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}
TOKENIZER_CONFIGS: dict[str, dict[str, Any]] = {
    "gpt2": {
        "tokenizer_class": "GPT2Tokenizer",
        "bos_token": "</s>",
        "eos_token": "</s>",
        "unk_token": "</s>",
    },
    "bert": {
        "tokenizer_class": "BertTokenizer",
        "unk_token": "[UNK]",
        "pad_token": "[PAD]",
        "cls_token": "[CLS]",
        "sep_token": "[SEP]",
        "mask_token": "[MASK]",
    },
    "roberta": {
        "tokenizer_class": "RobertaTokenizer",
        **_ROBERTA_TOKENS,
        "cls_token": "<s>",
        "sep_token": "</s>",
    },
    "xlnet": {
        # their XLNetTokenizer takes pieces of the Unigram model only
        "tokenizer_class": "TokenizersBackend",
        **_ROBERTA_TOKENS,
        "cls_token": "<cls>",
        "sep_token": "<sep>",
        "padding_side": "left",
        "model_input_names": ["input_ids", "token_type_ids", "attention_mask"],
    },
}
"""``tokenizer_config.json`` by ``model_type``: the class, and what special tokens are for. A role
left out would be filled by the class's own default, a token that our vocabularies lack."""

_IN_MODEL_CONFIG = ("bos_token", "eos_token", "pad_token")

_ACTIVATIONS = {"gelu": "gelu", "gelu_tanh": "gelu_new", "relu": "relu", "silu": "silu"}
_LATER = ("pooler",)  # fields that the weights tell, not the configuration


def kind_of(model: Model) -> str:
    """The ``model_type`` of transformers' twin. Raises ``ValueError`` if there is none."""
    encoder = model.encoder if isinstance(model, Head) else model
    for kind, (make_model, *_) in FAMILIES.items():
        if type(encoder) is make_model and type(model).__name__ in ARCHITECTURES[kind]:
            return kind
    known = ", ".join(make_model.__name__ for make_model, *_ in FAMILIES.values())
    raise ValueError(f"{type(model).__name__} is not one of {known}, and no head on one of them")


def hf_config(model: Model, token_ids: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The content of ``config.json``: what transformers needs to build the twin of ``model``.

    ``token_ids`` are ids which the model itself does not use, such as ``eos_token_id``. Whatever
    the format of the weights, ``dtype`` tells transformers to compute in float32.

    Raises ``ValueError`` for a model without a twin, a field that theirs cannot express, or a
    token's id that differs from the model's own.
    """
    kind = kind_of(model)
    ours = dataclasses.asdict((model.encoder if isinstance(model, Head) else model).config)
    theirs: dict[str, Any] = {
        "architectures": [ARCHITECTURES[kind][type(model).__name__]],
        "model_type": kind,
        "dtype": "float32",
    }
    for name, their_names in FIELDS[kind].items():
        value = _ACTIVATIONS[ours[name]] if name == "activation" else ours[name]
        theirs |= dict.fromkeys(their_names.split(), value)
    if isinstance(model, SequenceClassifier | TokenClassifier):
        theirs["num_labels"] = model.output.out_features
    theirs = _spelled(kind, OPTIONS[kind] | theirs)
    read = dataclasses.asdict(CONFIGS[kind](**read_fields(theirs)))
    for name, value in ours.items():
        if name not in _LATER and read[name] != value:
            raise ValueError(f"{kind}: {name}={value!r} cannot be expressed in transformers")
    for name, token_id in (token_ids or {}).items():
        if theirs.setdefault(name, token_id) != token_id:
            raise ValueError(f"{name}={token_id}, and the model's own is {theirs[name]}")
    return theirs


def hf_weights(model: Model) -> dict[str, Tensor]:
    """The weights as transformers publishes them: shared tensors once, nothing computed.

    Raises ``ValueError`` for a model without a twin.
    """
    kind = kind_of(model)
    tied = getattr(model.config, "tied", True) if not isinstance(model, Head) else True
    left_out = SINUSOIDS | (COPIES[kind].keys() if tied else set())
    theirs = to_hf_state_dict(model)
    return {
        name: tensor.cpu().contiguous() for name, tensor in theirs.items() if name not in left_out
    }


def save_hf_folder(
    folder: str | Path, model: Model, token_ids: Mapping[str, int] | None = None
) -> None:
    """Write ``config.json`` and ``model.safetensors`` into ``folder``, made if it is not there.

    The weights keep their format: float16 halves the file, and both libraries read it as float32.
    Each file is written under another name first. Raises what ``hf_config`` raises.
    """
    folder = Path(folder)
    text = json.dumps(hf_config(model, token_ids), indent=2) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".partial-{os.getpid()}"
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, folder / CONFIG_FILE)
    save_file(hf_weights(model), partial, metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors lets only the owner read it
    os.replace(partial, folder / WEIGHTS_FILE)


def special_token_ids(kind: str, tokenizer: BPETokenizer | WordPieceTokenizer) -> dict[str, int]:
    """Ids of the tokens that begin, end and pad a text, by their names in ``config.json``.

    Raises ``ValueError`` for a kind of model without a tokenizer here, or a tokenizer that lacks
    a special token which the kind needs.
    """
    return {
        f"{role}_id": tokenizer.special_tokens.index(token)
        for role, token in _roles(kind, tokenizer).items()
        if role in _IN_MODEL_CONFIG
    }


def save_hf_tokenizer(
    folder: str | Path,
    tokenizer: BPETokenizer | WordPieceTokenizer,
    kind: str,
    max_length: int | None = None,
) -> None:
    """Write ``tokenizer`` as that of a model of ``kind``, so that ``AutoTokenizer`` loads it.

    WordPiece also gets a ``vocab.txt``, a token a line. ``max_length`` is the longest sequence,
    special tokens included. Raises what ``special_token_ids`` and ``to_published`` raise.
    """
    _roles(kind, tokenizer)
    settings = {**TOKENIZER_CONFIGS[kind], "clean_up_tokenization_spaces": False}
    if max_length is not None:
        settings["model_max_length"] = max_length
    if isinstance(tokenizer, WordPieceTokenizer):
        settings["do_lower_case"] = tokenizer.lowercase
    elif kind != "xlnet":
        settings["add_prefix_space"] = False
    texts = {
        TOKENIZER_FILE: _json(to_published(tokenizer, TEMPLATES.get(kind))),
        TOKENIZER_CONFIG_FILE: _json(settings),
    }
    if isinstance(tokenizer, WordPieceTokenizer):
        texts[VOCABULARY_FILE] = "".join(f"{token}\n" for token in tokenizer.tokens)
    for name, text in texts.items():
        (Path(folder) / name).write_text(text, encoding="utf-8")


def _roles(kind: str, tokenizer: BPETokenizer | WordPieceTokenizer) -> dict[str, str]:
    if kind not in TOKENIZER_CONFIGS:
        known = ", ".join(TOKENIZER_CONFIGS)
        raise ValueError(f"kind={kind!r} has no form of tokenizer here, only {known}")
    roles = {r: t for r, t in TOKENIZER_CONFIGS[kind].items() if r.endswith("_token")}
    for role, token in roles.items():
        if token not in tokenizer.special_tokens:
            raise ValueError(f"{kind} needs the special token {token!r} as its {role}")
    return roles


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _spelled(kind: str, theirs: dict[str, Any]) -> dict[str, Any]:
    """What ``read_fields`` undoes: rows of a table, rotary settings in a group of their own."""
    if kind == "roberta":
        theirs["max_position_embeddings"] += theirs["pad_token_id"] + 1
    if kind == "gpt2":  # their default ids lie outside a small vocabulary
        theirs["eos_token_id"] = theirs["bos_token_id"]
    if kind == "llama":
        names = ("rope_type", "rope_theta", "partial_rotary_factor")
        theirs["rope_parameters"] = {name: theirs.pop(name) for name in names}
    return theirs
