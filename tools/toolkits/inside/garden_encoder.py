"""Model Garden's BertEncoderV2 with given weights: ``python garden_encoder.py in.npz out.npz``.

``in.npz`` holds the variables by name, and ``@ids``, ``@mask``, ``@types``. ``out.npz`` gets the
sequence and pooled outputs and every variable, read back from the encoder.
"""

import os
import sys

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np
from official.nlp.modeling.networks import BertEncoderV2


def build(weights):
    """An encoder of the sizes that the shapes tell."""
    query = weights["transformer/layer_0/self_attention/query/kernel"]
    layers = {name.split("/")[1] for name in weights if name.startswith("transformer/layer_")}
    return BertEncoderV2(
        vocab_size=len(weights["word_embeddings/embeddings"]),
        hidden_size=query.shape[0],
        num_layers=len(layers),
        num_attention_heads=query.shape[1],
        max_sequence_length=len(weights["position_embedding/embeddings"]),
        type_vocab_size=len(weights["type_embeddings/embeddings"]),
        inner_dim=weights["transformer/layer_0/intermediate/kernel"].shape[1],
    )


def main():
    """Set every variable by name, run once, read everything back."""
    given = dict(np.load(sys.argv[1], allow_pickle=False))
    inputs = {name: given.pop(f"@{name}") for name in ("ids", "mask", "types")}
    encoder = build(given)
    call = {
        "input_word_ids": inputs["ids"],
        "input_mask": inputs["mask"],
        "input_type_ids": inputs["types"],
    }
    encoder(call)
    scope = f"{encoder.name}/"
    names = [v.name.removeprefix(scope).removesuffix(":0") for v in encoder.variables]
    wrong = sorted(set(names) ^ set(given))
    if wrong:
        sys.exit(f"{wrong[0]!r} is not on both sides; the encoder has {names}")
    for name, variable in zip(names, encoder.variables, strict=True):
        variable.assign(given[name])
    outputs = encoder(call)
    back = {name: variable.numpy() for name, variable in zip(names, encoder.variables, strict=True)}
    results = {"@sequence": outputs["sequence_output"], "@pooled": outputs["pooled_output"]}
    np.savez(sys.argv[2], **{k: np.asarray(v) for k, v in results.items()}, **back)


if __name__ == "__main__":
    main()
