"""The linear-chain CRF: by hand, by all sequences, against pytorch-crf, and what it refuses."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.nn.crf import CRF
from lmbook.nn.crf_chain import log_partition, log_partition_slow


def make(n_tags, seed=0, spread=1.0, **limits):
    torch.manual_seed(seed)
    crf = CRF(n_tags, **limits).double()
    for parameter in crf.parameters():
        torch.nn.init.normal_(parameter, std=spread)
    return crf


def drawn(batch, time, n_tags, seed=0, spread=1.0):
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(batch, time, n_tags, generator=generator, dtype=torch.float64)


def prefix_mask(lengths, time):
    return torch.arange(time) < torch.tensor(lengths)[:, None]


def all_scores(crf, emissions):
    """Every tag sequence of one row, and its score by plain additions."""
    transitions, start, end = crf.scores()
    time, n_tags = emissions.shape
    found = {}
    for tags in itertools.product(range(n_tags), repeat=time):
        score = start[tags[0]] + end[tags[-1]] + sum(emissions[i, t] for i, t in enumerate(tags))
        score = score + sum(transitions[a, b] for a, b in itertools.pairwise(tags))
        found[tags] = score
    return found


# By hand


def test_two_tags_and_two_positions_by_hand():
    crf = CRF(2)
    with torch.no_grad():
        crf.transitions.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        crf.start.zero_()
        crf.end.zero_()
    emissions = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    # AA 1+1+0 = 2, AB 1+0+1 = 2, BA 0+0+0 = 0, BB 0+2+1 = 3
    total = 2 * math.exp(2) + math.exp(0) + math.exp(3)
    assert crf.log_partition(emissions).item() == pytest.approx(math.log(total), abs=1e-6)
    assert crf.decode(emissions) == [[1, 1]]
    likelihood = crf.log_likelihood(emissions, torch.tensor([[1, 1]])).item()
    assert likelihood == pytest.approx(3 - math.log(total), abs=1e-6)
    # the first tag is B in BA and BB
    first = (math.exp(0) + math.exp(3)) / total
    assert crf.marginals(emissions)[0, 0, 1].item() == pytest.approx(first, abs=1e-6)


# Against all sequences


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
def test_the_partition_and_the_best_path_are_those_of_all_sequences(n_tags, time, seed):
    crf, emissions = make(n_tags, seed), drawn(2, time, n_tags, seed)
    for row, tags in enumerate(crf.decode(emissions)):
        scores = all_scores(crf, emissions[row])
        total = torch.stack(list(scores.values())).logsumexp(0)
        assert_close(crf.log_partition(emissions)[row], total, atol=1e-9, rtol=0)
        assert tuple(tags) == max(scores, key=lambda key: scores[key].item())


def test_marginals_are_sums_over_all_sequences():
    crf, emissions = make(3), drawn(1, 4, 3)
    expected = torch.zeros(4, 3, dtype=torch.float64)
    scores = all_scores(crf, emissions[0])
    total = torch.stack(list(scores.values())).logsumexp(0)
    for tags, score in scores.items():
        for i, tag in enumerate(tags):
            expected[i, tag] += (score - total).exp().item()
    assert_close(crf.marginals(emissions)[0], expected, atol=1e-9, rtol=0)


def test_the_gradient_is_observed_minus_expected_counts():
    crf, emissions = make(3), drawn(1, 4, 3)
    tags = (0, 2, 2, 1)
    crf.log_likelihood(emissions, torch.tensor([tags])).sum().backward()
    expected = torch.zeros(3, 3, dtype=torch.float64)
    scores = all_scores(crf, emissions[0])
    total = torch.stack(list(scores.values())).logsumexp(0)
    for sequence, score in scores.items():
        for a, b in itertools.pairwise(sequence):
            expected[a, b] += (score - total).exp().item()
    observed = torch.zeros(3, 3, dtype=torch.float64)
    for a, b in itertools.pairwise(tags):
        observed[a, b] += 1
    assert_close(crf.transitions.grad, observed - expected, atol=1e-9, rtol=0)


# Properties


def test_padding_changes_nothing():
    crf, emissions = make(4), drawn(3, 6, 4)
    tags = torch.randint(4, (3, 6), generator=torch.Generator().manual_seed(1))
    lengths = [6, 2, 1]
    mask = prefix_mask(lengths, 6)
    together = crf.log_likelihood(emissions, tags, mask)
    for row, n in enumerate(lengths):
        alone = crf.log_likelihood(emissions[row : row + 1, :n], tags[row : row + 1, :n])
        assert_close(together[row : row + 1], alone, atol=1e-10, rtol=0)
        assert crf.decode(emissions, mask)[row] == crf.decode(emissions[row : row + 1, :n])[0]
    assert bool((crf.marginals(emissions, mask)[~mask] == 0).all())


def test_the_gradients_by_hand_are_those_of_autograd():
    emissions, mask = drawn(3, 5, 4), prefix_mask([5, 3, 1], 5)
    weights = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    grads = []
    for function in (log_partition, log_partition_slow):
        crf = make(4)
        leaf = emissions.clone().requires_grad_()
        (function(leaf, *crf.scores(), mask) * weights).sum().backward()
        grads.append([leaf.grad, crf.transitions.grad, crf.start.grad, crf.end.grad])
    for ours, theirs in zip(*grads, strict=True):
        assert_close(ours, theirs, atol=1e-10, rtol=0)


def test_scores_that_overflow_exp_are_no_trouble():
    # float32's exp overflows above 88
    crf, emissions = make(5, spread=30.0), drawn(2, 30, 5, spread=200.0)
    mask = prefix_mask([30, 17], 30)
    slow = log_partition_slow(emissions, *crf.scores(), mask)
    assert_close(crf.log_partition(emissions, mask), slow, atol=1e-6, rtol=0)


def test_scores_beyond_the_range_of_float64_fall_back_on_logarithms():
    allowed = torch.tensor([[False, True], [True, False]])
    crf = make(2, allowed=allowed)
    emissions = torch.tensor([[[0.0, 0.0], [-2000.0, 0.0], [0.0, -2000.0]], [[0.0] * 2] * 3])
    leaf = emissions.double().requires_grad_()
    # the tags must alternate: 0 1 0 costs nothing, 1 0 1 costs 4000
    result = crf.log_partition(leaf)
    slow = log_partition_slow(leaf, *crf.scores(), torch.ones(2, 3).bool())
    assert_close(result, slow, atol=1e-9, rtol=0)
    blocked = torch.tensor([[[0.0, -2000.0], [0.0, -2000.0]]] * 2, dtype=torch.float64)
    far = crf.log_partition(blocked.requires_grad_())
    assert_close(far, log_partition_slow(blocked, *crf.scores(), torch.ones(2, 2).bool()))
    far.sum().backward()
    assert bool(blocked.grad.isfinite().all())


def test_forbidden_steps_have_probability_zero_and_are_never_decoded():
    allowed = torch.ones(3, 3).bool()
    allowed[0, 2] = False
    begins, finishes = torch.tensor([True, True, False]), torch.tensor([True, False, True])
    crf = make(3, allowed=allowed, begins=begins, finishes=finishes)
    emissions = drawn(4, 5, 3, spread=3.0)
    emissions[..., 2] += 5.0
    for tags in crf.decode(emissions):
        assert tags[0] != 2 and tags[-1] != 1
        assert (0, 2) not in itertools.pairwise(tags)
    assert bool((crf.marginals(emissions)[:, 0, 2] == 0).all())
    scores = all_scores(crf, emissions[0])
    total = torch.stack(list(scores.values())).logsumexp(0)
    assert_close(crf.log_partition(emissions)[0], total, atol=1e-9, rtol=0)


def test_no_allowed_sequence_has_minus_infinity_and_no_nan_in_the_gradient():
    crf = make(2, allowed=torch.zeros(2, 2).bool())
    emissions, mask = drawn(2, 3, 2).requires_grad_(), prefix_mask([3, 1], 3)
    result = crf.log_partition(emissions, mask)
    assert result[0].item() == -math.inf and math.isfinite(result[1].item())
    result[1].backward()
    assert bool(emissions.grad.isfinite().all())


# Oracle


@pytest.mark.parametrize("seed", range(5))
def test_likelihood_gradient_and_path_are_those_of_pytorch_crf(seed):
    torchcrf = pytest.importorskip("torchcrf", reason="the package pytorch-crf is not installed")
    ours, theirs = make(7, seed), torchcrf.CRF(7, batch_first=True).double()
    with torch.no_grad():
        theirs.transitions.copy_(ours.transitions)
        theirs.start_transitions.copy_(ours.start)
        theirs.end_transitions.copy_(ours.end)
    generator = torch.Generator().manual_seed(seed)
    lengths = torch.randint(1, 13, (6,), generator=generator).tolist()
    mask = prefix_mask([12, *lengths[1:]], 12)
    tags = torch.randint(7, (6, 12), generator=generator)
    mine, other = (drawn(6, 12, 7, seed).requires_grad_() for _ in range(2))
    a = ours.log_likelihood(mine, tags, mask)
    b = theirs(other, tags, mask, reduction="none")
    assert_close(a, b, atol=1e-9, rtol=0)
    a.sum().backward()
    b.sum().backward()
    assert_close(mine.grad, other.grad, atol=1e-9, rtol=0)
    assert_close(ours.transitions.grad, theirs.transitions.grad, atol=1e-9, rtol=0)
    assert ours.decode(mine, mask) == theirs.decode(other, mask)


# Learning


def test_it_learns_tags_that_only_the_order_can_tell():
    """Emissions say nothing: the tags repeat 0 1 2."""
    torch.manual_seed(0)
    crf = CRF(3)
    tags = torch.tensor([[0, 1, 2, 0, 1, 2]])
    emissions = torch.zeros(1, 6, 3)
    optimizer = torch.optim.Adam(crf.parameters(), lr=0.2)
    for _ in range(60):
        optimizer.zero_grad()
        (-crf.log_likelihood(emissions, tags).mean()).backward()
        optimizer.step()
    assert crf.decode(emissions) == tags.tolist()
    assert crf.log_likelihood(emissions, tags).item() > math.log(0.9)


# Errors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tags": torch.tensor([[0, 3, 1]])}, r"tags\[0, 1\]=3 is outside n_tags=3"),
        ({"tags": torch.tensor([[0, 1]])}, r"tags have shape \(1, 2\), not \(1, 3\)"),
        ({"emissions": torch.zeros(1, 3, 4)}, r"emissions have shape \(1, 3, 4\)"),
        ({"mask": torch.tensor([[True, False, True]])}, r"mask\[0\] does not begin with real"),
        ({"mask": torch.tensor([[False, False, False]])}, r"mask\[0\] does not begin with real"),
        ({"mask": torch.ones(1, 2).bool()}, r"mask has shape \(1, 2\), not \(1, 3\)"),
        ({"tags": torch.tensor([[0, 1, 2]])}, r"tags\[0, 2\]=2 may not follow 1"),
        ({"tags": torch.tensor([[2, 2, 0]])}, r"tags\[0, 0\]=2 may not come first"),
        ({"tags": torch.tensor([[0, 0, 1]])}, r"tags\[0, 2\]=1 may not come last"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    allowed = torch.ones(3, 3).bool()
    allowed[1, 2] = False
    crf = CRF(3, allowed, torch.tensor([True, True, False]), torch.tensor([True, False, True]))
    good = {"emissions": torch.zeros(1, 3, 3), "tags": torch.zeros(1, 3).long(), "mask": None}
    with pytest.raises(ValueError, match=message):
        crf.log_likelihood(**(good | change))


def test_sizes_of_the_layer_are_checked():
    with pytest.raises(ValueError, match="n_tags=0 is below 1"):
        CRF(0)
    with pytest.raises(ValueError, match=r"allowed has shape \(2, 2\), not \(3, 3\)"):
        CRF(3, allowed=torch.ones(2, 2).bool())


def test_an_emission_of_minus_infinity_at_a_given_tag_is_named():
    emissions = torch.zeros(1, 2, 2)
    emissions[0, 1, 1] = -math.inf
    with pytest.raises(ValueError, match="emissions hold -inf at a given tag"):
        CRF(2).log_likelihood(emissions, torch.tensor([[0, 1]]))
