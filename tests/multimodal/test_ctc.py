"""The sum over paths: by hand, by listing every path, and against torch."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.multimodal.ctc import NO_LABEL, collapse, ctc_loss


def distributions(batch, n_frames, vocab_size, seed=0):
    drawn = torch.randn(batch, n_frames, vocab_size, generator=torch.Generator().manual_seed(seed))
    return drawn.log_softmax(-1)


def by_paths(log_probs, target, blank=0):
    """The probability of a text: every path that reads so, added up."""
    n_frames, vocab_size = log_probs.shape
    total = 0.0
    for path in itertools.product(range(vocab_size), repeat=n_frames):
        merged = [symbol for symbol, _ in itertools.groupby(path) if symbol != blank]
        if merged == target:
            total += math.exp(sum(log_probs[t, symbol].item() for t, symbol in enumerate(path)))
    return total


def test_only_a_blank_separates_equal_labels():
    assert collapse([7, 7, 0, 7, 5, 5]) == [7, 7, 5]
    assert collapse([7, 7, 7]) == [7]
    assert collapse([0, 0]) == []
    assert collapse(torch.tensor([2, 1, 2, 2]), blank=2) == [1]


def test_two_frames_and_one_label_by_hand():
    # "a" is read from aa, a-, -a: .6 x .5 + .6 x .5 + .4 x .5 = .8
    log_probs = torch.tensor([[[0.4, 0.6], [0.5, 0.5]]]).log()
    assert_close(ctc_loss(log_probs, torch.tensor([[1]])), -torch.tensor([0.8]).log())


def test_an_empty_target_is_read_from_blanks_only():
    log_probs = torch.tensor([[[0.4, 0.6], [0.5, 0.5]]]).log()
    empty = torch.full((1, 1), NO_LABEL)
    assert_close(ctc_loss(log_probs, empty), -torch.tensor([0.4 * 0.5]).log())
    assert_close(ctc_loss(log_probs, empty[:, :0]), -torch.tensor([0.4 * 0.5]).log())


@given(st.integers(1, 5), st.lists(st.integers(1, 2), max_size=3), st.integers(0, 9), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_loss_is_that_of_all_paths(n_frames, target, seed, last):
    log_probs = distributions(1, n_frames, 3, seed)
    blank = 2 if last else 0
    labels = [label - 1 if last else label for label in target]
    expected = by_paths(log_probs[0], labels, blank)
    rows = torch.tensor([labels]).long().reshape(1, -1)
    found = ctc_loss(log_probs, rows, blank=blank)
    assert_close(torch.exp(-found[0]).item(), expected, atol=1e-6, rtol=1e-5)


def test_the_probabilities_of_all_texts_add_up_to_one():
    log_probs = distributions(1, 4, 3)
    texts = [[*text] for n in range(5) for text in itertools.product((1, 2), repeat=n)]
    losses = [ctc_loss(log_probs, torch.tensor([t]).long().reshape(1, -1)) for t in texts]
    assert_close(sum(torch.exp(-loss) for loss in losses), torch.ones(1))


def test_loss_and_gradient_are_those_of_torch():
    targets = torch.tensor([[1, 1, 2, 4], [3, 2, NO_LABEL, NO_LABEL], [4, 4, 4, NO_LABEL]])
    n_frames, lengths = torch.tensor([12, 7, 5]), torch.tensor([4, 2, 3])
    logits = torch.randn(3, 12, 5, generator=torch.Generator().manual_seed(1))
    ours, theirs = logits.clone().requires_grad_(), logits.clone().requires_grad_()
    loss = ctc_loss(ours.log_softmax(-1), targets, n_frames)
    reference = F.ctc_loss(
        theirs.log_softmax(-1).transpose(0, 1),
        targets.clamp(min=0),
        n_frames,
        lengths,
        reduction="none",
    )
    assert_close(loss, reference, atol=1e-5, rtol=1e-5)
    loss.sum().backward()
    reference.sum().backward()
    assert_close(ours.grad, theirs.grad, atol=1e-5, rtol=1e-5)


def test_frames_after_the_end_do_not_count():
    log_probs, targets = distributions(1, 6, 3), torch.tensor([[1, 2]])
    changed = torch.cat([log_probs[:, :4], distributions(1, 2, 3, seed=5)], 1)
    cut = torch.tensor([4])
    assert_close(ctc_loss(changed, targets, cut), ctc_loss(log_probs[:, :4], targets))


def test_a_text_without_a_path_has_an_infinite_loss_and_harms_no_other_row():
    logits = torch.randn(2, 2, 3, generator=torch.Generator().manual_seed(0)).requires_grad_()
    # 1 1 needs a blank between: three frames
    loss = ctc_loss(logits.log_softmax(-1), torch.tensor([[1, 1], [1, 2]]))
    assert loss[0].item() == math.inf
    assert loss[1].isfinite()
    loss[loss.isfinite()].sum().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
    assert not logits.grad[0].any()


def test_impossible_symbols_leave_finite_gradients():
    logits = torch.tensor([[[0.0, 0.0, -math.inf], [0.0, 0.0, -math.inf]]])
    log_probs = logits.log_softmax(-1).requires_grad_()
    loss = ctc_loss(log_probs, torch.tensor([[1]]))
    assert_close(loss, -torch.tensor([0.75]).log())  # aa, a-, -a of four equal paths
    loss.sum().backward()
    assert log_probs.grad is not None
    assert log_probs.grad.isfinite().all()


def test_descent_teaches_the_target():
    logits = torch.zeros(1, 8, 4, requires_grad=True)
    target = torch.tensor([[2, 2, 3]])
    for _ in range(60):
        loss = ctc_loss(logits.log_softmax(-1), target).sum()
        (gradient,) = torch.autograd.grad(loss, logits)
        logits = (logits - 2 * gradient).detach().requires_grad_()
    assert loss < 0.1
    assert collapse(logits[0].argmax(1)) == [2, 2, 3]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"targets": torch.tensor([[0, 1]])}, "targets holds blank=0"),
        ({"targets": torch.tensor([[1, 3]])}, "token id 3 is outside vocab_size=3"),
        ({"targets": torch.tensor([[NO_LABEL, 1]])}, "targets has a label after -100"),
        ({"n_frames": torch.tensor([5])}, r"n_frames=\[5\] is not a number from 1 to 4"),
        ({"n_frames": torch.tensor([0])}, r"n_frames=\[0\] is not a number from 1 to 4"),
        ({"blank": 3}, "blank=3 is not below vocab_size=3"),
    ],
)
def test_what_has_no_loss_is_named(changed, said):
    given = {"log_probs": distributions(1, 4, 3), "targets": torch.tensor([[1, 2]])}
    with pytest.raises(ValueError, match=said):
        ctc_loss(**{**given, **changed})
