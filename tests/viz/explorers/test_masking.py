"""The masking explorer: what the page shows is what the model said, to a hundredth of a percent."""

from pathlib import Path

import numpy as np
import pytest

from lmbook.viz.explorers import masking
from lmbook.viz.explorers.masking import MaskingExplorer

SCRIPT = Path(masking.__file__).parent / "masking.js"
TOKENS = ["to", " ", "be", "\n", "or", "not", "?"]
TEXTS = [[0, 1, 2], [4, 5]]


def made() -> tuple[list[np.ndarray], list[np.ndarray]]:
    rng = np.random.default_rng(16)

    def probabilities(*shape: int) -> np.ndarray:
        raw = rng.uniform(0.01, 1, (*shape, len(TOKENS)))
        return raw / raw.sum(-1, keepdims=True)

    alone = [probabilities(len(ids)) for ids in TEXTS]
    return alone, [probabilities(len(ids) - 1, 2) for ids in TEXTS]


def explorer(**changes) -> MaskingExplorer:
    alone, together = made()
    fields = {"texts": TEXTS, "alone": alone, "together": together, "tokens": TOKENS}
    return MaskingExplorer(**fields | changes)


def test_the_page_gets_the_five_best_guesses_in_order():
    row = made()[0][0][1]
    best = sorted(range(len(TOKENS)), key=lambda i: -row[i])[:5]
    assert explorer().alone[0][1]["guesses"] == [[i, round(10_000 * row[i])] for i in best]


def test_rank_and_share_are_those_of_the_token_that_stands_there():
    alone, together = made()
    shown = explorer()
    for row, answer, true_id in (
        (alone[0][2], shown.alone[0][2], 2),
        (together[0][1, 0], shown.together[0][1][0], 1),
        (together[1][0, 1], shown.together[1][0][1], 5),
    ):
        assert answer["rank"] == 1 + int((row > row[true_id]).sum())
        assert answer["share"] == round(10_000 * row[true_id])


def test_a_click_hides_shows_again_joins_a_neighbour_or_starts_anew(run_js):
    assert run_js("[toggle([], 3), toggle([3], 3), toggle([3], 2), toggle([3], 5)]") == [
        [3],
        [],
        [2, 3],
        [5],
    ]
    assert run_js("[toggle([2, 3], 4), toggle([2, 3], 2)]") == [[4], [3]]


def test_two_hidden_neighbours_get_the_answers_of_the_pair(run_js):
    source = '{ alone: ["a", "b", "c"], together: [["d", "e"], ["f", "g"]] }'
    assert run_js(f"[[], [1], [1, 2]].map((hidden) => answersOf({source}, hidden))") == [
        [],
        ["b"],
        ["f", "g"],
    ]


def test_the_sentence_names_the_best_guess_and_the_true_token(run_js):
    answer = "{ guesses: [[1, 6000], [0, 4000]], rank: 2, share: 4000 }"
    said = run_js(f'describe(["a", " b"], [1, 0], [1], [{answer}])')
    assert said == "Place 2: best guess “␣b” 60.0 %; true token “a” 40.0 %, rank 2."
    assert run_js("describe([], [], [], [])").startswith("Nothing is hidden")


def test_the_comparison_gives_both_shares_of_each_true_token(run_js):
    alone = "[{ share: 1 }, { share: 2 }, { share: 3 }]"
    source = f"{{ alone: {alone}, together: [[], [{{ share: 5 }}, {{ share: 6 }}]] }}"
    assert run_js(f"compare({source}, [1, 2])") == [
        {"at": 1, "alone": 2, "together": 5},
        {"at": 2, "alone": 3, "together": 6},
    ]
    assert run_js(f"compare({source}, [1])") == []


def test_little_is_not_nothing(run_js):
    assert run_js("[0, 1, 10, 3744, 10000].map(percent)") == [
        "0.0",
        "<0.1",
        "0.1",
        "37.4",
        "100.0",
    ]


def test_the_repr_is_short():
    assert repr(explorer()) == "MaskingExplorer(7 tokens, texts of [3, 2])"


def spoiled(which: str, value: float) -> dict[str, list[np.ndarray]]:
    arrays = dict(zip(("alone", "together"), made(), strict=True))[which]
    arrays[0][(0,) * arrays[0].ndim] = value
    return {which: arrays}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": [], "alone": [], "together": []}, "0 texts, 0 arrays alone"),
        ({"alone": made()[0][:1]}, "2 texts, 1 arrays alone and 2 together"),
        ({"texts": [[0], [4, 5]]}, r"texts\[0\] has 1 tokens, needs 2 or more"),
        ({"texts": [[0, 1, 7], [4, 5]]}, r"texts\[0\] holds an id that is not in 0 … 6"),
        ({"texts": [[0, 1], [4, 5]]}, r"alone\[0\] has shape \(3, 7\), needs \(2, 7\)"),
        ({"texts": [[0, 1] * 201, [4, 5]]}, "texts hold 404 tokens, the limit is 400"),
        (spoiled("alone", -0.1), r"alone\[0\] holds a number that is not finite or below 0"),
        (spoiled("together", float("nan")), r"together\[0\] holds a number that is not finite"),
        (spoiled("together", 3.0), r"together\[0\] holds probabilities that sum to \d\.\d+, not"),
        ({"together": made()[0]}, r"together\[0\] has shape \(3, 7\), needs \(2, 2, 7\)"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
