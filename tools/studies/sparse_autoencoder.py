"""A sparse autoencoder for llama-tiny's stream: python -m tools.studies.sparse_autoencoder

It learns the residual stream after the second of four blocks, on tokens of the training plays. The
weights go to lmbook/zoo/autoencoders/llama-tiny.safetensors in float16, the measures on validation
plays to lmbook/zoo/studies/sparse_autoencoder.json: about two minutes of one CPU thread.
"""

import sys
from typing import Any

import torch
from torch import Tensor

from lmbook.data.sets.corpora import load_corpus
from lmbook.interpret.capture import residual_stream
from lmbook.interpret.sparse_autoencoder import (
    PACKAGED,
    SparseAutoencoder,
    feature_frequencies,
    load_autoencoder,
    loss_recovered,
    loss_with,
    save_autoencoder,
    train_autoencoder,
)
from lmbook.models.llama import Llama
from lmbook.zoo import studies
from lmbook.zoo.checkpoints import load
from tools.studies._lines import write_lines

NAME, DEPTH, N_FEATURES, K, SEED = "llama-tiny", 2, 1152, 16, 0
N_STEPS, BATCH, LR = 1200, 512, 2e-3
N_ROWS, N_TOKENS, N_HELD_OUT = 2400, 64, 400


def main() -> int:
    torch.set_num_threads(1)
    model, tokenizer = load(NAME)
    if not isinstance(model, Llama):
        raise ValueError(f"{NAME} is a {type(model).__name__}, not a Llama")
    rows = {part: texts(tokenizer, part, n) for part, n in PARTS.items()}
    torch.manual_seed(SEED)
    autoencoder = SparseAutoencoder(model.config.d_model, N_FEATURES, K)
    curve: list[float] = []
    train_autoencoder(
        autoencoder,
        vectors(model, rows["train"]),
        N_STEPS,
        torch.Generator().manual_seed(SEED),
        lr=LR,
        batch_size=BATCH,
        observe=lambda _, missed: curve.append(round(missed, 4)),
    )
    PACKAGED.mkdir(exist_ok=True)
    path = PACKAGED / f"{NAME}.safetensors"
    save_autoencoder(path, autoencoder)
    found = measures(model, load_autoencoder(path), rows["validation"])
    write_lines(studies.file_of("sparse_autoencoder"), {"curve": curve[::20], **found})
    print(found)
    return 0


PARTS = {"train": N_ROWS, "validation": N_HELD_OUT}


def texts(tokenizer: Any, part: str, n_rows: int) -> Tensor:
    """The beginnings of speeches that are long enough, from all over a part."""
    cut = [tokenizer.encode(speech)[:N_TOKENS] for speech in load_corpus("plays").speeches(part)]
    rows = torch.tensor([ids for ids in cut if len(ids) == N_TOKENS])
    return rows[torch.linspace(0, len(rows) - 1, n_rows).long()]


def vectors(model: Llama, rows: Tensor) -> Tensor:
    """The stream at all tokens but the start, ``[token d_model]``."""
    start = torch.full((len(rows), 1), model.config.start_id)
    batches = torch.cat([start, rows], dim=1).split(50)
    return torch.cat([residual_stream(model, ids)[DEPTH, :, 1:].flatten(0, 1) for ids in batches])


def measures(model: Llama, autoencoder: SparseAutoencoder, rows: Tensor) -> dict[str, float]:
    """What is lost with the autoencoder in the stream's place, and how many features are dead."""
    place, held_out, batches = f"blocks.{DEPTH - 1}", vectors(model, rows), rows.split(50)
    with torch.no_grad():
        rest = (held_out - autoencoder(held_out)).square().sum()
        spread = (held_out - held_out.mean(0)).square().sum()
    mean = autoencoder.centre
    loss = {
        "clean": loss_with(model, batches, place, lambda x: x),
        "replaced": loss_with(model, batches, place, autoencoder),
        "mean": loss_with(model, batches, place, lambda x: mean.expand_as(x)),
        "zero": loss_with(model, batches, place, torch.zeros_like),
    }
    frequencies = feature_frequencies(autoencoder, held_out)
    return {
        **{name: round(value, 4) for name, value in loss.items()},
        "recovered": round(loss_recovered(loss["clean"], loss["replaced"], loss["mean"]), 4),
        "missed variance": round((rest / spread).item(), 4),
        "dead": int((frequencies == 0).sum()),
        "tokens": len(held_out),
    }


if __name__ == "__main__":
    sys.exit(main())
