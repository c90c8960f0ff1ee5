"""Greedy matching is BERTScore's formula, with its weights."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.metrics.token_matching import inverse_document_frequencies, match_tokens


def test_by_hand():
    one, two = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0], [2.0, 2.0]])
    found = match_tokens(one, two)
    # cosines 0 and 1/√2: the one token finds 1/√2, the two find 0 and 1/√2
    assert found.precision.item() == pytest.approx(math.sqrt(0.5))
    assert found.recall.item() == pytest.approx(math.sqrt(0.5) / 2)
    weighted = match_tokens(one, two, None, torch.tensor([0.0, 1.0]))
    assert weighted.recall.item() == pytest.approx(math.sqrt(0.5))


def test_equals_the_published_formula_written_out():
    # bert_score/utils.py, greedy_cos_idf: masked maxima of a batch of similarities, weighted sums
    generator = torch.Generator().manual_seed(0)
    hypothesis, reference = (torch.randn(n, 8, generator=generator).double() for n in (5, 7))
    ours, theirs = (torch.rand(n, generator=generator).double() for n in (5, 7))
    ours[0] = ours[-1] = theirs[0] = theirs[-1] = 0  # [CLS] and [SEP] may match and do not count
    similarity = torch.nn.functional.cosine_similarity(hypothesis[:, None], reference[None], dim=-1)
    precision = sum(w * max(row) for w, row in zip(ours, similarity, strict=True)) / ours.sum()
    recall = sum(w * max(row) for w, row in zip(theirs, similarity.T, strict=True)) / theirs.sum()
    found = match_tokens(hypothesis, reference, ours, theirs)
    wanted = (precision, recall, 2 * precision * recall / (precision + recall))
    for one, other in zip(found, wanted, strict=True):
        assert_close(one, other, atol=1e-12, rtol=0)


def test_a_text_equals_itself_and_changing_sides_changes_names():
    x, y = torch.randn(2, 4, 6, generator=torch.Generator().manual_seed(1))
    assert match_tokens(x, 2 * x).f1.item() == pytest.approx(1)
    assert match_tokens(x, y).precision.item() == pytest.approx(match_tokens(y, x).recall.item())


def test_rare_tokens_weigh_more():
    found = inverse_document_frequencies([[1, 2, 2], [1, 3]])
    assert found == pytest.approx({1: math.log(3 / 3), 2: math.log(3 / 2), 3: math.log(3 / 2)})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: match_tokens(torch.zeros(0, 2), torch.ones(1, 2)), "hypothesis has no vector"),
        (lambda: match_tokens(torch.ones(1, 2), torch.zeros(1, 2)), "reference has no vector"),
        (lambda: match_tokens(torch.ones(1, 2), torch.ones(1, 3)), "2 entries"),
        (lambda: match_tokens(*torch.ones(2, 1, 2), torch.ones(2)), "2 entries for 1 tokens"),
        (lambda: match_tokens(*torch.ones(2, 1, 2), torch.zeros(1)), "only zeros"),
        (lambda: inverse_document_frequencies([]), "documents is empty"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
