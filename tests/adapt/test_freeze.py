"""Which layers move, when, and by how much."""

import copy

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.adapt.freeze import DECAY, freeze_encoder, layer_rates, layers, unfreeze
from lmbook.models.gpt import GPT, GPTConfig
from lmbook.tasks.classify import classification_loss
from lmbook.training.loop import train
from lmbook.training.optim import parameter_groups
from lmbook.training.settings import OptimizerConfig, Store

DECAYED = {"weight_decay": 0.1}
# the embeddings, two blocks, the head with the pooler
LAYER_OF = {"embedding": 0, "positions": 0, "types": 0, "norm": 0}


def layer_of(name):
    part = name.removeprefix("encoder.").split(".")
    return 1 + int(part[1]) if part[0] == "blocks" else LAYER_OF.get(part[0], 3)


def moved_layers(before, after):
    """Layers of which something moved; a padding row or a segment without a token stands still."""
    pairs = zip(before.named_parameters(), after.parameters(), strict=True)
    return {layer_of(name) for (name, p), q in pairs if not torch.equal(p, q)}


def trained(model, batch, **settings):
    model = copy.deepcopy(model)
    rates = settings.pop("rates", None)
    rates = None if rates is None else layer_rates(model, **rates)
    settings = {"lr": 0.01, "loss": classification_loss, **settings}
    optimizer = OptimizerConfig(rates=rates, **settings.pop("optimizer", {}))
    return model, train(model, [batch], optimizer=optimizer, **settings)


def test_layers_go_from_the_embeddings_to_the_head(classifier):
    numbers = {id(p): number for number, layer in enumerate(layers(classifier)) for p in layer}
    for name, parameter in classifier.named_parameters():
        assert numbers[id(parameter)] == layer_of(name), name
    assert sum(map(len, layers(classifier))) == len(list(classifier.parameters()))


def test_a_tied_embedding_is_at_the_bottom_and_a_bias_without_a_module_at_the_top(masked):
    found = layers(masked)
    assert id(masked.encoder.embedding.weight) in {id(p) for p in found[0]}
    assert id(masked.bias) in {id(p) for p in found[-1]}


def test_a_frozen_encoder_stays_and_the_head_moves(classifier, batch):
    freeze_encoder(classifier)
    after, _ = trained(classifier, batch, n_steps=3, optimizer=DECAYED)
    assert moved_layers(classifier, after) == {3}


def test_what_is_unfrozen_moves_again(classifier, batch):
    freeze_encoder(classifier)
    unfreeze(classifier)
    after, _ = trained(classifier, batch, n_steps=1)
    assert moved_layers(classifier, after) == {0, 1, 2, 3}


def test_rates_fall_by_a_factor_a_layer(classifier):
    # 2.6^-3, 2.6^-2, 1 / 2.6, 1
    factors = [factor(1) for _, factor in layer_rates(classifier, decay=DECAY)]
    assert factors == pytest.approx([0.0569, 0.1479, 0.3846, 1.0], abs=1e-4)


def test_one_layer_joins_every_few_steps_from_the_top(classifier):
    rates = layer_rates(classifier, unfreeze_every=10, decay=2.0)
    at = {step: [factor(step) for _, factor in rates] for step in (1, 10, 11, 20, 21, 30, 31)}
    assert at[1] == at[10] == [0, 0, 0, 1]
    assert at[11] == at[20] == [0, 0, 0.5, 1]
    assert at[21] == at[30] == [0, 0.25, 0.5, 1]
    assert at[31] == [0.125, 0.25, 0.5, 1]


@pytest.mark.parametrize(
    ("n_steps", "moved"), [(1, {3}), (2, {3}), (3, {2, 3}), (5, {1, 2, 3}), (7, {0, 1, 2, 3})]
)
def test_layers_that_wait_do_not_move(classifier, batch, n_steps, moved):
    settings = {"n_steps": n_steps, "rates": {"unfreeze_every": 2}, "optimizer": DECAYED}
    after, _ = trained(classifier, batch, **settings)
    assert moved_layers(classifier, after) == moved


def test_a_step_of_sgd_is_the_gradient_times_the_layers_rate(classifier, batch):
    settings = {"n_steps": 1, "lr": 0.1, "optimizer": {"name": "sgd", "clip_norm": None}}
    after, _ = trained(classifier, batch, rates={"decay": 2.0}, **settings)
    classification_loss(classifier, batch).backward()
    pairs = zip(classifier.named_parameters(), after.parameters(), strict=True)
    for (name, parameter), now in pairs:
        rate = 0.1 * 0.5 ** (3 - layer_of(name))
        assert_close(now, parameter - rate * parameter.grad, atol=1e-7, rtol=1e-5)


def test_layers_that_wait_do_not_count_in_the_gradients_norm(classifier, batch):
    _, history = trained(classifier, batch, n_steps=1, rates={"unfreeze_every": 5})
    classification_loss(classifier, batch).backward()
    top = torch.cat([p.grad.flatten() for p in layers(classifier)[-1]])
    assert history.grad_norms[0] == pytest.approx(top.norm().item(), rel=1e-5)


def test_without_rates_all_learn_at_the_same_rate_as_with_rates_of_one(classifier, batch):
    plain, history = trained(classifier, batch, n_steps=4, optimizer=DECAYED)
    rated, same = trained(classifier, batch, n_steps=4, optimizer=DECAYED, rates={})
    assert history.losses == pytest.approx(same.losses, abs=1e-6)
    for ours, theirs in zip(plain.parameters(), rated.parameters(), strict=True):
        assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


def test_a_resumed_run_goes_on_unfreezing(classifier, batch, tmp_path):
    rates = {"decay": 1.5, "unfreeze_every": 2}
    whole, history = trained(classifier, batch, n_steps=8, rates=rates)
    trained(classifier, batch, n_steps=5, rates=rates, store=Store(folder=tmp_path))
    again = {"store": Store(folder=tmp_path, resume=True)}
    resumed, rest = trained(classifier, batch, n_steps=8, rates=rates, **again)
    assert rest.losses == history.losses
    for ours, theirs in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_rates_of_a_frozen_encoder_train_the_head_alone(classifier, batch):
    freeze_encoder(classifier)
    after, _ = trained(classifier, batch, n_steps=2, rates={"decay": DECAY})
    assert moved_layers(classifier, after) == {3}


def test_numbers_out_of_range_are_named(classifier):
    with pytest.raises(ValueError, match=r"decay=0.5 is below 1: lower layers"):
        layer_rates(classifier, decay=0.5)
    with pytest.raises(ValueError, match="unfreeze_every=0 is below 1; None"):
        layer_rates(classifier, unfreeze_every=0)


def test_a_model_without_layers_is_refused():
    gpt = GPT(GPTConfig(vocab_size=8, n_positions=8, d_model=4, n_layers=1, n_heads=1, start_id=0))
    for function in (layers, freeze_encoder, layer_rates):
        with pytest.raises(ValueError, match="needs a Bert as its encoder; GPT has none"):
            function(gpt)
    wrong = nn.Module()
    wrong.encoder = nn.Linear(1, 1)
    with pytest.raises(ValueError, match="Module has a Linear"):
        layers(wrong)


def test_rates_that_leave_out_a_parameter_are_refused(classifier):
    rates = layer_rates(classifier)
    with pytest.raises(ValueError, match=r"rates leave out 'encoder.embedding.weight'"):
        parameter_groups(classifier, 0.0, rates[1:])
    freeze_encoder(classifier)
    assert parameter_groups(classifier, 0.0, rates[3:])
