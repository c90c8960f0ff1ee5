"""Our GPT under the names of CTranslate2's ``TransformerDecoderModelSpec`` (version 4).

A name is the path through the specification, with ``_0`` for an item of a list. Queries, keys and
values are one matrix there. ``decoder/scale_embeddings`` must be switched off: the Transformer of
2017 multiplies its embeddings by √d_model, GPT-2 does not.
"""

import torch
from torch import Tensor

from lmbook.arguments import check_type
from lmbook.models.gpt import GPT
from lmbook.models.toolkits.carry import copy_out

_LAYER = "decoder/layer_*"
NAMES = {
    "embedding.weight": "decoder/embeddings/weight",
    "positions.weight": "decoder/position_encodings/encodings",
    "norm.weight": "decoder/layer_norm/gamma",
    "norm.bias": "decoder/layer_norm/beta",
}
"""Our tensors and theirs; * is the layer's number."""

_LINEAR = {
    "attention.query": "self_attention/linear_0",  # the three side by side
    "attention.key": "self_attention/linear_0",
    "attention.value": "self_attention/linear_0",
    "attention.output": "self_attention/linear_1",
    "feedforward.up": "ffn/linear_0",
    "feedforward.down": "ffn/linear_1",
}
_NORMS = {"norm_1": "self_attention/layer_norm", "norm_2": "ffn/layer_norm"}
NAMES |= {
    f"blocks.*.{ours}.{tensor}": f"{_LAYER}/{theirs}/{tensor}"
    for ours, theirs in _LINEAR.items()
    for tensor in ("weight", "bias")
}
NAMES |= {
    f"blocks.*.{ours}.{tensor}": f"{_LAYER}/{theirs}/{name}"
    for ours, theirs in _NORMS.items()
    for tensor, name in (("weight", "gamma"), ("bias", "beta"))
}


def gpt_to_ctranslate2(model: GPT) -> dict[str, Tensor]:
    """The weights of ``model`` in float32 by the path of their place in the specification.

    Raises ``ValueError`` for a GPT with rotary positions, whose specification is another one, or
    an activation other than "gelu_tanh".
    """
    check_type("model", model, GPT)
    config = model.config
    if config.rotary_base is not None:
        raise ValueError(f"rotary_base={config.rotary_base}: the table of positions is needed")
    if config.activation != "gelu_tanh":
        raise ValueError(f"activation={config.activation!r} is not 'gelu_tanh'")
    weights = {name: tensor.float() for name, tensor in copy_out(model, NAMES).items()}
    weights["decoder/projection/weight"] = weights["decoder/embeddings/weight"].clone()
    weights["decoder/scale_embeddings"] = torch.tensor(0, dtype=torch.int8)
    return weights
