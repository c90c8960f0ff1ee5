"""Spectrograms, CTC and the recogniser work where their tensors are."""

from dataclasses import replace

import pytest
import torch

from lmbook.multimodal.audio import log_mel
from lmbook.multimodal.ctc import collapse, ctc_loss
from lmbook.multimodal.ctc_decoding import beam_decode, greedy_decode
from lmbook.multimodal.recogniser import Recogniser, spectrograms, train_recogniser
from lmbook.multimodal.spoken_words import draw_voices, speak_words
from tests.devices.pretend import pretended

FEW = [("no", ("N", "OW")), ("sofa", ("S", "OW", "F", "AH"))]


@pytest.fixture(params=["cuda", "mps"])
def gpu(request):
    torch.manual_seed(0)
    with pretended(request.param) as device:
        yield device


def spoken():
    generator = torch.Generator().manual_seed(0)
    return speak_words(FEW, draw_voices(2, generator), generator)


def test_spectrograms_and_losses_stay_where_they_are(gpu):
    assert log_mel(torch.randn(2, 800).to(gpu), 40).device == gpu
    log_probs = torch.randn(2, 6, 4).to(gpu).log_softmax(-1).requires_grad_()
    targets = torch.tensor([[1, 2], [3, -100]], device=gpu)
    for n_frames in (None, torch.tensor([6, 4], device=gpu)):
        loss = ctc_loss(log_probs, targets, n_frames)
        assert loss.device == gpu
        loss.sum().backward()
    assert collapse(log_probs[0].argmax(1)) == greedy_decode(log_probs[0])
    assert beam_decode(log_probs[0], 2)[0].log_prob <= 0


def test_a_recogniser_learns_and_hears_on_the_gpu_what_was_recorded_elsewhere(gpu):
    recogniser, utterances = Recogniser(8, 1).to(gpu), spoken()
    train_recogniser(recogniser, utterances, 2, torch.Generator().manual_seed(0))
    assert len(recogniser.hear(utterances, 2)) == 2
    there = replace(utterances, waves=utterances.waves.to(gpu))
    assert recogniser(*spectrograms(there))[0].device == gpu
    assert recogniser.hear(there) == recogniser.hear(utterances)
