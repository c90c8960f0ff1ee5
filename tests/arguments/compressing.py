"""The tables of compression: matrices, bytes, logits of two networks."""

import torch
from cases import Case, Entry, bools, floats, ids_tensor, text, whole
from torch import nn

from lmbook.compression import distill, gptq, int8, prune, quantize, smooth, structure

MATRIX, SQUARE = torch.ones(2, 4), torch.eye(4, dtype=torch.float64)
BYTES = torch.ones(2, 2, dtype=torch.int8)
MATRICES = [*floats(2, 4), Case("empty", torch.zeros(0, 4)), Case("a row", torch.zeros(4))]
HESSIANS = [*floats(4, 4), Case("another size", torch.eye(3))]
NO_MODEL = [Case("text", "ab"), Case("None", None)]


def of_rounding():
    cases = {
        "weight": MATRICES,
        "bits": [*whole(2), Case("nine", 9)],
        "group": [Case("zero", 0), Case("part", 1.5), Case("another word", "column")],
    }
    for name in ("quantize", "fit_grid"):
        yield Entry(
            f"compression.quantize.{name}",
            lambda n=name: (getattr(quantize, n), {"weight": MATRIX, "bits": 4, "group": 2}),
            cases,
        )
    for name, call in (("gptq.gptq", gptq.gptq), ("smooth.awq", smooth.awq)):
        yield Entry(
            f"compression.{name}",
            lambda call=call: (call, {"weight": MATRIX, "hessian": SQUARE}),
            {"weight": MATRICES, "hessian": HESSIANS, "bits": cases["bits"]},
        )
    yield Entry(
        "compression.gptq.output_error",
        lambda: (gptq.output_error, {"weight": MATRIX, "rounded": MATRIX, "hessian": SQUARE}),
        {"weight": MATRICES, "rounded": [*MATRICES, Case("wide", torch.ones(2, 5))]},
    )
    yield Entry(
        "compression.smooth.smoothing_scale",
        lambda: (smooth.smoothing_scale, {"largest": torch.ones(4), "weight": MATRIX}),
        {"weight": MATRICES, "largest": [*floats(4), Case("another size", torch.ones(3))]},
    )


def of_bytes():
    yield Entry(
        "compression.int8.int_matmul",
        lambda: (int8.int_matmul, {"a": BYTES, "b": BYTES}),
        {
            name: [Case("list", [[1]]), Case("words", BYTES.long()), Case("wide", BYTES[0])]
            for name in ("a", "b")
        },
    )
    yield Entry(
        "compression.int8.quantize_inputs",
        lambda: (int8.quantize_inputs, {"x": MATRIX}),
        {"x": floats(2, 4)},
    )
    table = int8.Int8Embedding(nn.Embedding(5, 4))
    yield Entry(
        "compression.int8.Int8Embedding.forward",
        lambda: (table, {"ids": torch.zeros(2, 3, dtype=torch.long)}),
        {"ids": [case for case in ids_tensor(5) if case.label in ("floats", "above", "below")]},
    )
    yield Entry(
        "compression.int8.to_int8",
        lambda: (int8.to_int8, {"model": nn.Sequential(nn.Linear(4, 2))}),
        {"model": [*NO_MODEL, Case("no layer", nn.ReLU())]},
    )


def of_pruning():
    scores = [*floats(2, 4), Case("empty", torch.zeros(0, 4))]
    for name, more in (("keep_largest", {"sparsity": 0.5}), ("keep_n_of_m", {})):
        yield Entry(
            f"compression.prune.{name}",
            lambda n=name, m=more: (getattr(prune, n), {"scores": MATRIX, **m}),
            {"scores": scores},
        )
    yield Entry(
        "compression.prune.input_scores",
        lambda: (prune.input_scores, {"weight": MATRIX, "hessian": SQUARE}),
        {"weight": MATRICES, "hessian": HESSIANS},
    )
    yield Entry(
        "compression.structure.factorize",
        lambda: (structure.factorize, {"linear": nn.Linear(4, 2), "rank": 1}),
        {"linear": NO_MODEL, "rank": [*whole(1), Case("above", 3)]},
    )
    yield Entry(
        "compression.gptq.linear_layers",
        lambda: (gptq.linear_layers, {"model": nn.Sequential(nn.Linear(4, 2)), "within": "0"}),
        {"model": NO_MODEL, "within": [*text(), Case("unknown", "head")]},
    )


def of_distillation():
    logits, targets = torch.zeros(2, 3), torch.zeros(2, dtype=torch.long)
    unlike = [*floats(2, 3, empty=True), Case("another size", torch.zeros(2, 4))]
    yield Entry(
        "compression.distill.soft_loss",
        lambda: (distill.soft_loss, {"student": logits, "teacher": logits}),
        {"student": unlike, "teacher": unlike},
    )
    yield Entry(
        "compression.distill.distillation_loss",
        lambda: (
            distill.distillation_loss,
            {"student": logits, "teacher": logits, "targets": targets},
        ),
        {
            "targets": [
                Case("list", [0, 0]), Case("floats", targets + 0.5),
                Case("above", targets + 3), Case("too few", targets[:1]),
            ],
            "student": unlike,
        },
    )  # fmt: skip
    hidden, mask = torch.zeros(2, 3, 4), torch.ones(2, 3, dtype=torch.bool)
    yield Entry(
        "compression.distill.hidden_loss",
        lambda: (distill.hidden_loss, {"student": hidden, "teacher": hidden, "mask": mask}),
        {"student": floats(2, 3, 4), "mask": [*bools(2, 3), Case("no token", ~mask)]},
    )


def tables():
    for part in (of_rounding, of_bytes, of_pruning, of_distillation):
        yield from part()
