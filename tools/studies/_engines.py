"""A classifier run by torch, by our 8-bit layers, by torch's, and by ONNX Runtime; their times."""

import copy
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnxruntime import quantization
from torch import Tensor, nn

from lmbook.compression.export import export_onnx
from lmbook.compression.gptq import linear_layers
from lmbook.compression.int8 import model_bytes, to_int8
from lmbook.tasks.classify import Classifier, mean_pool
from lmbook.tasks.text_batches import padded

Call = Callable[[Tensor, Tensor], Tensor]


def engines(model: Classifier) -> dict[str, tuple[Call, int]]:
    """What computes the logits of ids and mask, and its bytes, by name."""
    small = to_int8(copy.deepcopy(model.model)).eval()
    return {
        "float32": (model.model, model_bytes(model.model)),
        "int8, ours": (small, model_bytes(small)),
        "int8, torch": _torch_dynamic(model),
        **_onnx(model),
    }


@torch.no_grad()
def timed(calls: Mapping[str, Call], batch: tuple[Tensor, Tensor], n: int = 7) -> dict[str, object]:
    """The median of the processor's seconds for the batch; the calls take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(n + 1):
        for name, call in calls.items():
            begin = time.process_time()
            call(*batch)
            if turn:  # the first call pays for allocations
                seconds[name].append(time.process_time() - begin)
    return {name: round(statistics.median(found), 4) for name, found in seconds.items()}


def _torch_dynamic(model: Classifier) -> tuple[Call, int]:
    """torch's dynamic quantisation, which leaves the embeddings in float32."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch announces that this module moves to torchao
        theirs = torch.ao.quantization.quantize_dynamic(
            copy.deepcopy(model.model.encoder), {nn.Linear}, dtype=torch.qint8
        )

    def call(ids: Tensor, mask: Tensor) -> Tensor:
        return model.model.output(mean_pool(theirs(ids, mask), mask))

    blocks = sum(layer.weight.numel() for layer in linear_layers(model.model.encoder).values())
    return call, model_bytes(model.model) - 3 * blocks


def _onnx(model: Classifier) -> dict[str, tuple[Call, int]]:
    example = padded(model.encode_texts(["Who are you ?", "Where ?"]), model.special.pad)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "int8.onnx"
        export_onnx(model.model, *example, whole)
        quantization.quantize_dynamic(whole, small, weight_type=quantization.QuantType.QInt8)
        for name, path in (("float32", whole), ("int8", small)):
            found[f"{name}, ONNX Runtime"] = (_session(path.read_bytes()), path.stat().st_size)
    return found


def _session(content: bytes) -> Call:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    def call(ids: Tensor, mask: Tensor) -> Tensor:
        given = {"ids": ids.numpy(), "mask": mask.numpy()}
        return torch.from_numpy(np.asarray(session.run(None, given)[0]))

    return call
