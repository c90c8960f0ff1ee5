"""Weights across: python -m tools.toolkits.parity [toolkit …]

The same weights in a toolkit and in the book, and the largest difference of what they compute.
The results go to lmbook/zoo/studies/toolkits.json under "parity", by toolkit: "what", "difference"
and "largest", the largest absolute value compared. CTranslate2 has "int8 difference" too, and
"seconds" of CPU time for one pass over 8 texts of 64 tokens on one thread: "torch", "float32" and
"int8".
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.gpt import GPT
from lmbook.models.toolkits.checkpoints import load_checkpoint
from lmbook.models.toolkits.ctranslate2 import gpt_to_ctranslate2
from lmbook.models.toolkits.fairseq import roberta_from_fairseq
from lmbook.models.toolkits.modelgarden import bert_from_modelgarden, bert_to_modelgarden
from lmbook.models.toolkits.opennmt import transformer_from_opennmt
from lmbook.zoo import checkpoints
from tools.toolkits.compare import known, record
from tools.toolkits.environments import ToolkitError
from tools.toolkits.hands import HANDS
from tools.toolkits.launch import INSIDE, launch
from tools.toolkits.task import Task, dates

N_UPDATES, N_HEADS, REPEATS = 20, 4, 20
N_TIMED = (8, 64)  # texts and positions
Arrays = Mapping[str, np.ndarray]


def main() -> int:
    """Run the checks that were asked for; exit status 1 if a toolkit failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="toolkit", help=", ".join(CHECKS))
    failed = False
    for name in parser.parse_args().names or list(CHECKS):
        try:
            record("parity", known("parity") | {name: check(name)})
        except ToolkitError as error:
            print(f"Error: {error}", file=sys.stderr, flush=True)
            failed = True
    return failed


def check(name: str) -> dict[str, Any]:
    """Carry weights between the book and one toolkit, and compare what both compute.

    Raises ``ToolkitError`` for an unknown toolkit, or one that is missing or fails.
    """
    if name not in CHECKS:
        raise ToolkitError(f"name={name!r} is not one of {', '.join(CHECKS)}")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        return CHECKS[name](Path(folder))


def fairseq(folder: Path) -> dict[str, Any]:
    """fairseq's RoBERTa in ours, out of a checkpoint that is read without fairseq."""
    command = [INSIDE / "fairseq_roberta.py", "model.pt", "out.npz"]
    launch("fairseq", command, folder=folder)
    theirs = _read(folder / "out.npz")
    model = roberta_from_fairseq(load_checkpoint(folder / "model.pt")["model"], N_HEADS)
    ids = torch.from_numpy(theirs["@ids"])
    real = ids != model.encoder.config.pad_id
    ours = model(ids, real)
    found = _compared(theirs["@logits"][real.numpy()], ours[real])
    return {"what": "logits of fairseq's RoBERTa", **found}


def opennmt(folder: Path) -> dict[str, Any]:
    """A Transformer that OpenNMT-py trained for a few updates, in ours."""
    HANDS["opennmt"](small_task(), folder, 0)
    path = folder / f"model_step_{N_UPDATES}.pt"
    stored = load_checkpoint(path)
    weights = dict(stored["model"])
    weights |= {f"generator.{name}": tensor for name, tensor in stored["generator"].items()}
    return _translation("opennmt", path.name, weights, folder)


def eole(folder: Path) -> dict[str, Any]:
    """The same of eole, whose weights are safetensors."""
    HANDS["eole"](small_task(), folder, 0)
    weights = load_file(folder / "model" / "model.00.safetensors")
    return _translation("eole", "model", weights, folder)


def ctranslate2(folder: Path) -> dict[str, Any]:
    """The packaged GPT in CTranslate2, at two precisions, and the time of both beside torch."""
    model = cast(GPT, checkpoints.load("gpt-tiny")[0]).eval()
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(model.config.vocab_size, N_TIMED, generator=generator)
    weights = {path: tensor.numpy() for path, tensor in gpt_to_ctranslate2(model).items()}
    given = {**weights, "@ids": ids.numpy(), "@heads": model.config.n_heads, "@repeats": REPEATS}
    theirs = _answers("ctranslate2", "ct2_decoder.py", [], given, folder)
    ours, seconds = model(ids)[0], []
    for _ in range(REPEATS):
        started = time.process_time()
        model(ids)
        seconds.append(time.process_time() - started)
    spent = [min(seconds), *theirs["@seconds"].tolist()]
    named = zip(("torch", "float32", "int8"), spent, strict=True)
    return {
        "what": "logits of our gpt-tiny",
        **_compared(theirs["@float32"], ours),
        "int8 difference": _compared(theirs["@int8"], ours)["difference"],
        "seconds": {name: round(value, 4) for name, value in named},
    }


