"""Phonemes out of synthetic speech: python -m tools.studies.speech

A small convolutional network learns words with CTC, spoken by 16 synthetic voices or one, and is
asked for new words, new voices and both; the same sounds are then mixed with more noise, on which
another network of 16 voices was trained ("varied noise"). The measures go to
lmbook/zoo/studies/speech.json, a run per seed; the network of 16 voices and seed 0 goes to
lmbook/zoo/recognisers/words.safetensors: about five minutes of one CPU thread.

A run has "curve" (nats per phoneme, every 20 steps), "phoneme error rate" by the kind of test,
"words right" (whole words, new words in new voices), "beams" (phoneme error rate there by the
number of beams), "noise" (by its deviation), "blank" (share of frames whose best symbol is the
blank) and "seconds" of training.
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import torch

from lmbook.metrics.error_rate import error_rate
from lmbook.multimodal.recogniser import (
    PACKAGED,
    Recogniser,
    load_recogniser,
    save_recogniser,
    spectrograms,
    train_recogniser,
)
from lmbook.multimodal.spoken_words import (
    SpokenWords,
    Utterances,
    draw_voices,
    load_spoken_words,
    speak_words,
)
from lmbook.multimodal.synthesis import Voice
from lmbook.zoo import studies
from tools.studies._lines import write_lines

N_STEPS, SEEDS, MOST_VOICES, N_HELD_OUT = 600, (0, 1, 2), 16, 8
RUNS = {"16 voices": 16, "16 voices, varied noise": 16, "1 voice": 1}
NOISE, NOISES, BEAMS = 0.01, (0.01, 0.03, 0.1), (1, 4)


def main() -> int:
    torch.set_num_threads(1)
    runs = {}
    for kind in RUNS:
        for seed in SEEDS:
            name = f"{kind}, seed {seed}"
            runs[name] = run(kind, seed)
            write_lines(studies.file_of("speech"), runs)
            print(name, {k: v for k, v in runs[name].items() if k != "curve"}, flush=True)
    return 0


@cache
def words() -> SpokenWords:
    """The words of all runs."""
    return load_spoken_words()


def drawn_voices(seed: int) -> tuple[list[Voice], list[Voice]]:
    """The voices of training, of which a run takes the first ones, and those held out."""
    generator = torch.Generator().manual_seed(seed)
    return draw_voices(MOST_VOICES, generator), draw_voices(N_HELD_OUT, generator)


def run(kind: str, seed: int) -> dict[str, Any]:
    """Train one network and measure it."""
    generator = torch.Generator().manual_seed(seed)
    voices, held_out = drawn_voices(seed)
    voices = voices[: RUNS[kind]]
    spoken = speak_words(words().train, voices, generator, NOISE)
    if "varied" in kind:
        spoken = with_noise(spoken, generator)
    torch.manual_seed(seed)
    recogniser, curve, started = Recogniser(), [], time.process_time()
    train_recogniser(
        recogniser,
        spoken,
        N_STEPS,
        generator,
        observe=lambda _, loss: curve.append(round(loss, 4)),
    )
    seconds = round(time.process_time() - started, 1)
    if (kind, seed) == ("16 voices", 0):
        PACKAGED.parent.mkdir(exist_ok=True)
        save_recogniser(PACKAGED, recogniser)
        recogniser = load_recogniser()
    tests = dict(_tests(voices, held_out, seed))
    return {"curve": curve[::20], **measures(recogniser, tests, held_out, seed), "seconds": seconds}


def with_noise(spoken: Utterances, generator: torch.Generator) -> Utterances:
    """More noise in each recording, of a deviation drawn between nothing and the greatest."""
    deviations = max(NOISES) * torch.rand(len(spoken), 1, generator=generator).square()
    sounding = torch.arange(spoken.waves.shape[1]) < spoken.n_samples[:, None]
    noise = deviations * torch.randn(spoken.waves.shape, generator=generator) * sounding
    return replace(spoken, waves=spoken.waves + noise)


def _tests(voices: list[Voice], held_out: list[Voice], seed: int) -> Iterator[Any]:
    for name, part in (("seen words", words().train[:400]), ("new words", words().test)):
        for kind, speakers in (("seen voices", voices), ("new voices", held_out)):
            generator = torch.Generator().manual_seed(100 + seed)
            yield f"{name}, {kind}", speak_words(part, speakers, generator, NOISE)


def measures(
    recogniser: Recogniser, tests: dict[str, Utterances], held_out: list[Voice], seed: int
) -> dict[str, Any]:
    """What the module's docstring names."""
    hardest = tests["new words, new voices"]
    heard = recogniser.hear(hardest)
    noisy = {}
    for noise in NOISES:
        generator = torch.Generator().manual_seed(100 + seed)
        spoken = speak_words(words().test, held_out, generator, noise)
        noisy[str(noise)] = errors(recogniser, spoken)
    right = sum(tuple(h) == s for h, s in zip(heard, hardest.phonemes, strict=True))
    return {
        "phoneme error rate": {name: errors(recogniser, spoken) for name, spoken in tests.items()},
        "words right": round(right / len(hardest), 4),
        "beams": {str(n): errors(recogniser, hardest, n) for n in BEAMS},
        "noise": noisy,
        "blank": round(blank_share(recogniser, hardest), 4),
    }


def errors(recogniser: Recogniser, spoken: Utterances, n_beams: int = 1) -> float:
    """The phoneme error rate."""
    return round(error_rate(recogniser.hear(spoken, n_beams), spoken.phonemes), 4)


@torch.no_grad()
def blank_share(recogniser: Recogniser, spoken: Utterances) -> float:
    """In which share of the frames the blank is the best symbol."""
    log_probs, n_outputs = recogniser(*spectrograms(spoken))
    kept = torch.arange(log_probs.shape[1]) < n_outputs[:, None]
    return (log_probs.argmax(-1) == 0)[kept].float().mean().item()


if __name__ == "__main__":
    sys.exit(main())
