"""Spoken words without recordings: a small formant synthesiser.

A source makes sound, the vocal tract filters it. The source is a train of pulses (the voice), noise
(the hiss of "s"), or both; the filter has peaks, the formants, whose frequencies tell one vowel
from another. Each phoneme is one or more segments with targets for both, and the targets are
smoothed over time, as a tongue moves. The values are round numbers chosen by hand in the range of
published tables for American English: the result can be understood, and nobody takes it for a
person. What a network learns from it is to hear this synthesiser.

Source of the idea: Klatt (1980), a synthesiser with far more parameters.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lmbook.arguments import check_positive, check_texts
from lmbook.multimodal.audio import SAMPLE_RATE

STEP, _N_FFT = 80, 512  # samples from one set of parameters to the next (5 ms), and in a window
_WIDTHS = (70.0, 100.0, 160.0, 220.0)  # of the formants, in Hz
_EDGE_MS = 60.0  # silence before and after


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Who speaks. ``pitch`` in Hz; ``tract`` multiplies the formants (1 is a man's, about 1.2 a
    shorter vocal tract); ``speed`` divides the durations; ``breath`` is noise in the voice."""

    pitch: float = 120.0
    tract: float = 1.0
    speed: float = 1.0
    breath: float = 0.02

    def __post_init__(self) -> None:
        for name in ("pitch", "tract", "speed", "breath"):
            check_positive(name, getattr(self, name))


# milliseconds; three formants (Hz); voice; noise, its centre and width (Hz); segments by ";"
_TABLE = """
IY 110 280 2250 2950 1 0 0 0
IH 80 400 1950 2550 1 0 0 0
EH 90 550 1800 2500 1 0 0 0
AE 120 680 1700 2450 1 0 0 0
AA 120 720 1120 2450 1 0 0 0
AO 120 580 880 2450 1 0 0 0
UH 80 450 1050 2250 1 0 0 0
UW 110 310 950 2250 1 0 0 0
AH 80 620 1250 2450 1 0 0 0
ER 110 480 1350 1700 1 0 0 0
EY 70 480 1950 2550 1 0 0 0 ; 60 330 2200 2800 1 0 0 0
OW 70 520 950 2400 1 0 0 0 ; 60 380 850 2300 1 0 0 0
AY 80 720 1200 2450 1 0 0 0 ; 70 380 2000 2600 1 0 0 0
AW 80 720 1250 2450 1 0 0 0 ; 70 420 950 2300 1 0 0 0
OY 80 560 880 2400 1 0 0 0 ; 70 380 1950 2550 1 0 0 0
R 60 320 1080 1450 .6 0 0 0
L 60 340 1050 2800 .6 0 0 0
W 60 300 650 2200 .6 0 0 0
Y 50 270 2150 3000 .6 0 0 0
M 65 260 1000 2200 .35 0 0 0
N 65 260 1650 2500 .35 0 0 0
NG 70 260 2100 2900 .35 0 0 0
S 100 300 1750 2600 0 .35 6200 1300
Z 80 300 1750 2600 .15 .22 6200 1300
SH 100 300 2000 2700 0 .4 3200 900
ZH 80 300 2000 2700 .15 .25 3200 900
F 90 300 1000 2300 0 .12 5500 3500
V 60 300 1000 2300 .2 .06 5500 3500
TH 90 300 1400 2600 0 .08 6800 2500
DH 50 300 1400 2600 .25 .03 6800 2500
HH 60 500 1500 2500 0 .1 1500 1500
P 50 300 900 2300 0 0 0 0 ; 15 300 900 2300 0 .25 900 900 ; 30 400 1000 2300 0 .08 1500 1500
T 50 300 1800 2600 0 0 0 0 ; 15 300 1800 2600 0 .4 5000 1800 ; 30 400 1800 2600 0 .08 2500 1500
K 50 300 2100 2500 0 0 0 0 ; 20 300 2100 2500 0 .35 2000 600 ; 30 400 1900 2500 0 .08 2000 1500
B 50 250 900 2300 .08 0 0 0 ; 12 300 900 2300 .3 .15 900 900
D 45 250 1800 2600 .08 0 0 0 ; 12 300 1800 2600 .3 .2 4500 1800
G 50 250 2100 2500 .08 0 0 0 ; 15 300 2100 2500 .3 .2 2000 600
CH 45 300 1900 2600 0 0 0 0 ; 70 300 2000 2700 0 .4 3400 900
JH 40 250 1900 2600 .08 0 0 0 ; 50 300 2000 2700 .15 .28 3400 900
"""


def _segments() -> dict[str, list[list[float]]]:
    rows = (line.split(" ", 1) for line in _TABLE.strip().splitlines())
    return {name: [[*map(float, part.split())] for part in rest.split(";")] for name, rest in rows}


