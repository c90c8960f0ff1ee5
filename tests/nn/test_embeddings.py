"""Embeddings against torch.nn.Embedding and against the matrix product they stand for."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.nn.embeddings import TokenEmbedding, one_hot


def test_a_one_hot_row_has_a_single_one_at_the_id():
    expected = torch.tensor([[0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    assert torch.equal(one_hot(torch.tensor([2, 0]), 4), expected)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=9))
def test_a_look_up_is_a_matrix_product_with_one_hot_rows(ids):
    table = TokenEmbedding(7, 3)
    ids = torch.tensor(ids)
    assert_close(one_hot(ids, 7) @ table.weight, table(ids))


def test_weights_and_gradients_are_those_of_torch():
    theirs = torch.nn.Embedding(9, 5, padding_idx=2)
    ours = TokenEmbedding(9, 5, pad_id=2)
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    ids = torch.tensor([[1, 2, 2, 8], [1, 0, 1, 3]])
    factors = torch.randn(2, 4, 5)
    (ours(ids) * factors).sum().backward()
    (theirs(ids) * factors).sum().backward()
    assert torch.equal(ours(ids), theirs(ids))
    assert_close(ours.weight.grad, theirs.weight.grad)


def test_padding_has_the_zero_vector_and_keeps_it():
    table = TokenEmbedding(5, 4, pad_id=3)
    table(torch.tensor([3, 3, 1])).sum().backward()
    assert not table.weight[3].any()
    assert not table.weight.grad[3].any()
    assert table.weight.grad[1].all()


@pytest.mark.parametrize("d_model", [16, 256])
def test_rows_have_a_length_of_about_one(d_model):
    torch.manual_seed(0)
    table = TokenEmbedding(4000, d_model)
    assert table.weight.norm(dim=1).square().mean().item() == pytest.approx(1, abs=0.05)
    assert table.weight.std().item() == pytest.approx(1 / math.sqrt(d_model), rel=0.05)


def test_no_ids_give_no_vectors():
    assert TokenEmbedding(5, 4)(torch.zeros(2, 0, dtype=torch.long)).shape == (2, 0, 4)


@pytest.mark.parametrize(("wrong", "message"), [(5, "ids holds 5"), (-1, "ids holds -1")])
def test_an_id_outside_the_vocabulary_is_refused(wrong, message):
    ids = torch.tensor([0, wrong])
    with pytest.raises(ValueError, match=f"{message}, outside 0 … vocab_size-1=4"):
        TokenEmbedding(5, 3)(ids)
    with pytest.raises(ValueError, match=f"{message}, outside"):
        one_hot(ids, 5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 4), "vocab_size=0 is less than 1"),
        ((4, 0), "d_model=0 is less than 1"),
        ((4, 2, 4), "pad_id=4 is not in 0 … vocab_size-1=3"),
        ((4, 2, -1), "pad_id=-1 is not in"),
    ],
)
def test_impossible_sizes_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        TokenEmbedding(*arguments)
