"""An encoder as an ONNX file: a graph of operations that other engines run, without Python.

``onnx`` writes the file and ``onnxruntime`` runs it; neither is needed to import this module.
"""

import warnings
from pathlib import Path

import torch
from jaxtyping import Bool, Int
from torch import Tensor, nn

from lmbook.arguments import check_tensor, check_type

OPSET = 17
"""The version of ONNX's operations; runtimes of 2022 and later know it."""


@torch.no_grad()
def export_onnx(
    model: nn.Module,
    ids: Int[Tensor, "batch time"],
    mask: Bool[Tensor, "batch time"],
    path: str | Path,
) -> Path:
    """Write ``model(ids, mask)`` to ``path``, for any number of rows and tokens; the path.

    The operations are those that this one call makes, so what Python decides on the way is fixed
    in the file: the checks of arguments are gone. The inputs are named "ids" and "mask", the
    output "output".

    Raises ``ValueError`` for a batch without two rows and two tokens (a size of 1 would be taken
    for a constant), for unlike shapes, and if ``onnx`` is not installed.
    """
    check_type("model", model, nn.Module)
    check_tensor("ids", ids, "int", 2)
    check_tensor("mask", mask, "bool", 2)
    if min(ids.shape) < 2 or ids.shape != mask.shape:
        raise ValueError(f"ids {tuple(ids.shape)}, mask {tuple(mask.shape)}: both at least 2 × 2")
    axes = {0: "batch", 1: "time"}
    first = {0: "batch"}
    was_training = model.training
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer names every check that it leaves out
        try:
            torch.onnx.export(
                model.eval(),
                (ids, mask),
                str(path),
                input_names=["ids", "mask"],
                output_names=["output"],
                dynamic_axes={"ids": axes, "mask": axes, "output": first},
                opset_version=OPSET,
                dynamo=False,
            )
        except ImportError as error:
            raise ValueError(f"path={str(path)!r} cannot be written: {error}") from error
        finally:
            model.train(was_training)
    return Path(path)
