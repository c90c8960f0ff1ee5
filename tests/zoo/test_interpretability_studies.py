"""What chapter 32 says of its two studies stands in their records."""

import pytest

from lmbook.zoo import studies

RUNS = studies.results("induction")


def best(heads):
    return max(score for layer in heads for score in layer)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_two_layers_learn_to_copy_and_one_does_not(seed):
    one, two = (RUNS[f"{n_layers} layers, seed {seed}"] for n_layers in (1, 2))
    assert two["second"][-1] < 0.1 < 2.5 < min(one["second"])
    assert best(two["heads"][-1]) > 0.8 > 0.15 > max(map(best, one["heads"]))


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_heads_appear_when_the_loss_falls(seed):
    run = RUNS[f"2 layers, seed {seed}"]
    fallen = next(i for i, nats in enumerate(run["second"]) if nats < 1)
    assert best(run["heads"][fallen]) > 0.5 > best(run["heads"][fallen - 4])
    assert run["second"][fallen - 4] > 2.5


def test_the_first_reading_cannot_be_learned():
    assert all(min(run["first"]) > 4.1 for run in RUNS.values())


def test_the_autoencoder_keeps_the_loss_and_few_features_are_dead():
    record = studies.results("sparse_autoencoder")
    assert record["clean"] < record["replaced"] < record["clean"] + 0.1
    share = (record["mean"] - record["replaced"]) / (record["mean"] - record["clean"])
    assert record["recovered"] == pytest.approx(share, abs=1e-3)
    assert share > 0.9
    assert record["dead"] < 20
