"""Sound as a picture: the log-mel spectrogram that Whisper and most speech models read.

A waveform at 16,000 samples per second is cut into overlapping windows of 25 ms, one every 10 ms.
Of each window only the energy in some 80 bands is kept. The bands are narrow at low frequencies and
wide at high ones, roughly as the ear resolves pitch (the mel scale), and the energy is compressed
by a logarithm. Source: Radford et al. (2023), section 2.2, and their published code.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_tensor, check_whole

SAMPLE_RATE = 16_000
"""Samples per second that all functions here assume."""

N_FFT, HOP = 400, 160  # samples in a window (25 ms), and from one window to the next (10 ms)
_LINEAR_STEP, _BREAK_HZ, _BREAK_MEL = 200 / 3, 1000.0, 15.0  # Slaney's scale: a line, then a log
_LOG_STEP = math.log(6.4) / 27


def hz_to_mel(hz: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Frequencies in Hz on Slaney's mel scale: linear to 1,000 Hz (15 mel), logarithmic above.

    Raises ``ValueError`` for a negative frequency.
    """
    check_tensor("hz", hz, "float")
    if hz.numel() and hz.min() < 0:
        raise ValueError(f"hz={hz.min().item():g} is below 0")
    above = _BREAK_MEL + (hz.clamp(min=_BREAK_HZ) / _BREAK_HZ).log() / _LOG_STEP
    return torch.where(hz < _BREAK_HZ, hz / _LINEAR_STEP, above)


def mel_to_hz(mel: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """The frequencies in Hz that ``hz_to_mel`` gave these values."""
    check_tensor("mel", mel, "float")
    above = _BREAK_HZ * ((mel - _BREAK_MEL) * _LOG_STEP).exp()
    return torch.where(mel < _BREAK_MEL, mel * _LINEAR_STEP, above)


def mel_filters(n_mels: int = 80, n_fft: int = N_FFT) -> Float[Tensor, "mel frequency"]:
    """Triangular bands from 0 to 8,000 Hz, equally spaced on the mel scale; each has the area 1.

    Row m rises from the centre of band m - 1 to its own and falls to that of band m + 1, over the
    ``n_fft // 2 + 1`` frequencies of a Fourier transform.

    Raises ``ValueError`` for counts below 1 and for so many bands that one holds no frequency.
    """
    check_whole("n_mels", n_mels, 1)
    check_whole("n_fft", n_fft, 2)
    top = SAMPLE_RATE / 2
    frequencies = torch.linspace(0, top, n_fft // 2 + 1, dtype=torch.float64)
    last = hz_to_mel(torch.tensor(top, dtype=torch.float64)).item()
    edges = mel_to_hz(torch.linspace(0, last, n_mels + 2, dtype=torch.float64))
    left, centre, right = (edges[i : i + n_mels, None] for i in range(3))
    rising = (frequencies - left) / (centre - left)
    falling = (right - frequencies) / (right - centre)
    filters = torch.minimum(rising, falling).clamp(min=0) * 2 / (right - left)
    if not filters.any(dim=1).all():
        raise ValueError(f"n_mels={n_mels} is too many for n_fft={n_fft}: a band has no frequency")
    return filters.float()


def log_mel(
    waves: Float[Tensor, "*batch sample"], n_mels: int = 80
) -> Float[Tensor, "*batch mel frame"]:
    """Whisper's features: one frame per 160 samples, values about -1 (quiet) to 1 or 2 (loud).

    The logarithm has base 10. What is more than 8 (80 dB) below the loudest entry of the same
    waveform is raised to that floor; then 4 is added and the sum divided by 4. Zeros that pad a
    waveform change nothing before them but the last two frames.

    Raises ``ValueError`` for waveforms of no more than 200 samples, which have no window.
    """
    check_tensor("waves", waves, "float")
    if waves.ndim == 0 or waves.shape[-1] <= N_FFT // 2:
        raise ValueError(f"waves of shape {tuple(waves.shape)} are no longer than {N_FFT // 2}")
    window = torch.hann_window(N_FFT, device=waves.device, dtype=waves.dtype)
    flat = waves.reshape(-1, waves.shape[-1])
    # the last frame is centred on the end of the waveform: Whisper leaves it out
    spectrum = torch.stft(flat, N_FFT, HOP, window=window, return_complex=True)[..., :-1]
    energy = mel_filters(n_mels).to(waves) @ spectrum.abs().square()
    logs = energy.clamp(min=1e-10).log10()
    logs = logs.maximum(logs.amax(dim=(1, 2), keepdim=True) - 8)
    return ((logs + 4) / 4).reshape(*waves.shape[:-1], n_mels, -1)
