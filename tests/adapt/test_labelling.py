import pytest
import torch

from lmbook.adapt.labelling import ABSTAIN, LabelModel, fit_label_model, majority_vote


def votes_of(accuracies, n=4000, n_labels=3, coverage=0.7, seed=0):
    """Truth, and rules that err independently, every wrong label as likely."""
    draw = torch.Generator().manual_seed(seed)
    truth = torch.randint(n_labels, (n,), generator=draw)
    columns = []
    for accuracy in accuracies:
        wrong = (truth + torch.randint(1, n_labels, (n,), generator=draw)) % n_labels
        vote = torch.where(torch.rand(n, generator=draw) < accuracy, truth, wrong)
        silent = torch.rand(n, generator=draw) > coverage
        columns.append(vote.masked_fill(silent, ABSTAIN))
    return truth, torch.stack(columns, 1)


def test_a_majority_by_hand():
    shares = majority_vote(torch.tensor([[0, 0, 1], [-1, 2, -1], [-1, -1, -1]]), 3)
    expected = torch.tensor([[2 / 3, 1 / 3, 0], [0, 0, 1], [1 / 3, 1 / 3, 1 / 3]]).double()
    torch.testing.assert_close(shares, expected)


def test_probabilities_by_hand():
    # rules of 0.9 and 0.6 that contradict each other: 0.9 · 0.4 against 0.1 · 0.6
    half = torch.tensor([0.5, 0.5]).double()
    model = LabelModel(accuracies=torch.tensor([0.9, 0.6]).double(), priors=half)
    found = model.probabilities(torch.tensor([[0, 1], [-1, 1], [-1, -1]]))
    expected = torch.tensor([[0.36 / 0.42, 0.06 / 0.42], [0.4, 0.6], [0.5, 0.5]]).double()
    torch.testing.assert_close(found, expected)


def test_accuracies_are_found_without_a_label():
    accuracies = [0.9, 0.8, 0.7, 0.5]
    _, votes = votes_of(accuracies)
    model = fit_label_model(votes, 3)
    torch.testing.assert_close(
        model.accuracies, torch.tensor(accuracies).double(), atol=0.04, rtol=0
    )


def test_good_rules_outvote_many_bad_ones():
    truth, votes = votes_of([0.95, 0.9, 0.45, 0.45, 0.45], coverage=1.0)
    majority = (majority_vote(votes, 3).argmax(1) == truth).double().mean()
    model = (fit_label_model(votes, 3).probabilities(votes).argmax(1) == truth).double().mean()
    assert model > majority + 0.05


def test_rules_that_copy_each_other_are_believed():
    """The model's assumption, broken: copies of a bad rule agree with each other."""
    _, votes = votes_of([0.8, 0.8, 0.55], coverage=1.0)
    copied = torch.cat([votes, votes[:, 2:].expand(-1, 4)], 1)
    model = fit_label_model(copied, 3)
    assert model.accuracies[2] > 0.9 > model.accuracies[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda v: majority_vote(v, 1), "n_labels=1 is below 2"),
        (lambda v: majority_vote(v, 2), "votes has 2, no label below 2 and not -1"),
        (lambda v: majority_vote(v - 2, 3), "votes has -2, no label below 3 and not -1"),
        (lambda v: fit_label_model(v, 3, n_rounds=0), "n_rounds=0 is below 1"),
        (lambda v: fit_label_model(v, 3).probabilities(v[:, :1]), "votes of 1 rules, not 2"),
    ],
)
def test_wrong_votes_are_named(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call(torch.tensor([[0, 2], [1, 0]]))
