"""The tables of sound: waveforms, frames, targets, transcripts."""

import torch
from cases import Case, Entry, floats, texts, whole

from lmbook.metrics import error_rate
from lmbook.multimodal import audio, ctc, ctc_decoding, recogniser, spoken_words, synthesis

LOG_PROBS, TARGETS = torch.zeros(2, 4, 3).log_softmax(-1), torch.tensor([[1, 2], [1, -100]])
FRAMES = LOG_PROBS[0]
WORD, VOICE = ("no", ("N", "OW")), synthesis.Voice()
DRAWN = torch.Generator()


def of_sound():
    yield Entry(
        "multimodal.audio.log_mel",
        lambda: (audio.log_mel, {"waves": torch.ones(400), "n_mels": 40}),
        {
            "waves": [
                *floats(400),
                Case("short", torch.ones(9)),
                Case("number", torch.tensor(1.0)),
            ],
            "n_mels": [*whole(1), Case("too many", 500, ("500",))],
        },
    )
    for name, argument in (("hz_to_mel", "hz"), ("mel_to_hz", "mel")):
        yield Entry(
            f"multimodal.audio.{name}",
            lambda n=name, a=argument: (getattr(audio, n), {a: torch.ones(2)}),
            {argument: floats(2)},
        )
    yield Entry(
        "multimodal.audio.mel_filters",
        lambda: (audio.mel_filters, {"n_mels": 40, "n_fft": 400}),
        {"n_mels": whole(1), "n_fft": whole(2)},
    )
    yield Entry(
        "multimodal.synthesis.speak",
        lambda: (synthesis.speak, {"phonemes": ["N"], "voice": VOICE, "generator": DRAWN}),
        {"phonemes": [*texts("phonemes is empty"), Case("unknown", ["N", "QX"], ("QX",))]},
    )
    yield Entry(
        "multimodal.spoken_words.speak_words",
        lambda: (
            spoken_words.speak_words,
            {"words": [WORD], "voices": [VOICE], "generator": DRAWN, "noise": 0.0},
        ),
        {
            "words": [Case("text", "no"), Case("number", 5), Case("empty", [])],
            "voices": [Case("number", 5), Case("empty", [])],
            "noise": [Case("text", "a"), Case("below", -1.0, ("-1",))],
        },
    )


def of_paths():
    yield Entry(
        "multimodal.ctc.collapse",
        lambda: (ctc.collapse, {"path": [1, 1, 0]}),
        {"path": [Case("text", "ab"), Case("number", 5), Case("floats", [0.5])]},
    )
    blank = [*whole(0), Case("above", 3, ("3",))]
    rows = {"one": TARGETS[:1], "no rows": TARGETS[0], "floats": TARGETS.float(), "list": [[1]]}
    yield Entry(
        "multimodal.ctc.ctc_loss",
        lambda: (
            ctc.ctc_loss,
            {"log_probs": LOG_PROBS, "targets": TARGETS, "n_frames": torch.tensor([4, 3])},
        ),
        {
            "log_probs": [*floats(2, 4, 3), Case("one row", FRAMES)],
            "targets": [
                *(Case(label, value) for label, value in rows.items()),
                Case("above", TARGETS.clamp(min=1) + 2, ("4", "3")),
                Case("the blank", TARGETS.clamp(min=0), ("blank=0",)),
                Case("a gap", TARGETS.flip(1), ("-100",)),
            ],
            "n_frames": [
                Case("list", [4, 4]),
                Case("too many", torch.tensor([5, 4]), ("5",)),
                Case("none", torch.tensor([0, 4]), ("0",)),
                Case("one", torch.tensor([4])),
            ],
            "blank": blank,
        },
    )
    matrices = [*floats(4, 3), Case("a batch", LOG_PROBS)]
    yield Entry(
        "multimodal.ctc_decoding.greedy_decode",
        lambda: (ctc_decoding.greedy_decode, {"log_probs": FRAMES, "blank": 0}),
        {"log_probs": matrices, "blank": blank},
    )
    yield Entry(
        "multimodal.ctc_decoding.beam_decode",
        lambda: (ctc_decoding.beam_decode, {"log_probs": FRAMES, "n_beams": 2, "blank": 0}),
        {"log_probs": matrices, "blank": blank, "n_beams": whole(1)},
    )


def of_transcripts():
    spoken = spoken_words.speak_words([WORD], [VOICE], torch.Generator().manual_seed(0))
    network = recogniser.Recogniser(8, 1)
    yield Entry(
        "multimodal.recogniser.Recogniser.hear",
        lambda: (network.hear, {"utterances": spoken, "n_beams": 1}),
        {"n_beams": whole(1)},
    )
    yield Entry(
        "multimodal.recogniser.train_recogniser",
        lambda: (
            recogniser.train_recogniser,
            {"recogniser": network, "utterances": spoken, "n_steps": 1, "generator": DRAWN}
            | {"batch_size": 1},
        ),
        {"n_steps": whole(1), "batch_size": whole(1)},
    )
    pair = {"hypothesis": ["a"], "reference": ["b"]}
    yield Entry(
        "metrics.error_rate.edit_distance",
        lambda: (error_rate.edit_distance, pair),
        {name: [Case("number", 5), Case("None", None)] for name in pair},
    )
    pairs = {"hypotheses": [["a"]], "references": [["b"]]}
    yield Entry(
        "metrics.error_rate.error_rate",
        lambda: (error_rate.error_rate, pairs),
        {name: [Case("one string", "a"), Case("number", 5), Case("empty", [])] for name in pairs},
    )


def tables():
    yield from of_sound()
    yield from of_paths()
    yield from of_transcripts()
