"""Sparse autoencoders: parts by hand, features that are there are found, dead ones live again."""

import math

import pytest
import torch
from torch.testing import assert_close

from lmbook.interpret.capture import edit
from lmbook.interpret.sparse_autoencoder import (
    SparseAutoencoder,
    feature_frequencies,
    load_autoencoder,
    loss_recovered,
    loss_with,
    packaged_autoencoder,
    save_autoencoder,
    steering,
    train_autoencoder,
)
from lmbook.zoo import studies
from lmbook.zoo.checkpoints import load
from tests.interpret.nets import decoders, ids_of


def by_hand():
    autoencoder = SparseAutoencoder(2, 3, k=1)
    with torch.no_grad():
        autoencoder.directions.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]]))
        autoencoder.encoder.weight.copy_(autoencoder.directions)
        autoencoder.centre.copy_(torch.tensor([10.0, 0.0]))
        autoencoder.scale.fill_(2.0)
    return autoencoder


def test_the_strongest_feature_alone_is_kept_and_decoded_by_hand():
    # (13, 2) less (10, 0), halved, is (1.5, 1): the first feature has 1.5, the second 1
    autoencoder = by_hand()
    vectors = torch.tensor([[13.0, 2.0], [10.0, 6.0], [6.0, 0.0]])
    wanted = torch.tensor([[1.5, 0, 0], [0, 3, 0], [0, 0, 2]])
    assert_close(autoencoder.encode(vectors), wanted)
    assert_close(autoencoder(vectors), torch.tensor([[13.0, 0.0], [10.0, 6.0], [6.0, 0.0]]))
    assert_close(feature_frequencies(autoencoder, vectors), torch.full((3,), 1 / 3))


def hidden_sums(n_rows, seed):
    """Sums of 3 of 24 directions in 12 dimensions, and the directions."""
    draw = torch.Generator().manual_seed(seed)
    truth = torch.nn.functional.normalize(
        torch.randn(24, 12, generator=torch.Generator().manual_seed(9)), dim=1
    )
    chosen = torch.rand(n_rows, 24, generator=draw).topk(3, dim=1).indices
    strength = 0.5 + torch.rand(n_rows, 3, generator=draw)
    return (strength[..., None] * truth[chosen]).sum(1), truth


def test_more_directions_than_dimensions_are_found_again():
    vectors, truth = hidden_sums(20_000, seed=0)
    torch.manual_seed(0)
    autoencoder, missed = SparseAutoencoder(12, 32, k=3), []
    draw = torch.Generator().manual_seed(0)
    train_autoencoder(
        autoencoder,
        vectors,
        1500,
        draw,
        lr=3e-3,
        batch_size=256,
        observe=lambda _, m: missed.append(m),
    )
    nearest = (truth @ autoencoder.directions.T).max(1).values
    assert (nearest > 0.9).float().mean() > 0.8
    assert sum(missed[-50:]) < 0.3 * sum(missed[:50])
    assert_close(autoencoder.directions.norm(dim=1), torch.ones(32))


def test_dead_features_learn_from_what_the_others_leave_over():
    vectors, _ = hidden_sums(4000, seed=1)

    def dead_after(n_aux_patience):
        torch.manual_seed(0)
        autoencoder = SparseAutoencoder(12, 32, k=3)
        with torch.no_grad():
            autoencoder.encoder.bias[16:] = -0.9  # seldom above the others
        draw = torch.Generator().manual_seed(0)
        train_autoencoder(autoencoder, vectors, 400, draw, batch_size=128, patience=n_aux_patience)
        return int((feature_frequencies(autoencoder, vectors) == 0).sum())

    assert dead_after(10) < dead_after(10_000)


def test_an_autoencoder_that_changes_nothing_recovers_everything():
    model, rows = decoders()["llama"], [ids_of(2, 6), ids_of(3, 4, seed=1)]
    clean = loss_with(model, rows, "blocks.1", lambda x: x)
    scores = torch.cat([model.log_probs(row).flatten() for row in rows])
    assert clean == pytest.approx(-scores.mean().item(), abs=1e-5)
    ablated = loss_with(model, rows, "blocks.1", torch.zeros_like)
    assert ablated == pytest.approx(math.log(20), abs=1e-4)  # a norm of zeros is zero
    assert loss_recovered(2.0, 2.0, 3.0) == 1
    assert loss_recovered(2.0, 2.25, 3.0) == pytest.approx(0.75)


def test_steering_adds_a_direction_everywhere():
    autoencoder, x = by_hand(), torch.zeros(1, 3, 2)
    assert_close(steering(autoencoder, 1, 3.0)(x), torch.tensor([0.0, 6.0]).expand(1, 3, 2))
    module = torch.nn.Sequential(torch.nn.Identity())
    with edit(module, {"0": steering(autoencoder, 2, 1.0)}):
        assert_close(module(x)[0, 0], torch.tensor([-2.0, 0.0]))


def test_what_is_saved_comes_back_in_half_precision(tmp_path):
    torch.manual_seed(0)
    autoencoder, path = SparseAutoencoder(6, 10, k=2), tmp_path / "a.safetensors"
    autoencoder.centre.fill_(0.5)
    save_autoencoder(path, autoencoder)
    back, vectors = load_autoencoder(path), torch.randn(5, 6)
    assert back.k == 2
    assert_close(back(vectors), autoencoder(vectors), atol=1e-2, rtol=1e-2)
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"a.safetensors does not hold an autoencoder"):
        load_autoencoder(path)


def test_the_packaged_autoencoder_recovers_nine_tenths_of_the_loss():
    autoencoder, record = packaged_autoencoder("llama-tiny"), studies.results("sparse_autoencoder")
    assert record["recovered"] > 0.9
    assert autoencoder.directions.shape == (1152, 144)
    model, tokenizer = load("llama-tiny")
    rows = [torch.tensor([tokenizer.encode("My lord, the king is here. What news from France?")])]
    losses = [
        loss_with(model, rows, "blocks.1", change)
        for change in (lambda x: x, autoencoder, torch.zeros_like)
    ]
    assert loss_recovered(*losses) > 0.9
    with pytest.raises(ValueError, match="name='gpt-tiny' has no autoencoder; there is one for l"):
        packaged_autoencoder("gpt-tiny")


def test_what_cannot_be_encoded_is_refused():
    autoencoder, draw = by_hand(), torch.Generator()
    with pytest.raises(ValueError, match="k=4 is above n_features=3"):
        SparseAutoencoder(2, 3, k=4)
    with pytest.raises(ValueError, match="vectors are 5 wide, not 2"):
        autoencoder.encode(torch.zeros(1, 5))
    with pytest.raises(ValueError, match="vectors holds no row"):
        feature_frequencies(autoencoder, torch.zeros(0, 2))
    with pytest.raises(ValueError, match="vectors holds no row"):
        train_autoencoder(autoencoder, torch.zeros(0, 2), 1, draw)
    with pytest.raises(ValueError, match="n_steps=0 is below 1"):
        train_autoencoder(autoencoder, torch.zeros(1, 2), 0, draw)
    with pytest.raises(ValueError, match="feature=3 is not below 3"):
        steering(autoencoder, 3, 1.0)
    with pytest.raises(ValueError, match="rows holds no token"):
        loss_with(decoders()["gpt"], [], "blocks.0", torch.zeros_like)
    with pytest.raises(ValueError, match=r"ablated=2.0 is not above clean=2.0"):
        loss_recovered(2.0, 2.0, 2.0)
