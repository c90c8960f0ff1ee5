"""Paired tests give sacrebleu's p-values for its own seed."""

import random

import numpy as np
import pytest
import sacrebleu
from sacrebleu.significance import PairedTest

from lmbook.metrics.bleu import Bleu
from lmbook.metrics.chrf import Chrf
from lmbook.metrics.paired_scores import (
    bootstrap_score,
    paired_bootstrap,
    paired_randomization,
)
from lmbook.metrics.ter import Ter

METRICS = {"BLEU": Bleu(), "chrF2": Chrf(), "TER": Ter()}
PEERS = {"BLEU": sacrebleu.BLEU(), "chrF2": sacrebleu.CHRF(), "TER": sacrebleu.TER()}


def seeded(seed=12345):
    return np.random.default_rng(seed)  # 12345: what sacrebleu takes if nothing is set


def systems():
    """References, a system that errs on a fifth of the words, one on a few more."""
    draw = random.Random(3)
    words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
    references = [" ".join(draw.choices(words, k=draw.randint(3, 9))) for _ in range(120)]

    def err(text, share):
        return " ".join(w if draw.random() > share else draw.choice(words) for w in text.split())

    good = [err(text, 0.2) for text in references]
    return references, good, [err(text, 0.05) for text in good]


REFERENCES, GOOD, WORSE = systems()


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize(("kind", "test"), [("bs", paired_bootstrap), ("ar", paired_randomization)])
def test_equals_sacrebleu(name, kind, test):
    named = [("good", GOOD), ("worse", WORSE)]
    peer = PairedTest(named, {name: PEERS[name]}, [REFERENCES], test_type=kind, n_samples=400)
    _, wanted = peer()
    found = test(METRICS[name], GOOD, WORSE, REFERENCES, seeded(), 400)
    assert found.p_value == wanted[name][1].p_value
    assert found.baseline == pytest.approx(wanted[name][0].score, abs=1e-9)
    assert found.system == pytest.approx(wanted[name][1].score, abs=1e-9)
    assert found.difference == found.system - found.baseline


@pytest.mark.parametrize("name", METRICS)
def test_intervals_equal_sacrebleu(name):
    peer = PairedTest([("good", GOOD), ("worse", WORSE)], {name: PEERS[name]}, [REFERENCES], "bs")
    _, wanted = peer()
    for texts, result in zip((GOOD, WORSE), wanted[name], strict=True):
        found = bootstrap_score(METRICS[name], texts, REFERENCES, seeded())
        # sacrebleu resamples in float32
        assert found.mean == pytest.approx(result.mean, abs=1e-3)
        assert found.half_width == pytest.approx(result.ci, abs=1e-3)


def test_a_system_against_itself_is_not_better():
    for test in (paired_bootstrap, paired_randomization):
        found = test(Bleu(), GOOD, GOOD, REFERENCES, seeded(), 50)
        assert found.difference == 0 and found.p_value == 1 / 51  # Moses's rule counts ">" only
    clear = paired_bootstrap(Bleu(), WORSE, GOOD, REFERENCES, seeded(), 300)
    assert clear.low <= clear.difference <= clear.high and clear.difference > 0


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="n_draws=0 is below 1"):
        paired_randomization(Bleu(), GOOD, WORSE, REFERENCES, seeded(), 0)
    with pytest.raises(ValueError, match="2 hypotheses for 1 references"):
        paired_bootstrap(Bleu(), ["a"], ["a", "b"], ["a"], seeded())
