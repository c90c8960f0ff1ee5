"""Every chapter's cells run on a pretended GPU; ``chapter.py`` says what is left out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted(path.name[:2] for path in (ROOT / "book").glob("[0-9][0-9]-*.ipynb"))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_runs_on_a_gpu(chapter, tmp_path):
    report = tmp_path / "faults.json"
    command = [sys.executable, "-m", "tests.devices.chapter", chapter, "cuda", "--json", report]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert report.is_file(), ended.stderr[-2000:]
    assert json.loads(report.read_text()) == [], ended.stdout
