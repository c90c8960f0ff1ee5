"""The synthesiser: its pitch, its formants, its noise, and that no phoneme is missing."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.data.sets.pronunciations import load_pronunciations
from lmbook.multimodal.audio import SAMPLE_RATE
from lmbook.multimodal.synthesis import PHONEMES, Voice, speak


def spoken(*phonemes, seed=0, **voice):
    return speak(phonemes, Voice(**voice), torch.Generator().manual_seed(seed))


def spectrum(wave):
    """The energy in steps of about 1 Hz of the middle of a sound."""
    middle = wave[len(wave) // 2 - 800 : len(wave) // 2 + 800]
    return torch.fft.rfft(middle * torch.hann_window(len(middle)), SAMPLE_RATE).abs().square()


def test_there_is_a_sound_for_every_phoneme_of_the_dictionary():
    assert load_pronunciations().phonemes == PHONEMES
    for phoneme in PHONEMES:
        assert spoken(phoneme).isfinite().all()


def test_a_vowel_repeats_with_the_pitch_of_the_voice():
    for pitch in (100.0, 200.0):
        wave = spoken("AA", pitch=pitch)
        middle = wave[len(wave) // 2 - 600 : len(wave) // 2 + 600]
        autocorrelation = torch.fft.irfft(torch.fft.rfft(middle, 4096).abs().square())
        period = 60 + autocorrelation[60:250].argmax().item()
        assert SAMPLE_RATE / period == pytest.approx(pitch, rel=0.08)


def energy(phoneme, low, high, **voice):
    """The share of the energy between two frequencies."""
    found = spectrum(spoken(phoneme, **voice))
    return (found[low:high].sum() / found.sum()).item()


def test_vowels_differ_by_their_formants():
    assert energy("UW", 700, 1200) > 5 * energy("IY", 700, 1200)
    assert energy("AA", 600, 1400) > 2 * energy("IY", 600, 1400)


def test_a_shorter_tract_moves_the_formants_up():
    assert energy("AA", 1250, 2000, tract=1.25) > 2 * energy("AA", 1250, 2000)


def test_s_hisses_high_and_sh_lower():
    assert energy("S", 4500, 8000) > 0.8
    assert energy("SH", 2000, 4500) > 0.8


def test_speed_shortens_and_draws_differ():
    assert len(spoken("AA", "N", speed=2.0)) < 0.75 * len(spoken("AA", "N"))
    first, again, other = spoken("M", "IY"), spoken("M", "IY"), spoken("M", "IY", seed=1)
    assert_close(first, again)
    assert len(other) != len(first) or not torch.allclose(other, first)


def test_the_loudest_sample_is_a_half_and_the_edges_are_quiet():
    wave = spoken("D", "AO", "G")
    assert_close(wave.abs().max(), torch.tensor(0.5))
    assert wave[:400].abs().max() < 0.01
    assert wave[-400:].abs().max() < 0.01


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: spoken("AA", "XX"), "phonemes holds 'XX'"),
        (lambda: spoken(), "phonemes is empty"),
        (lambda: Voice(pitch=0.0), "pitch=0.0 is not a finite number above 0"),
    ],
)
def test_what_cannot_be_spoken_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
