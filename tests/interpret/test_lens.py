"""Lenses: the last depth is the model; the maps are those that plain least squares find."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.interpret.capture import residual_stream
from lmbook.interpret.lens import fit_tuned_lens, logit_lens
from tests.interpret.nets import decoders, ids_of


@pytest.mark.parametrize("kind", ["gpt", "llama"])
def test_the_last_depth_says_what_the_model_says(kind):
    model, ids = decoders()[kind], ids_of()
    seen = logit_lens(model, residual_stream(model, ids))
    assert seen.shape == (4, 2, 7, 20)
    assert_close(seen[-1], model(ids)[0].log_softmax(-1))
    assert not torch.allclose(seen[0], seen[-1])


def test_without_a_penalty_worth_the_name_the_maps_are_least_squares():
    draw = torch.Generator().manual_seed(0)
    stream = torch.randn(3, 5, 20, 4, generator=draw)
    lens = fit_tuned_lens(stream, penalty=1e-9)
    rows = stream.flatten(1, 2)
    with_one = torch.cat([rows, torch.ones(3, 100, 1)], dim=2)
    for depth in range(3):
        best = torch.linalg.lstsq(with_one[depth], rows[-1]).solution
        assert_close(lens.weight[depth], best[:-1].T, atol=1e-5, rtol=1e-5)
        assert_close(lens.bias[depth], best[-1], atol=1e-5, rtol=1e-5)


def test_a_map_that_is_there_is_found_and_the_last_depth_stays():
    draw = torch.Generator().manual_seed(1)
    first, turn = torch.randn(8, 30, 4, generator=draw), torch.randn(4, 4, generator=draw)
    stream = torch.stack([first, first @ turn.T + 2.0])
    lens = fit_tuned_lens(stream, penalty=1e-9)
    assert_close(lens.translate(stream)[0], stream[1], atol=1e-4, rtol=1e-4)
    assert_close(lens.weight[1], torch.eye(4), atol=1e-6, rtol=0)


def test_a_great_penalty_moves_the_mean_alone():
    draw = torch.Generator().manual_seed(2)
    stream = torch.randn(2, 4, 10, 3, generator=draw) + torch.tensor([0.0, 5.0]).view(2, 1, 1, 1)
    lens = fit_tuned_lens(stream, penalty=1e9)
    assert_close(lens.weight[0], torch.eye(3), atol=1e-6, rtol=0)
    means = stream.flatten(1, 2).mean(1)
    assert_close(lens.bias[0], means[1] - means[0], atol=1e-5, rtol=1e-5)


def test_a_tuned_lens_is_nearer_to_the_model_than_the_logit_lens():
    model, ids = decoders()["gpt"], ids_of(n_rows=40)
    stream = residual_stream(model, ids)
    tuned = fit_tuned_lens(stream).log_probs(model, stream)
    plain = logit_lens(model, stream)
    kl = [(plain[-1].exp() * (plain[-1] - seen)).sum(-1).mean((1, 2)) for seen in (plain, tuned)]
    assert (kl[1][:3] < kl[0][:3]).all()
    assert kl[1][-1] < 1e-4


def test_streams_that_do_not_fit_are_refused():
    model = decoders()["gpt"]
    with pytest.raises(ValueError, match="stream is 3 wide, not d_model=16"):
        logit_lens(model, torch.zeros(2, 1, 1, 3))
    with pytest.raises(ValueError, match="penalty=0.0 is not above 0"):
        fit_tuned_lens(torch.zeros(2, 1, 1, 3), penalty=0.0)
    with pytest.raises(ValueError, match="holds no vectors"):
        fit_tuned_lens(torch.zeros(2, 0, 1, 3))
    lens = fit_tuned_lens(torch.zeros(2, 1, 1, 3))
    with pytest.raises(ValueError, match="stream has 3 of width 3, not 2 depths of width 3"):
        lens.translate(torch.zeros(3, 1, 1, 3))
