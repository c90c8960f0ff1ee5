"""Sampling follows the model's distribution."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.decoding.sampling import sample
from lmbook.ngram.counts import count_ngrams
from lmbook.ngram.maximum_likelihood import MaximumLikelihoodModel

MODEL = MaximumLikelihoodModel(count_ngrams([[2, 2, 3, 1]], 1, 4))


def test_frequencies_approach_the_probabilities():
    ids = sample(MODEL, 4000, torch.Generator().manual_seed(0))
    shares = torch.bincount(ids, minlength=4) / len(ids)
    # five standard deviations of a share of 4,000 draws are 0.04
    assert_close(shares, torch.tensor([0, 0.25, 0.5, 0.25]), atol=0.04, rtol=0)


def test_a_low_temperature_takes_the_likeliest():
    ids = sample(MODEL, 50, torch.Generator().manual_seed(0), temperature=0.01)
    assert set(ids.tolist()) == {2}


def test_sampling_stops_after_the_end_of_the_sequence():
    ids = sample(MODEL, 1000, torch.Generator().manual_seed(0), eos_id=1)
    assert ids.tolist().count(1) == 1
    assert ids[-1] == 1


def test_the_prefix_is_kept_and_the_seed_decides():
    prefix = torch.tensor([3, 3])
    first, second = (
        sample(MODEL, 5, torch.Generator().manual_seed(7), prefix_ids=prefix) for _ in range(2)
    )
    assert first.tolist() == second.tolist()
    assert first[:2].tolist() == [3, 3]


def test_bad_input_is_named():
    generator = torch.Generator()
    with pytest.raises(ValueError, match="temperature=0.0 is not above 0"):
        sample(MODEL, 1, generator, temperature=0.0)
    with pytest.raises(ValueError, match="n_tokens=-1 is below 0"):
        sample(MODEL, -1, generator)
    trigram = MaximumLikelihoodModel(count_ngrams([[2, 1]], 3, 4))
    with pytest.raises(ValueError, match="no estimate after the ids"):
        sample(trigram, 1, generator, prefix_ids=torch.tensor([3, 3]))
