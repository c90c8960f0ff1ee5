"""Four kinds of L_reg: by hand, against other ways to compute them, and where they begin."""

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.adapt.regularizers import (
    L2SP,
    AuxiliaryLM,
    OutputKL,
    SimilarityAnswers,
    TokenAnswers,
    WeightDecay,
    regularized,
)
from lmbook.models.bert import Bert, BertConfig
from lmbook.models.heads import MaskedLM
from lmbook.objectives.masked import mask_tokens, masked_loss
from lmbook.tasks.classify import classification_loss
from lmbook.training.loop import train
from lmbook.training.settings import OptimizerConfig

SETTINGS = {"mask_id": 3, "special_ids": (0, 1, 2, 3), "rate": 0.4}


class BiasAnswers(TokenAnswers):
    """Two answers whose logits are two biases of the encoder."""

    def forward(self, ids, mask, chosen):
        return self.encoder.norm.bias[None, :2]


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def move(model, seed=3, size=0.1):
    """Change every weight, in place."""
    generator = drawn(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += size * torch.randn(parameter.shape, generator=generator)


def gradients(value, model):
    found = torch.autograd.grad(value, list(model.parameters()), allow_unused=True)
    return {
        name: torch.zeros_like(p) if g is None else g
        for (name, p), g in zip(model.named_parameters(), found, strict=True)
    }


def encoder(d_model):
    sizes = {"d_model": d_model, "n_layers": 1, "n_heads": 2, "d_ff": 8}
    return Bert(BertConfig(vocab_size=12, n_positions=8, **sizes))


def every_kind(masked):
    return {
        "weight decay": WeightDecay(),
        "L2-SP": L2SP(masked.encoder),
        "KL of tokens": OutputKL(TokenAnswers(masked)),
        "KL of similarities": OutputKL(SimilarityAnswers(masked.encoder)),
        "LM": AuxiliaryLM(masked, drawn(), **SETTINGS),
    }


KINDS = ["weight decay", "L2-SP", "KL of tokens", "KL of similarities", "LM"]


# By hand


def test_weight_decay_is_half_the_squares_of_the_matrices():
    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([[3.0, 4.0]]))
        model.bias.fill_(5.0)
    # (9 + 16) / 2; the bias does not count
    assert WeightDecay()(model, ()).item() == 12.5


def test_l2_sp_counts_what_moved_and_the_size_of_the_new(masked, classifier, batch):
    regularizer = L2SP(masked.encoder, new_weight=2.0)
    with torch.no_grad():
        classifier.encoder.embedding.weight[5, 1] += 2.0  # 2² / 2 = 2
        classifier.encoder.norm.bias[0] -= 1.0  # 1 / 2: a vector that was pre-trained counts
        classifier.output.weight.fill_(0.5)  # 2 · 12 · 0.25 / 2 = 3
        classifier.output.bias.fill_(9.0)  # a new vector does not
    assert regularizer(classifier, batch).item() == pytest.approx(2 + 0.5 + 3)


def test_kl_of_two_answers(masked, classifier, batch):
    with torch.no_grad():
        masked.encoder.norm.bias[:2] = 0.0
    regularizer = OutputKL(BiasAnswers(masked))
    with torch.no_grad():
        classifier.encoder.norm.bias[1] = math.log(3)
    # p⁰ = (1/2, 1/2), p = (1/4, 3/4): 1/2 log 2 + 1/2 log 2/3 = 1/2 log 4/3
    value = regularizer(classifier, batch)
    assert value.item() == pytest.approx(0.5 * math.log(4 / 3))
    # the gradient by the logits is p − p⁰
    (gradient,) = torch.autograd.grad(value, [classifier.encoder.norm.bias])
    assert_close(gradient, torch.tensor([-0.25, 0.25, 0.0, 0.0]))


@pytest.mark.parametrize("n", [1, 2])
def test_similarities_of_one_or_two_texts_leave_nothing_to_choose(masked, batch, n):
    ids, mask = batch[0][:n], batch[1][:n]
    regularizer = OutputKL(SimilarityAnswers(masked.encoder))
    assert SimilarityAnswers(masked.encoder)(ids, mask, mask).shape == (n, n - 1)
    move(masked)
    assert regularizer(masked, (ids, mask)).item() == 0.0


def test_the_objective_is_the_sum(classifier, batch):
    loss = regularized(classification_loss, WeightDecay(), 0.25)
    task, penalty = classification_loss(classifier, batch), WeightDecay()(classifier, batch)
    assert_close(loss(classifier, batch), task + 0.25 * penalty)


# Where they begin, and what they are not


@pytest.mark.parametrize("kind", KINDS)
def test_strength_zero_is_the_task_alone(masked, classifier, batch, kind):
    loss = regularized(classification_loss, every_kind(masked)[kind], 0)
    assert loss(classifier, batch).item() == classification_loss(classifier, batch).item()


