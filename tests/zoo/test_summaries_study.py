"""The recorded summaries: whose scores they are, and what chapter 25 says about them."""

import pytest
import torch

from lmbook.data.sets.standfirsts import load_standfirsts
from lmbook.metrics.significance import compare_means
from lmbook.zoo import studies
from tools.studies import summaries as study


@pytest.fixture(scope="module")
def recorded():
    return studies.results("summaries")


@pytest.fixture(scope="module")
def articles():
    return load_standfirsts().test[: study.N_ARTICLES]


def test_every_way_has_its_scores(recorded):
    assert set(recorded) == set(study.WAYS)
    for name, row in recorded.items():
        n = study.N_WRITTEN if name == "smollm2" else study.N_ARTICLES
        assert all(len(values) == n for key, values in row.items() if key != "seconds")
        assert row["seconds"] < 200


@pytest.mark.parametrize("name", ["lead", "textrank", "oracle", "standfirst"])
def test_what_needs_no_network_is_made_again_with_the_same_scores(recorded, articles, name):
    found = study.measured(study.WAYS[name](articles), articles)
    assert found == {key: recorded[name][key] for key in found}


def test_extracts_hold_no_word_that_was_not_read(recorded):
    for name in ("lead", "textrank", "encoder", "oracle"):
        assert sum(recorded[name]["new_words"]) == 0
    assert sum(recorded["smollm2"]["new_words"]) > 0


def gap(recorded, better, worse):
    rows = [torch.tensor(recorded[name]["rouge1"]) for name in (better, worse)]
    n = min(map(len, rows))
    return compare_means(rows[0][:n], rows[1][:n], torch.Generator().manual_seed(0))


@pytest.mark.parametrize("better", ["textrank", "encoder"])
def test_a_choice_of_sentences_beats_the_first_ones(recorded, better):
    assert gap(recorded, better, "lead").low > 0


def test_no_extract_reaches_the_one_that_looks_at_the_standfirst(recorded):
    for name in ("lead", "textrank", "encoder"):
        assert gap(recorded, "oracle", name).low > 0
