"""The recorded translations: what was tried, and what chapter 25 says about it."""

import random
from collections import defaultdict

import numpy as np
import pytest

from lmbook.data.sets.parallel import load_parallel, plain
from lmbook.metrics.bleu import Bleu
from lmbook.metrics.paired_scores import paired_bootstrap
from lmbook.zoo import studies
from tools.studies import translation as study

SEEDS = range(3)


@pytest.fixture(scope="module")
def recorded():
    return studies.results("translation")


@pytest.fixture(scope="module")
def asked():
    accepted = defaultdict(list)
    for english, spanish in load_parallel(max_words=study.MAX_WORDS).test:
        accepted[english].append(plain(spanish))
    sources = random.Random(1).sample(sorted(accepted), study.N_TEST)
    return sources, [accepted[source] for source in sources]


def gap(recorded, asked, worse, better):
    low, high = ([plain(x) for x in recorded[name]["outputs"]] for name in (worse, better))
    return paired_bootstrap(Bleu(), low, high, asked[1], np.random.default_rng(12345), 300)


def test_the_sentences_are_those_of_the_study(asked):
    pairs = study.held_out_pairs(load_parallel(max_words=study.MAX_WORDS))
    assert [english for english, _ in pairs] == asked[0]


def test_every_network_has_three_seeds_and_an_output_for_each_sentence(recorded):
    kinds = ("transformer", "recurrent", "few", "back")
    names = {f"{kind}, seed {seed}" for kind in kinds for seed in SEEDS}
    assert set(recorded) == {"glosses", "beams", *names}
    assert all(len(row["outputs"]) == study.N_TEST for row in recorded.values())


@pytest.mark.parametrize("kind", ["recurrent", "transformer"])
def test_both_networks_pass_the_dictionary_with_every_seed(recorded, asked, kind):
    for seed in SEEDS:
        assert gap(recorded, asked, "glosses", f"{kind}, seed {seed}").low > 10


def test_no_seed_tells_the_two_networks_apart(recorded, asked):
    for seed in SEEDS:
        test = gap(recorded, asked, f"recurrent, seed {seed}", f"transformer, seed {seed}")
        assert test.low < 0 < test.difference


def test_back_translation_gains_little(recorded, asked):
    tests = [gap(recorded, asked, f"few, seed {seed}", f"back, seed {seed}") for seed in SEEDS]
    assert all(0 < test.difference < 3 for test in tests)


def test_four_beams_beat_greedy_search(recorded, asked):
    assert gap(recorded, asked, "transformer, seed 0", "beams").low > 1
