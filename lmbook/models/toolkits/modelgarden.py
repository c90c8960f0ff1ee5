"""Our BERT in TensorFlow Model Garden's ``BertEncoderV2``, and back.

Keras keeps a layer's matrix as [in out], the transpose of torch's [out in], and attention keeps its
heads on an axis of their own: [in head d_head] for queries, keys and values, [head d_head out] for
what joins them. The tables' names are those of the encoder's variables without ":0".
"""

from functools import partial
from typing import Any

from torch import Tensor

from lmbook.arguments import check_type, check_whole
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.toolkits.carry import Weights, copy_in, copy_out, n_layers_of, sizes_of

_LAYER = "transformer/layer_*"
_LINEAR = {
    "attention.query": "self_attention/query",
    "attention.key": "self_attention/key",
    "attention.value": "self_attention/value",
    "attention.output": "self_attention/attention_output",
    "feedforward.up": "intermediate",
    "feedforward.down": "output",
}
_NORMS = {"norm_1": "self_attention_layer_norm", "norm_2": "output_layer_norm"}

NAMES = {
    "embedding.weight": "word_embeddings/embeddings",
    "positions.weight": "position_embedding/embeddings",
    "types.weight": "type_embeddings/embeddings",
    "norm.weight": "embeddings/layer_norm/gamma",
    "norm.bias": "embeddings/layer_norm/beta",
    "pooler.weight": "pooler_transform/kernel",
    "pooler.bias": "pooler_transform/bias",
}
"""Our tensors and the variables of BertEncoderV2; * is the layer's number."""

NAMES |= {
    f"blocks.*.{ours}.{tensor}": f"{_LAYER}/{theirs}/{name}"
    for ours, theirs in _LINEAR.items()
    for tensor, name in (("weight", "kernel"), ("bias", "bias"))
}
NAMES |= {
    f"blocks.*.{ours}.{tensor}": f"{_LAYER}/{theirs}/{name}"
    for ours, theirs in _NORMS.items()
    for tensor, name in (("weight", "gamma"), ("bias", "beta"))
}
_BY_HEAD = ("query", "key", "value")


def bert_to_modelgarden(model: Bert) -> dict[str, Tensor]:
    """The weights of ``model`` by the encoder's names and in its shapes.

    Raises ``ValueError`` without a pooler, which the encoder always has, or for an activation other
    than "gelu_tanh", the encoder's default.
    """
    check_type("model", model, Bert)
    if model.pooler is None:
        raise ValueError("pooler=False: BertEncoderV2 always has a pooler")
    if model.config.activation != "gelu_tanh":
        raise ValueError(f"activation={model.config.activation!r} is not 'gelu_tanh'")
    shape = partial(in_their_shape, n_heads=model.config.n_heads)
    return copy_out(model, NAMES, in_their_shape=shape)


def bert_from_modelgarden(
    weights: Weights, *, activation: str = "gelu_tanh", pad_id: int = 0
) -> Bert:
    """Our BERT, in evaluation mode, from the variables of a ``BertEncoderV2`` by name.

    Its kernels show the number of heads. Raises ``ValueError`` naming the first tensor that is
    missing, left over or of another shape.
    """
    query = "transformer/layer_0/self_attention/query/kernel"
    sizes: dict[str, Any] = sizes_of(
        weights,
        {
            "vocab_size": ("word_embeddings/embeddings", 0),
            "d_model": ("word_embeddings/embeddings", 1),
            "n_positions": ("position_embedding/embeddings", 0),
            "n_types": ("type_embeddings/embeddings", 0),
            "n_heads": (query, 1),
            "d_head": (query, 2),
            "d_ff": ("transformer/layer_0/intermediate/kernel", 1),
        },
    )
    _check_heads(weights, sizes["n_heads"], sizes.pop("d_head"))
    n_layers = n_layers_of(weights, r"^transformer/layer_(\d+)/")
    model = Bert(BertConfig(**sizes, n_layers=n_layers, activation=activation, pad_id=pad_id))
    copy_in(model, weights, NAMES, in_our_shape=in_our_shape)
    return model.eval()


def _check_heads(weights: Weights, n_heads: int, d_head: int) -> None:
    """Axes in another order would fit ours, too, when they are joined."""
    for name, tensor in weights.items():
        *_, layer, kind = ("", *name.split("/"))
        shape = tuple(tensor.shape)
        if layer in _BY_HEAD:
            heads = shape[-2:]
        elif layer == "attention_output" and kind == "kernel":
            heads = shape[:2]
        else:
            continue
        if heads != (n_heads, d_head):
            raise ValueError(f"{name!r} has shape {shape} without {n_heads} heads of {d_head}")


def in_our_shape(name: str, tensor: Tensor) -> Tensor:
    """Their variable of that name as ours: [out in], heads side by side."""
    *_, layer, kind = name.split("/")
    if kind == "kernel":
        return tensor.flatten(0, -2).T if layer == "attention_output" else tensor.flatten(1).T
    return tensor.flatten() if layer in _BY_HEAD else tensor


def in_their_shape(name: str, tensor: Tensor, n_heads: int) -> Tensor:
    """The inverse of ``in_our_shape``. Raises ``ValueError`` for ``n_heads`` below 1."""
    check_whole("n_heads", n_heads, 1)
    *_, layer, kind = name.split("/")
    if kind == "kernel":
        if layer == "attention_output":
            return tensor.T.unflatten(0, (n_heads, -1))
        return tensor.T.unflatten(1, (n_heads, -1)) if layer in _BY_HEAD else tensor.T
    return tensor.unflatten(0, (n_heads, -1)) if layer in _BY_HEAD else tensor
