"""A tiny encoder whose numbers can be followed, and a batch for it."""

import pytest
import torch

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import MaskedLM, SequenceClassifier

SIZES = {"vocab_size": 12, "n_positions": 8, "d_model": 4, "n_layers": 2, "n_heads": 2, "d_ff": 8}


@pytest.fixture
def masked():
    """A masked language model without dropout, as if it were trained; id 0 is padding."""
    torch.manual_seed(0)
    model = MaskedLM(Bert(BertConfig(**SIZES, dropout=0.0, attention_dropout=0.0)))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return model


@pytest.fixture
def classifier(masked):
    """A new head on the masked model's own encoder."""
    torch.manual_seed(2)
    return SequenceClassifier(masked.encoder, n_labels=3, dropout=0.0)


@pytest.fixture
def batch():
    """Ids, mask and targets of three texts, two of them padded."""
    ids = torch.tensor([[1, 5, 6, 7, 2], [1, 8, 2, 0, 0], [1, 9, 10, 2, 0]])
    return ids, ids != 0, torch.tensor([0, 1, 2])
