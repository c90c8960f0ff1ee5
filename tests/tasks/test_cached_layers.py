"""Upper layers on stored outputs of the lower ones."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import SpanExtractor
from lmbook.tasks.cached_layers import UpperLayers

IDS = torch.tensor([[3, 4, 5, 6], [5, 3, 4, 0]])
MASK = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=torch.bool)
TYPES = torch.tensor([[0, 0, 1, 1], [0, 1, 1, 0]])


def extractor(dropout: float = 0.0) -> SpanExtractor:
    torch.manual_seed(0)
    sizes = {"d_model": 8, "n_layers": 3, "n_heads": 2, "d_ff": 16, "n_positions": 9}
    config = BertConfig(vocab_size=8, dropout=dropout, attention_dropout=dropout, **sizes)
    return SpanExtractor(Bert(config))


@pytest.mark.parametrize("n_lower", [1, 2])
def test_the_two_halves_give_what_the_whole_gives(n_lower):
    model = extractor()
    upper = UpperLayers(model, n_lower)
    halves = upper(upper.lower(IDS, MASK, TYPES), MASK, TYPES)
    assert_close(halves, model(IDS, MASK, TYPES))


def test_only_the_upper_layers_and_the_head_learn_and_they_are_the_models_own():
    model = extractor()
    upper = UpperLayers(model, 2)
    mine = {*map(id, upper.parameters())}
    wanted = {*map(id, model.encoder.blocks[2].parameters()), *map(id, model.output.parameters())}
    assert mine == wanted


def test_the_lower_layers_are_computed_without_dropout_and_left_as_they_were():
    model = extractor(dropout=0.5).train()
    upper = UpperLayers(model, 2)
    assert_close(upper.lower(IDS, MASK, TYPES), upper.lower(IDS, MASK, TYPES))
    assert model.encoder.training and len(model.encoder.blocks) == 3


def test_stored_batches_keep_what_comes_after_the_ids():
    upper = UpperLayers(extractor(), 1)
    targets = torch.tensor([1, 2])
    ((hidden, mask, types, kept),) = upper.store([(IDS, MASK, TYPES, targets)])
    assert hidden.dtype == torch.float16 and hidden.shape == (2, 4, 8)
    assert torch.equal(mask, MASK) and torch.equal(types, TYPES) and torch.equal(kept, targets)
    begin, _ = upper(hidden, mask, types)
    assert_close(begin, upper(upper.lower(IDS, MASK, TYPES), MASK)[0], atol=1e-2, rtol=0)


def test_a_block_must_be_left_to_train():
    with pytest.raises(ValueError, match="n_lower=3 leaves none of the 3 blocks to train"):
        UpperLayers(extractor(), 3)
    with pytest.raises(ValueError, match="n_lower=0 is below 1"):
        UpperLayers(extractor(), 0)
