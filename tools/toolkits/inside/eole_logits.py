"""Logits of a model of eole: ``python eole_logits.py folder in.npz out.npz``.

``in.npz`` holds ``source`` and ``target`` ids, rows of equal length without padding; ``out.npz``
gets ``@logits``.
"""

import sys

import numpy as np
import torch
from eole.config.run import PredictConfig
from eole.models.model import EncoderDecoderModel


def main():
    """Load the folder as eole's own ``predict`` does, run the model once, write its logits."""
    config = PredictConfig(model_path=[sys.argv[1]], src="none", gpu_ranks=[])
    model = EncoderDecoderModel.for_inference(config)[0].eval()
    given = np.load(sys.argv[2], allow_pickle=False)
    source, target = (torch.from_numpy(given[name]) for name in ("source", "target"))
    lengths = torch.full((len(source),), source.shape[1])
    unread = target[:, :1]  # the model leaves out the last target token, which it would predict
    with torch.no_grad():
        output = model(source, torch.cat([target, unread], 1), lengths)
        logits = model.generator(output[0])
    np.savez(sys.argv[3], **{"@logits": logits.float().numpy()})


if __name__ == "__main__":
    main()
