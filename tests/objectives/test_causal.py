"""The causal objective: what is shifted, what is averaged, what is refused."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.objectives.causal import causal_loss, shift


def test_shifting_puts_the_start_in_front_and_drops_the_last():
    assert shift(torch.tensor([[5, 6, 7], [8, 9, 4]]), 1).tolist() == [[1, 5, 6], [1, 8, 9]]
    assert shift(torch.tensor([[5]]), 1).tolist() == [[1]]


def test_shifting_leaves_its_argument_as_it_was():
    ids = torch.tensor([[5, 6]])
    shift(ids, 1)[0, 0] = 9
    assert ids.tolist() == [[5, 6]]


def test_the_loss_by_hand():
    # logits log 1 and log 3: P = 1/4 and 3/4; targets 1 then 0: mean of log 4/3 and log 4
    logits = torch.tensor([[[0.0, math.log(3)], [0.0, math.log(3)]]])
    loss = causal_loss(logits, torch.tensor([[1, 0]]))
    assert loss.item() == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)


def test_equal_logits_cost_the_logarithm_of_the_vocabulary():
    loss = causal_loss(torch.zeros(2, 3, 50), torch.randint(50, (2, 3)))
    assert loss.item() == pytest.approx(math.log(50))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 6))
def test_ignored_targets_count_neither_above_nor_below_the_fraction(seed, batch, time):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(batch, time, 7, generator=generator, dtype=torch.float64)
    targets = torch.randint(7, (batch, time), generator=generator)
    targets[torch.rand(batch, time, generator=generator) < 0.5] = -100
    targets[0, 0] = 3
    log_probs = torch.log_softmax(logits, dim=-1)
    pairs = [(b, t) for b in range(batch) for t in range(time) if targets[b, t] != -100]
    expected = -sum(log_probs[b, t, targets[b, t]] for b, t in pairs) / len(pairs)
    assert_close(causal_loss(logits, targets), expected)


def test_an_ignored_position_gets_no_gradient():
    logits = torch.randn(1, 2, 4, requires_grad=True)
    causal_loss(logits, torch.tensor([[-100, 2]])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 0].abs().sum() == 0 < logits.grad[0, 1].abs().sum()


def test_another_ignore_index_is_heeded():
    logits = torch.randn(1, 2, 4)
    only_second = causal_loss(logits[:, 1:], torch.tensor([[2]]))
    assert_close(causal_loss(logits, torch.tensor([[0, 2]]), ignore_index=0), only_second)


def test_a_batch_without_a_real_target_is_refused():
    with pytest.raises(ValueError, match="no real target: all 2 targets are -100"):
        causal_loss(torch.zeros(1, 2, 4), torch.full((1, 2), -100))
    with pytest.raises(ValueError, match="no real target: all 0 targets"):
        causal_loss(torch.zeros(0, 2, 4), torch.zeros(0, 2, dtype=torch.long))


@pytest.mark.parametrize("wrong", [4, -1])
def test_a_target_outside_the_vocabulary_is_refused(wrong):
    with pytest.raises(ValueError, match=f"target {wrong} is not between 0 and vocab_size=4 - 1"):
        causal_loss(torch.zeros(1, 2, 4), torch.tensor([[2, wrong]]))


def test_smoothed_targets_are_mixed_with_an_even_distribution():
    # half of the target is token 1; the other half is shared by all four, token 1 included
    logits = torch.tensor([[[1.0, 2.0, 0.5, -1.0]]])
    log_probs = logits.log_softmax(-1)[0, 0]
    expected = -(0.5 * log_probs[1] + 0.5 * log_probs.mean())
    assert_close(causal_loss(logits, torch.tensor([[1]]), label_smoothing=0.5), expected)
    ignored = torch.cat([logits, 9 * logits], 1)
    assert_close(causal_loss(ignored, torch.tensor([[1, -100]]), label_smoothing=0.5), expected)
    with pytest.raises(ValueError, match="label_smoothing=1.5 is not from 0 to 1"):
        causal_loss(logits, torch.tensor([[1]]), label_smoothing=1.5)
