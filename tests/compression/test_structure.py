"""Heads, layers and ranks: what is removed is gone, what stays computes as before."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.compression.structure import factorize, keep_layers, remove_heads
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.nn.attention import MultiHeadAttention


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    config = BertConfig(vocab_size=30, n_positions=8, d_model=16, n_layers=3, n_heads=2, d_ff=32)
    return Bert(config).eval()


def test_all_layers_give_the_same_model(encoder):
    ids = torch.randint(0, 30, (2, 5))
    assert torch.equal(keep_layers(encoder, [0, 1, 2])(ids), encoder(ids))


def test_kept_layers_are_copies_in_the_order_asked_for(encoder):
    small = keep_layers(encoder, [2, 0])
    assert small.config.n_layers == 2 and not small.training
    for new, old in ((0, 2), (1, 0)):
        assert_close(small.blocks[new].state_dict(), encoder.blocks[old].state_dict())
    with torch.no_grad():
        small.blocks[0].norm_1.weight.zero_()
    assert encoder.blocks[2].norm_1.weight.ne(0).all()


def test_a_decoder_can_lose_layers_too():
    config = LlamaConfig(
        vocab_size=20, n_positions=8, d_model=8, n_layers=2, n_heads=2, n_kv_heads=2, d_ff=16,
        tied=True,
    )  # fmt: skip
    small = keep_layers(Llama(config), [1])
    assert small.output.weight is small.embedding.weight
    assert small(torch.zeros(1, 3, dtype=torch.long))[0].shape == (1, 3, 20)


def test_a_removed_head_is_a_head_whose_output_is_zero():
    torch.manual_seed(1)
    attention, x = MultiHeadAttention(12, 3), torch.randn(2, 5, 12)
    small = remove_heads(attention, [1])
    with torch.no_grad():
        attention.output.weight[:, 4:8] = 0  # head 1 writes through these columns
    assert_close(small(x), attention(x))
    assert small.query.weight.shape == (8, 12) and small.output.weight.shape == (12, 8)
    assert sum(p.numel() for p in small.parameters()) == 4 * 8 * 12 + 3 * 8 + 12


def test_the_factors_are_the_best_of_their_rank():
    torch.manual_seed(2)
    linear, x = nn.Linear(10, 7), torch.randn(4, 10)
    assert_close(factorize(linear, 7)(x), linear(x))
    first, second = factorize(linear, 2)
    sizes = torch.linalg.svdvals(linear.weight)
    error = (second.weight @ first.weight - linear.weight).square().sum()
    assert_close(error, sizes[2:].square().sum())  # Eckart and Young


def test_what_cannot_be_removed_is_refused(encoder):
    attention = MultiHeadAttention(12, 3)
    shared = MultiHeadAttention(12, 4, n_kv_heads=2)
    for call, message in [
        (lambda: keep_layers(encoder, []), "layers is empty"),
        (lambda: keep_layers(encoder, [3]), "layers: 3 is not below 3"),
        (lambda: remove_heads(attention, [0, 1, 2]), r"heads=\[0, 1, 2\] are all heads"),
        (lambda: remove_heads(attention, [5]), "heads: 5 is not below 3"),
        (lambda: remove_heads(shared, [0]), "n_kv_heads=2: 4 heads share"),
        (lambda: factorize(nn.Linear(4, 3), 4), "rank=4 is above 3"),
        (lambda: factorize(nn.Linear(4, 3), 0), "rank=0 is below 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
