"""The tagging explorer: the page decodes and sums as the package's chain does."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from lmbook.metrics.span_schemes import legal_steps
from lmbook.nn.crf import CRF
from lmbook.viz.explorers import tagging
from lmbook.viz.explorers.tagging import TaggingExplorer

SCRIPT = Path(tagging.__file__).parent / "tagging.js"
TAGS = ["O", "B-X", "I-X"]
WORDS = ["in", "New", "York"]


def explorer(**changes) -> TaggingExplorer:
    crf = CRF(3, *legal_steps(TAGS))
    transitions, start, end = (part.detach().numpy() for part in crf.scores())
    fields = {"words": WORDS, "tags": TAGS, "given": ["O", "B-X", "I-X"]}
    arrays = {"scores": np.zeros((3, 3)), "transitions": transitions, "start": start, "end": end}
    return TaggingExplorer(**(fields | arrays | changes))


def test_minus_infinity_reaches_the_page_as_a_large_number():
    shown = explorer()
    assert shown.transitions[0][2] == shown.ends[0][2] == -10_000  # I-X after O, and at first
    assert shown.transitions[1][2] > -1


@pytest.mark.parametrize("seed", range(4))
def test_best_path_and_marginals_are_those_of_the_package(run_js, seed):
    torch.manual_seed(seed)
    crf = CRF(3, *legal_steps(TAGS))
    with torch.no_grad():
        crf.transitions.normal_(std=2)
    scores = torch.randn(1, 6, 3).mul(2).round(decimals=3)
    transitions, _, _ = crf.scores()
    shown = explorer(
        words=list("abcdef"),
        given=["O"] * 6,
        scores=scores[0].numpy(),
        transitions=transitions.detach().numpy(),
    )
    crf.start.data, crf.end.data = (torch.zeros(3), torch.zeros(3))
    crf.transitions.data = torch.tensor(shown.transitions).masked_fill(~crf.allowed, 0.0)
    moves = f"weighted({json.dumps(shown.transitions)}, 1, true)"
    ends = "[0, 0, -Infinity], [0, 0, 0]"
    arguments = f"{json.dumps(scores[0].tolist())}, {moves}, {ends}"
    assert run_js(f"best({arguments})") == crf.decode(scores)[0]
    expected = crf.marginals(scores)[0].numpy()
    assert np.allclose(run_js(f"marginals({arguments})"), expected, atol=1e-5)


def test_a_weight_of_zero_leaves_each_word_alone(run_js):
    moves = "weighted([[1, -9], [-10000, 2]], 0, false)"
    assert run_js(moves) == [[0, 0], [0, 0]]
    scores = "[[0, 1], [2, 0]]"
    assert run_js(f"best({scores}, {moves}, [0, 0], [0, 0])") == [1, 0]


def test_the_sentence_names_the_words_that_are_wrong(run_js):
    said = run_js('describe(["a", "b"], ["O", "B-X"], ["O", "B-X"], [0, 0], 1)')
    assert said == "Transitions × 1.0: 1 word wrong: b."
    assert run_js('describe(["a"], ["O"], ["O"], [0], 0.5)') == "Transitions × 0.5: all right."


def test_the_repr_is_short():
    assert repr(explorer()) == "TaggingExplorer(3 words, 3 tags)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"words": []}, "words holds 0, not 1 to 16"),
        ({"tags": ["O"]}, "tags holds 1, not 2 to 9"),
        ({"given": ["O", "O", "Z"]}, "is not one of the tags for each word"),
        ({"scores": np.zeros((2, 3))}, r"scores has shape \(2, 3\), needs \(3, 3\)"),
        ({"start": np.full(3, np.nan)}, r"start holds NaN or \+inf"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
