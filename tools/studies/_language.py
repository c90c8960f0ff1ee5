"""llama-tiny with its blocks in few bits, or with zeros: bits per byte and bytes."""

import copy
from collections.abc import Callable, Iterator
from typing import TypeVar

import torch
from torch import Tensor, nn

from lmbook.adapt.nf4 import quantize_nf4
from lmbook.compression.gptq import gptq, linear_layers, record_inputs
from lmbook.compression.int8 import model_bytes, to_int8
from lmbook.compression.prune import (
    apply_masks,
    input_scores,
    keep_largest,
    keep_largest_of_all,
    keep_n_of_m,
)
from lmbook.compression.quantize import quantize
from lmbook.compression.smooth import awq
from lmbook.compression.structure import keep_layers
from lmbook.data.sets.corpora import load_corpus
from lmbook.metrics.language_model import evaluate
from lmbook.models.llama import Llama
from lmbook.zoo import checkpoints

N_SPEECHES, N_WINDOWS, LENGTH = 300, 40, 256
SEEDS = (0, 1, 2)
SPARSITIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)

T = TypeVar("T")
Row = dict[str, object]
Rounding = Callable[[str, Tensor], tuple[Tensor, float]]  # name, weight → rounded, bytes


def rows(only: str) -> Iterator[tuple[str, Row]]:
    """Each way of compressing whose name holds ``only``, and what it costs."""
    model, tokenizer = checkpoints.load("llama-tiny")
    assert isinstance(model, Llama)
    corpus = load_corpus("plays")
    speeches = corpus.speeches("validation")
    speeches = speeches[:: max(1, len(speeches) // N_SPEECHES)]
    ids = [[*tokenizer.encode(text), model.config.start_id] for text in speeches]
    n_bytes = sum(len(text.encode()) for text in speeches)

    def score(tried: Llama) -> float:
        return round(evaluate(tried, ids, n_bytes).bits_per_byte, 5)

    yield "llama-tiny", {"bits_per_byte": score(model), "bytes": model_bytes(model)}
    small = copy.deepcopy(model)
    to_int8(small)
    yield "llama-tiny, int8 layers", {"bits_per_byte": score(small), "bytes": model_bytes(small)}
    train = [*tokenizer.encode("\n".join(corpus.speeches("train")[::9]))]
    hessians = [_hessians(model, torch.tensor(train), seed) for seed in SEEDS]
    for name, rounding in _chosen(_roundings(hessians), only):
        tried, size = _rounded(model, rounding)
        yield f"llama-tiny, {name}", {"bits_per_byte": score(tried), "block_bytes": size}
    for name, masks in _chosen(_masks(model, hessians[0]), only):
        tried = copy.deepcopy(model)
        share = apply_masks(tried, masks)
        yield f"llama-tiny, {name}", {"bits_per_byte": score(tried), "zeros": round(share, 4)}
    for layer in range(model.config.n_layers):
        kept = [other for other in range(model.config.n_layers) if other != layer]
        yield (
            f"llama-tiny, without layer {layer}",
            {"bits_per_byte": score(keep_layers(model, kept))},
        )


def _chosen(named: Iterator[tuple[str, T]], only: str) -> Iterator[tuple[str, T]]:
    return ((name, value) for name, value in named if only in name)


def _hessians(model: Llama, line: Tensor, seed: int) -> dict[str, Tensor]:
    draw = torch.Generator().manual_seed(seed)
    starts = torch.randint(0, len(line) - LENGTH, (N_WINDOWS,), generator=draw)
    windows = torch.stack([line[start : start + LENGTH] for start in starts.tolist()])
    with torch.no_grad(), record_inputs(linear_layers(model)) as found:
        model.hidden(windows)
    return {name: statistics.hessian for name, statistics in found.items()}


def _roundings(hessians: list[dict[str, Tensor]]) -> Iterator[tuple[str, Rounding]]:
    for bits in (8, 4, 3, 2):
        for group in ("tensor", "row", 64):
            yield f"{bits} bits, {group}, rounding", _plain(bits, group, True)
        yield f"{bits} bits, 64, zero point", _plain(bits, 64, False)
        if bits < 8:
            for seed in SEEDS if bits == 4 else SEEDS[:1]:
                yield f"{bits} bits, 64, GPTQ, {seed}", _repaired(bits, hessians[seed])
                yield (
                    f"{bits} bits, 64, GPTQ and zero point, {seed}",
                    _repaired(bits, hessians[seed], signed=False),
                )
            yield f"{bits} bits, 64, AWQ", _scaled(bits, hessians[0])
    yield "4 bits, 64, NF4", lambda _, weight: _nf4(weight)


def _plain(bits: int, group, signed: bool) -> Rounding:
    def rounding(name: str, weight: Tensor) -> tuple[Tensor, float]:
        stored = quantize(weight, bits, group, signed=signed)
        return stored.dequantize(), stored.n_bytes

    return rounding


def _repaired(bits: int, hessians: dict[str, Tensor], signed: bool = True) -> Rounding:
    def rounding(name: str, weight: Tensor) -> tuple[Tensor, float]:
        stored = gptq(weight, hessians[name], bits, signed=signed)
        return stored.dequantize(), stored.n_bytes

    return rounding


def _scaled(bits: int, hessians: dict[str, Tensor]) -> Rounding:
    def rounding(name: str, weight: Tensor) -> tuple[Tensor, float]:
        found = awq(weight, hessians[name], bits)
        return found.dequantize(), found.stored.n_bytes + found.scale.nbytes

    return rounding


def _nf4(weight: Tensor) -> tuple[Tensor, float]:
    stored = quantize_nf4(weight, double=False)
    return stored.dequantize(), stored.n_bytes


@torch.no_grad()
def _rounded(model: Llama, rounding: Rounding) -> tuple[Llama, float]:
    tried, size = copy.deepcopy(model), 0.0
    for name, layer in linear_layers(tried).items():
        rounded, n_bytes = rounding(name, layer.weight)
        layer.weight.copy_(rounded)
        size += n_bytes
    return tried, size


def _masks(model: Llama, hessians: dict[str, Tensor]) -> Iterator[tuple[str, dict[str, Tensor]]]:
    layers: dict[str, nn.Linear] = linear_layers(model)
    sizes = {name: layer.weight.abs() for name, layer in layers.items()}
    inputs = {name: input_scores(layer.weight, hessians[name]) for name, layer in layers.items()}
    draw = torch.Generator().manual_seed(0)
    chance = {name: torch.rand(size.shape, generator=draw) for name, size in sizes.items()}
    for share in SPARSITIES:
        yield f"magnitude, {share}", keep_largest_of_all(sizes, share)
        by_row = {n: keep_largest(scores, share, by_row=True) for n, scores in inputs.items()}
        yield f"magnitude × input, {share}", by_row
    for share in SPARSITIES[:3]:
        yield f"chance, {share}", keep_largest_of_all(chance, share)
    for name, scores in (("magnitude", sizes), ("magnitude × input", inputs)):
        yield f"{name}, 2:4", {n: keep_n_of_m(one) for n, one in scores.items()}
