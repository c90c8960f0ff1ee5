"""A training step of GPT-2 against other codebases, and bfloat16 against float32.

A step is forward, backward and AdamW on ``BATCH`` rows of 256 tokens, one thread. "nanoGPT's
structure" is a model written here in the manner of that project: one matrix for query, key and
value, torch's causal attention, GELU by tanh, tied embeddings.
"""

import os
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from lmbook.data.sets.corpora import Corpus
from lmbook.models.gpt import GPT, GPTConfig

VOCAB, BLOCK, BATCH = 1024, 256, 4
SHAPES = {"4 × 128": (4, 128, 4), "6 × 384": (6, 384, 6)}
PEERS = {"nanoGPT's structure": "≤ 1/0.98", "transformers": "≤ 1/1.28"}
GOALS = {f"training step, {shape}": PEERS for shape in SHAPES}
GOALS["training step, 6 × 384, bfloat16"] = {"float32": "≤ 1/1.6"}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Fresh weights, random ids, no dropout; the corpus is not needed."""
    del corpus
    ids = torch.randint(0, VOCAB, (BATCH, BLOCK + 1), generator=torch.Generator().manual_seed(0))
    work = {}
    for shape, (n_layers, width, n_heads) in SHAPES.items():
        torch.manual_seed(0)
        ours = _ours(n_layers, width, n_heads)
        work[f"training step, {shape}"] = {
            "lmbook": _step(ours, lambda m, x: m(x)[0], ids),
            "nanoGPT's structure": _step(Fused(n_layers, width, n_heads), lambda m, x: m(x), ids),
            "transformers": _step(_theirs(n_layers, width, n_heads), _their_logits, ids),
        }
    logits = lambda m, x: m(x)[0]  # noqa: E731
    work["training step, 6 × 384, bfloat16"] = {
        "lmbook": _step(_ours(*SHAPES["6 × 384"]), logits, ids, torch.bfloat16),
        "float32": _step(_ours(*SHAPES["6 × 384"]), logits, ids),
    }
    return work


def _step(
    model: nn.Module,
    logits_of: Callable[[nn.Module, Tensor], Tensor],
    ids: Tensor,
    precision: torch.dtype = torch.float32,
) -> Callable[[], None]:
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    inputs, targets = ids[:, :-1].contiguous(), ids[:, 1:].flatten()

    def step() -> None:
        optimizer.zero_grad()
        low = torch.autocast("cpu", precision) if precision != torch.float32 else nullcontext()
        with low:
            logits = logits_of(model, inputs)
        F.cross_entropy(logits.float().flatten(0, 1), targets).backward()
        optimizer.step()

    step()  # the first call pays for allocations and for choosing kernels
    return step


def _ours(n_layers: int, width: int, n_heads: int) -> GPT:
    config = GPTConfig(
        vocab_size=VOCAB,
        n_positions=BLOCK,
        d_model=width,
        n_layers=n_layers,
        n_heads=n_heads,
        d_ff=4 * width,
        dropout=0.0,
        start_id=1,
    )
    return GPT(config)


def _theirs(n_layers: int, width: int, n_heads: int) -> GPT2LMHeadModel:
    options: dict[str, Any] = {
        "vocab_size": VOCAB,
        "n_positions": BLOCK,
        "n_embd": width,
        "n_layer": n_layers,
        "n_head": n_heads,
        "resid_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "attn_pdrop": 0.0,
        "use_cache": False,
        "bos_token_id": 1,
        "eos_token_id": 1,
        "attn_implementation": "sdpa",
    }
    return GPT2LMHeadModel(GPT2Config(**options)).train()


def _their_logits(model: nn.Module, ids: Tensor) -> Tensor:
    return model(ids).logits


class FusedBlock(nn.Module):
    """Pre-norm block with one matrix for query, key and value."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.norm_1, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.all_three, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, width = x.shape
        query, key, value = (
            part.view(batch, time, self.n_heads, width // self.n_heads).transpose(1, 2)
            for part in self.all_three(self.norm_1(x)).split(width, dim=2)
        )
        context = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.output(context.transpose(1, 2).reshape(batch, time, width))
        return x + self.down(F.gelu(self.up(self.norm_2(x)), approximate="tanh"))


class Fused(nn.Module):
    """The whole model."""

    def __init__(self, n_layers: int, width: int, n_heads: int) -> None:
        super().__init__()
        self.embedding, self.positions = nn.Embedding(VOCAB, width), nn.Embedding(BLOCK, width)
        self.blocks = nn.ModuleList(FusedBlock(width, n_heads) for _ in range(n_layers))
        self.norm = nn.LayerNorm(width)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embedding(ids) + self.positions(torch.arange(ids.shape[1]))
        for block in self.blocks:
            x = block(x)
        return F.linear(self.norm(x), self.embedding.weight)


torch.set_num_threads(1)