_SEGMENTS = _segments()
PHONEMES = tuple(sorted(_SEGMENTS))
"""The 39 phonemes of the CMU Pronouncing Dictionary, in ARPAbet."""


def speak(
    phonemes: Sequence[str], voice: Voice, generator: torch.Generator
) -> Float[Tensor, " sample"]:
    """One utterance: 16,000 samples per second, the loudest 0.5; about 80 ms per phoneme.

    Durations vary by some 10 % and formants by 3 % from segment to segment, drawn from
    ``generator`` (on the processor), so no two utterances are alike.

    Raises ``ValueError`` for what is not one of ``PHONEMES``.
    """
    check_texts("phonemes", phonemes, some=True)
    unknown = [name for name in phonemes if name not in _SEGMENTS]
    if unknown:
        raise ValueError(f"phonemes holds {unknown[0]!r}, which is not one of the 39 of ARPAbet")
    tracks = _tracks([part for name in phonemes for part in _SEGMENTS[name]], voice, generator)
    n_samples = STEP * (len(tracks) - 1)
    window = torch.hann_window(_N_FFT)
    sources = torch.stack(
        [_pulses(voice, n_samples, generator), torch.randn(n_samples, generator=generator)]
    )
    spectra = torch.stft(sources, _N_FFT, STEP, window=window, return_complex=True)
    filtered = (spectra * _filters(tracks, voice)).sum(0)
    wave = torch.istft(filtered, _N_FFT, STEP, window=window, length=n_samples)
    return 0.5 * wave / wave.abs().max().clamp(min=1e-6)


def _tracks(
    segments: list[list[float]], voice: Voice, generator: torch.Generator
) -> Float[Tensor, "step parameter"]:
    """Formants, voice, noise, its centre and width every 5 ms, smoothed."""
    table = torch.tensor(segments)
    drawn = torch.randn(len(table), 4, generator=generator)
    table[:, 1:4] *= voice.tract * (1 + 0.03 * drawn[:, 1:])
    noisy = table[:, 5] > 0
    for i in range(1, len(table)):  # a silent segment says nothing of the noise's colour
        if not noisy[i]:
            table[i, 6:] = table[i - 1, 6:]
    milliseconds = table[:, 0] * (0.1 * drawn[:, 0]).exp() / voice.speed
    counts = (milliseconds * SAMPLE_RATE / 1000 / STEP).round().long().clamp(min=2)
    steps = table[:, 1:].repeat_interleave(counts, 0)
    edge = round(_EDGE_MS * SAMPLE_RATE / 1000 / STEP)
    quiet = torch.tensor([1.0, 1, 1, 0, 0, 1, 1])
    steps = torch.cat([steps[:1] * quiet] * edge + [steps] + [steps[-1:] * quiet] * edge)
    return torch.cat([_smooth(steps[:, :3], 9), _smooth(steps[:, 3:5], 3), steps[:, 5:]], 1)


def _smooth(steps: Float[Tensor, "step parameter"], width: int) -> Float[Tensor, "step parameter"]:
    padded = torch.nn.functional.pad(steps.T[None], (width // 2, width // 2), mode="replicate")
    return torch.nn.functional.avg_pool1d(padded, width, 1)[0].T


def _pulses(voice: Voice, n_samples: int, generator: torch.Generator) -> Float[Tensor, " sample"]:
    """A pulse per period; the pitch falls by a fifth over the utterance, and trembles a little."""
    fall = torch.linspace(1.1, 0.9, n_samples)
    trembling = 1 + 0.02 * torch.randn((), generator=generator)
    cycles = (voice.pitch * fall * trembling / SAMPLE_RATE).cumsum(0)
    started = cycles.floor().diff(prepend=torch.zeros(1))
    return started * (SAMPLE_RATE / voice.pitch) ** 0.5


def _filters(
    tracks: Float[Tensor, "step parameter"], voice: Voice
) -> Float[Tensor, "source frequency step"]:
    """What the vocal tract lets pass of voice and noise at each moment."""
    hz = torch.linspace(0, SAMPLE_RATE / 2, _N_FFT // 2 + 1)[:, None]
    peaks = [*tracks[:, :3].T, torch.full_like(tracks[:, 0], 3500 * voice.tract)]
    tract = torch.zeros(len(hz), len(tracks))
    for peak, width in zip(peaks, _WIDTHS, strict=True):
        # the source loses 6 dB per octave: higher formants are weaker
        tract += (500 / (500 + peak)) / (1 + ((hz - peak) / width).square())
    loud, noise, centre, width = tracks[:, 3:].T
    hiss = noise * (-0.5 * ((hz - centre) / width.clamp(min=1)).square()).exp()
    return torch.stack([loud * tract, 0.3 * hiss + voice.breath * loud * tract])
