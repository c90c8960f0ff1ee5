"""Losses for what the model itself has written, by hand, against trl's formulas."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.objectives.policy import group_advantages, grpo_loss, policy_gradient_loss


def drawn(seed=0, rows=6, time=5):
    generator = torch.Generator().manual_seed(seed)
    shape = (rows, time)
    old = -3 * torch.rand(shape, generator=generator, dtype=torch.float64)
    new = old + 0.4 * torch.randn(shape, generator=generator, dtype=torch.float64)
    reference = old + 0.2 * torch.randn(shape, generator=generator, dtype=torch.float64)
    mask = torch.rand(shape, generator=generator) < 0.7
    mask[:, 0] = True
    advantages = torch.randn(rows, generator=generator, dtype=torch.float64)
    return new.requires_grad_(), old, advantages, mask, reference


def test_advantages_by_hand():
    # mean 1/2, deviation √(4 · 1/4 / 3) = 0.57735
    found = group_advantages(torch.tensor([1.0, 0.0, 0.0, 1.0]), 4)
    assert_close(found, torch.tensor([1.0, -1, -1, 1]) * 0.5 / (0.5773503 + 1e-4))


def test_a_group_of_equal_rewards_teaches_nothing():
    found = group_advantages(torch.tensor([1.0, 1, 1, 0, 1, 0]), 3)
    assert (found[:3] == 0).all()
    assert found[3] < 0 < found[4]


def trl_advantages(rewards, num_generations):
    """trl 1.16.0, ``trl/trainer/grpo_trainer.py``, ``scale_rewards="group"``."""
    mean = rewards.view(-1, num_generations).mean(1).repeat_interleave(num_generations)
    std = rewards.view(-1, num_generations).std(1).repeat_interleave(num_generations)
    return (rewards - mean) / (std + 1e-4)


def trl_grpo(per_token_logps, old, advantages, mask, ref, epsilon, beta):
    """trl 1.16.0, ``trl/trainer/grpo_trainer.py``, loss type "grpo", ratios by token."""
    mask = mask.double()
    coef_1 = torch.exp(per_token_logps - old)
    coef_2 = torch.clamp(coef_1, 1 - epsilon, 1 + epsilon)
    gain = advantages.unsqueeze(1)
    per_token_loss = -torch.min(coef_1 * gain, coef_2 * gain)
    kl = torch.exp(ref - per_token_logps) - (ref - per_token_logps) - 1
    per_token_loss = per_token_loss + beta * kl
    return ((per_token_loss * mask).sum(-1) / mask.sum(-1).clamp(min=1.0)).mean()


def test_advantages_equal_trls():
    rewards = torch.rand(24, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert_close(group_advantages(rewards, 6), trl_advantages(rewards, 6), atol=1e-9, rtol=0)


@pytest.mark.parametrize(("clip", "beta"), [(0.2, 0.0), (0.2, 0.04), (0.0, 1.0), (1.0, 0.0)])
def test_the_loss_and_its_gradient_equal_trls(clip, beta):
    new, old, advantages, mask, reference = drawn()
    again = new.detach().clone().requires_grad_()
    found = grpo_loss(new, old, advantages, mask, clip, reference, beta)
    wanted = trl_grpo(again, old, advantages, mask, reference, clip, beta)
    assert abs(found - wanted) < 1e-9
    found.backward()
    wanted.backward()
    assert_close(new.grad, again.grad, atol=1e-9, rtol=0)


def test_at_the_drawing_model_the_gradient_is_the_policy_gradient_per_token():
    _, old, advantages, mask, _ = drawn()
    mask = torch.ones_like(mask)  # rows of one length: the two means differ by that length
    grads = []
    for loss in (
        lambda new: grpo_loss(new, old, advantages, mask),
        lambda new: policy_gradient_loss(new, advantages, mask) / mask.shape[1],
    ):
        new = old.clone().requires_grad_()
        loss(new).backward()
        grads.append(new.grad)
    assert_close(*grads)


def test_the_policy_gradient_is_that_of_the_expected_reward():
    """Over all draws, weighed by their probability: exact for one token of three."""
    logits = torch.tensor([0.3, -0.2, 0.9], dtype=torch.float64, requires_grad=True)
    reward = torch.tensor([1.0, 0.0, 2.0], dtype=torch.float64)
    (wanted,) = torch.autograd.grad((logits.softmax(0) * reward).sum(), logits)
    log_probs = logits.log_softmax(0)
    weights = log_probs.exp().detach()
    mask = torch.ones(3, 1, dtype=torch.bool)
    loss = 3 * policy_gradient_loss(log_probs[:, None], weights * reward, mask)
    (found,) = torch.autograd.grad(loss, logits)
    assert_close(-found, wanted)


def test_a_ratio_beyond_the_clip_has_no_gradient_where_it_would_gain():
    old, mask = torch.zeros(2, 1), torch.ones(2, 1, dtype=torch.bool)
    new = torch.tensor([[0.5], [0.5]], requires_grad=True)  # ratio 1.65
    grpo_loss(new, old, torch.tensor([1.0, -1.0]), mask).backward()
    assert new.grad[0, 0] == 0
    assert new.grad[1, 0] > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"clip": 1.5}, "clip=1.5 is not between"),
        ({"beta": 0.1}, "reference_log_probs is None"),
        ({"beta": -1.0}, "beta=-1.0 is not between"),
        ({"mask": torch.zeros(2, 3, dtype=torch.bool)}, r"mask\[0\] is False everywhere"),
    ],
)
def test_what_grpo_refuses(change, said):
    rows = dict.fromkeys(("log_probs", "old_log_probs"), torch.zeros(2, 3))
    mask = torch.ones(2, 3, dtype=torch.bool)
    with pytest.raises(ValueError, match=said):
        grpo_loss(**rows | {"advantages": torch.zeros(2), "mask": mask} | change)


@pytest.mark.parametrize(("n", "size"), [(6, 4), (0, 2), (3, 1)])
def test_groups_that_do_not_fit_are_refused(n, size):
    with pytest.raises(ValueError, match="group_size"):
        group_advantages(torch.zeros(n), size)
