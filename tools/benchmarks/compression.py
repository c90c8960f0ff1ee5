"""A batch through the real encoder: bytes against float32, by three engines in one run.

The batch has ``BATCH`` texts of ``LENGTH`` tokens; one thread. What torch calls dynamic
quantisation leaves the embeddings as they are, which costs no time.
"""

import copy
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import onnxruntime
import torch
from onnxruntime import quantization
from torch import Tensor, nn

from lmbook.compression.export import export_onnx
from lmbook.compression.int8 import int_matmul, to_int8
from lmbook.data.sets.corpora import Corpus
from lmbook.zoo.pretrained import load_minilm

BATCH, LENGTH = 64, 16
ENCODER = f"MiniLM in int8, {BATCH} texts of {LENGTH} tokens"
PRODUCT = "product of bytes, 512 × 384 × 1,536"
GOALS = {
    ENCODER: {"float32, torch": "≤ 1", "int8, torch": "≤ 1.5"},
    PRODUCT: {"float32, torch": "≤ 0.5"},
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Random ids and bytes; the corpus is not needed."""
    del corpus
    draw = torch.Generator().manual_seed(0)
    a = torch.randint(-127, 128, (512, 384), generator=draw).to(torch.int8)
    b = torch.randint(-127, 128, (384, 1536), generator=draw).to(torch.int8)
    whole, other = a.float(), b.float()
    return {
        PRODUCT: {
            "lmbook": _often(lambda: int_matmul(a, b), 20),
            "float32, torch": _often(lambda: whole @ other, 20),
        },
        ENCODER: _engines(draw),
    }


def _engines(draw: torch.Generator) -> dict[str, Callable[[], object]]:
    model = load_minilm()[0].eval()
    ids = torch.randint(1000, 20_000, (BATCH, LENGTH), generator=draw)
    mask = torch.ones_like(ids, dtype=torch.bool)
    ours = copy.deepcopy(model)
    to_int8(ours)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that this module moves to torchao
        theirs = torch.ao.quantization.quantize_dynamic(
            copy.deepcopy(model), {nn.Linear}, dtype=torch.qint8
        )
    return {
        "lmbook": _often(lambda: ours(ids, mask)),
        "float32, torch": _often(lambda: model(ids, mask)),
        "int8, torch": _often(lambda: theirs(ids, mask)),
        **_sessions(model, ids, mask),
    }


def _sessions(model: nn.Module, ids: Tensor, mask: Tensor) -> dict[str, Callable[[], object]]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    given = {"ids": ids.numpy(), "mask": mask.numpy()}
    found: dict[str, Callable[[], object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "int8.onnx"
        export_onnx(model, ids, mask, whole)
        quantization.quantize_dynamic(whole, small, weight_type=quantization.QuantType.QInt8)
        for name, path in (("float32", whole), ("int8", small)):
            session = onnxruntime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
            found[f"{name}, ONNX Runtime"] = _often(lambda s=session: s.run(None, given))
    return found


def _often(call: Callable[[], object], n: int = 2) -> Callable[[], None]:
    def work() -> None:
        with torch.no_grad():
            for _ in range(n):
                call()

    work()  # the first call pays for allocations
    return work


torch.set_num_threads(1)
