"""A GPT that has learned something, and the same weights in transformers."""

import os

import pytest
import torch
from torch.nn import functional as F

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.hf.weights import to_hf_state_dict

START, EOS = 1, 2  # what every test file calls them
TEXT = """the cat sat on the mat. the dog sat on the log. a cat saw the dog. the dog ran.
a bird sat on the cat. the cat ran on the mat. a dog saw a bird. the bird sang on the log.
the old dog and the young cat sat. a young bird saw the old mat. who saw the bird? the cat did.
"""
ALPHABET = {character: 3 + i for i, character in enumerate(sorted(set(TEXT)))}


def _encode(text: str) -> list[int]:
    return [ALPHABET[character] for character in text]


@pytest.fixture(scope="session")
def encode():
    """Text to the ids that ``trained`` knows."""
    return _encode


@pytest.fixture(scope="session")
def trained() -> GPT:
    """Characters of a small text; sentences end with EOS; about 10 s of training."""
    torch.manual_seed(0)
    sizes = {"d_model": 48, "n_layers": 2, "n_heads": 4, "d_ff": 96, "n_positions": 96}
    model = GPT(GPTConfig(vocab_size=32, start_id=START, dropout=0.1, **sizes))
    sentences = [[*_encode(s.strip() + "."), EOS] for s in TEXT.replace("\n", " ").split(".")[:-1]]
    longest = max(map(len, sentences))
    targets = torch.tensor([s + [0] * (longest - len(s)) for s in sentences])
    inputs = torch.cat([torch.full((len(targets), 1), START), targets[:, :-1]], dim=1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(150):
        logits, _ = model(inputs)
        loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 1.0  # far below log 32 = 3.47: its scores are not those of noise
    return model.eval()


@pytest.fixture(scope="session")
def twin(trained):
    """GPT2LMHeadModel with the weights of ``trained``."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from transformers import GPT2Config, GPT2LMHeadModel

    c = trained.config
    sizes = {"n_embd": c.d_model, "n_layer": c.n_layers, "n_head": c.n_heads, "n_inner": c.d_ff}
    ids = {"bos_token_id": START, "eos_token_id": EOS, "pad_token_id": 0}
    config = GPT2Config(vocab_size=c.vocab_size, n_positions=c.n_positions, **sizes, **ids)
    model = GPT2LMHeadModel(config).eval()
    model.load_state_dict(to_hf_state_dict(trained))
    return model
