"""A step of fine-tuning on the real encoder: LoRA against all weights, and against peft.

A step is forward, backward and AdamW on ``BATCH`` texts of ``LENGTH`` tokens, one thread.
"""

import copy
import os
from collections.abc import Callable
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import peft
import torch
import transformers
from torch import Tensor, nn
from torch.nn import functional as F

from lmbook.adapt.lora import LoRAConfig, add_lora
from lmbook.data.sets.corpora import Corpus
from lmbook.models.hf.weights import to_hf_state_dict
from lmbook.tasks.classify import MeanClassifier
from lmbook.zoo.pretrained import load_minilm

BATCH, LENGTH, RANK = 16, 32, 8
WORK = f"step on MiniLM, LoRA of rank {RANK}"
GOALS = {WORK: {"all weights": "≤ 0.75", "peft": "≤ 1"}}


def cases(corpus: Corpus) -> dict[str, dict[str, Callable[[], object]]]:
    """Random ids; the corpus is not needed."""
    del corpus
    encoder, _ = load_minilm()
    ids = torch.randint(1000, 20_000, (BATCH, LENGTH), generator=torch.Generator().manual_seed(0))
    full = MeanClassifier(copy.deepcopy(encoder), 6)
    low = MeanClassifier(copy.deepcopy(encoder), 6)
    add_lora(low.encoder, LoRAConfig(rank=RANK))
    return {
        WORK: {
            "lmbook": _step(low, low, ids),
            "all weights": _step(full, full, ids),
            "peft": _step(*_theirs(encoder), ids),
        }
    }


def _step(model: nn.Module, call: Callable[[Tensor], Tensor], ids: Tensor) -> Callable[[], None]:
    learned = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=1e-4, fused=True)
    targets = torch.arange(len(ids)) % 6
    model.train()

    def step() -> None:
        for _ in range(3):
            optimizer.zero_grad()
            F.cross_entropy(call(ids), targets).backward()
            optimizer.step()

    step()  # the first call pays for allocations and for choosing kernels
    return step


def _theirs(encoder: nn.Module) -> tuple[nn.Module, Callable[[Tensor], Tensor]]:
    sizes: Any = {
        "hidden_size": 384,
        "num_hidden_layers": 6,
        "intermediate_size": 1536,
        "attn_implementation": "sdpa",
    }
    model = transformers.BertModel(transformers.BertConfig(**sizes))
    model.load_state_dict(to_hf_state_dict(encoder))  # pyright: ignore[reportArgumentType]
    options: Any = {"r": RANK, "lora_alpha": 8, "target_modules": ["query", "value"]}
    wrapped = peft.get_peft_model(model, peft.LoraConfig(**options))
    head = nn.Linear(384, 6)
    both = nn.ModuleList([wrapped, head])
    return both, lambda ids: head(wrapped(ids).last_hidden_state.mean(1))


torch.set_num_threads(1)
