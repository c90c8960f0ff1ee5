"""A counted model for the page: a pruned Kneser–Ney trigram of the plays, and its file."""

import json
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from jaxtyping import Int16, Int64
from safetensors.torch import save
from torch import Tensor

from lmbook.arguments import check_type
from lmbook.data.sets.corpora import load_corpus
from lmbook.ngram.backoff import BackoffModel
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.kneser_ney import modified_kneser_ney
from lmbook.ngram.pruning import prune_by_entropy
from lmbook.zoo.checkpoints import TOKENIZER_FILE, Tokenizer, folder_of, load

TRIGRAM = "trigram"
"""The name of the counted model among those of the zoo."""

TOKENIZER_OF = "lstm-tiny"
"""The model of the zoo whose tokens are counted."""

_ORDER = 3
_THRESHOLD = 1e-6  # keeps 152 thousand of 688 thousand n-grams: 1.3 MB
_FALLBACK = (0.5, 1.0, 1.5)


@lru_cache(maxsize=1)
def trigram() -> tuple[BackoffModel, Tokenizer]:
    """The trigram of the training plays with modified Kneser–Ney smoothing, and its tokenizer.

    Counting takes a few seconds; a second call is free. Raises
    ``lmbook.data.sources.packages.DataError`` if the plays cannot be had.
    """
    _, tokenizer = load(TOKENIZER_OF)
    speeches = load_corpus("plays").speeches("train")
    rows = [[*tokenizer.encode(speech), tokenizer.eos_id] for speech in speeches]
    model = modified_kneser_ney(count_ngrams(rows, _ORDER, tokenizer.vocab_size), _FALLBACK)
    return prune_by_entropy(model, _THRESHOLD), tokenizer


@lru_cache(maxsize=1)
def trigram_file() -> bytes:
    """The file of ``trigram`` for the page."""
    model, _ = trigram()
    return pack(model, json.loads((folder_of(TOKENIZER_OF) / TOKENIZER_FILE).read_text("utf-8")))


def pack(model: BackoffModel, tokenizer: dict[str, Any]) -> bytes:
    """A back-off model as safetensors: its n-grams as a tree, level by level.

    ``tokenizer`` is the content of a tokenizer's file. Raises ``ValueError`` for a vocabulary
    that does not fit in 16 bits.
    """
    check_type("model", model, BackoffModel)
    if model.vocab_size >= 2**15:
        raise ValueError(f"vocab_size={model.vocab_size} does not fit in 16 bits, at most 32767")
    config = {"order": model.order, "vocab_size": model.vocab_size, "start_id": model.bos_id}
    tensors: dict[str, Tensor] = {}
    for n in range(1, model.order + 1):
        tensors[f"{n}.words"] = _int16(model.words(n))
        tensors[f"{n}.log_probs"] = torch.from_numpy(model.log_probs_of[n - 1]).float()
        if n < model.order:
            children = np.bincount(model.contexts(n + 1), minlength=model.n_types(n))
            tensors[f"{n}.children"] = _int16(children)
            tensors[f"{n}.log_backoffs"] = torch.from_numpy(model.log_backoffs[n - 1]).float()
    metadata = {"family": "ngram", "config": config, "tokenizer": tokenizer}
    text = json.dumps(metadata, ensure_ascii=False, separators=(",", ":"))
    return save(tensors, {"lmbook": text})


def _int16(values: Int64[np.ndarray, " n"]) -> Int16[Tensor, " n"]:
    return torch.from_numpy(values).to(torch.int16)