def test_at_the_start_l2_sp_sees_the_head_alone(masked, classifier, batch):
    head = 0.5 * classifier.output.weight.square().sum()
    value = L2SP(masked.encoder)(classifier, batch)
    assert_close(value, head)
    for name, gradient in gradients(value, classifier).items():
        wanted = classifier.output.weight if name == "output.weight" else 0.0
        assert_close(gradient, torch.zeros_like(gradient) + wanted)


@pytest.mark.parametrize("kind", ["KL of tokens", "KL of similarities"])
def test_at_the_start_no_answer_has_moved(masked, classifier, batch, kind):
    value = every_kind(masked)[kind](classifier.train(), batch)
    assert value.item() == 0.0
    assert all(g.abs().max() < 1e-6 for g in gradients(value, classifier).values())


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), size=st.floats(0.01, 1.0))
def test_kl_is_never_negative(seed, size):
    torch.manual_seed(0)
    masked = MaskedLM(encoder(d_model=4))
    move(masked, seed=1, size=0.3)
    kinds = every_kind(masked)
    ids = torch.tensor([[1, 5, 6, 2], [1, 8, 2, 0], [1, 4, 2, 0]])
    moved = copy.deepcopy(masked)
    move(moved, seed, size)
    for kind in ("KL of tokens", "KL of similarities"):
        assert kinds[kind](moved, (ids, ids != 0)).item() >= -1e-6


def test_weight_decay_is_not_l2_sp(masked, classifier, batch):
    # one pulls a pre-trained weight to 0, the other to where it began
    start = masked.encoder.embedding.weight.detach().clone()
    penalties = WeightDecay(), L2SP(masked.encoder)
    move(classifier)
    decay, sp = (gradients(penalty(classifier, batch), classifier) for penalty in penalties)
    now = classifier.encoder.embedding.weight.detach()
    assert_close(decay["encoder.embedding.weight"], now)
    assert_close(sp["encoder.embedding.weight"], now - start)
    assert_close(decay["output.weight"], sp["output.weight"])


def test_dropout_does_not_act_on_a_regulariser(masked, classifier, batch):
    for module in classifier.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.5
    for regularizer in every_kind(masked).values():
        if isinstance(regularizer, OutputKL):
            assert regularizer(classifier.train(), batch).item() == 0.0


# Other ways to compute the same


def test_kl_and_its_gradient_are_those_of_the_formula(masked, classifier, batch):
    ids, mask, _ = batch
    before, regularizer = copy.deepcopy(masked), OutputKL(TokenAnswers(masked))
    move(classifier)  # the head of `masked` stays, its encoder is the classifier's
    p0 = before(ids, mask, chosen=mask).softmax(1).detach()
    p = masked(ids, mask, chosen=mask).softmax(1)
    wanted = (p0 * (p0 / p).log()).sum(1).mean()
    value = regularizer(classifier, batch)
    assert value.item() > 0.01
    assert_close(value, wanted)
    theirs = gradients(wanted, classifier)
    for name, gradient in gradients(value, classifier).items():
        assert_close(gradient, theirs[name], atol=1e-6, rtol=1e-5)


def test_kl_of_similarities_is_torch_distributions(masked, classifier, batch):
    ids, mask, _ = batch

    def distribution(encoder):
        means = torch.stack(
            [encoder(i[m][None])[0].mean(0) for i, m in zip(ids, mask, strict=True)]
        )
        logits = 5.0 * F.cosine_similarity(means[:, None], means[None], dim=2)
        rows = [torch.cat([row[:i], row[i + 1 :]]) for i, row in enumerate(logits)]
        return torch.distributions.Categorical(logits=torch.stack(rows))

    regularizer = OutputKL(SimilarityAnswers(masked.encoder, scale=5.0))
    old = distribution(copy.deepcopy(masked.encoder))
    move(classifier)
    new = distribution(classifier.encoder)
    wanted = torch.distributions.kl_divergence(old, new).mean()
    assert wanted > 1e-3
    assert_close(regularizer(classifier, batch), wanted, atol=1e-6, rtol=1e-4)


def test_the_auxiliary_loss_is_that_of_pre_training(masked, classifier, batch):
    ids, mask, _ = batch
    regularizer = AuxiliaryLM(masked, drawn(7), **SETTINGS)
    move(classifier)
    inputs, targets = mask_tokens(ids, drawn(7), vocab_size=12, **SETTINGS)
    wanted = masked_loss(masked(inputs, mask), targets)
    value = regularizer(classifier, batch)
    assert_close(value, wanted)
    theirs = gradients(wanted, classifier)
    for name, gradient in gradients(value, classifier).items():
        assert_close(gradient, theirs[name], atol=1e-6, rtol=1e-5)


