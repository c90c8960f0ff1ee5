"""Every tensor is accounted for: by hand, then what is missing, left over or of another shape."""

import pytest
import torch
from torch import nn

from lmbook.models.toolkits.carry import (
    copy_in,
    copy_out,
    n_layers_of,
    sizes_of,
    their_names,
)


class Pair(nn.Module):
    """Two matrices that the other side keeps as one, and a list of two layers."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(2, 1, bias=False)
        self.key = nn.Linear(2, 2, bias=False)
        self.blocks = nn.ModuleList(nn.ModuleDict({"up": nn.Linear(1, 1)}) for _ in range(2))


TABLE = {"query": "both", "key": "both", "blocks.*.up": "layer_*/dense"}
THEIRS = {
    "both.weight": torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
    "layer_0/dense.weight": torch.tensor([[7.0]]),
    "layer_0/dense.bias": torch.tensor([8.0]),
    "layer_1/dense.weight": torch.tensor([[9.0]]),
    "layer_1/dense.bias": torch.tensor([10.0]),
}


def test_a_fused_matrix_is_split_in_our_order_and_layers_keep_their_numbers():
    pair = Pair()
    copy_in(pair, THEIRS, TABLE)
    assert pair.query.weight.tolist() == [[1, 2]]
    assert pair.key.weight.tolist() == [[3, 4], [5, 6]]
    assert [block["up"].bias.item() for block in pair.blocks] == [8, 10]


def test_what_comes_out_is_what_went_in_and_shares_no_memory():
    pair = Pair()
    copy_in(pair, THEIRS, TABLE)
    out = copy_out(pair, TABLE)
    assert out.keys() == THEIRS.keys()
    assert all(torch.equal(out[name], THEIRS[name]) for name in THEIRS)
    out["both.weight"].zero_()
    assert pair.query.weight.tolist() == [[1, 2]]


def test_names_that_share_one_of_theirs_are_listed_in_order():
    names = their_names(["query.weight", "key.weight", "blocks.1.up.bias"], TABLE)
    assert names == {
        "both.weight": ["query.weight", "key.weight"],
        "layer_1/dense.bias": ["blocks.1.up.bias"],
    }


def test_a_missing_tensor_may_be_zero_and_another_may_be_ignored():
    fewer = {k: v for k, v in THEIRS.items() if k != "layer_1/dense.bias"} | {
        "a.version": torch.ones(1)
    }
    pair = Pair()
    copy_in(pair, fewer, TABLE, ignored=(".version",), zeros=("dense.bias",))
    assert [block["up"].bias.item() for block in pair.blocks] == [8, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layer_1/dense.bias": None}, "lack 'layer_1/dense.bias'"),
        ({"layer_2/dense.bias": torch.ones(1)}, "'layer_2/dense.bias' has no place in our Pair"),
        ({"both.weight": torch.ones(2, 2)}, r"'both.weight' has shape \(2, 2\).*our \(3, 2\)"),
        ({"both.weight": [[1.0]]}, "weights\\['both.weight'\\] is a list, not a tensor"),
        ({5: torch.ones(1)}, "weights\\[5\\]"),
    ],
)
def test_nothing_is_copied_if_one_tensor_does_not_fit(untyped, change, message):
    pair = Pair()
    before = {name: tensor.clone() for name, tensor in pair.state_dict().items()}
    weights = {k: v for k, v in (THEIRS | change).items() if v is not None}
    with pytest.raises(ValueError, match=message):
        copy_in(pair, weights, TABLE)
    assert all(torch.equal(before[name], tensor) for name, tensor in pair.state_dict().items())


def test_a_tensor_with_too_few_axes_for_its_new_shape_is_named():
    with pytest.raises(ValueError, match=r"'both.weight' has shape \(3,\)"):
        copy_in(
            Pair(),
            THEIRS | {"both.weight": torch.ones(3)},
            TABLE,
            in_our_shape=lambda name, tensor: tensor.transpose(0, 1) if "both" in name else tensor,
        )


def test_a_name_of_ours_outside_the_table_is_named():
    with pytest.raises(ValueError, match="no name for our 'key.weight'"):
        copy_out(Pair(), {"query": "both"})


def test_sizes_and_layers_are_read_from_shapes():
    assert sizes_of(THEIRS, {"width": ("both.weight", 1)}) == {"width": 2}
    assert n_layers_of(THEIRS, r"^layer_(\d+)/") == 2


def test_shapes_that_tell_no_size_are_named(untyped):
    with pytest.raises(ValueError, match="lack 'other', whose shape tells width"):
        sizes_of(THEIRS, {"width": ("other", 0)})
    with pytest.raises(ValueError, match="'layer_0/dense.bias' has 1 axes, and axis 1 is needed"):
        sizes_of(THEIRS, {"width": ("layer_0/dense.bias", 1)})
    with pytest.raises(ValueError, match="weights="):
        sizes_of([1], {"width": ("other", 0)})


def test_layers_that_are_left_out_are_named():
    with pytest.raises(ValueError, match=r"the layers \[0, 2\]"):
        n_layers_of({"layer_0/a": torch.ones(1), "layer_2/a": torch.ones(1)}, r"layer_(\d+)/")
    with pytest.raises(ValueError, match=r"the layers \[\]"):
        n_layers_of(THEIRS, r"block_(\d+)/")
