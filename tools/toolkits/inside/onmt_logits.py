"""Logits of an OpenNMT-py checkpoint: ``python onmt_logits.py model.pt in.npz out.npz``.

``in.npz`` holds ``source`` and ``target`` ids, rows of equal length without padding. ``out.npz``
gets ``@logits`` and every tensor of the checkpoint by name, those of the output layer as
"generator.weight" and "generator.bias".
"""

import os
import sys

import numpy as np
import torch
from onmt_run import patch

patch()
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"  # our own checkpoint: a whole pickle

from onmt.inputters.inputter import dict_to_vocabs  # noqa: E402
from onmt.model_builder import build_base_model  # noqa: E402
from onmt.models.model_saver import load_checkpoint  # noqa: E402


def main():
    """Build the model of the checkpoint, run it once, write logits and weights."""
    checkpoint = load_checkpoint(sys.argv[1])
    model = build_base_model(checkpoint["opt"], dict_to_vocabs(checkpoint["vocab"]))
    model.load_state_dict(checkpoint, precision=torch.float32, device=torch.device("cpu"))
    model.eval()
    given = np.load(sys.argv[2], allow_pickle=False)
    source, target = (torch.from_numpy(given[name])[..., None] for name in ("source", "target"))
    lengths = torch.full((len(source),), source.shape[1])
    with torch.no_grad():
        memory, final, _ = model.encoder(source, lengths)
        model.decoder.init_state(source, memory, final)
        outputs, _ = model.decoder(target, memory, src_len=lengths)
        logits = model.generator(outputs)
    weights = dict(checkpoint["model"])
    weights |= {f"generator.{name}": tensor for name, tensor in checkpoint["generator"].items()}
    np.savez(
        sys.argv[3], **{"@logits": logits.numpy()}, **{k: v.numpy() for k, v in weights.items()}
    )


if __name__ == "__main__":
    main()
