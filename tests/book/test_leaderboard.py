"""The leaderboard shows the stored numbers, and the stored numbers are what training gives."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/leaderboard.py"


@pytest.fixture(scope="module")
def tool():
    return runpy.run_path(str(TOOL))


def test_page_numbers_and_rows_agree():
    finished = subprocess.run([sys.executable, TOOL, "--check"], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_the_best_model_stands_first(tool):
    page, stored = (ROOT / "book/leaderboard.md").read_text("utf-8"), tool["load"]()
    best = min(stored, key=lambda name: stored[name]["bits_per_byte"])
    assert page.index(best) == min(page.index(f"| {name} |") + 2 for name in stored)


def test_a_row_trained_again_scores_the_same(tool):
    stored = tool["load"]()["bigram of bytes, add-one"]
    again = tool["measure"]("bigram of bytes, add-one")
    assert again["bits_per_byte"] == pytest.approx(stored["bits_per_byte"], rel=1e-6)
    assert again["size"] == stored["size"]


def test_a_tokenizer_that_changes_the_text_is_refused(tool):
    sys.path.insert(0, str(ROOT / "tools"))
    from leaderboard_rows import score

    from lmbook.tokenizers.word import WordTokenizer

    with pytest.raises(ValueError, match="the tokenizer changes"):
        score(None, WordTokenizer.train(["a rose"]), ["A rose!"])
