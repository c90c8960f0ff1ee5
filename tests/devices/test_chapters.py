"""The chapters that name a device run on a pretended GPU; ``chapter.py`` says what is left out."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.devices.chapter import code_cells, names_a_device
from tools.kernels.short import N_PASSES, shortened

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.name[:2] for path in (ROOT / "book").glob("[0-9][0-9]-*.ipynb"))


def code_of(chapter: str) -> str:
    return "\n".join("".join(cell["source"]) for _, cell in code_cells(chapter))


ON_A_DEVICE = [chapter for chapter in CHAPTERS if names_a_device(code_of(chapter))]


@pytest.mark.parametrize("chapter", ON_A_DEVICE)
def test_a_chapter_runs_on_a_gpu(chapter, tmp_path):
    report = tmp_path / "faults.json"
    command = [sys.executable, "-m", "tests.devices.chapter", chapter, "cuda", "--json", report]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert report.is_file(), ended.stderr[-2000:]
    assert json.loads(report.read_text()) == [], ended.stdout


def test_a_device_reaches_a_chapter_only_by_its_own_words():
    """Else a chapter that names none could have tensors on a GPU, and would have to run here."""
    choose = set()
    for path in (ROOT / "lmbook").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name | ast.Attribute | ast.alias):
                name = getattr(node, "id", "") or getattr(node, "attr", "") or node.name
                if name in ("pick_device", "is_available", "set_default_device"):
                    choose.add(path.relative_to(ROOT / "lmbook").as_posix())
    assert choose == {"device.py", "training/__main__.py"}


@pytest.mark.parametrize(
    "code",
    [
        "from lmbook.device import pick_device",
        "model.to(pick_device())",
        "x = torch.zeros(2, device=place)",
        "x = torch.zeros(2, device='cuda')",
        "y = x.to(other.device)",
        "x.to('mps')",
        "x.cuda()",
        "place = 'cuda:1'",
        "torch.cuda.synchronize()",
        "def f(x, device): return x",
        "torch.set_default_device(place)",
    ],
)
def test_a_device_is_found_in_code(code):
    assert names_a_device(code)


@pytest.mark.parametrize(
    "code",
    [
        "pipeline('fill-mask', model=folder, device='cpu')",
        "arguments = TrainingArguments(per_device_train_batch_size=8)",
        "print('on a GPU with CUDA this takes a second')",
        "x = torch.zeros(2)",
    ],
)
def test_what_keeps_everything_on_the_cpu_names_no_device(code):
    assert not names_a_device(code)


def passes(code: str) -> int:
    """How often the ``backward`` of a cell's code is called."""
    calls: list[int] = []

    class Loss:
        def backward(self) -> None:
            calls.append(1)

    exec(compile(shortened(code, "cell"), "cell", "exec"), {"loss": Loss()})
    return len(calls)


@pytest.mark.parametrize(
    ("code", "n"),
    [
        ("for _ in range(500):\n    loss.backward()", N_PASSES),
        ("n = 0\nwhile n < 500:\n    n += 1\n    if n % 2: continue\n    loss.backward()", 10),
        (
            "def f():\n    for _ in range(500):\n        if 1: loss.backward()\nf()\nf()",
            2 * N_PASSES,
        ),
        ("for _ in range(3):\n    for _ in range(500): loss.backward()", 3 * N_PASSES),
        ("for _ in range(7):\n    loss.backward()", 7),
        ("for _ in range(500): x = 1\nfor _ in range(x): loss.backward()", 1),
        ("for i in range(99): x = i\nif x == 98: loss.backward()", 1),
    ],
)
def test_only_loops_that_train_are_cut_short(code, n):
    assert passes(code) == n
