"""Small files of what training changed."""

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.testing import assert_close

from lmbook.zoo import deltas
from lmbook.zoo.deltas import add_delta, low_rank_delta, save_delta


def changed(rank: int) -> tuple[nn.Linear, nn.Linear]:
    """A layer, and the same one with a change of this rank and another bias."""
    torch.manual_seed(0)
    before, after = nn.Linear(20, 30), nn.Linear(20, 30)
    change = torch.randn(30, rank) @ torch.randn(rank, 20) / 10
    after.load_state_dict({"weight": before.weight + change, "bias": before.bias + 1})
    return before, after


def test_a_change_of_low_rank_comes_back(tmp_path):
    before, after = changed(rank=2)
    parts = low_rank_delta(before.state_dict(), after.state_dict(), rank=2)
    assert {name: tuple(part.shape) for name, part in parts.items()} == {
        "weight.left": (30, 2),
        "weight.right": (2, 20),
        "bias": (30,),
    }
    save_delta(tmp_path / "x.safetensors", parts)
    assert (tmp_path / "x.safetensors").stat().st_mode & 0o444 == 0o444
    add_delta(before, load_file(tmp_path / "x.safetensors"))
    assert_close(before.weight, after.weight, atol=2e-3, rtol=0)
    assert_close(before.bias, after.bias, atol=2e-3, rtol=0)


def test_of_a_change_of_higher_rank_the_largest_part_is_kept():
    before, after = changed(rank=6)
    change = (after.weight - before.weight).detach().double()
    sizes = torch.linalg.svdvals(change)
    parts = low_rank_delta(before.state_dict(), after.state_dict(), rank=3)
    kept = parts["weight.left"].double() @ parts["weight.right"].double()
    # the best approximation of rank 3 misses what the later singular values hold
    assert_close((change - kept).norm(), sizes[3:].norm(), atol=1e-2, rtol=0)


def test_what_did_not_change_is_not_stored_and_what_is_new_counts_from_zero():
    before, _ = changed(rank=1)
    state = {**before.state_dict(), "new": torch.tensor([1.0, 2.0])}
    parts = low_rank_delta(before.state_dict(), state, rank=1)
    assert list(parts) == ["new"] and parts["new"].tolist() == [1.0, 2.0]


def test_a_delta_of_another_model_is_refused_and_changes_nothing():
    before, after = changed(rank=1)
    weight = before.weight.clone()
    parts = low_rank_delta(before.state_dict(), after.state_dict(), rank=1)
    with pytest.raises(ValueError, match=r"other of the delta, shape \(30,\), fits no weight"):
        add_delta(before, {**parts, "other": parts["bias"]})
    with pytest.raises(ValueError, match=r"weight of the delta, shape None, fits no weight"):
        add_delta(before, {"weight.left": parts["weight.left"]})
    assert torch.equal(before.weight, weight)


def test_a_damaged_file_is_an_error_that_names_it(tmp_path, monkeypatch):
    (tmp_path / "minilm.safetensors").write_bytes(b"no")
    monkeypatch.setattr(deltas, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"minilm.safetensors does not hold a delta"):
        deltas.load_minilm_reader()


def test_other_shapes_and_ranks_are_refused():
    with pytest.raises(ValueError, match=r"w has shape \(2,\), before \(3,\)"):
        low_rank_delta({"w": torch.zeros(3)}, {"w": torch.ones(2)}, 1)
    with pytest.raises(ValueError, match="rank=0 is below 1"):
        low_rank_delta({}, {}, 0)
