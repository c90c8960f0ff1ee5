"""fairseq's RoBERTa in ours, and back.

Source: Liu et al. (2019); the code is fairseq 0.12.2 (Ott et al., 2019).

A checkpoint's ``"model"`` is the state dict that is read here. Two things the shapes do not tell:
the number of heads, and that the table of positions has ``pad_id + 1`` rows in front that no
sentence uses.
"""

from typing import Any

from torch import Tensor

from lmbook.arguments import check_type
from lmbook.models.heads import MaskedLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.toolkits.carry import (
    Weights,
    check_weights,
    copy_in,
    copy_out,
    n_layers_of,
    sizes_of,
)

_ENCODER = "encoder.sentence_encoder"
_LAYER = f"{_ENCODER}.layers.*"

ROBERTA_NAMES = {
    "embedding": f"{_ENCODER}.embed_tokens",
    "positions": f"{_ENCODER}.embed_positions",
    "types": f"{_ENCODER}.segments",
    "norm": f"{_ENCODER}.layernorm_embedding",
    "blocks.*.attention.query": f"{_LAYER}.self_attn.q_proj",
    "blocks.*.attention.key": f"{_LAYER}.self_attn.k_proj",
    "blocks.*.attention.value": f"{_LAYER}.self_attn.v_proj",
    "blocks.*.attention.output": f"{_LAYER}.self_attn.out_proj",
    "blocks.*.norm_1": f"{_LAYER}.self_attn_layer_norm",
    "blocks.*.feedforward.up": f"{_LAYER}.fc1",
    "blocks.*.feedforward.down": f"{_LAYER}.fc2",
    "blocks.*.norm_2": f"{_LAYER}.final_layer_norm",
}
"""Our names and those of fairseq's RobertaModel; "segments" is a table that it does not have."""

HEAD_NAMES = {
    "transform": "encoder.lm_head.dense",
    "norm": "encoder.lm_head.layer_norm",
    "bias": "encoder.lm_head.bias",
}
_SEGMENTS = (".segments.weight",)
_FAST_PATH = tuple(
    f".{layer}_{tensor}"
    for layer in ("in_proj", "out_proj", "fc1", "fc2")
    for tensor in ("weight", "bias")
)  # copies for a kernel, of which fairseq makes new ones whenever it reads a checkpoint
_IGNORED = (".version", "encoder.lm_head.weight", *_FAST_PATH)  # the head is the embedding


def roberta_from_fairseq(
    weights: Weights, n_heads: int, *, pad_id: int = 1, activation: str = "gelu"
) -> MaskedLM:
    """Our RoBERTa with its head, in evaluation mode, from the state dict of fairseq's.

    ``pad_id`` is fairseq's index of ``<pad>``: its dictionaries begin with ``<s> <pad> </s>
    <unk>``. Raises ``ValueError`` for a tensor that is missing, left over or of another shape,
    or a head whose matrix is not the embedding.
    """
    check_weights(weights)
    table = f"{_ENCODER}.embed_positions.weight"
    sizes: dict[str, Any] = sizes_of(
        weights,
        {
            "vocab_size": (f"{_ENCODER}.embed_tokens.weight", 0),
            "d_model": (f"{_ENCODER}.embed_tokens.weight", 1),
            "n_positions": (table, 0),
            "d_ff": (f"{_ENCODER}.layers.0.fc1.weight", 0),
        },
    )
    sizes["n_positions"] -= pad_id + 1
    if sizes["n_positions"] < 1:
        rows = weights[table].shape[0]
        raise ValueError(f"pad_id={pad_id} leaves no position of the {rows} rows of {table!r}")
    n_layers = n_layers_of(weights, r"sentence_encoder\.layers\.(\d+)\.")
    config = RobertaConfig(
        **sizes, n_layers=n_layers, n_heads=n_heads, pad_id=pad_id, activation=activation
    )
    _check_tied(weights)
    model = MaskedLM(Roberta(config))
    copy_in(model, weights, _names(), ignored=_IGNORED, zeros=_SEGMENTS)
    return model.eval()


def roberta_to_fairseq(model: MaskedLM) -> dict[str, Tensor]:
    """The weights under fairseq's names, the inverse of ``roberta_from_fairseq``.

    fairseq has no table of segments: the row of ours is added to every position. Raises
    ``ValueError`` for a model that is no RoBERTa, has several segments or has a pooler.
    """
    check_type("model", model, MaskedLM)
    check_type("model.encoder", model.encoder, Roberta)
    if model.encoder.config.n_types != 1:
        raise ValueError(f"n_types={model.encoder.config.n_types}: fairseq has no segments")
    weights = copy_out(model, _names())
    segments = weights.pop(f"{_ENCODER}.segments.weight")
    weights[f"{_ENCODER}.embed_positions.weight"] += segments[0]
    weights["encoder.lm_head.weight"] = weights[f"{_ENCODER}.embed_tokens.weight"].clone()
    return weights


def _check_tied(weights: Weights) -> None:
    head = weights.get("encoder.lm_head.weight")
    embedding = weights[f"{_ENCODER}.embed_tokens.weight"]
    if head is not None and not (head.shape == embedding.shape and head.equal(embedding)):
        raise ValueError("'encoder.lm_head.weight' is not the embedding; here they are one tensor")


def _names() -> dict[str, str]:
    return {f"encoder.{ours}": theirs for ours, theirs in ROBERTA_NAMES.items()} | HEAD_NAMES
