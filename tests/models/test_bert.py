"""Our BERT is transformers' BERT; what it may see; what it refuses."""

import pytest
import torch
from torch.testing import assert_close
from transformers import BertConfig as TheirConfig
from transformers import BertModel

from lmbook.models.bert import Bert, BertConfig
from lmbook.models.hf.weights import from_hf, to_hf_state_dict


@pytest.fixture
def twins(parity):
    config = TheirConfig(
        vocab_size=64, max_position_embeddings=32, hidden_size=24, num_hidden_layers=3,
        num_attention_heads=4, intermediate_size=40, type_vocab_size=3,
    )  # fmt: skip
    theirs = parity.randomize(BertModel(config))
    ours = from_hf(theirs)
    assert isinstance(ours, Bert) and not ours.training
    return ours, theirs


def test_the_sizes_are_read(twins):
    config = twins[0].config
    assert (config.vocab_size, config.n_positions, config.d_model, config.d_ff) == (64, 32, 24, 40)
    assert (config.n_layers, config.n_heads, config.n_types, config.pad_id) == (3, 4, 3, 0)
    assert (config.layer_norm_eps, config.activation, config.pooler) == (1e-12, "gelu", True)


def test_hidden_states_and_the_pooled_vector_agree_with_segments(twins, parity, padded):
    ours, theirs = twins
    ids, mask, _ = padded
    types = torch.randint(3, ids.shape, generator=torch.Generator().manual_seed(1))
    output = theirs(
        input_ids=ids, attention_mask=mask.long(), token_type_ids=types, output_hidden_states=True
    )
    hidden = ours(ids, mask, types)
    parity.check("last hidden state", hidden, output.last_hidden_state)  # at the padding too
    parity.check("pooled vector", ours.pool(hidden), output.pooler_output)
    streams = parity.streams(ours.blocks, lambda: ours(ids, mask, types))
    for mine, its in zip(streams, output.hidden_states, strict=True):
        parity.check("hidden states", mine, its)
    parity.check("last hidden state, no mask", ours(ids), theirs(input_ids=ids).last_hidden_state)


def test_all_gradients_agree(twins, parity, padded):
    ours, theirs = twins
    ids, mask, _ = padded
    types = torch.randint(3, ids.shape, generator=torch.Generator().manual_seed(1))
    wanted = torch.randn(24, generator=torch.Generator().manual_seed(2))
    output = theirs(input_ids=ids, attention_mask=mask.long(), token_type_ids=types)
    hidden = ours(ids, mask, types)
    loss = (output.last_hidden_state[mask] @ wanted).square().mean()
    (loss + (output.pooler_output @ wanted).square().mean()).backward()
    loss = (hidden[mask] @ wanted).square().mean()
    (loss + (ours.pool(hidden) @ wanted).square().mean()).backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_weights_go_in_both_directions(twins, parity):
    parity.check_both_directions(twins[1], from_hf, to_hf_state_dict)


def small(**fields) -> Bert:
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "n_positions": 6, "d_model": 8, "n_layers": 2, "n_heads": 2}
    return Bert(BertConfig(**(sizes | {"d_ff": 12} | fields))).eval()


IDS = torch.tensor([[3, 4, 5, 6], [7, 8, 0, 0]])
MASK = torch.tensor([[True] * 4, [True, True, False, False]])


def test_the_published_sizes_are_the_defaults():
    with torch.device("meta"):
        model = Bert(BertConfig())
    assert sum(parameter.numel() for parameter in model.parameters()) == 109_482_240  # "110M"


def test_every_token_changes_every_vector():
    model, changed = small(), IDS.clone()
    changed[0, 3] = 9
    difference = (model(IDS) - model(changed)).abs().sum(-1)
    assert (difference[0] > 0).all() and (difference[1] == 0).all()


def test_what_stands_at_the_padding_changes_nothing():
    model, changed = small(), IDS.clone()
    changed[1, 2:] = 9
    assert torch.equal(model(IDS, MASK)[MASK], model(changed, MASK)[MASK])


def test_a_row_alone_gives_what_it_gives_in_a_padded_batch():
    model = small()
    assert_close(model(IDS, MASK)[1, :2], model(IDS[1:, :2])[0], atol=1e-6, rtol=1e-5)


def test_segments_are_all_zero_where_none_are_given():
    model = small()
    assert torch.equal(model(IDS), model(IDS, types=torch.zeros_like(IDS)))
    assert not torch.equal(model(IDS), model(IDS, types=torch.ones_like(IDS)))


def test_pooling_is_a_layer_on_the_first_token():
    model = small()
    hidden = model(IDS)
    by_hand = torch.tanh(hidden[:, 0] @ model.pooler.weight.T + model.pooler.bias)
    assert_close(model.pool(hidden), by_hand)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n_heads": 3}, "d_model=8 is not a multiple of n_heads=3"),
        ({"n_types": 0}, "n_types=0 is below 1"),
        ({"attention_dropout": 1.0}, "attention_dropout=1.0 is not at least 0 and below 1"),
        ({"activation": "tanh"}, "activation='tanh' is not one of gelu"),
        ({"pad_id": 11}, "pad_id=11 is not below vocab_size=11"),
    ],
)
def test_sizes_that_do_not_fit_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        small(**fields)


def test_inputs_that_do_not_fit_are_named():
    model = small()
    with pytest.raises(ValueError, match="7 tokens exceed n_positions=6"):
        model(torch.ones(1, 7, dtype=torch.long))
    with pytest.raises(ValueError, match="ids holds 11, outside 0 … vocab_size-1=10"):
        model(torch.tensor([[3, 11]]))
    with pytest.raises(ValueError, match="types holds 2, outside 0 … n_types-1=1"):
        model(IDS, types=torch.full_like(IDS, 2))
    with pytest.raises(ValueError, match="row 1 of mask is False everywhere: it holds no token"):
        model(IDS, MASK & torch.tensor([[True], [False]]))
    with pytest.raises(ValueError, match="pooler=False"):
        small(pooler=False).pool(model(IDS))
