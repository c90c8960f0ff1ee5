"""The scaling study predicts before it measures."""

import pytest

from tools.studies import scaling


def test_the_larger_run_needs_a_prediction_on_record():
    with pytest.raises(SystemExit, match="no prediction is on record"):
        scaling.larger({"runs": []}, None)


def test_a_prediction_after_the_fact_is_refused():
    with pytest.raises(SystemExit, match="the larger run is on record"):
        scaling.predict({"runs": [], "larger": {}}, None)


def test_there_are_22_runs_within_the_text_and_the_larger_one_is_none_of_them():
    ends = {shape: scaling.lengths(scaling.build(*shape, 0)) for shape in scaling.SHAPES}
    assert sum(map(len, ends.values())) == 22
    tokens = [end * scaling.BATCH for steps in ends.values() for end in steps]
    assert min(tokens) >= scaling.LEAST and max(tokens) <= 1.05 * scaling.MOST
    assert scaling.LARGER not in scaling.SHAPES
    largest = max(
        6 * sum(p.numel() for p in scaling.build(*shape, 0).parameters()) * max(steps) * 1024
        for shape, steps in ends.items()
    )
    size = sum(p.numel() for p in scaling.build(*scaling.LARGER, 0).parameters())
    assert 6 * size * scaling.LARGER_TOKENS > 4 * largest
