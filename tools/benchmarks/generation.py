"""Cached greedy generation of 256 tokens against transformers' ``generate``, float32."""

import os
from collections.abc import Callable
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lmbook.data.sets.corpora import Corpus
from lmbook.decoding.generate import generate
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.hf.weights import to_hf_state_dict

VOCAB, N_TOKENS, PROMPT = 1024, 256, [5, 6, 7]
SHAPES = {"4 × 128": (4, 128, 4), "6 × 384": (6, 384, 6)}
GOALS = {
    f"generate, {shape}, batch {batch}": {"transformers": goal}
    for shape, batch, goal in (
        ("4 × 128", 1, "≤ 1/3.5"),
        ("4 × 128", 16, "≤ 1/2"),
        ("6 × 384", 1, "≤ 1/1.25"),
        ("6 × 384", 16, "≤ 1/1.3"),
    )
}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """The same weights, the same prompts, no end before 256 tokens; the corpus is not needed."""
    del corpus
    work = {}
    for shape, (n_layers, width, n_heads) in SHAPES.items():
        torch.manual_seed(0)
        config = GPTConfig(
            vocab_size=VOCAB,
            n_positions=512,
            d_model=width,
            n_layers=n_layers,
            n_heads=n_heads,
            d_ff=4 * width,
            start_id=1,
        )
        ours = GPT(config).eval()
        peer = _twin(ours)
        for batch in (1, 16):
            ids = torch.tensor([[1, *PROMPT]] * batch)
            work[f"generate, {shape}, batch {batch}"] = {
                "lmbook": _ours(ours, batch),
                "transformers": _theirs(peer, ids),
            }
    return work


def _ours(model: GPT, batch: int) -> Callable[[], object]:
    return lambda: generate(model, [PROMPT] * batch, N_TOKENS)


def _theirs(model: Any, ids: torch.Tensor) -> Callable[[], object]:
    options = {"max_new_tokens": N_TOKENS, "do_sample": False, "pad_token_id": 0}
    mask = torch.ones_like(ids)
    return lambda: model.generate(ids, attention_mask=mask, use_cache=True, **options)


def _twin(model: GPT) -> Any:
    c = model.config
    options: dict[str, Any] = {
        "vocab_size": c.vocab_size,
        "n_positions": c.n_positions,
        "n_embd": c.d_model,
        "n_layer": c.n_layers,
        "n_head": c.n_heads,
        "n_inner": c.d_ff,
        "bos_token_id": 1,
        "eos_token_id": None,
        "attn_implementation": "sdpa",
    }
    twin = GPT2LMHeadModel(GPT2Config(**options)).eval()
    twin.load_state_dict(to_hf_state_dict(model))
    return twin


torch.set_num_threads(1)