def modelgarden(folder: Path) -> dict[str, Any]:
    """Our BERT in ``BertEncoderV2`` and back; "back" says whether every bit came back."""
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"vocab_size": 100, "n_positions": 32, "d_model": 48, "d_ff": 96}
    config = BertConfig(**sizes, n_layers=2, n_heads=N_HEADS, activation="gelu_tanh")
    model = Bert(config).eval()
    for parameter in model.parameters():
        parameter.add_(0.2 * torch.randn(parameter.shape))
    ids = torch.randint(1, config.vocab_size, (3, 20))
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    mask[1, 12:], types[:, 10:] = 0, 1
    inputs = {"@ids": ids.int(), "@mask": mask.int(), "@types": types.int()}
    given = {name: tensor.numpy() for name, tensor in (bert_to_modelgarden(model) | inputs).items()}
    theirs = _answers("modelgarden", "garden_encoder.py", [], given, folder)
    ours, real = model(ids, mask.bool(), types), mask.bool()
    found = _compared(theirs.pop("@sequence")[real.numpy()], ours[real])
    pooled = _compared(theirs.pop("@pooled"), model.pool(ours))
    back = bert_from_modelgarden({name: torch.from_numpy(a) for name, a in theirs.items()})
    same = zip(model.parameters(), back.parameters(), strict=True)
    return {
        "what": "vectors of our BERT",
        "difference": max(found["difference"], pooled["difference"]),
        "largest": found["largest"],
        "back": all(torch.equal(mine, other) for mine, other in same),
    }


def small_task() -> Task:
    """Dates for a few updates at the full learning rate, so that no weight stays as it was."""
    whole = dates(sizes=(640, 2, 2))
    return replace(whole, n_updates=N_UPDATES, warmup=2)


def _translation(
    name: str, stored: str, weights: Mapping[str, Tensor], folder: Path
) -> dict[str, Any]:
    model = transformer_from_opennmt(weights, N_HEADS, toolkit=name)
    size, generator = model.config.vocab_size, torch.Generator().manual_seed(0)
    source = torch.randint(4, size, (3, 9), generator=generator)
    target = torch.randint(4, size, (3, 7), generator=generator)
    script = {"opennmt": "onmt_logits.py", "eole": "eole_logits.py"}[name]
    given = {"source": source.numpy(), "target": target.numpy()}
    theirs = _answers(name, script, [stored], given, folder)
    found = _compared(theirs["@logits"], model(source, target))
    return {"what": f"logits of a Transformer of {name}", **found}


def _answers(
    name: str, script: str, arguments: list[str], given: Mapping[str, Any], folder: Path
) -> dict[str, np.ndarray]:
    """What a script writes to its last argument for what it reads from the one before."""
    np.savez(folder / "in.npz", **given)
    launch(name, [INSIDE / script, *arguments, "in.npz", "out.npz"], folder=folder)
    return _read(folder / "out.npz")


def _read(path: Path) -> dict[str, np.ndarray]:
    return dict(np.load(path, allow_pickle=False))


def _compared(theirs: np.ndarray, ours: Tensor) -> dict[str, float]:
    mine = ours.numpy()
    if theirs.shape != mine.shape:
        raise ToolkitError(f"theirs has the shape {theirs.shape}, ours {mine.shape}")
    difference, largest = np.abs(theirs - mine).max(), np.abs(mine).max()
    return {"difference": float(f"{difference:.2g}"), "largest": round(float(largest), 2)}


CHECKS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "fairseq": fairseq,
    "opennmt": opennmt,
    "eole": eole,
    "ctranslate2": ctranslate2,
    "modelgarden": modelgarden,
}
"""The checks by the name of their toolkit."""


if __name__ == "__main__":
    sys.exit(main())
