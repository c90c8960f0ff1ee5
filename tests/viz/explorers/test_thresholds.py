"""The threshold explorer: what the page counts is what the metrics of the package say."""

import json
from pathlib import Path

import pytest
import torch

from lmbook.metrics.classification import confusion_matrix, per_class, threshold_curve
from lmbook.viz.explorers import thresholds
from lmbook.viz.explorers.thresholds import ThresholdExplorer

SCRIPT = Path(thresholds.__file__).parent / "thresholds.js"
TEXTS = ["win a prize", "see you", "call now", "ok", "free entry", "are you home"]
SCORES = [0.9, 0.6, 0.55, 0.02, 0.3, 0.1]
TARGETS = [1, 0, 1, 0, 1, 0]


def explorer(**changes) -> ThresholdExplorer:
    fields = {"texts": TEXTS, "scores": SCORES, "targets": TARGETS, "names": ("ham", "spam")}
    return ThresholdExplorer(**fields | changes)


def test_the_page_gets_all_scores_and_the_worst_texts():
    shown = explorer()
    assert shown.scores == [9000, 6000, 5500, 200, 3000, 1000]
    assert [text["text"] for text in shown.examples[0]] == ["see you", "are you home", "ok"]
    assert [text["text"] for text in shown.examples[1]] == ["free entry", "call now", "win a prize"]


def test_a_score_below_one_is_not_rounded_up_to_it():
    assert explorer(scores=[0.99999, *SCORES[1:]]).scores[0] == 9999


def test_a_long_text_is_cut_and_only_eight_a_class_are_shown():
    n = 30
    many = explorer(texts=["x" * 500] * n, scores=[0.5] * n, targets=[0, 1] * (n // 2))
    assert [len(texts) for texts in many.examples] == [8, 8]
    assert len(many.examples[0][0]["text"]) == 110 and many.examples[0][0]["text"].endswith("…")


def test_the_four_cells_by_hand(run_js):
    # from 0.5 up: 0.9 and 0.55 are spam, 0.6 is not; 0.3 is missed
    cells = run_js(f"count({[9000, 6000, 5500, 200, 3000, 1000]}, {TARGETS}, 5000)")
    assert cells == {"tp": 2, "fp": 1, "fn": 1, "tn": 2}
    assert run_js("count([5000], [1], 5000)")["tp"] == 1  # the threshold itself counts


def test_the_ratios_are_those_of_the_package_at_every_threshold(run_js):
    draw = torch.Generator().manual_seed(22)
    scores = torch.randint(0, 10_001, (200,), generator=draw)
    targets = (torch.rand(200, generator=draw) * 10_000 < scores).long()
    steps = [0, 7, 50, 93, 100]
    code = f"{steps}.map((s) => ratios(count({scores.tolist()}, {targets.tolist()}, 100 * s)))"
    for step, found in zip(steps, run_js(code), strict=True):
        matrix = confusion_matrix((scores >= 100 * step).long(), targets, 2)
        expected = [score[1].item() for score in per_class(matrix)]
        assert [found[name] for name in ("precision", "recall", "f1")] == pytest.approx(expected)


def test_nothing_over_nothing_is_zero(run_js):
    assert run_js("ratios({ tp: 0, fp: 0, fn: 3 })") == {"precision": 0, "recall": 0, "f1": 0}


def test_the_sharpest_threshold_has_the_highest_f1_of_the_curve(run_js):
    draw = torch.Generator().manual_seed(2)
    scores = torch.randint(0, 101, (80,), generator=draw) * 100
    targets = (torch.rand(80, generator=draw) * 10_000 < scores).long()
    arguments = f"{scores.tolist()}, {targets.tolist()}"
    found = run_js(f"ratios(count({arguments}, thresholdOf(sharpest({arguments})))).f1")
    assert found == pytest.approx(threshold_curve(scores.double(), targets).f1.max().item())


def test_dear_false_alarms_raise_the_cheapest_threshold(run_js):
    scores, targets = [9000, 6000, 5500, 200, 3000, 1000], TARGETS
    # alarms at 1: one error from 0.11 to 0.30 (0.6 is called spam); at 20: above 0.6, two missed
    one, twenty = (run_js(f"cheapest({scores}, {targets}, {k})") for k in (1, 20))
    assert 10 < one <= 30 and 60 < twenty <= 90


def test_the_lowest_of_equals_is_the_middle_of_the_first_run(run_js):
    assert run_js("[[3, 1, 1, 1, 2], [0, 1, 0], [2]].map(lowest)") == [2, 0, 0]


def test_the_wrong_side_is_above_for_one_class_and_below_for_the_other(run_js):
    examples = [[{"score": 6000}, {"score": 100}], [{"score": 3000}, {"score": 5500}]]
    found = run_js(f"wrongSide({json.dumps(examples)}, 5500)")
    assert found == [[{"score": 6000}], [{"score": 3000}]]


def test_the_sentence_says_what_is_found_and_what_it_costs(run_js):
    said = run_js('describe({ tp: 2, fp: 1, fn: 3 }, ["ham", "spam"], 10)')
    assert said == "2 of 5 spam found, 1 ham called spam. Cost: 13."


def test_the_repr_is_short():
    assert repr(explorer()) == "ThresholdExplorer(6 scores, 3 spam)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": [], "scores": [], "targets": []}, "texts holds 0, not 1 to 3000"),
        ({"scores": SCORES[1:]}, "6 texts, 5 scores and 6 targets differ"),
        ({"scores": [1.5, *SCORES[1:]]}, r"scores\[0\]=1.5 is not between 0 and 1"),
        ({"scores": [float("nan"), *SCORES[1:]]}, r"scores\[0\]=nan is not between 0 and 1"),
        ({"targets": [2, *TARGETS[1:]]}, r"targets hold \[0, 1, 2\], need both 0 and 1"),
        ({"targets": [0] * 6}, r"targets hold \[0\], need both 0 and 1"),
        ({"names": ("ham", "ham")}, "are not two different names"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
