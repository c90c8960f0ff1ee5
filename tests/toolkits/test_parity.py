"""Weights across, where a toolkit's environment exists: the light ones always, the others weekly.

``make toolkits`` makes the environments; ``TOOLKITS=all`` asks for every check.
"""

import os

import numpy as np
import pytest
import torch

from tools.toolkits import parity
from tools.toolkits.environments import FOLDER, ToolkitError, is_installed
from tools.toolkits.launch import INSIDE, launch

LIGHT = ("ctranslate2", "fairseq")
WEEKLY = os.environ.get("TOOLKITS") == "all"


def needs(name):
    """Marks that leave a check out where its toolkit is missing or too slow for every day."""
    return [
        pytest.mark.skipif(not is_installed(name), reason=f"run `make toolkits NAME={name}` first"),
        pytest.mark.skipif(
            not WEEKLY and name not in LIGHT, reason="set TOOLKITS=all for the slow toolkits"
        ),
    ]


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs(name)) for name in parity.CHECKS])
def test_the_book_and_the_toolkit_compute_the_same_from_the_same_weights(name):
    found = parity.check(name)
    assert found["difference"] <= 1e-5
    assert found["largest"] > 0.1  # logits that are not all alike
    if name == "modelgarden":
        assert found["back"]
    if name == "ctranslate2":
        assert 0 < found["int8 difference"] < 0.1 * found["largest"]


@pytest.mark.skipif(not is_installed("ctranslate2"), reason="needs `make toolkits`")
def test_a_weight_without_a_place_in_the_specification_ends_in_an_error(tmp_path):
    weights = {"decoder/layer_0/nowhere/weight": np.zeros(3, np.float32)}
    inputs = {"@ids": np.zeros((1, 2), int), "@heads": 2, "@repeats": 1}
    np.savez(tmp_path / "in.npz", **weights, **inputs)
    with pytest.raises(ToolkitError, match="ctranslate2.*\n(.*\n)*.*nowhere"):
        launch("ctranslate2", [INSIDE / "ct2_decoder.py", "in.npz", "out.npz"], folder=tmp_path)


def test_a_checkpoint_that_was_cut_off_is_an_error_with_its_name(tmp_path, monkeypatch):
    """As after a full disk: the file is there, its end is not."""

    def trained(task, folder, seed):
        path = folder / f"model_step_{parity.N_UPDATES}.pt"
        torch.save({"model": {}, "generator": {}}, path)
        path.write_bytes(path.read_bytes()[:-100])

    monkeypatch.setitem(parity.HANDS, "opennmt", trained)
    with pytest.raises(ValueError, match=r"model_step_20\.pt"):
        parity.check("opennmt")


def test_an_unknown_toolkit_is_told_which_there_are():
    with pytest.raises(ToolkitError, match="name='marian' is not one of fairseq, opennmt, eole"):
        parity.check("marian")


def test_another_shape_is_an_error_and_not_stretched():
    with pytest.raises(ToolkitError, match=r"theirs has the shape \(1, 3\), ours \(2, 3\)"):
        parity._compared(np.zeros((1, 3)), torch.zeros(2, 3))


def test_the_difference_is_the_largest_one():
    found = parity._compared(np.array([[1.0, -4.0]]), torch.tensor([[1.25, -4.0]]))
    assert found == {"difference": 0.25, "largest": 4.0}


def test_the_environments_lie_beside_the_book():
    assert FOLDER.name == ".venv-toolkits"