def test_the_auxiliary_loss_never_predicts_padding_and_bears_texts_without_a_token(masked):
    ids = torch.tensor([[1, 2, 0, 0, 0]])
    value = AuxiliaryLM(masked, drawn(), **SETTINGS)(masked, (ids, ids != 0))
    assert value.item() == 0.0


def test_with_sgd_weight_decay_is_the_optimisers(classifier, batch):
    twin = copy.deepcopy(classifier)
    plain = OptimizerConfig(name="sgd", clip_norm=None)
    decayed = OptimizerConfig(name="sgd", clip_norm=None, weight_decay=0.2)
    loss = regularized(classification_loss, WeightDecay(), 0.2)
    train(classifier, [batch], n_steps=3, lr=0.1, loss=loss, optimizer=plain)
    train(twin, [batch], n_steps=3, lr=0.1, loss=classification_loss, optimizer=decayed)
    for ours, theirs in zip(classifier.parameters(), twin.parameters(), strict=True):
        assert_close(ours, theirs, atol=1e-6, rtol=1e-5)


# Learning


@pytest.mark.parametrize("kind", ["L2-SP", "KL of tokens", "KL of similarities"])
def test_a_strong_pull_keeps_the_encoder_nearer(masked, classifier, batch, kind):
    regularizer = every_kind(masked)[kind]
    moved = []
    for strength in (0.0, 10.0):
        model = copy.deepcopy(classifier)
        loss = regularized(classification_loss, regularizer, strength)
        train(model, [batch], n_steps=30, lr=0.01, loss=loss)
        moved.append(regularizer(model, batch).item())
    assert moved[1] < 0.5 * moved[0]


def test_frozen_weights_are_left_out(masked, classifier, batch):
    regularizers = WeightDecay(), L2SP(masked.encoder)
    move(classifier)
    classifier.encoder.requires_grad_(False)
    head = 0.5 * classifier.output.weight.square().sum()
    for regularizer in regularizers:
        assert_close(regularizer(classifier, batch), head)


def test_one_regulariser_serves_copies_and_compiled_models(masked, classifier, batch):
    class Wrapper(nn.Module):  # what torch.compile puts around a model
        def __init__(self, model):
            super().__init__()
            self._orig_mod = model

    for kind in ("weight decay", "L2-SP", "KL of tokens"):
        regularizer = every_kind(masked)[kind]
        wrapped = Wrapper(copy.deepcopy(classifier))
        assert regularizer(wrapped, batch).item() == regularizer(classifier, batch).item()


# Errors


@pytest.mark.parametrize("strength", [-0.1, math.nan])
def test_a_strength_below_zero_is_refused(strength):
    with pytest.raises(ValueError, match=f"strength={strength} is not at least 0"):
        regularized(classification_loss, WeightDecay(), strength)


def test_numbers_out_of_range_are_named(masked):
    with pytest.raises(ValueError, match="new_weight=-1 is not at least 0"):
        L2SP(masked.encoder, new_weight=-1)
    with pytest.raises(ValueError, match="scale=0 is not above 0"):
        SimilarityAnswers(masked.encoder, scale=0)


@pytest.mark.parametrize("kind", ["L2-SP", "KL of tokens", "KL of similarities", "LM"])
def test_another_encoder_is_refused(masked, batch, kind):
    regularizer = every_kind(MaskedLM(encoder(d_model=8)))[kind]
    with pytest.raises(ValueError, match=r"embedding.weight is \(12, 4\), not \(12, 8\)"):
        regularizer(masked, batch)
    with pytest.raises(ValueError, match="needs a Bert as its encoder; Linear has none"):
        regularizer(nn.Linear(1, 1), batch)


def test_impossible_masks_are_refused(masked, batch):
    with pytest.raises(ValueError, match="mask_id: token id 99 is outside"):
        AuxiliaryLM(masked, drawn(), **{**SETTINGS, "mask_id": 99})(masked, batch)
    with pytest.raises(ValueError, match="rate=1.5"):
        AuxiliaryLM(masked, drawn(), **{**SETTINGS, "rate": 1.5})(masked, batch)


@pytest.mark.parametrize("kind", ["KL of tokens", "KL of similarities", "LM"])
def test_a_call_leaves_the_reference_as_it_was(masked, classifier, batch, kind):
    regularizer = every_kind(masked)[kind]
    before = copy.deepcopy(regularizer.frozen.state_dict())
    move(classifier)
    regularizer(classifier, batch)
    for name, tensor in regularizer.frozen.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_kl_of_a_model_that_moves_on_is_not_zero(masked, classifier, batch):
    regularizer = OutputKL(TokenAnswers(masked))
    regularizer(classifier, batch)  # at the start: zero, and the reference must survive it
    move(classifier)
    assert regularizer(classifier, batch) > 1e-4
