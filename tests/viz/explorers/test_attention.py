"""The attention explorer: what the page shows is what was given, to the precision of 8 bits."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from lmbook.viz.explorers import attention
from lmbook.viz.explorers.attention import AttentionExplorer

SCRIPT = Path(attention.__file__).parent / "attention.js"
TEXTS = [["To", " be", ",\n", " or"], ["你", "好"]]
N_LAYERS, N_HEADS = 2, 3


def made_weights() -> list[np.ndarray]:
    rng = np.random.default_rng(10)
    raw = [rng.uniform(0, 1, (N_LAYERS, N_HEADS, len(one), len(one))) for one in TEXTS]
    causal = [np.tril(cells) for cells in raw]
    return [cells / cells.sum(axis=-1, keepdims=True) for cells in causal]


def explorer(**changes) -> AttentionExplorer:
    fields = {"texts": TEXTS, "weights": made_weights(), **changes}
    return AttentionExplorer(**fields)


@pytest.mark.parametrize("text", [0, 1])
def test_the_page_reads_back_every_weight_to_half_a_step(run_js, text):
    shown, n = explorer(), len(TEXTS[text])
    source = f"{{ bytes: decodeBytes({json.dumps(shown.values_base64[text])}), "
    source += f"nHeads: {N_HEADS}, nTokens: {n} }}"
    places = [(at, h, j) for at in range(N_LAYERS) for h in range(N_HEADS) for j in range(n)]
    code = f"{json.dumps(places)}.map(([layer, head, query]) => "
    code += f"weightsOf({source}, {{ layer, head, query }}))"
    page = np.array(run_js(code)).reshape(N_LAYERS, N_HEADS, n, n)
    assert np.abs(page - made_weights()[text]).max() <= 0.5 / 255 + 1e-9


def test_the_state_takes_one_byte_a_weight():
    sizes = [len(base64.b64decode(one)) for one in explorer().values_base64]
    assert sizes == [N_LAYERS * N_HEADS * len(one) ** 2 for one in TEXTS]


def test_the_sentence_names_the_greatest_weights_and_how_far_they_are(run_js):
    place = "{ layer: 0, head: 1, query: 2 }"
    said = run_js(f'describe(["a", " b", "c\\n"], [0.25, 0.75, 0], {place})')
    expected = "Layer 1, head 2, token 3 “c↵”: looks at “␣b” 75 % (1 back), “a” 25 % (2 back)."
    assert said == expected


def test_a_distance_is_named_in_both_directions(run_js):
    assert run_js("[distance(3, 3), distance(1, 3), distance(4, 3)]") == [
        "itself",
        "2 back",
        "1 ahead",
    ]


def test_the_bars_and_the_rest_add_up_to_the_row(run_js):
    row = [0.02, 0.3, 0.1, 0.08, 0.2, 0.05, 0.15, 0.1, 0]
    bars = run_js(f"barsOf({row})")
    # six bars: 0.3 0.2 0.15 0.1 0.1 0.08, then 0.05 + 0.02 of two others; zero is no bar
    assert [place["at"] for place in bars["shown"]] == [1, 4, 6, 7, 2, 3]
    assert bars["nOthers"] == 2
    assert bars["left"] == pytest.approx(0.07)


def test_percents_are_whole_and_little_is_not_nothing(run_js):
    assert run_js("[0, 0.001, 0.005, 0.374, 1].map(percent)") == ["0", "<1", "1", "37", "100"]


def test_the_position_stays_inside_the_text(run_js):
    assert run_js("[-1, 2, 9].map((place) => clamp(place, 4))") == [0, 2, 3]


def test_the_repr_is_short():
    assert repr(explorer()) == "AttentionExplorer(2 layers, 3 heads, n_tokens=[4, 2])"


def wrong(value: float) -> list[np.ndarray]:
    weights = made_weights()
    weights[1][1, 2, 1, 0] = value
    return weights


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"texts": [], "weights": []}, "0 texts and 0 arrays, needs 1 or more"),
        ({"weights": made_weights()[:1]}, "2 texts and 1 arrays"),
        ({"notes": ["one"]}, "notes has 1 sentences for 2 texts"),
        ({"texts": [["a", "b"], ["c", "d"]]}, r"weights\[0\] has shape \(2, 3, 4, 4\), needs"),
        ({"texts": [TEXTS[0], ["你", ""]]}, r"texts\[1\] holds an empty token"),
        ({"weights": wrong(-0.5)}, r"weights\[1\] holds -0.5, needs numbers of 0 or more"),
        ({"weights": wrong(np.nan)}, r"weights\[1\] holds nan"),
        ({"weights": wrong(3.0)}, r"weights\[1\]\[1, 2, 1\] sums to 3.\d+, not to 1"),
        (
            {"texts": [["a"] * 150], "weights": [np.full((2, 3, 150, 150), 1 / 150)]},
            "weights hold 135000 numbers, the limit is 131072",
        ),
        ({"texts": [["a"]], "weights": [np.ones((1, 1))]}, r"weights\[0\] has 2 axes"),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
