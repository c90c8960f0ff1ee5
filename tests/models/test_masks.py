"""One rule for masks in the whole package: booleans, or zeros and ones of an integer type."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).with_name("masked_calls.py")
_spec = importlib.util.spec_from_file_location("masked_calls", SCRIPT)
masked_calls = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(masked_calls)


@pytest.mark.parametrize("name", masked_calls.CALLS)
def test_zeros_and_ones_mean_what_booleans_mean(name):
    call, mask = masked_calls.CALLS[name], masked_calls.MASK
    expected = call(mask)
    everything = torch.ones_like(mask)
    assert call(everything).shape != expected.shape or not torch.equal(call(everything), expected)
    for kind in (torch.int64, torch.uint8, torch.int32):
        assert torch.equal(call(mask.to(kind)), expected)


def test_floats_and_other_numbers_are_refused_by_name():
    environment = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(SCRIPT)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("", 0), ended.stdout + ended.stderr
