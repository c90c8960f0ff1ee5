"""Our RoBERTa is transformers' RoBERTa: only the positions differ from BERT's."""

import pytest
import torch
from torch.testing import assert_close
from transformers import RobertaConfig as TheirConfig
from transformers import RobertaModel

from lmbook.models.hf.weights import from_hf, to_hf_state_dict
from lmbook.models.roberta import Roberta, RobertaConfig


@pytest.fixture(params=["with pooler", "without"])
def twins(request, parity):
    config = TheirConfig(
        vocab_size=64, max_position_embeddings=14, hidden_size=24, num_hidden_layers=3,
        num_attention_heads=4, intermediate_size=40, type_vocab_size=1, layer_norm_eps=1e-5,
    )  # fmt: skip
    pooler = request.param == "with pooler"
    theirs = parity.randomize(RobertaModel(config, add_pooling_layer=pooler))
    ours = from_hf(theirs)
    assert isinstance(ours, Roberta) and ours.config.pooler == pooler
    assert ours.config.n_positions == 12 and ours.config.pad_id == 1
    return ours, theirs


@pytest.mark.parametrize("side", ["right", "left"])
def test_hidden_states_and_gradients_agree(twins, parity, padded, side):
    ours, theirs = twins
    ids, right, left = padded
    mask = right if side == "right" else left
    ids = ids.masked_fill(~mask, 1)  # they count positions by looking for the padding's id
    output = theirs(input_ids=ids, attention_mask=mask.long(), output_hidden_states=True)
    hidden = ours(ids, mask)
    parity.check(f"last hidden state, padded {side}", hidden, output.last_hidden_state)
    streams = parity.streams(ours.blocks, lambda: ours(ids, mask))
    for mine, its in zip(streams, output.hidden_states, strict=True):
        parity.check("hidden states", mine, its)
    wanted = torch.randn(24, generator=torch.Generator().manual_seed(2))
    loss = (output.last_hidden_state[mask] @ wanted).square().mean()
    our_loss = (hidden[mask] @ wanted).square().mean()
    if ours.pooler is not None:
        parity.check("pooled vector", ours.pool(hidden), output.pooler_output)
        loss = loss + (output.pooler_output @ wanted).square().mean()
        our_loss = our_loss + (ours.pool(hidden) @ wanted).square().mean()
    loss.backward()
    our_loss.backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_weights_go_in_both_directions(twins):
    theirs = twins[1]
    stored = to_hf_state_dict(from_hf(theirs))
    assert stored.keys() == theirs.state_dict().keys()
    assert all(torch.equal(stored[name], x) for name, x in theirs.state_dict().items())


def small() -> Roberta:
    torch.manual_seed(0)
    sizes = {"vocab_size": 11, "n_positions": 4, "d_model": 8, "n_layers": 2, "n_heads": 2}
    return Roberta(RobertaConfig(**sizes, d_ff=12)).eval()


def test_real_tokens_are_counted_from_the_row_after_the_padding():
    model, ids = small(), torch.full((2, 4), 5)
    mask = torch.tensor([[True, True, True, False], [False, False, True, True]])
    assert model.position_ids(ids, mask).tolist() == [[2, 3, 4, 1], [1, 1, 2, 3]]
    assert model.position_ids(ids, None).tolist() == [[2, 3, 4, 5]] * 2
    assert model.positions.weight.shape == (6, 8)


def test_padding_in_front_changes_nothing():
    model = small()
    mask = torch.tensor([[False, False, True, True]])
    padded = model(torch.tensor([[1, 1, 7, 8]]), mask)[:, 2:]
    assert_close(padded, model(torch.tensor([[7, 8]])), atol=1e-6, rtol=1e-5)


def test_the_published_sizes_are_the_defaults():
    with torch.device("meta"):
        model = Roberta(RobertaConfig())
    assert sum(parameter.numel() for parameter in model.parameters()) == 124_055_040  # "125M"


def test_a_longer_row_is_refused():
    with pytest.raises(ValueError, match="5 tokens exceed n_positions=4"):
        small()(torch.full((1, 5), 3))
    with pytest.raises(ValueError, match="row 0 of mask is False everywhere"):
        small()(torch.full((1, 2), 3), torch.zeros(1, 2, dtype=torch.bool))
