"""Masks: counted by hand, and what they refuse."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.nn.masks import as_mask, causal_mask, padding_mask, real_positions, real_tokens


def test_a_causal_mask_by_hand():
    rows = [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert_close(causal_mask(3), torch.tensor(rows, dtype=torch.bool))
    # two new queries behind two cached keys: the first sees three of four keys
    assert_close(causal_mask(2, 4), torch.tensor([[1, 1, 1, 0], [1, 1, 1, 1]], dtype=torch.bool))


def test_a_padding_mask_is_true_for_real_tokens():
    expected = torch.tensor([[1, 1, 1], [1, 0, 0]], dtype=torch.bool)
    assert_close(padding_mask(torch.tensor([3, 1])), expected)
    assert padding_mask(torch.tensor([2]), 4).tolist() == [[True, True, False, False]]


@pytest.mark.parametrize(
    ("row", "numbers"),
    [([1, 1, 1], [0, 1, 2]), ([0, 0, 1, 1], [0, 0, 0, 1]), ([1, 1, 0, 0], [0, 1, 1, 1])],
)
def test_positions_count_real_tokens(row, numbers):
    assert real_positions(torch.tensor([row], dtype=torch.bool)).tolist() == [numbers]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: causal_mask(3, 2), "n_keys=2 is below n_queries=3"),
        (lambda: padding_mask(torch.tensor([1, 0])), r"lengths\[1\]=0 is not between 1 and"),
        (
            lambda: padding_mask(torch.tensor([3]), 2),
            r"lengths\[0\]=3 is not between 1 and n_keys=2",
        ),
        (
            lambda: real_tokens(torch.ones(2, 3, dtype=torch.bool), (2, 4)),
            r"shape \(2, 3\), not \(batch, key\) = \(2, 4\)",
        ),
        (
            lambda: real_tokens(torch.tensor([[True], [False]]), (2, 1)),
            "row 1 of mask is False everywhere",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("kind", [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8])
def test_zeros_and_ones_are_a_mask(kind):
    mask = as_mask("mask", torch.tensor([[1, 0], [0, 1]], dtype=kind))
    assert mask.dtype == torch.bool and mask.tolist() == [[True, False], [False, True]]


def test_other_integers_are_no_mask():
    for number in (2, -1, -100):
        with pytest.raises(ValueError, match=f"looks holds {number}: it may hold 0 and 1, or True"):
            as_mask("looks", torch.tensor([1, number]))
