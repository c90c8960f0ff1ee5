"""The recorded comparison of taggers agrees with itself, and with what the book says of it."""

import pytest
import torch

from lmbook.metrics.spans import compare_f1
from lmbook.zoo import studies

STUDY = studies.results("tagging")


def counts(name):
    return torch.tensor(STUDY[name]["counts"])


def f1(name):
    right, predicted, there = counts(name).sum(0).tolist()
    return 2 * right / (predicted + there)


@pytest.mark.parametrize("name", STUDY)
def test_counts_of_a_run_are_possible(name):
    right, predicted, there = counts(name).unbind(1)
    assert bool((right <= torch.minimum(predicted, there)).all()) and bool((right >= 0).all())
    found, unseen = STUDY[name]["unseen"]
    assert 0 <= found <= unseen <= int(there.sum())


def test_all_runs_of_a_set_saw_the_same_sentences():
    for data in {name.split(", ")[0] for name in STUDY}:
        first, *others = (counts(name)[:, 2] for name in STUDY if name.startswith(f"{data}, "))
        assert all(torch.equal(first, other) for other in others)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("chinese-names, HMM, 0", "chinese-names, most frequent tag, 0"),
        ("chinese-names, CRF, 0", "chinese-names, HMM, 0"),
        ("country-names, CRF, 0", "country-names, HMM, 0"),
        ("country-names, encoder, 0", "country-names, CRF, 0"),
    ],
)
def test_each_gap_is_beyond_its_paired_interval(better, worse):
    draw = torch.Generator().manual_seed(0)
    assert compare_f1(counts(better), counts(worse), draw, n_draws=500).low > 0


def test_every_run_of_the_encoder_is_above_every_run_of_the_crf():
    encoder = [f1(f"country-names, encoder, {seed}") for seed in (0, 1, 2)]
    country = [f1(f"country-names, CRF, {seed}") for seed in (0, 1, 2)]
    assert min(encoder) > max(country)


def test_the_encoder_finds_more_than_half_of_the_names_that_training_has_not_seen():
    for system, least, most in (("encoder", 0.5, 1.0), ("CRF", 0.1, 0.3), ("HMM", 0.0, 0.1)):
        hits, total = STUDY[f"country-names, {system}, 0"]["unseen"]
        assert total == 848 and least < hits / total < most
