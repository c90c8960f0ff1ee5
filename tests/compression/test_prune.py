"""Weights dropped by their scores: by hand, against torch's pruning, and what is refused."""

import pytest
import torch
from torch import nn
from torch.nn.utils import prune as theirs
from torch.testing import assert_close

from lmbook.compression.prune import (
    apply_masks,
    input_scores,
    keep_largest,
    keep_largest_of_all,
    keep_n_of_m,
    movement_scores,
)


def test_the_smallest_scores_go():
    scores = torch.tensor([[3.0, 1.0, 2.0], [0.5, 4.0, 5.0]])
    assert keep_largest(scores, 0.5).tolist() == [[True, False, False], [False, True, True]]
    by_row = keep_largest(scores, 0.4, by_row=True)  # 1.2 of 3 is 1
    assert by_row.tolist() == [[True, False, True], [False, True, True]]
    assert keep_largest(scores, 0.0).all() and not keep_largest(scores, 1.0).any()


def test_two_of_four_stay():
    scores = torch.tensor([[0.1, 0.4, 0.3, 0.2, 9.0, 8.0, 7.0, 6.0]])
    wanted = [[False, True, True, False, True, True, False, False]]
    assert keep_n_of_m(scores).tolist() == wanted
    # of equal scores two stay, neither more nor less
    assert keep_n_of_m(torch.ones(3, 8)).view(-1, 4).sum(1).eq(2).all()


def test_the_masks_are_torchs():
    torch.manual_seed(0)
    layers = {name: nn.Linear(20, 15) for name in ("a", "b")}
    ours = keep_largest_of_all({n: one.weight.abs() for n, one in layers.items()}, 0.7)
    pairs = [(layer, "weight") for layer in layers.values()]
    alone = keep_largest(layers["a"].weight.abs(), 0.3)
    theirs.global_unstructured(pairs, theirs.L1Unstructured, amount=0.7)
    for name, layer in layers.items():
        assert torch.equal(ours[name], layer.weight_mask.bool())
    fresh = nn.Linear(20, 15)
    fresh.weight = nn.Parameter(layers["a"].weight_orig.detach().clone())
    theirs.l1_unstructured(fresh, "weight", amount=0.3)
    assert torch.equal(alone, fresh.weight_mask.bool())


def test_one_threshold_spares_the_layer_with_larger_weights():
    kept = keep_largest_of_all({"large": torch.full((2, 5), 2.0), "small": torch.ones(2, 5)}, 0.5)
    assert kept["large"].all() and not kept["small"].any()


def test_a_small_weight_with_a_large_input_stays():
    weight = torch.tensor([[1.0, -0.2]])
    # mean squares of the inputs are 1 and 100
    scores = input_scores(weight, 2 * torch.diag(torch.tensor([1.0, 100.0], dtype=torch.float64)))
    assert_close(scores, torch.tensor([[1.0, 2.0]]))
    assert keep_largest(scores, 0.5).tolist() == [[False, True]]


def test_a_weight_that_moves_to_zero_scores_below_one_that_grows():
    layer = nn.Linear(2, 1, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, 1.0]]))
    # the loss falls if the first weight falls and the second grows
    (layer(torch.tensor([[1.0, 0.0]])) - layer(torch.tensor([[0.0, 1.0]]))).sum().backward()
    assert movement_scores({"layer": layer})["layer"].tolist() == [[-1.0, 1.0]]


def test_masks_are_applied_and_counted():
    model = nn.Sequential(nn.Linear(4, 2), nn.Linear(2, 1))
    mask = torch.tensor([[True, False, False, True], [False, True, True, True]])
    assert apply_masks(model, {"0": mask}) == 3 / 8
    assert model[0].weight[~mask].eq(0).all() and model[0].weight[mask].ne(0).all()


def test_what_cannot_be_pruned_is_refused():
    scores = torch.ones(2, 6)
    model = nn.Sequential(nn.Linear(4, 2))
    for call, message in [
        (lambda: keep_largest(scores, 1.1), "sparsity=1.1 is not between 0.0 and 1.0"),
        (lambda: keep_largest(torch.full((1, 1), torch.nan), 0.5), "not finite"),
        (lambda: keep_largest_of_all({}, 0.5), "scores is empty"),
        (lambda: keep_n_of_m(scores), "6 columns, no multiple of m=4"),
        (lambda: keep_n_of_m(scores, 3, 2), "n=3 is above m=2"),
        (lambda: movement_scores({"a": nn.Linear(2, 2)}), "'a'. has no gradient"),
        (lambda: apply_masks(model, {"1": scores > 0}), "'1' is no layer"),
        (lambda: apply_masks(model, {"0": scores > 0}), r"has shape \(2, 6\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()
