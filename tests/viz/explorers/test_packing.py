"""The packing explorer: the page cuts rows and shows masks as the book defines them."""

import json
from pathlib import Path

import pytest

from lmbook.viz.explorers import packing
from lmbook.viz.explorers.packing import PackingExplorer

SCRIPT = Path(packing.__file__).parent / "packing.js"
DOCUMENTS = [["a", "b", "c"], ["d", "e"], ["f", "g", "h", "i"]]
ROWS = f"packed({json.dumps(DOCUMENTS)}, 5, '/')"


def test_rows_numbers_and_positions_are_those_of_a_hand_made_example(run_js):
    # line: / a b c / | d e / f g | h i
    rows = run_js(ROWS)
    assert ["".join(cell["token"] for cell in row) for row in rows] == ["/abc/", "de/fg", "hi"]
    assert ["".join(cell["target"] for cell in row) for row in rows] == ["abc/d", "e/fgh", "i/"]
    assert [[cell["document"] for cell in row] for row in rows] == [
        [0, 0, 0, 0, 1],
        [0, 0, 1, 1, 1],
        [0, 0],
    ]
    assert [[cell["position"] for cell in row] for row in rows] == [
        [0, 1, 2, 3, 0],
        [0, 1, 0, 1, 2],
        [0, 1],
    ]


def test_the_mask_hides_other_documents_and_the_future_stays_hidden_without_it(run_js):
    assert run_js(f"seen({ROWS}[1], 3, true)") == [False, False, True, True, False]
    assert run_js(f"seen({ROWS}[1], 3, false)") == [True, True, True, True, False]


def test_the_sentence_counts_strangers(run_js):
    said = run_js(f"[true, false].map((apart) => describe({ROWS}[1], 3, apart))")
    assert said == [
        "“f” of document 2 stands at position 1, sees 2 tokens, 0 of other documents, "
        "and predicts “g”.",
        "“f” of document 2 stands at position 3, sees 4 tokens, 2 of other documents, "
        "and predicts “g”.",
    ]


def test_the_repr_is_short():
    assert repr(PackingExplorer(DOCUMENTS, 5)) == "PackingExplorer(3 documents, n_steps=5)"


@pytest.mark.parametrize(
    ("documents", "n_steps", "end", "message"),
    [
        ([], 5, "/", "documents is empty"),
        ([["a"], []], 5, "/", r"documents\[1\] is empty"),
        ([["a", ""]], 5, "/", r"documents\[0\] is empty or holds an empty token"),
        ([["a"] * 60], 5, "/", "documents hold 61 tokens, the limit is 60"),
        (DOCUMENTS, 1, "/", "n_steps=1 is not between 2 and 16"),
        (DOCUMENTS, 17, "/", "n_steps=17 is not between 2 and 16"),
        (DOCUMENTS, 5, "", "end is empty"),
    ],
)
def test_what_makes_no_explorer_is_refused(documents, n_steps, end, message):
    with pytest.raises(ValueError, match=message):
        PackingExplorer(documents, n_steps, end)
