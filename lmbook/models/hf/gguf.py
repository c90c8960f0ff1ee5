"""A Llama from a GGUF file: llama.cpp's names and order of rows, read as transformers' and ours."""

import re
from typing import cast

from torch import Tensor

from lmbook.data.sources.gguf import GGUFFile
from lmbook.models.hf.weights import convert
from lmbook.models.llama import Llama

NAMES = {
    "token_embd": "model.embed_tokens",
    "blk.*.attn_norm": "model.layers.*.input_layernorm",
    "blk.*.attn_q": "model.layers.*.self_attn.q_proj",
    "blk.*.attn_k": "model.layers.*.self_attn.k_proj",
    "blk.*.attn_v": "model.layers.*.self_attn.v_proj",
    "blk.*.attn_output": "model.layers.*.self_attn.o_proj",
    "blk.*.ffn_norm": "model.layers.*.post_attention_layernorm",
    "blk.*.ffn_gate": "model.layers.*.mlp.gate_proj",
    "blk.*.ffn_up": "model.layers.*.mlp.up_proj",
    "blk.*.ffn_down": "model.layers.*.mlp.down_proj",
    "output_norm": "model.norm",
    "output": "lm_head",
}
"""llama.cpp's names and those of transformers' LlamaForCausalLM; * is the layer's number."""

_FACTS = {
    "vocab_size": "llama.vocab_size",
    "max_position_embeddings": "llama.context_length",
    "hidden_size": "llama.embedding_length",
    "num_hidden_layers": "llama.block_count",
    "num_attention_heads": "llama.attention.head_count",
    "num_key_value_heads": "llama.attention.head_count_kv",
    "head_dim": "llama.rope.dimension_count",
    "intermediate_size": "llama.feed_forward_length",
    "rms_norm_eps": "llama.attention.layer_norm_rms_epsilon",
    "rope_theta": "llama.rope.freq_base",
    "bos_token_id": "tokenizer.ggml.bos_token_id",
}
"""transformers' field and the fact of the file that it is."""


def llama_from_gguf(file: GGUFFile) -> Llama:
    """The Llama that ``file`` describes, in float32 and evaluation mode.

    Quantised matrices keep the values that their blocks stand for. Without a tensor ``output``
    the embedding is the output layer too. Raises ``ValueError`` for another architecture, a fact
    or a tensor that is missing, scaled rotary positions, or a tensor without a place.
    """
    architecture = file.metadata.get("general.architecture")
    if architecture != "llama":
        raise ValueError(f"general.architecture={architecture!r} is not 'llama'")
    scaling = file.metadata.get("llama.rope.scaling.type", "none")
    if scaling != "none":
        raise ValueError(f"llama.rope.scaling.type={scaling!r} is not implemented, only 'none'")
    if missing := sorted(set(_FACTS.values()) - file.metadata.keys()):
        raise ValueError(f"the file lacks the fact {missing[0]!r}")
    config = {field: file.metadata[fact] for field, fact in _FACTS.items()}
    config |= {"model_type": "llama", "tie_word_embeddings": "output.weight" not in file.formats}
    weights = {_their_name(name): _theirs(name, file) for name in file.formats}
    return cast(Llama, convert(config, weights))


def _their_name(name: str) -> str:
    """transformers' name of a tensor. Raises ``ValueError`` for one that no Llama has."""
    module, _, kind = name.rpartition(".")
    number = re.search(r"\.(\d+)\.", name)
    general = re.sub(r"\.\d+\.", ".*.", f"{module}.").removesuffix(".")
    if general not in NAMES:
        raise ValueError(f"the tensor {name!r} has no place in a Llama")
    theirs = f"{NAMES[general]}.{kind}"
    return theirs.replace("*", number[1]) if number else theirs


def _theirs(name: str, file: GGUFFile) -> Tensor:
    """A tensor with its rows in transformers' order.

    llama.cpp turns neighbouring rows of a head's queries and keys by one angle, transformers and
    we turn row i and row i + d_head/2: what stood in pairs stands in halves.
    """
    tensor = file.tensor(name)
    heads = {"attn_q": "head_count", "attn_k": "head_count_kv"}
    part = name.split(".")[-2]
    if part not in heads:
        return tensor
    n_heads = file.metadata[f"llama.attention.{heads[part]}"]
    return tensor.unflatten(0, (n_heads, -1, 2)).transpose(1, 2).flatten(0, 2)
