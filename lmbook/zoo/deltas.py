"""What training changed in a published model, small enough to be part of the package.

The change of a matrix in fine-tuning is close to one of low rank (Hu et al., 2021): its largest
singular values and their vectors are kept, in 16 bits. Vectors are kept whole.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from lmbook.arguments import check_whole
from lmbook.models.heads import SpanExtractor
from lmbook.tokenizers.wordpiece import WordPieceTokenizer
from lmbook.zoo.pretrained import load_minilm

_FOLDER = Path(__file__).parent / "readers"
_LEFT, _RIGHT = ".left", ".right"


def low_rank_delta(
    before: Mapping[str, Tensor], after: Mapping[str, Tensor], rank: int
) -> dict[str, Tensor]:
    """The parts of ``after`` - ``before`` that ``add_delta`` adds again, in float16.

    A matrix that changed becomes two factors of ``rank``, or stays whole where these are larger.
    What ``before`` lacks counts from zero. Raises ``ValueError`` for other shapes and ``rank`` < 1.
    """
    check_whole("rank", rank, 1)
    parts: dict[str, Tensor] = {}
    for name, value in after.items():
        start = before.get(name, torch.zeros_like(value))
        if start.shape != value.shape:
            raise ValueError(f"{name} has shape {tuple(value.shape)}, before {tuple(start.shape)}")
        change = (value - start).detach().cpu().double()
        if not change.any():
            continue
        if change.ndim == 2 and rank * sum(change.shape) < change.numel():
            left, sizes, right = torch.linalg.svd(change, full_matrices=False)
            root = sizes[:rank].sqrt()
            parts[name + _LEFT] = (left[:, :rank] * root).half().contiguous()
            parts[name + _RIGHT] = (root[:, None] * right[:rank]).half().contiguous()
        else:
            parts[name] = change.half().contiguous()
    return parts


@torch.no_grad()
def add_delta(model: nn.Module, parts: Mapping[str, Tensor]) -> None:
    """Add a delta to the weights of ``model``, in place.

    Raises ``ValueError``, and changes nothing, for a name or a shape that the model does not have.
    """
    weights = dict(model.named_parameters())
    changes = {}
    for name in {part.removesuffix(_LEFT).removesuffix(_RIGHT) for part in parts}:
        left, right = parts.get(name + _LEFT), parts.get(name + _RIGHT)
        change = parts.get(name)
        if left is not None and right is not None:
            change = left.float() @ right.float()
        shape = None if change is None else tuple(change.shape)
        if change is None or name not in weights or tuple(weights[name].shape) != shape:
            raise ValueError(f"{name} of the delta, shape {shape}, fits no weight of the model")
        changes[name] = change
    for name, change in changes.items():
        weights[name] += change.to(weights[name])


def save_delta(path: str | Path, parts: Mapping[str, Tensor]) -> None:
    """Write a delta as safetensors, for everybody to read."""
    save_file(dict(parts), path)
    Path(path).chmod(0o644)  # safetensors lets only the owner read it


def load_minilm_reader() -> tuple[SpanExtractor, WordPieceTokenizer]:
    """MiniLM with a head that points at answers, trained on the factbook's training questions.

    ``python -m tools.studies.question_answering train`` makes the delta. It read rows of 96 tokens,
    neighbours of which share 32. Raises ``DataError`` as ``load_minilm``, ``ValueError`` for a
    damaged file.
    """
    encoder, tokenizer = load_minilm()
    model = SpanExtractor(encoder)
    nn.init.zeros_(model.output.weight)
    path = _FOLDER / "minilm.safetensors"
    try:
        add_delta(model, load_file(path))
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} does not hold a delta: {error!r}") from error
    return model.eval(), tokenizer
