"""Filters are transformers' logits processors, and what their papers say."""

import os

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.decoding.filters import ROUNDING, min_p, repetition_penalty, temperature, top_k, top_p

os.environ["HF_HUB_OFFLINE"] = "1"
SCORES = 3 * torch.randn(6, 50, generator=torch.Generator().manual_seed(0))
IDS = torch.randint(0, 50, (6, 12), generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("value", [0.1, 0.5, 0.9, 1.0])
def test_filters_equal_the_processors_of_transformers(value):
    from transformers import (
        MinPLogitsWarper,
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    k = int(50 * value)
    for ours, theirs in (
        (temperature(SCORES, value), TemperatureLogitsWarper(value)),
        (top_k(SCORES, k), TopKLogitsWarper(k)),
        (top_p(SCORES, value), TopPLogitsWarper(value)),
        (min_p(SCORES, value), MinPLogitsWarper(value)),
        (repetition_penalty(SCORES, IDS, 1 + value), RepetitionPenaltyLogitsProcessor(1 + value)),
    ):
        assert_close(ours, theirs(IDS, SCORES.clone()), atol=0, rtol=0)


def test_one_row_is_a_batch_of_one():
    for keep in (lambda s: top_k(s, 5), lambda s: top_p(s, 0.5), lambda s: min_p(s, 0.2)):
        assert_close(keep(SCORES[0]), keep(SCORES)[0])
    assert_close(
        repetition_penalty(SCORES[0], IDS[0], 2.0), repetition_penalty(SCORES, IDS, 2.0)[0]
    )


@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=20), st.floats(0.01, 1.0))
def test_the_nucleus_is_the_smallest_set_that_weighs_p(scores, p):
    row = torch.tensor(scores, dtype=torch.float64)
    kept = torch.isfinite(top_p(row, p))
    probabilities = row.softmax(-1)
    assert kept.any()
    assert probabilities[kept].sum() >= p - ROUNDING - 1e-9
    rest = probabilities[kept].sum() - probabilities[kept].min()
    assert rest <= p + 1e-9  # without its least token it would not have been enough


def test_what_a_filter_keeps_it_does_not_change():
    row = torch.tensor([2.0, 1.0, 0.0, 1.0])
    assert top_k(row, 2).tolist() == [2.0, 1.0, -torch.inf, 1.0]  # a tie stays
    assert top_k(row, 9).tolist() == row.tolist()
    assert min_p(row, 1.0).tolist() == [2.0, -torch.inf, -torch.inf, -torch.inf]


def test_padding_is_no_repetition():
    row = torch.tensor([[1.0, -1.0, 2.0]])
    ids = torch.tensor([[-1, 1, -1, 2, 2]])
    assert repetition_penalty(row, ids, 2.0).tolist() == [[1.0, -2.0, 1.0]]


def test_values_out_of_range_are_named():
    row = torch.zeros(4)
    for call, message in (
        (lambda: temperature(row, 0.0), "temperature=0.0 is not above 0"),
        (lambda: top_k(row, 0), "k=0 is below 1"),
        (lambda: top_p(row, 0.0), "p=0.0 is not above 0 and at most 1"),
        (lambda: min_p(row, 1.5), r"p=1.5 is not in 0 … 1"),
        (lambda: repetition_penalty(row, torch.tensor([1]), 0.0), "penalty=0.0 is not above 0"),
        (lambda: repetition_penalty(row, torch.tensor([4]), 2.0), "ids holds 4, outside"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def kept_of(keep, probabilities, kind):
    row = torch.tensor(probabilities, dtype=torch.float64).log().to(kind)
    return torch.isfinite(keep(row)).tolist()


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("probabilities", "p", "n_kept"),
    [
        ([0.5, 0.4, 0.1], 0.9, 2),
        ([0.5, 0.3, 0.2], 0.8, 2),
        ([0.4, 0.3, 0.2, 0.1], 0.7, 2),
        ([0.7, 0.2, 0.1], 0.7, 1),
        ([0.6, 0.3, 0.1], 0.9, 2),
        ([0.1] * 10, 0.3, 3),
        ([0.1] * 10, 0.7, 7),
        ([0.5, 0.4, 0.1], 0.900002, 3),  # beyond what rounding can explain
        ([0.5, 0.4, 0.1], 1.0, 3),
        ([0.9, 0.1 - 1e-8, 1e-8], 1.0, 3),
    ],
)
def test_a_nucleus_that_reaches_p_exactly_ends_there(probabilities, p, n_kept, kind):
    assert sum(kept_of(lambda row: top_p(row, p), probabilities, kind)) == n_kept
    every_order = [probabilities[i:] + probabilities[:i] for i in range(len(probabilities))]
    for rotated in every_order:
        assert sum(kept_of(lambda row: top_p(row, p), rotated, kind)) == n_kept


@pytest.mark.parametrize("kind", [torch.float32, torch.float64])
def test_a_token_at_the_border_of_min_p_stays(kind):
    for probabilities, p in (([0.5, 0.35, 0.15], 0.3), ([0.6, 0.34, 0.06], 0.1)):
        assert kept_of(lambda row, p=p: min_p(row, p), probabilities, kind) == [True] * 3
    assert kept_of(lambda row: min_p(row, 0.30001), [0.5, 0.35, 0.15], kind) == [True, True, False]
