"""A small RoBERTa of fairseq with random weights: ``python fairseq_roberta.py model.pt out.npz``.

``model.pt`` gets a checkpoint with the parts that fairseq's trainer writes, options included;
``out.npz`` gets ``@ids``, the second row of which ends in padding, and ``@logits``.
"""

import argparse
import sys
import types

import numpy as np
import torch
from fairseq_run import patch

patch()

from fairseq.data import Dictionary  # noqa: E402
from fairseq.models.roberta import RobertaModel  # noqa: E402

N_WORDS, LENGTH, PAD = 60, 20, 1


def build():
    """The model, its weights shaken so that no bias is zero and no norm is one."""
    dictionary = Dictionary()
    for i in range(N_WORDS):
        dictionary.add_symbol(f"word{i}")
    dictionary.add_symbol("<mask>")
    sizes = {"encoder_layers": 2, "encoder_embed_dim": 48, "encoder_ffn_embed_dim": 96}
    args = argparse.Namespace(**sizes, encoder_attention_heads=4, max_positions=32)
    task = types.SimpleNamespace(source_dictionary=dictionary)
    model = RobertaModel.build_model(args, task).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
        model.encoder.sentence_encoder.embed_tokens.weight[PAD] = 0
    return model, args, len(dictionary)


def main():
    """Write the checkpoint, run the model once."""
    torch.manual_seed(0)
    model, args, size = build()
    ids = torch.randint(4, size, (3, LENGTH))
    ids[1, LENGTH // 2 :] = PAD
    with torch.no_grad():
        logits = model(ids)[0]
    torch.save({"args": args, "model": model.state_dict(), "extra_state": {}}, sys.argv[1])
    np.savez(sys.argv[2], **{"@ids": ids.numpy(), "@logits": logits.numpy()})


if __name__ == "__main__":
    main()
