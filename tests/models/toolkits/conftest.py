"""Models with random weights, whose biases and norms are far from their first values."""

import jaxtyping
import pytest
import torch

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.models.heads import MaskedLM
from lmbook.models.roberta import Roberta, RobertaConfig
from lmbook.models.toolkits.prenorm import PreNormTransformer
from lmbook.models.transformer import TransformerConfig

SIZES = {"vocab_size": 30, "n_positions": 12, "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 12}
MODELS = {
    "bert": lambda: Bert(BertConfig(**SIZES, activation="gelu_tanh")),
    "gpt": lambda: GPT(GPTConfig(**SIZES, start_id=0)),
    "roberta": lambda: MaskedLM(Roberta(RobertaConfig(**SIZES))),
    "transformer": lambda: PreNormTransformer(TransformerConfig(**SIZES)),
}


@pytest.fixture
def make():
    """``make("bert")`` is a small model of that family, in evaluation mode."""

    def build(family, seed=0):
        model = MODELS[family]().eval()
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(0.3 * torch.randn(parameter.shape, generator=generator))
        return model

    return build


@pytest.fixture
def untyped(monkeypatch):
    """Calls go in unchecked, as a reader's do."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


@pytest.fixture
def ids():
    generator = torch.Generator().manual_seed(1)
    return torch.randint(4, 30, (3, 7), generator=generator)
