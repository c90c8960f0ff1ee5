"""Small decoders of both families for the tests of the tools that look into them."""

import torch

from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.llama import Llama, LlamaConfig

SIZES = {
    "vocab_size": 20,
    "d_model": 16,
    "n_layers": 3,
    "n_heads": 4,
    "d_ff": 24,
    "n_positions": 24,
}


def decoders():
    """A GPT and a Llama with shared keys, with weights large enough to matter, in eval mode."""
    torch.manual_seed(0)
    gpt = GPT(GPTConfig(**SIZES, start_id=0, init_std=0.3))
    llama = Llama(LlamaConfig(**SIZES, n_kv_heads=2, start_id=0))
    with torch.no_grad():
        for model in (gpt, llama):
            for name, weights in model.named_parameters():
                if weights.dim() == 1:  # norms and biases that are not trivial
                    weights += 0.2 * torch.randn(weights.shape)
                elif model is llama and name != "embedding.weight":
                    weights *= 10
    return {"gpt": gpt.eval(), "llama": llama.eval()}


def ids_of(n_rows=2, n_tokens=7, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(20, (n_rows, n_tokens), generator=draw)
