import math

import pytest
import torch
from torch.nn import functional as F

from lmbook.adapt.consistency import consistency_loss, drop_words, fit_consistent
from lmbook.tasks.linear import fit_linear


def draw(seed=0):
    return torch.Generator().manual_seed(seed)


def test_dropped_words_keep_the_order_of_the_others():
    text = "one two three four five six seven eight"
    short = drop_words(text, 0.5, draw())
    assert 0 < len(short.split()) < 8
    rest = iter(text.split())
    assert all(word in rest for word in short.split())


def test_the_ends_of_the_rate():
    assert drop_words("a b c", 0.0, draw()) == "a b c"
    assert drop_words("a b c", 1.0, draw()) in "abc"
    assert drop_words("", 0.5, draw()) == ""


def test_a_tenth_of_many_words_is_left_out():
    kept = len(drop_words("word " * 10_000, 0.1, draw()).split())
    assert abs(kept - 9_000) < 150  # five standard deviations of sqrt(10,000 · 0.09) = 30


def test_the_loss_by_hand():
    # answers (3/4, 1/4) to the text, (1/2, 1/2) to the copy: 3/4 log 3/2 + 1/4 log 1/2
    logits = torch.tensor([[math.log(3.0), 0.0]])
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert consistency_loss(logits, torch.zeros(1, 2)).item() == pytest.approx(expected)
    # sharpened by a half: (9/10, 1/10)
    expected = 0.9 * math.log(1.8) + 0.1 * math.log(0.2)
    sharp = consistency_loss(logits, torch.zeros(1, 2), temperature=0.5)
    assert sharp.item() == pytest.approx(expected)


def test_the_loss_is_the_divergence_of_torch():
    a, b = torch.randn(2, 20, 6, generator=draw()).unbind(0)
    expected = F.kl_div(b.log_softmax(1), a.log_softmax(1), reduction="batchmean", log_target=True)
    torch.testing.assert_close(consistency_loss(a, b), expected)


def test_an_unsure_text_counts_as_nothing_and_still_divides():
    logits = torch.tensor([[math.log(3.0), 0.0], [0.1, 0.0]])
    both = consistency_loss(logits, torch.zeros(2, 2), threshold=0.7)
    alone = consistency_loss(logits[:1], torch.zeros(1, 2))
    torch.testing.assert_close(both, alone / 2)


def test_only_the_changed_text_is_pushed():
    logits = torch.randn(4, 3, generator=draw(), requires_grad=True)
    changed = torch.randn(4, 3, generator=draw(1), requires_grad=True)
    consistency_loss(logits, changed).backward()
    assert logits.grad is None and changed.grad is not None
    torch.testing.assert_close(changed.grad, (changed.softmax(1) - logits.softmax(1)) / 4)


def test_without_a_weight_it_is_logistic_regression():
    rows = torch.randn(40, 5, generator=draw()).double()
    targets = torch.arange(40) % 3
    none = (rows[:1], rows[None, :1], draw())
    ours = fit_consistent(rows, targets, 3, *none, weight=0.0, penalty=0.05, n_steps=3000, lr=0.05)
    exact = fit_linear(rows, targets, 3, 0.05)
    torch.testing.assert_close(ours.weight, exact.weight, atol=1e-4, rtol=0)


def test_a_direction_that_changes_do_not_touch_wins():
    # both features say the label in the two labelled rows; copies change the sign of the second
    rows = torch.tensor([[1.0, 1.0], [-1.0, -1.0]])
    more = torch.tensor([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]])
    copies = more * torch.tensor([1.0, -1.0])
    targets = torch.tensor([0, 1])
    weights = {}
    for weight in (0.0, 1.0):
        layer = fit_consistent(
            rows, targets, 2, more, copies[None], draw(), weight=weight, threshold=0.0
        )
        weights[weight] = (layer.weight[0] - layer.weight[1]).tolist()
    assert weights[0.0][0] == pytest.approx(weights[0.0][1])
    assert weights[1.0][0] > 5 * abs(weights[1.0][1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: drop_words("a", 1.5, draw()), "rate=1.5 is not between 0.0 and 1.0"),
        (
            lambda: consistency_loss(torch.zeros(1, 2), torch.zeros(1, 3)),
            r"changed_logits has the shape \(1, 3\), logits \(1, 2\): both need the same",
        ),
        (
            lambda: consistency_loss(torch.zeros(1, 2), torch.zeros(1, 2), temperature=0.0),
            "temperature=0.0 is not a finite number above 0",
        ),
        (lambda: fitted(copies=torch.zeros(1, 3, 2)), r"changed has the shape \(1, 3, 2\), .*"),
        (lambda: fitted(targets=torch.tensor([0, 5])), "targets are not 2 labels below 2"),
        (lambda: fitted(n_steps=0), "n_steps=0 is below 1"),
    ],
)
def test_wrong_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()


def fitted(targets=None, copies=None, n_steps=2):
    targets = torch.tensor([0, 1]) if targets is None else targets
    copies = torch.zeros(1, 2, 2) if copies is None else copies
    zeros = torch.zeros(2, 2)
    return fit_consistent(zeros, targets, 2, zeros, copies, draw(), n_steps=n_steps)
