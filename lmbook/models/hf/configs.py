"""Configurations of Hugging Face's transformers, read as ours: what their fields are called.

An option that changes what a model computes, and that our model does not have, is refused by
name: a model that loads but computes something else is the worst of all outcomes.
"""

from collections.abc import Mapping
from typing import Any, get_type_hints

from lmbook.models.bert import BertConfig
from lmbook.models.gpt import GPTConfig
from lmbook.models.llama import LlamaConfig
from lmbook.models.roberta import RobertaConfig
from lmbook.models.transformer import TransformerConfig
from lmbook.models.xlnet import XLNetConfig

CONFIGS = {
    "gpt2": GPTConfig,
    "llama": LlamaConfig,
    "bert": BertConfig,
    "roberta": RobertaConfig,
    "marian": TransformerConfig,
    "xlnet": XLNetConfig,
}
"""Our configuration by their ``model_type``."""

_BERT_FIELDS = {
    "vocab_size": "vocab_size",
    "n_positions": "max_position_embeddings",
    "d_model": "hidden_size",
    "n_layers": "num_hidden_layers",
    "n_heads": "num_attention_heads",
    "d_ff": "intermediate_size",
    "n_types": "type_vocab_size",
    "dropout": "hidden_dropout_prob",
    "attention_dropout": "attention_probs_dropout_prob",
    "layer_norm_eps": "layer_norm_eps",
    "activation": "hidden_act",
    "pad_id": "pad_token_id",
}
FIELDS = {
    "gpt2": {
        "vocab_size": "vocab_size",
        "n_positions": "n_positions",
        "d_model": "n_embd",
        "n_layers": "n_layer",
        "n_heads": "n_head",
        "d_ff": "n_inner",
        "dropout": "resid_pdrop embd_pdrop",
        "attention_dropout": "attn_pdrop",
        "layer_norm_eps": "layer_norm_epsilon",
        "activation": "activation_function",
        "init_std": "initializer_range",
        "start_id": "bos_token_id",
    },
    "llama": {
        "vocab_size": "vocab_size",
        "n_positions": "max_position_embeddings",
        "d_model": "hidden_size",
        "n_layers": "num_hidden_layers",
        "n_heads": "num_attention_heads",
        "n_kv_heads": "num_key_value_heads",
        "d_ff": "intermediate_size",
        "rotary_base": "rope_theta",
        "rms_norm_eps": "rms_norm_eps",
        "tied": "tie_word_embeddings",
        "start_id": "bos_token_id",
    },
    "bert": _BERT_FIELDS,
    "roberta": _BERT_FIELDS,
    "marian": {
        "vocab_size": "vocab_size decoder_vocab_size",
        "n_positions": "max_position_embeddings",
        "d_model": "d_model",
        "n_layers": "encoder_layers decoder_layers",
        "n_heads": "encoder_attention_heads decoder_attention_heads",
        "d_ff": "encoder_ffn_dim decoder_ffn_dim",
        "dropout": "dropout",
        "attention_dropout": "attention_dropout",
        "activation": "activation_function",
        "pad_id": "pad_token_id",
        "start_id": "decoder_start_token_id",
        "eos_id": "eos_token_id",
    },
    "xlnet": {
        "vocab_size": "vocab_size",
        "d_model": "d_model",
        "n_layers": "n_layer",
        "n_heads": "n_head",
        "d_ff": "d_inner",
        "n_memory": "mem_len",
        "dropout": "dropout",
        "layer_norm_eps": "layer_norm_eps",
        "activation": "ff_activation",
        "start_id": "bos_token_id",
    },
}
"""Our field → theirs; where there are two of theirs, they must agree."""

