"""What a student is told: by hand, the limits of the temperature, a student that learns."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.compression.distill import distillation_loss, hidden_loss, soft_loss


def test_the_divergence_by_hand():
    teacher, student = torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)
    # ¾ log(¾ / ½) + ¼ log(¼ / ½)
    assert_close(
        soft_loss(student, teacher), torch.tensor(0.75 * math.log(1.5) - 0.25 * math.log(2))
    )
    # at temperature 2 the teacher says √3 : 1
    p = math.sqrt(3) / (1 + math.sqrt(3))
    expected = 4 * (p * math.log(2 * p) + (1 - p) * math.log(2 - 2 * p))
    assert_close(soft_loss(student, teacher, 2.0), torch.tensor(expected))


def test_at_a_high_temperature_it_compares_centred_logits():
    torch.manual_seed(0)
    student, teacher = torch.randn(2, 5, 4).double()
    gap = student - teacher
    gap = gap - gap.mean(-1, keepdim=True)
    # Hinton et al., section 2.1: half the mean squared difference
    assert_close(soft_loss(student, teacher, 1e3), gap.square().mean(-1).mean() / 2, rtol=1e-2,
                 atol=0)  # fmt: skip


def test_the_shares_are_cross_entropy_and_divergence():
    torch.manual_seed(1)
    student, teacher = torch.randn(2, 6, 3)
    targets = torch.tensor([0, 1, 2, 0, 1, 2])
    whole = distillation_loss(student, teacher, targets, 3.0, hard=1.0)
    none = distillation_loss(student, teacher, targets, 3.0, hard=0.0)
    assert_close(whole, F.cross_entropy(student, targets))
    assert_close(none, soft_loss(student, teacher, 3.0))
    half = distillation_loss(student, teacher, targets, 3.0)
    assert_close(half, (whole + none) / 2)


def test_no_gradient_reaches_the_teacher():
    student, teacher = (torch.randn(2, 3, requires_grad=True) for _ in range(2))
    soft_loss(student, teacher, 2.0).backward()
    assert teacher.grad is None and student.grad is not None and student.grad.abs().sum() > 0


def test_padding_is_not_compared():
    student, teacher = torch.zeros(1, 3, 2), torch.ones(1, 3, 2)
    teacher[0, 2] = 100.0
    mask = torch.tensor([[True, True, False]])
    assert hidden_loss(student, teacher, mask) == 1.0


def test_a_student_learns_from_texts_without_labels():
    torch.manual_seed(2)
    teacher, student = nn.Linear(6, 4), nn.Sequential(nn.Linear(6, 2), nn.Linear(2, 4))
    x = torch.randn(256, 6)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.05)
    for _ in range(200):
        loss = soft_loss(student(x), teacher(x), 2.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    agree = (student(x).argmax(1) == teacher(x).argmax(1)).float().mean()
    assert agree > 0.85


def test_what_cannot_be_compared_is_refused():
    logits, targets = torch.zeros(2, 3), torch.tensor([0, 2])
    for call, message in [
        (lambda: soft_loss(torch.zeros(0, 3), torch.zeros(0, 3)), "student has shape .0, 3."),
        (lambda: soft_loss(logits, logits, 0.0), "temperature=0.0 is not a finite number above 0"),
        (lambda: distillation_loss(logits, logits, targets, hard=2.0), "hard=2.0 is not between"),
        (lambda: distillation_loss(logits, logits, targets + 1), "a label outside 0 … 2"),
        (
            lambda: hidden_loss(torch.zeros(1, 2, 3), torch.zeros(1, 2, 3), torch.zeros(1, 2) > 0),
            "mask has no real token",
        ),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
