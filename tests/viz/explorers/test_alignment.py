import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmbook.viz.explorers import alignment
from lmbook.viz.explorers.alignment import AlignmentExplorer

SCRIPT = Path(alignment.__file__).parent / "alignment.js"
OUTPUT = ["F", "OW"]
WEIGHTS = np.array([[0.6, 0.392, 0.008], [0.0, 0.25, 0.75]])
MAP = {
    "name": "pho",
    "source": ["p", "h", "o"],
    "output": OUTPUT,
    "reference": OUTPUT,
    "weights": [[600, 392, 8], [0, 250, 750]],
}


def test_weights_are_shipped_in_thousandths_with_their_tokens():
    explorer = AlignmentExplorer(["pho"], [OUTPUT], [WEIGHTS], references=[OUTPUT])
    assert explorer.maps == [MAP]


def test_sources_may_be_lists_of_tokens_and_references_may_be_missing():
    explorer = AlignmentExplorer([["New", "file"]], [["新"]], [[[0.5, 0.5]]])
    assert explorer.maps[0]["name"] == "New file"
    assert (explorer.maps[0]["source"], explorer.maps[0]["reference"]) == (["New", "file"], [])


def test_percent_tells_little_from_nothing(run_js):
    assert run_js("[0, 1, 9, 10, 14, 15, 996, 1000].map(percent)") == [
        *("0", "<1", "<1", "1", "1", "2", "100", "100")
    ]


@settings(max_examples=12, deadline=None)
@given(row=st.lists(st.integers(0, 1000), min_size=1, max_size=9))
def test_ranked_sorts_by_weight_and_then_by_place(run_js, row):
    expected = sorted(range(len(row)), key=lambda at: (-row[at], at))
    assert [place["at"] for place in run_js(f"ranked({row})")] == expected


def test_forward_steps_count_moves_that_do_not_go_back(run_js):
    # greatest weights at 1, 1, 0, 2: stay, back, forward
    rows = [[0, 9, 0], [0, 9, 0], [9, 0, 0], [0, 0, 9]]
    assert run_js(f"forwardSteps({rows})") == {"forward": 2, "total": 3}
    assert run_js("forwardSteps([[1, 0]])") == {"forward": 0, "total": 0}


def test_a_step_is_described_in_words_with_letters_weights_and_places(run_js):
    first, second = (run_js(f"describeStep({json.dumps(MAP)}, {k})") for k in (0, 1))
    assert first == "Step 1 of 2, F: looks at p 60 %, h 39 %, o <1 % (positions 1, 2, 3)."
    assert second == "Step 2 of 2, OW: looks at o 75 %, h 25 % (positions 3, 2)."


def test_a_word_is_described_with_its_verdict(run_js):
    right = run_js(f"describeWord({json.dumps(MAP)})")
    wrong = run_js(f"describeWord({json.dumps(MAP | {'reference': ['P', 'OW']})})")
    silent = run_js(f"describeWord({json.dumps(MAP | {'reference': []})})")
    assert right == "The model says F OW. This is right. 1 of 1 moves go forward or stay."
    assert "The reference is P OW." in wrong
    assert silent == "The model says F OW. 1 of 1 moves go forward or stay."


def test_steps_stay_inside_the_output(run_js):
    assert run_js("[-1, 0, 4, 5].map((step) => clamp(step, 5))") == [0, 0, 4, 4]


def test_the_plain_text_of_an_explorer_is_short_and_holds_no_address():
    assert repr(AlignmentExplorer(["pho"], [OUTPUT], [WEIGHTS])) == "AlignmentExplorer(1 maps)"


def test_no_source_is_refused():
    with pytest.raises(ValueError, match=r"sources=\[\] is empty, needs 1 or more"):
        AlignmentExplorer([], [], [])


def test_lists_of_unlike_length_are_refused_by_name():
    with pytest.raises(ValueError, match="outputs has 2 items, sources has 1"):
        AlignmentExplorer(["pho"], [OUTPUT, OUTPUT], [WEIGHTS])
    with pytest.raises(ValueError, match="references has 0 items, sources has 1"):
        AlignmentExplorer(["pho"], [OUTPUT], [WEIGHTS], references=[])


def test_a_source_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="sources holds 'pho' twice"):
        AlignmentExplorer(["pho", "pho"], [OUTPUT] * 2, [WEIGHTS] * 2)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"weights\[0\] has shape \(3, 2\), .* need \(2, 3\)"):
        AlignmentExplorer(["pho"], [OUTPUT], [WEIGHTS.T])
    with pytest.raises(ValueError, match=r"weights\[0\] has shape \(0, 3\)"):
        AlignmentExplorer(["pho"], [[]], [np.zeros((0, 3))])


def test_a_row_that_does_not_sum_to_one_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"weights\[0\]\[1\] sums to 1.2500, not to 1"):
        AlignmentExplorer(["pho"], [OUTPUT], [WEIGHTS * [[1], [1.25]]])


@pytest.mark.parametrize("bad", [-0.5, np.nan])
def test_negative_or_missing_weights_are_refused(bad):
    with pytest.raises(ValueError, match="needs numbers of 0 or more"):
        AlignmentExplorer(["pho"], [OUTPUT], [np.array([[bad, 1.0, 0.5], [0, 0, 1]])])
