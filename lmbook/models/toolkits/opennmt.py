"""A Transformer of OpenNMT-py 3 or of eole, its successor, in ours.

Both normalise before each layer and once more behind the last one, and by default they give their
linear layers no bias. A checkpoint of OpenNMT-py keeps the output layer apart, in "generator": its
tensors are expected here as "generator.weight" and "generator.bias". eole writes safetensors with
these names.

Source: Klein et al. (2017) for the toolkit; names as in OpenNMT-py 3.5.1 and eole 0.6.4.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from lmbook.arguments import check_type
from lmbook.models.toolkits.carry import (
    Weights,
    check_weights,
    copy_in,
    copy_out,
    n_layers_of,
    sizes_of,
)
from lmbook.models.toolkits.prenorm import PreNormTransformer
from lmbook.models.transformer import TransformerConfig

_PROJECTIONS = {
    "query": "linear_query",
    "key": "linear_keys",
    "value": "linear_values",
    "output": "final_linear",
}
_ENDS = {"encoder_norm": "encoder.layer_norm", "decoder_norm": "decoder.layer_norm"}


def _layers(side: str, theirs: str, parts: Mapping[str, str]) -> dict[str, str]:
    names = {f"{side}.*.{ours}": f"{theirs}.*.{other}" for ours, other in parts.items()}
    kinds = {"attention": "self_attn"} | (
        {"cross_attention": "context_attn"} if side == "decoder" else {}
    )
    for ours, other in kinds.items():
        for projection, name in _PROJECTIONS.items():
            names[f"{side}.*.{ours}.{projection}"] = f"{theirs}.*.{other}.{name}"
    return names


_FEED = {"feedforward.up": "feed_forward.w_1", "feedforward.down": "feed_forward.w_2"}
OPENNMT_NAMES = {
    "embedding": "encoder.embeddings.make_embedding.emb_luts.0",
    "logits_bias": "generator.bias",
    **_ENDS,
    **_layers(
        "encoder",
        "encoder.transformer",
        {"norm_1": "layer_norm", "norm_2": "feed_forward.layer_norm", **_FEED},
    ),
    **_layers(
        "decoder",
        "decoder.transformer_layers",
        {
            "norm_1": "layer_norm_1",
            "norm_2": "layer_norm_2",
            "norm_3": "feed_forward.layer_norm",
            **_FEED,
        },
    ),
}
"""Our layers and those of OpenNMT-py's ``TransformerModel``; * is the layer's number."""

_FEED = {"feedforward.up": "mlp.gate_up_proj", "feedforward.down": "mlp.down_proj"}
EOLE_NAMES = {
    "embedding": "src_emb.embeddings",
    "logits_bias": "generator.bias",
    **_ENDS,
    **_layers(
        "encoder",
        "encoder.transformer_layers",
        {"norm_1": "input_layernorm", "norm_2": "post_attention_layernorm", **_FEED},
    ),
    **_layers(
        "decoder",
        "decoder.transformer_layers",
        {
            "norm_1": "input_layernorm",
            "norm_2": "precontext_layernorm",
            "norm_3": "post_attention_layernorm",
            **_FEED,
        },
    ),
}
"""The same for eole's encoder–decoder."""

_TABLES = {"opennmt": OPENNMT_NAMES, "eole": EOLE_NAMES}
_TIED = (
    "decoder.embeddings.make_embedding.emb_luts.0.weight",
    "tgt_emb.embeddings.weight",
    "generator.weight",
)
_IGNORED = (".pe.pe", ".layer_scalar", *_TIED)
_BIASES = tuple(
    f"{name}.bias" for name in (*_PROJECTIONS.values(), "w_1", "w_2", "gate_up_proj", "down_proj")
)


def transformer_from_opennmt(
    weights: Weights, n_heads: int, *, toolkit: str = "opennmt", n_positions: int = 512
) -> PreNormTransformer:
    """Our encoder–decoder in evaluation mode, without dropout, from the weights of theirs.

    ``toolkit`` is "opennmt" or "eole". The shapes do not tell the number of heads. The positions
    are sinusoids, of which ``n_positions`` are made. Source, target and output must share one
    matrix, as with ``share_vocab``, ``share_embeddings`` and ``share_decoder_embeddings``.

    Raises ``ValueError`` for another toolkit, for a tensor that is missing, left over or of another
    shape, or for a target or output matrix that is not that of the source.
    """
    if toolkit not in _TABLES:
        raise ValueError(f"toolkit={toolkit!r} is none of {', '.join(_TABLES)}")
    check_weights(weights)
    table = _TABLES[toolkit]
    embedding = f"{table['embedding']}.weight"
    up = table["encoder.*.feedforward.up"].replace("*", "0")
    sizes: dict[str, Any] = sizes_of(
        weights,
        {
            "vocab_size": (embedding, 0),
            "d_model": (embedding, 1),
            "d_ff": (f"{up}.weight", 0),
        },
    )
    layer = table["encoder.*.norm_1"].partition(".*.")[0].replace(".", r"\.")
    config = TransformerConfig(
        **sizes,
        n_layers=n_layers_of(weights, rf"^{layer}\.(\d+)\."),
        n_heads=n_heads,
        n_positions=n_positions,
        dropout=0.0,
    )
    for name in _TIED:
        if name in weights and not _equal(weights[name], weights[embedding]):
            raise ValueError(f"{name!r} is not {embedding!r}; here they are one tensor")
    model = PreNormTransformer(config)
    biases = {name: tensor[None] for name, tensor in weights.items() if name == "generator.bias"}
    copy_in(model, {**weights, **biases}, table, ignored=_IGNORED, zeros=_BIASES)
    return model.eval()


def transformer_to_opennmt(
    model: PreNormTransformer, *, toolkit: str = "opennmt"
) -> dict[str, Tensor]:
    """The weights under their names, the inverse of ``transformer_from_opennmt``, biases included.

    Raises ``ValueError`` for another toolkit, or for a model that normalises after its layers.
    """
    check_type("model", model, PreNormTransformer)
    if toolkit not in _TABLES:
        raise ValueError(f"toolkit={toolkit!r} is none of {', '.join(_TABLES)}")
    weights = copy_out(model, _TABLES[toolkit])
    weights["generator.bias"] = weights["generator.bias"][0]
    return weights


def _equal(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and bool(one.equal(other))
