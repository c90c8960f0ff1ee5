"""Log-mel spectrograms against those of the library that runs Whisper."""

import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close
from transformers import WhisperFeatureExtractor
from transformers.audio_utils import hertz_to_mel

from lmbook.multimodal.audio import SAMPLE_RATE, hz_to_mel, log_mel, mel_filters, mel_to_hz


def sounds(n_samples=8000):
    """A tone that rises, in noise."""
    time = torch.arange(n_samples) / SAMPLE_RATE
    tone = (2 * math.pi * (300 * time + 900 * time.square())).sin()
    return tone + 0.05 * torch.randn(n_samples, generator=torch.Generator().manual_seed(0))


def test_a_thousand_hertz_are_fifteen_mel():
    # below, 200 / 3 Hz per mel; above, a factor of 6.4 in 27 mel
    found = hz_to_mel(torch.tensor([0.0, 200 / 3, 1000.0, 6400.0]))
    assert_close(found, torch.tensor([0.0, 1.0, 15.0, 42.0]))


def test_the_scale_is_that_of_the_library_and_has_an_inverse():
    hz = torch.linspace(0, 8000, 100, dtype=torch.float64)
    assert_close(hz_to_mel(hz).numpy(), hertz_to_mel(hz.numpy(), mel_scale="slaney"))
    assert_close(mel_to_hz(hz_to_mel(hz)), hz)


@pytest.mark.parametrize("n_mels", [40, 80, 128])
def test_filters_are_those_of_whisper(n_mels):
    theirs = WhisperFeatureExtractor(feature_size=n_mels).mel_filters
    assert_close(mel_filters(n_mels).T.numpy(), theirs.astype(np.float32), atol=1e-7, rtol=1e-5)


def test_each_filter_rises_and_falls_around_a_later_centre():
    filters = mel_filters(40)
    centres = filters.argmax(1)
    assert (centres.diff() > 0).all()
    assert (filters >= 0).all()


@pytest.mark.parametrize("n_mels", [80, 128])
def test_the_spectrogram_is_that_of_whisper(n_mels):
    wave = sounds(30 * SAMPLE_RATE)  # Whisper's library pads to 30 seconds: nothing to pad here
    extractor = WhisperFeatureExtractor(feature_size=n_mels)
    theirs = extractor(wave.numpy(), sampling_rate=SAMPLE_RATE, return_tensors="pt").input_features
    assert_close(log_mel(wave[None], n_mels), theirs, atol=1e-4, rtol=0)


def test_a_pure_tone_is_loudest_in_the_band_around_it():
    time = torch.arange(SAMPLE_RATE) / SAMPLE_RATE
    wave = (2 * math.pi * 1000 * time).sin()
    band = log_mel(wave)[:, 50].argmax()
    frequency = mel_filters()[band].argmax() * SAMPLE_RATE / 400
    assert abs(frequency - 1000) <= 40  # one step of the Fourier transform


def test_ten_times_the_amplitude_adds_a_half():
    # 10 times the amplitude is 100 times the energy: 2 in log10, divided by 4
    wave = sounds()
    assert_close(log_mel(10 * wave), log_mel(wave) + 0.5, atol=1e-4, rtol=0)


def test_rows_are_scaled_each_for_itself():
    quiet, loud = 0.01 * sounds(), sounds().flip(0)
    both = log_mel(torch.stack([quiet, loud]))
    assert_close(both[0], log_mel(quiet))
    assert_close(both[1], log_mel(loud))


def test_zeros_after_a_sound_change_only_its_last_frames():
    wave = sounds()
    padded = torch.nn.functional.pad(wave, (0, 1600))
    assert_close(log_mel(padded)[:, :48], log_mel(wave)[:, :48])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: log_mel(torch.zeros(200)), r"waves of shape \(200,\) are no longer than 200"),
        (lambda: mel_filters(0), "n_mels=0 is below 1"),
        (lambda: mel_filters(200, 64), "n_mels=200 is too many for n_fft=64"),
        (lambda: hz_to_mel(torch.tensor([-1.0])), "hz=-1 is below 0"),
    ],
)
def test_what_has_no_spectrogram_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
