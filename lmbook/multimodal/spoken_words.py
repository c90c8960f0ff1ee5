"""Words in many synthetic voices, with exact phonemes: a data set for a recogniser.

The words are frequent English words with two to six phonemes; how they sound comes from the CMU
Pronouncing Dictionary, and the sound from ``synthesis``. Words and voices are each in two parts, so
a recogniser can be asked for new words, for new voices, and for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmbook.arguments import check_number, check_several, check_whole
from lmbook.data.sets.pronunciations import Pronunciation, load_pronunciations
from lmbook.data.sets.words import load_word_counts
from lmbook.multimodal.ctc import NO_LABEL
from lmbook.multimodal.synthesis import PHONEMES, Voice, speak

SYMBOLS = ("-", *PHONEMES)
"""The symbols of a recogniser, by id. The blank, "-", has id 0; 39 phonemes follow."""

_SHORTEST, _LONGEST = 2, 6  # phonemes of a word


@dataclass(frozen=True, kw_only=True)
class SpokenWords:
    """Words with their phonemes: ``train``, and ``test`` with words that sound like none there."""

    train: list[Pronunciation]
    test: list[Pronunciation]

    def __repr__(self) -> str:
        return f"SpokenWords(train {len(self.train):,}, test {len(self.test):,} words)"


@dataclass(frozen=True, kw_only=True)
class Utterances:
    """Recordings, the shorter ones followed by silence (zeros), and what is said in them.

    ``targets`` are ids of ``SYMBOLS``, filled up with ``NO_LABEL``; ``n_samples`` is the length of
    each recording, at 16,000 samples per second.
    """

    words: list[str]
    phonemes: list[tuple[str, ...]]
    waves: Float[Tensor, "utterance sample"]
    n_samples: Int[Tensor, " utterance"]
    targets: Int[Tensor, "utterance label"]

    def __len__(self) -> int:
        return len(self.words)

    @property
    def seconds(self) -> float:
        """How long all of them last."""
        return self.n_samples.sum().item() / 16_000


def load_spoken_words(n_words: int = 2000) -> SpokenWords:
    """The ``n_words`` most frequent words of the web that the dictionary has, in two parts.

    A word belongs to the training or the test part of the dictionary; its validation part is not
    used, so there are about a tenth fewer. The test words' phonemes, in this order, are those of no
    training word.

    Raises ``ValueError`` for fewer than one word, ``DataError`` if the lists cannot be had.
    """
    check_whole("n_words", n_words, 1)
    found = load_pronunciations()
    counts = load_word_counts().unigrams
    parts = {"train": dict(found.train), "test": dict(found.test)}
    fitting = {
        word
        for word, ways in found.accepted.items()
        if word in counts and len(word) > 1 and _SHORTEST <= len(ways[0]) <= _LONGEST
    }
    frequent = sorted(fitting, key=lambda word: (-counts[word], word))[:n_words]
    chosen = {
        name: [(word, part[word]) for word in frequent if word in part]
        for name, part in parts.items()
    }
    sounds = {phonemes for _, phonemes in chosen["train"]}
    test = [(word, phonemes) for word, phonemes in chosen["test"] if phonemes not in sounds]
    return SpokenWords(train=chosen["train"], test=test)


def draw_voices(n_voices: int, generator: torch.Generator) -> list[Voice]:
    """Voices from deep to high: pitch 90 to 250 Hz, and with it a shorter vocal tract.

    Raises ``ValueError`` for fewer than one.
    """
    check_whole("n_voices", n_voices, 1)
    voices = []
    for height, bend, speed, breath in torch.rand(n_voices, 4, generator=generator).tolist():
        voices.append(
            Voice(
                pitch=90 * (250 / 90) ** height,
                tract=0.95 + 0.2 * height + 0.08 * bend,
                speed=0.85 + 0.4 * speed,
                breath=0.01 + 0.04 * breath,
            )
        )
    return voices


def speak_words(
    words: Sequence[Pronunciation],
    voices: Sequence[Voice],
    generator: torch.Generator,
    noise: float = 0.01,
) -> Utterances:
    """Every word once, in a voice drawn from ``voices``, with white noise of that deviation.

    The loudest sample of an utterance is 0.5 before the noise. About 4 ms of one processor per
    word. Raises ``ValueError`` for no words, no voices, or a negative ``noise``.
    """
    check_several("words", words)
    check_several("voices", voices)
    check_number("noise", noise)
    if not len(words) or not len(voices):
        raise ValueError(f"{len(words)} words, {len(voices)} voices: give at least one of each")
    if noise < 0:
        raise ValueError(f"noise={noise} is below 0")
    chosen = torch.randint(len(voices), (len(words),), generator=generator).tolist()
    waves = []
    for (_, phonemes), voice in zip(words, chosen, strict=True):
        wave = speak(phonemes, voices[voice], generator)
        waves.append(wave + noise * torch.randn(wave.shape, generator=generator))
    return Utterances(
        words=[word for word, _ in words],
        phonemes=[phonemes for _, phonemes in words],
        waves=torch.nn.utils.rnn.pad_sequence(waves, batch_first=True),
        n_samples=torch.tensor([len(wave) for wave in waves]),
        targets=torch.nn.utils.rnn.pad_sequence(
            [torch.tensor([SYMBOLS.index(name) for name in names]) for _, names in words],
            batch_first=True,
            padding_value=NO_LABEL,
        ),
    )
