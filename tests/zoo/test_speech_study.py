"""What the record of spoken words says, and that the packaged recogniser is the one it measured."""

from statistics import mean

import pytest
import torch

from lmbook.multimodal.recogniser import load_recogniser
from lmbook.multimodal.spoken_words import speak_words
from lmbook.zoo import studies
from tools.studies import speech

HARDEST = "new words, new voices"
RUNS = studies.results("speech")


def of(kind, read):
    """A value of the three runs of one kind."""
    return [read(RUNS[f"{kind}, seed {seed}"]) for seed in speech.SEEDS]


def rates(kind, test):
    return of(kind, lambda run: run["phoneme error rate"][test])


def test_every_kind_has_three_seeds_and_its_loss_fell():
    assert list(RUNS) == [f"{kind}, seed {seed}" for kind in speech.RUNS for seed in speech.SEEDS]
    for run in RUNS.values():
        assert len(run["curve"]) == speech.N_STEPS // 20
        assert run["curve"][-1] < 0.1 * run["curve"][0]


def test_sixteen_voices_teach_new_voices_and_one_does_not():
    assert max(rates("16 voices", HARDEST)) < 0.05
    assert min(rates("1 voice", HARDEST)) > 2 * max(rates("16 voices", HARDEST))
    assert max(rates("1 voice", "new words, seen voices")) < min(rates("1 voice", HARDEST)) / 3


def test_new_words_are_heard_nearly_as_well_as_those_of_the_training():
    assert mean(rates("16 voices", "new words, seen voices")) < 0.03


def test_noise_that_training_did_not_have_ruins_it_and_varied_noise_repairs_it_at_a_price():
    alone, varied = (
        of(kind, lambda run: run["noise"]) for kind in ("16 voices", "16 voices, varied noise")
    )
    for noise in ("0.03", "0.1"):
        assert min(run[noise] for run in alone) > 2 * max(run[noise] for run in varied)
    assert min(rates("16 voices, varied noise", HARDEST)) > max(rates("16 voices", HARDEST))


def test_most_frames_are_blank():
    assert all(0.6 < share < 0.8 for share in of("16 voices", lambda run: run["blank"]))


def test_the_packaged_recogniser_is_the_one_that_was_measured():
    _, held_out = speech.drawn_voices(0)
    generator = torch.Generator().manual_seed(100)
    spoken = speak_words(speech.words().test, held_out, generator, speech.NOISE)
    recorded = RUNS["16 voices, seed 0"]["phoneme error rate"][HARDEST]
    # sums in another order may turn a close choice
    assert speech.errors(load_recogniser(), spoken) == pytest.approx(recorded, abs=3e-3)
