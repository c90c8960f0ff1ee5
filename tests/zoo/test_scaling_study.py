"""The scaling study predicts before it measures."""

import pytest

from lmbook.training.scaling import ScalingLaw, TrainedRun, fit_law
from lmbook.zoo import studies
from tools.studies import scaling, widths


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


def test_the_prediction_on_record_follows_from_the_runs_on_record():
    study = studies.results("scaling")
    prediction, larger = study["prediction"], study["larger"]
    sizes = ("n_parameters", "n_tokens", "loss")
    runs = [TrainedRun(*(float(run[name]) for name in sizes)) for run in study["runs"]]
    size, tokens = float(prediction["n_parameters"]), float(prediction["n_tokens"])
    assert prediction["n_runs"] == len(runs) == 22
    assert fit_law(runs).loss(size, tokens) == pytest.approx(prediction["loss"], abs=1e-3)
    assert ScalingLaw(**prediction["law"]).loss(size, tokens) == pytest.approx(
        prediction["loss"], abs=1e-4
    )
    assert larger["n_parameters"] == size
    assert larger["n_tokens"] == pytest.approx(tokens, rel=0.01)


def test_repeated_runs_read_the_same_text_again():
    study = studies.results("scaling")
    repeats = study["repeats"]
    assert all(run["n_tokens"] > 1.9 * repeats["n_unique"] for run in repeats["runs"])
    assert {run["d_model"] for run in repeats["runs"]} == {scaling.REPEATED[0]}


def test_both_parametrisations_are_the_same_at_the_base_width():
    runs = studies.results("widths")["runs"]
    base = {
        kind: {
            run["lr"]: run["loss"] for run in runs if (run["kind"], run["d_model"]) == (kind, 32)
        }
        for kind in widths.KINDS
    }
    assert len(runs) == len(widths.KINDS) * len(widths.WIDTHS) * len(widths.RATES)
    assert base["standard"] == base["mup"]
