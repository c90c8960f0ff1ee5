"""Recall and reciprocal rank."""

import pytest

from lmbook.metrics.retrieval import recall_at, reciprocal_rank

RANKINGS, RELEVANT = [[4, 2, 7], [1, 9], [5]], [2, 1, 8]


def test_recall_counts_questions_whose_passage_is_among_the_first():
    assert recall_at(RANKINGS, RELEVANT, 1).tolist() == [0.0, 1.0, 0.0]
    assert recall_at(RANKINGS, RELEVANT, 2).tolist() == [1.0, 1.0, 0.0]


def test_reciprocal_ranks_by_hand():
    assert reciprocal_rank(RANKINGS, RELEVANT).tolist() == [0.5, 1.0, 0.0]


def test_recall_never_falls_with_more_passages():
    means = [recall_at(RANKINGS, RELEVANT, k).mean() for k in range(1, 5)]
    assert means == sorted(means)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="1 rankings for 2 questions"):
        recall_at([[1]], [1, 2], 1)
    with pytest.raises(ValueError, match="k=0 is below 1"):
        recall_at(RANKINGS, RELEVANT, 0)