_ENCODER_OPTIONS = {
    "position_embedding_type": "absolute",
    "is_decoder": False,
    "add_cross_attention": False,
    "tie_word_embeddings": True,
}
OPTIONS = {
    "gpt2": {
        "scale_attn_weights": True,
        "scale_attn_by_inverse_layer_idx": False,
        "add_cross_attention": False,
        "tie_word_embeddings": True,
    },
    "llama": {
        "hidden_act": "silu",
        "rope_type": "default",
        "partial_rotary_factor": 1.0,
        "attention_bias": False,
        "mlp_bias": False,
        "attention_dropout": 0.0,
    },
    "bert": _ENCODER_OPTIONS,
    "roberta": _ENCODER_OPTIONS | {"hidden_act": "gelu"},
    "marian": {
        "scale_embedding": True,
        "share_encoder_decoder_embeddings": True,
        "tie_word_embeddings": True,
        "activation_dropout": 0.0,
        "encoder_layerdrop": 0.0,
        "decoder_layerdrop": 0.0,
        "normalize_before": False,
        "normalize_embedding": False,
        "add_final_layer_norm": False,
        "static_position_embeddings": True,
    },
    "xlnet": {
        "attn_type": "bi",
        "bi_data": False,
        "clamp_len": -1,
        "same_length": False,
        "reuse_len": 0,
        "untie_r": True,
        "tie_word_embeddings": True,
    },
}
"""Their options that must have this value, or be absent, as nothing else is implemented."""

_HEADS = {
    "llama": ("head_dim", "num_attention_heads", "hidden_size"),
    "xlnet": ("d_head", "n_head", "d_model"),
}

_ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}


def read_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of our configuration that their ``config`` (``config.json``) amounts to.

    Raises ``ValueError`` naming a ``model_type`` or an option that is not implemented, two fields
    that differ where we have one, or a field that is missing.
    """
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in CONFIGS:
        raise ValueError(f"model_type={kind!r} is not one of {', '.join(CONFIGS)}")
    theirs = _settled(kind, config)
    for option, needed in OPTIONS[kind].items():
        if theirs.get(option, needed) != needed:
            given = f"{option}={theirs[option]!r}"
            raise ValueError(f"{kind}: {given} is not implemented, only {needed!r}")
    types = get_type_hints(CONFIGS[kind])
    read = {ours: _value(kind, theirs, names) for ours, names in FIELDS[kind].items()}
    if "activation" in read:
        read["activation"] = _activation(kind, read["activation"])
    if kind == "roberta":  # their table's rows; ours is the longest sequence
        read["n_positions"] -= read["pad_id"] + 1
    if kind == "marian":
        read["layout"] = "halves"
    # JSON writes 0 for 0.0
    return {name: float(x) if types[name] is float else x for name, x in read.items()}


def _settled(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that are absent or None where another one implies them; older spellings."""
    theirs = dict(config)
    implied = {
        "gpt2": {"n_inner": 4 * theirs.get("n_embd", 0), "initializer_range": 0.02},
        "llama": {
            "num_key_value_heads": theirs.get("num_attention_heads"),
            "tie_word_embeddings": False,
        },
        "marian": {"decoder_vocab_size": theirs.get("vocab_size")},
        "xlnet": {"mem_len": 0, "reuse_len": 0, "bos_token_id": 1},  # absent in older files
    }
    for name, value in implied.get(kind, {}).items():
        if theirs.get(name) is None:
            theirs[name] = value
    if kind == "llama":
        rope = theirs.get("rope_parameters") or theirs.get("rope_scaling") or {}
        theirs["rope_type"] = rope.get("rope_type", rope.get("type", "default"))
        theirs["rope_theta"] = rope.get("rope_theta", theirs.get("rope_theta", 10_000.0))
        theirs["partial_rotary_factor"] = rope.get("partial_rotary_factor", 1.0)
    if kind in _HEADS:
        own, heads, width = _HEADS[kind]
        d_head = theirs.get(own)
        if d_head is not None and d_head * theirs.get(heads, 0) != theirs.get(width):
            raise ValueError(f"{kind}: {own}={d_head} is not {width} / {heads}")
    return theirs


def _value(kind: str, theirs: Mapping[str, Any], names: str) -> Any:
    values = {}
    for name in names.split():
        if theirs.get(name) is None:
            raise ValueError(f"{kind}: the configuration lacks {name!r}")
        values[name] = theirs[name]
    first, *others = values
    for other in others:
        if values[other] != values[first]:
            both = f"{first}={values[first]!r} and {other}={values[other]!r}"
            raise ValueError(f"{kind}: {both} differ; here they are one number")
    return values[first]


def _activation(kind: str, name: object) -> str:
    if name not in _ACTIVATIONS:
        raise ValueError(f"{kind}: activation {name!r} is not one of {', '.join(_ACTIVATIONS)}")
    return _ACTIVATIONS[str(name)]
