"""Losses over pairs of answers, by hand, against trl's formulas, and what they refuse."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.testing import assert_close

from lmbook.objectives import preference
from lmbook.objectives.preference import (
    answer_log_probs,
    dpo_loss,
    ipo_loss,
    reward_loss,
    token_log_probs,
)


def numbers(*values):
    return torch.tensor(values, dtype=torch.float64)


def four(n=7, seed=0):
    generator = torch.Generator().manual_seed(seed)
    draw = torch.randn(4, n, generator=generator, dtype=torch.float64)
    return [row.requires_grad_() for row in 10 * draw - 30]


def test_a_reward_loss_by_hand():
    # σ(2 − 2 + ln 3) = 3/4; σ(0) = 1/2
    found = reward_loss(numbers(2 + math.log(3), 5), numbers(2, 5))
    assert_close(found, numbers(-(math.log(0.75) + math.log(0.5)) / 2)[0])


def test_log_probs_of_an_answer_count_its_tokens_alone():
    logits = numbers(1, 2, 0.5, 0.25).log().expand(1, 3, 4)
    targets = torch.tensor([[-100, 1, 3]])
    # the four weights sum to 3.75
    wanted = math.log(2 / 3.75) + math.log(0.25 / 3.75)
    assert_close(answer_log_probs(logits, targets), numbers(wanted))
    assert token_log_probs(logits, targets)[0, 0] == 0


def test_dpo_by_hand():
    # log-ratios 1 and −1, β = 1/2: margin 1/2 · 2 = 1
    found = dpo_loss(numbers(-3), numbers(-8), numbers(-4), numbers(-7), beta=0.5)
    assert_close(found.loss, numbers(math.log(1 + math.exp(-1)))[0])
    assert_close(found.chosen, numbers(0.5))
    assert_close(found.rejected, numbers(-0.5))


def trl_sigmoid(chosen, rejected, ref_chosen, ref_rejected, beta):
    """trl 1.16.0, ``trl/trainer/dpo_trainer.py``, loss type "sigmoid", reverse KL."""
    delta_score = (chosen - ref_chosen) - (rejected - ref_rejected)
    return (-F.logsigmoid(beta * delta_score)).mean()


@pytest.mark.parametrize("beta", [0.01, 0.1, 2.0])
def test_dpo_and_its_gradient_equal_trls(beta):
    ours, theirs = four(), four()
    found, wanted = dpo_loss(*ours, beta=beta).loss, trl_sigmoid(*theirs, beta)
    assert abs(found - wanted) < 1e-9
    found.backward()
    wanted.backward()
    for a, b in zip(ours, theirs, strict=True):
        assert_close(a.grad, b.grad, atol=1e-9, rtol=0)


def test_ipo_equals_trls_for_answers_of_one_token():
    """trl divides the sums by the number of tokens first: with one token nothing changes."""
    chosen, rejected, ref_chosen, ref_rejected = four()
    delta = (chosen - ref_chosen) - (rejected - ref_rejected)
    wanted = ((delta - 1 / (2 * 0.3)) ** 2).mean()
    found = ipo_loss(chosen, rejected, ref_chosen, ref_rejected, beta=0.3).loss
    assert abs(found - wanted) < 1e-9 * wanted


def test_ipo_is_zero_at_its_margin_and_rises_beyond():
    zero = numbers(0)
    losses = [ipo_loss(numbers(m), zero, zero, zero, beta=0.5).loss.item() for m in (0, 1, 2)]
    assert losses == [1, 0, 1]


def test_the_smoothed_loss_has_its_least_value_at_a_finite_margin():
    margins = torch.linspace(-5, 5, 201, dtype=torch.float64)
    zero = numbers(0)
    losses = [dpo_loss(m[None], zero, zero, zero, 1.0, 0.1).loss for m in margins]
    # σ(m) = 0.9 at m = ln 9 = 2.197
    assert margins[int(torch.stack(losses).argmin())].item() == pytest.approx(2.2, abs=0.05)


def test_the_gradient_falls_with_the_margin():
    slopes = []
    for margin in (-4.0, 0.0, 4.0):
        chosen = numbers(margin).requires_grad_()
        dpo_loss(chosen, numbers(0), numbers(0), numbers(0), 1.0).loss.backward()
        slopes.append(-chosen.grad.item())
    assert slopes[0] > slopes[1] == 0.5 > slopes[2]


def test_what_is_added_to_both_answers_changes_nothing():
    """The normaliser of the derivation cancels: only differences count."""
    first = dpo_loss(*four()).loss
    chosen, rejected, *reference = four()
    assert_close(dpo_loss(chosen + 7, rejected + 7, *reference).loss, first)


def test_a_row_without_an_answer_is_named():
    targets = torch.tensor([[1, 2], [-100, -100]])
    with pytest.raises(ValueError, match=r"targets\[1\] is all -100"):
        answer_log_probs(torch.zeros(2, 2, 4), targets)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"beta": 0.0}, "beta=0.0 is not a finite number above 0"),
        ({"label_smoothing": 0.6}, "label_smoothing=0.6 is not between 0.0 and 0.5"),
        ({"reference_chosen": torch.full((3,), math.nan)}, "reference_chosen=.* not finite"),
    ],
)
def test_what_dpo_refuses(change, said):
    names = ("chosen", "rejected", "reference_chosen", "reference_rejected")
    with pytest.raises(ValueError, match=said):
        preference.dpo_loss(**dict.fromkeys(names, torch.zeros(3)) | change)
