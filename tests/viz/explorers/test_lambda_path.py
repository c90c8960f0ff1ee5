"""The path of λ: means over seeds, what is better on both counts, and what the page says."""

import json
import math
from pathlib import Path

import pytest

from lmbook.viz.explorers import lambda_path
from lmbook.viz.explorers.lambda_path import LambdaPathExplorer

SCRIPT = Path(lambda_path.__file__).parent / "lambda_path.js"
PATHS = {
    "decay": {0.0: [(0.7, 5.0), (0.72, 5.2)], 0.01: [(0.6, 5.5), (0.62, 5.7)]},
    "KL": {0.0: [(0.7, 5.0), (0.72, 5.2)], 0.3: [(0.71, 3.9), (0.73, 4.1)]},
}
START = 3.6


def shipped() -> str:
    """The paths as the page gets them, as JavaScript."""
    return json.dumps(LambdaPathExplorer(PATHS, START).paths)


def test_the_page_gets_every_run_in_order():
    decay = LambdaPathExplorer(PATHS, START).paths[0]
    assert decay["name"] == "decay" and decay["strengths"] == [0.0, 0.01]
    assert decay["runs"] == [[[0.7, 5.0], [0.72, 5.2]], [[0.6, 5.5], [0.62, 5.7]]]


def test_numbers_are_shipped_to_four_decimals():
    path = LambdaPathExplorer({"a": {0: [(1 / 3, 2 / 3)], 1: [(0.5, 1.0)]}}, 0).paths[0]
    assert path["runs"][0] == [[0.3333, 0.6667]]


def test_a_point_is_the_mean_over_seeds_above_the_start(run_js):
    # (0.7 + 0.72) / 2, and (5.0 + 5.2) / 2 - 3.6
    found = run_js(f"point([[0.7, 5.0], [0.72, 5.2]], {START})")
    assert found == pytest.approx({"score": 0.71, "forgetting": 1.5})
    named = f"points({shipped()}, {START}).map((p) => [p.name, p.strength])"
    assert run_js(named) == [["decay", 0], ["decay", 0.01], ["KL", 0], ["KL", 0.3]]


def test_what_beats_a_point_is_no_worse_on_both_counts_and_better_on_one(run_js):
    places = [(0.7, 1.0), (0.7, 0.5), (0.8, 1.0), (0.8, 2.0), (0.6, 0.1), (0.7, 1.0)]
    named = [{"score": s, "forgetting": f, "strength": i} for i, (s, f) in enumerate(places)]
    code = f"beating({json.dumps(named)}, {{ score: 0.7, forgetting: 1.0 }}).map((p) => p.strength)"
    assert run_js(code) == [1, 2]


def test_the_sentence_gives_seeds_and_the_change_against_the_first_strength(run_js):
    # means: scores 0.71 and 0.72, losses 5.1 and 4.0
    first, second = (run_js(f"describe({shipped()}[1], {at}, {START})") for at in (0, 1))
    assert first == "KL, λ = 0: score 71.0 % (70.0 to 72.0 % over 2 seeds), 1.50 nats forgotten."
    assert second == (
        "KL, λ = 0.3: score 72.0 % (71.0 to 73.0 % over 2 seeds), 0.40 nats forgotten. "
        "Against λ = 0: +1.0 points, −1.10 nats."
    )


def test_one_seed_has_no_spread(run_js):
    assert run_js("spread([[0.5, 1]])") == ""


def test_the_verdict_names_what_is_better_once_or_says_that_nothing_is(run_js):
    every = f"points({shipped()}, {START})"
    assert run_js(f"judge({every}, {every}[1])") == (
        "Better on both counts: decay 0, KL 0, KL 0.3."
    )
    assert run_js(f"judge({every}, {every}[3])") == (
        "No other recorded mean is better on both counts."
    )


def test_an_axis_has_round_marks_and_room_for_one_value(run_js):
    assert run_js("ticks(0.1, 2.1)") == [0.5, 1, 1.5, 2]
    assert run_js("span([2, 2])") == {"low": 1.5, "high": 2.5}
    assert run_js("span([0, 1])") == {"low": -0.06, "high": 1.06}


def test_a_strength_is_written_as_it_was_given(run_js):
    assert run_js("[0, 0.0001, 0.03, 1].map(strengthText)") == ["0", "0.0001", "0.03", "1"]


def test_the_repr_is_short():
    assert repr(LambdaPathExplorer(PATHS, START)) == "LambdaPathExplorer(2 paths: decay, KL)"


@pytest.mark.parametrize(
    ("paths", "start", "message"),
    [
        ({}, START, "paths is empty"),
        ({"a": {0: [(0.5, 1.0)]}}, START, r"paths\['a'\] has 1 strengths, needs 2 or more"),
        ({"a": {1: [(0.5, 1.0)], 0: [(0.5, 1.0)]}}, START, r"has strengths \[1, 0\], needs rising"),
        ({"a": {-1: [(0.5, 1.0)], 0: [(0.5, 1.0)]}}, START, "needs rising ones from 0"),
        ({"a": {0: [(0.5, 1.0)], 1: []}}, START, r"paths\['a'\]\[1\] is empty"),
        ({"a": {0: [(1.5, 1.0)], 1: [(0.5, 1.0)]}}, START, "score of 1.5, not between 0 and 1"),
        ({"a": {0: [(0.5, math.inf)], 1: [(0.5, 1.0)]}}, START, "a loss of inf, needs a finite"),
        (PATHS, math.nan, "start=nan is not a finite number"),
        ({"a": {0: [(0.5, 1.0)] * 400, 1: [(0.5, 1.0)]}}, START, "401 runs, the limit is 400"),
    ],
)
def test_what_makes_no_explorer_is_refused(paths, start, message):
    with pytest.raises(ValueError, match=message):
        LambdaPathExplorer(paths, start)
