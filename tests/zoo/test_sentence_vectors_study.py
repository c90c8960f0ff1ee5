"""The record of contrast without labels, and what its own measures count."""

import pytest
import torch

from lmbook.data.sets.similarity import SimilarPair
from lmbook.zoo import studies
from tools.studies import sentence_vectors
from tools.studies._lines import write_lines

RUNS = studies.results("sentence_vectors")


def test_shared_words_are_counted_without_case_and_punctuation():
    # go, home against go, home, now
    assert sentence_vectors.shared(SimilarPair("Go home!", "go home, now", 2)) == pytest.approx(
        2 / 3
    )


def test_ranks_compare_paraphrases_with_each_other_kind():
    pairs = [SimilarPair("a", "b", score) for score in (2, 1, 0)]
    found = sentence_vectors.ranks(pairs, torch.tensor([0.5, 0.9, 0.1]))
    # the look-alike is above the paraphrase: ranks 2 3 1 against 3 2 1
    assert found == {"spearman": 0.5, "auroc, alike": 0.0, "auroc, random": 1.0}


def test_every_start_is_measured_before_and_with_every_seed():
    for start in sentence_vectors.RECIPES:
        assert f"{start}, before" in RUNS
        assert any(key.startswith(f"{start}, SimCSE") for key in RUNS)
    assert {f"static, SimCSE, seed {k}" for k in sentence_vectors.SEEDS} <= RUNS.keys()


def test_the_mean_of_static_vectors_gains_with_every_seed():
    for seed in sentence_vectors.SEEDS:
        before, after = RUNS["static, before"], RUNS[f"static, SimCSE, seed {seed}"]
        assert after["spearman"] > before["spearman"] + 0.01
        assert after["uniformity"] < before["uniformity"]
        assert after["alignment"] > before["alignment"]  # pairs move apart, too


def test_the_record_is_written_as_it_stands(tmp_path):
    write_lines(tmp_path / "again.json", RUNS)
    recorded = studies.file_of("sentence_vectors").read_bytes()
    assert (tmp_path / "again.json").read_bytes() == recorded
