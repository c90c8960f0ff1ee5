"""Spoken words, and the network that hears them."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.metrics.error_rate import error_rate
from lmbook.multimodal.audio import HOP
from lmbook.multimodal.ctc import NO_LABEL
from lmbook.multimodal.recogniser import (
    N_MELS,
    Recogniser,
    load_recogniser,
    save_recogniser,
    spectrograms,
    train_recogniser,
)
from lmbook.multimodal.spoken_words import SYMBOLS, draw_voices, load_spoken_words, speak_words

FEW = [("no", ("N", "OW")), ("see", ("S", "IY")), ("sofa", ("S", "OW", "F", "AH"))]


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def words():
    return load_spoken_words()


@pytest.fixture
def utterances():
    return speak_words(FEW, draw_voices(2, drawn()), drawn())


def test_no_held_out_word_sounds_like_a_word_of_the_training_part(words):
    sounds = {phonemes for _, phonemes in words.train}
    assert len(words.train) > 1300
    assert len(words.test) > 350
    assert not sounds & {phonemes for _, phonemes in words.test}
    assert all(2 <= len(phonemes) <= 6 for _, phonemes in words.train + words.test)


def test_utterances_hold_what_was_said(utterances):
    assert utterances.words == ["no", "see", "sofa"]
    assert [[SYMBOLS[i] for i in row if i != NO_LABEL] for row in utterances.targets.tolist()] == [
        [*phonemes] for _, phonemes in FEW
    ]
    for wave, n_samples in zip(utterances.waves, utterances.n_samples.tolist(), strict=True):
        assert wave[: n_samples - 1].any()
        assert not wave[n_samples:].any()
    assert utterances.seconds == utterances.n_samples.sum().item() / 16_000


def test_the_same_draw_gives_the_same_sound(utterances):
    again = speak_words(FEW, draw_voices(2, drawn()), drawn())
    assert_close(again.waves, utterances.waves)
    other = speak_words(FEW, draw_voices(2, drawn()), drawn(1))
    assert other.waves.shape != again.waves.shape or not torch.allclose(other.waves, again.waves)


def test_a_high_voice_has_a_short_tract():
    voices = sorted(draw_voices(50, drawn()), key=lambda voice: voice.pitch)
    assert voices[0].pitch >= 90
    assert voices[-1].pitch <= 250
    low, high = voices[:10], voices[-10:]
    assert max(v.tract for v in low) < min(v.tract for v in high)


def test_what_is_heard_in_a_row_does_not_depend_on_the_others(utterances):
    torch.manual_seed(0)
    recogniser = Recogniser(16, 2)
    mels, n_frames = spectrograms(utterances)
    together, n_outputs = recogniser(mels, n_frames)
    for row, length in enumerate(n_frames.tolist()):
        alone, n_alone = recogniser(mels[row : row + 1, :, :length], n_frames[row : row + 1])
        assert_close(alone[0], together[row, : n_outputs[row]], atol=1e-5, rtol=1e-5)
        assert n_alone[0] == n_outputs[row] == -(-length // 2)


def test_log_probabilities_add_up_to_one(utterances):
    log_probs, _ = Recogniser(16, 1)(*spectrograms(utterances))
    assert_close(log_probs.exp().sum(-1), torch.ones(log_probs.shape[:2]))


def test_three_words_are_learnt_by_heart(utterances):
    torch.manual_seed(0)
    recogniser, losses = Recogniser(32, 2), []
    given = {"lr": 1e-2, "batch_size": 6, "observe": lambda _, loss: losses.append(loss)}
    train_recogniser(recogniser, utterances, 150, drawn(), **given)
    assert losses[-1] < 0.1 < losses[0]
    assert recogniser.hear(utterances) == [[*phonemes] for _, phonemes in FEW]
    assert recogniser.hear(utterances, 4) == recogniser.hear(utterances)


def test_the_packaged_recogniser_hears_new_words_in_new_voices(words):
    spoken = speak_words(words.test[:100], draw_voices(8, drawn(50)), drawn(51))
    assert error_rate(load_recogniser().hear(spoken), spoken.phonemes) < 0.12


def test_weights_are_kept_and_a_damaged_file_is_refused(tmp_path, utterances):
    recogniser = Recogniser(16, 2).half().float()
    path = tmp_path / "small.safetensors"
    save_recogniser(path, recogniser)
    expected, _ = recogniser(*spectrograms(utterances))
    found, _ = load_recogniser(path)(*spectrograms(utterances))
    assert_close(found, expected)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"small\.safetensors does not hold a recogniser"):
        load_recogniser(path)


def test_spectrograms_have_a_frame_per_ten_milliseconds(utterances):
    mels, n_frames = spectrograms(utterances)
    assert mels.shape == (3, N_MELS, utterances.waves.shape[1] // HOP)
    assert n_frames.tolist() == [n // HOP for n in utterances.n_samples.tolist()]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: speak_words([], draw_voices(1, drawn()), drawn()), "0 words, 1 voices"),
        (lambda: speak_words(FEW, [], drawn()), "3 words, 0 voices"),
        (lambda: speak_words(FEW, draw_voices(1, drawn()), drawn(), -1.0), "noise=-1.0 is below 0"),
        (lambda: draw_voices(0, drawn()), "n_voices=0 is below 1"),
        (lambda: load_spoken_words(0), "n_words=0 is below 1"),
        (lambda: Recogniser(0), "d_model=0 is below 1"),
        (
            lambda: Recogniser(8)(torch.zeros(1, 80, 9), torch.tensor([9])),
            "mels has 80 bands, not 40",
        ),
    ],
)
def test_what_cannot_be_spoken_or_heard_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
