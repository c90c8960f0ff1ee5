"""An encoder as an ONNX file: another engine computes the same, at other sizes as well.

The file is written in a process of its own: while a model is traced, sizes are tensors, which the
checks of types that these tests run under would refuse.
"""

import subprocess
import sys

import numpy as np
import pytest
import torch

from lmbook.compression.export import export_onnx

runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is in the extra for tests")

SHAPES = [(2, 5), (7, 13), (1, 16), (3, 2)]
SCRIPT = """
import sys
import numpy as np
import torch
from lmbook.compression.export import export_onnx
from lmbook.models.bert import Bert, BertConfig

def batch(rows, columns):
    ids = torch.randint(0, 30, (rows, columns))
    mask = torch.ones(rows, columns, dtype=torch.bool)
    mask[-1, columns // 2:] = False
    return ids, mask

torch.manual_seed(0)
config = BertConfig(vocab_size=30, n_positions=16, d_model=16, n_layers=2, n_heads=2, d_ff=32)
model = Bert(config).train()
export_onnx(model, *batch(2, 5), sys.argv[1] + "/model.onnx")
assert model.training
model.eval()
for rows, columns in %r:
    ids, mask = batch(rows, columns)
    with torch.no_grad():
        output = model(ids, mask)
    np.savez(f"{sys.argv[1]}/{rows}.npz", ids=ids, mask=mask, output=output)
"""


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("onnx")
    command = [sys.executable, "-c", SCRIPT % SHAPES, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.mark.parametrize("shape", SHAPES)
def test_the_file_computes_what_the_model_does(exported, shape):
    session = runtime.InferenceSession(
        str(exported / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    with np.load(exported / f"{shape[0]}.npz") as stored:
        ids, mask, expected = (stored[name] for name in ("ids", "mask", "output"))
    (found,) = session.run(None, {"ids": ids, "mask": mask})
    np.testing.assert_allclose(found[mask], expected[mask], atol=1e-5)


def test_a_single_row_is_refused(tmp_path):
    ids, mask = torch.zeros(1, 5, dtype=torch.long), torch.ones(1, 5, dtype=torch.bool)
    with pytest.raises(ValueError, match="both at least 2 × 2"):
        export_onnx(torch.nn.Identity(), ids, mask, tmp_path / "one.onnx")
