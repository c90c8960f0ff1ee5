"""Checkpoints are read without what they bring along, and equal to what torch reads."""

import argparse
import collections
import os

import pytest
import torch

from lmbook.models.toolkits.checkpoints import Inert, load_checkpoint

BOTH_FORMATS = pytest.mark.parametrize("is_zip", [True, False])


class MakesFolder:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


@BOTH_FORMATS
def test_tensors_are_those_that_torch_reads(tmp_path, is_zip):
    path, whole = tmp_path / "weights.pt", torch.arange(12.0).view(3, 4)
    weights = collections.OrderedDict(a=whole, b=whole.T, c=torch.ones(2, dtype=torch.float16))
    saved = {"model": weights, "parameter": torch.nn.Parameter(torch.ones(1)), "step": 7}
    torch.save(saved, path, _use_new_zipfile_serialization=is_zip)
    ours, theirs = load_checkpoint(path), torch.load(path, weights_only=True)
    assert ours.keys() == theirs.keys()
    assert ours["step"] == 7
    for name, tensor in theirs["model"].items():
        assert torch.equal(ours["model"][name], tensor)
        assert ours["model"][name].dtype == tensor.dtype
    assert isinstance(ours["parameter"], torch.nn.Parameter)
    assert ours["model"]["a"].data_ptr() == ours["model"]["b"].data_ptr()  # still one storage


@BOTH_FORMATS
def test_options_are_kept_and_code_does_not_run(tmp_path, is_zip):
    path, trace = tmp_path / "checkpoint.pt", tmp_path / "trace"
    args = argparse.Namespace(encoder_attention_heads=4)
    others = {"counter": collections.Counter("aab"), "deque": collections.deque([1, 2])}
    saved = {"args": args, "model": {"a": torch.ones(2)}, "x": MakesFolder(str(trace)), **others}
    torch.save(saved, path, _use_new_zipfile_serialization=is_zip)
    with pytest.raises(Exception, match="mkdir|Namespace"):
        torch.load(path, weights_only=True)
    found = load_checkpoint(path)
    assert torch.equal(found["model"]["a"], torch.ones(2))
    assert isinstance(found["args"], Inert)
    assert found["args"].name == "argparse.Namespace"
    assert found["args"].state == {"encoder_attention_heads": 4}
    assert found["x"].arguments == (str(trace),)
    assert not trace.exists()
    assert repr(found["x"]) == "<posix.mkdir, not built>"
    assert found["counter"].arguments == ({"a": 2, "b": 1},)
    assert found["deque"].items == [1, 2]


@BOTH_FORMATS
def test_a_checkpoint_that_is_cut_off_is_an_error_with_its_path(tmp_path, is_zip):
    path = tmp_path / "weights.pt"
    torch.save({"a": torch.ones(50)}, path, _use_new_zipfile_serialization=is_zip)
    data = path.read_bytes()
    for n_bytes in (*range(0, len(data) - 1, 37), len(data) - 1):
        path.write_bytes(data[:n_bytes])
        with pytest.raises(ValueError, match=r"weights\.pt is no whole checkpoint"):
            load_checkpoint(path)


def test_what_is_no_checkpoint_is_an_error(tmp_path, untyped):
    path = tmp_path / "notes.txt"
    path.write_text("not a checkpoint", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.txt is no whole checkpoint"):
        load_checkpoint(str(path))
    with pytest.raises(ValueError, match=r"absent\.pt is no whole checkpoint"):
        load_checkpoint(tmp_path / "absent.pt")
    with pytest.raises(ValueError, match="path=5 is a int"):
        load_checkpoint(5)
