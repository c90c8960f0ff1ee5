"""The decoding explorer: the page filters as the package does, and walks the tree it was given."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from lmbook.decoding import filters
from lmbook.viz.explorers import decoding
from lmbook.viz.explorers.decoding import DecodingExplorer, Node

SCRIPT = Path(decoding.__file__).parent / "decoding.js"
TOKENS = [f"t{i}" for i in range(80)]
TREE = [
    Node(1, -1, "a", -0.7, True, False),
    Node(1, -1, "Ġb", -0.9, True, False),
    Node(2, 1, "</s>", -1.0, True, True),
    Node(2, 0, "a", -1.6, True, False),
    Node(2, 0, "c", -1.9, False, False),
    Node(3, 3, "Ċ", -2.5, False, False),
]


def made_log_probs(n_contexts: int = 2) -> np.ndarray:
    scores = torch.randn(n_contexts, 80, generator=torch.Generator().manual_seed(13)) * 2
    return scores.log_softmax(-1).numpy()


def explorer(**changes) -> DecodingExplorer:
    fields = {
        "contexts": ["To be", "你好"],
        "log_probs": made_log_probs(),
        "tokens": TOKENS,
        "trees": {"I am": TREE},
        **changes,
    }
    return DecodingExplorer(**fields)


@pytest.mark.parametrize(
    ("temperature", "k", "p", "low"),
    [
        (1.0, 80, 1.0, 0.0),
        (0.5, 80, 1.0, 0.0),
        (1.5, 7, 1.0, 0.0),
        (1.0, 80, 0.6, 0.0),
        (1.0, 80, 1.0, 0.2),
        (1.3, 20, 0.8, 0.1),
        (1.0, 80, 0.05, 0.0),
    ],
)
def test_the_page_filters_as_the_package_does(run_js, temperature, k, p, low):
    shown = explorer().contexts[0]
    settings = f"{{temperature: {temperature}, topK: {k}, topP: {p}, minP: {low}}}"
    packed = json.dumps(shown["log_probs_base64"])
    page = run_js(f"apply(decodeFloats({packed}), {settings})")
    scores = torch.tensor(np.sort(made_log_probs()[0])[::-1].copy()).double()
    keep = [partial(filters.temperature, value=temperature), partial(filters.top_k, k=k)]
    keep += [partial(filters.top_p, p=p), partial(filters.min_p, p=low)]
    after = filters.apply_filters(scores, keep).softmax(-1)
    model = scores.softmax(-1)
    assert page["n"] == int((after > 0).sum())
    assert np.allclose(page["after"], after, atol=1e-3)
    assert page["distance"] == pytest.approx(float((after - model).abs().sum() / 2), abs=1e-3)
    assert page["entropy"] == pytest.approx(float(torch.special.entr(after).sum()), abs=5e-3)


# by hand: the running sums reach p exactly; float32 or double puts some of them just below
@pytest.mark.parametrize(
    ("probabilities", "p", "n"),
    [
        ([0.5, 0.4, 0.1], 0.9, 2),
        ([0.5, 0.3, 0.2], 0.8, 2),
        ([0.5, 0.3, 0.2], 0.801, 3),
        ([0.3, 0.3, 0.3, 0.1], 0.6, 2),
        ([0.3, 0.3, 0.3, 0.1], 0.9, 3),
        ([0.1] * 10, 0.3, 3),
        ([0.1] * 10, 0.8, 8),
        ([0.25] * 4, 0.75, 3),
        ([0.7, 0.2, 0.1], 0.7, 1),
    ],
)
def test_a_nucleus_ends_with_the_token_that_reaches_p(run_js, probabilities, p, n):
    log_probs = np.log(np.array([probabilities], dtype=np.float32))
    names = [f"t{i}" for i in range(len(probabilities))]
    shown = explorer(contexts=["x"], log_probs=log_probs, tokens=names).contexts[0]
    packed = json.dumps(shown["log_probs_base64"])
    settings = f"{{temperature: 1, topK: {len(names)}, topP: {p}, minP: 0}}"
    assert run_js(f"apply(decodeFloats({packed}), {settings}).n") == n
    kept = filters.top_p(torch.tensor(log_probs), p)
    assert int(torch.isfinite(kept).sum()) == n


def test_the_page_gets_every_probability_as_it_is(run_js):
    shown = explorer().contexts[1]
    page = run_js(f"decodeFloats({json.dumps(shown['log_probs_base64'])})")
    assert np.array_equal(np.float32(page), np.sort(made_log_probs()[1])[::-1])
    assert len(shown["tokens"]) == 60
    assert shown["tokens"][0] == TOKENS[int(made_log_probs()[1].argmax())]


def test_a_very_improbable_token_is_shipped_as_it_is(run_js):
    log_probs = np.array([[0.0, -500.0]], dtype=np.float32)
    shown = explorer(contexts=["x"], log_probs=log_probs, tokens=["a", "b"])
    packed = json.dumps(shown.contexts[0]["log_probs_base64"])
    assert run_js(f"decodeFloats({packed})") == [0, -500]


def test_a_draw_falls_where_the_probability_lies(run_js):
    code = "[0, 0.49, 0.5, 0.79, 0.8, 0.9999999].map((u) => draw([0.5, 0.3, 0.2, 0], u))"
    assert run_js(code) == [0, 0, 1, 1, 2, 2]
    assert run_js("draw([0.5, 0.49, 0], 0.999)") == 1  # rounding left the sum below one


def test_a_node_spells_the_text_to_it(run_js):
    nodes = json.dumps(explorer().trees[0]["nodes"])
    assert run_js(f"textOf(readNodes({nodes}), 5)") == "aa\n"
    assert run_js(f"textOf(readNodes({nodes}), 2)") == " b</s>"


def test_the_greedy_path_follows_the_best_child(run_js):
    nodes = json.dumps(explorer().trees[0]["nodes"])
    assert run_js(f"greedyPath(readNodes({nodes}))") == [0, 3, 5]


def test_a_step_is_described_in_words(run_js):
    nodes = json.dumps(explorer().trees[0]["nodes"])
    second = run_js(f"describeStep(readNodes({nodes}), 2)")
    assert second.startswith("Step 2 of 3: 3 candidates, 1 go on, 1 finished. Best sum -1.00 nats")
    assert second.endswith("the greedy path is kept.")
    assert run_js(f"describeStep(readNodes({nodes}), 3)").endswith("the greedy path is dropped.")


def test_probabilities_are_named_in_words(run_js):
    assert run_js("[0, 0.0001, 0.5].map(percent)") == ["–", "<0.1 %", "50.0 %"]
    assert run_js('readable("Ġa") + readable("Ċ")') == "␣a↵"


def test_the_state_is_small():
    sizes = [len(context["log_probs_base64"]) for context in explorer().contexts]
    assert sizes == [428, 428]  # 4 bytes a token, in base64


def test_the_repr_is_short():
    assert repr(explorer()) == "DecodingExplorer(2 contexts, trees of [6] nodes)"


def tree(**changes) -> dict:
    return {"trees": {"I am": [*TREE[:5], TREE[5]._replace(**changes)]}}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contexts": []}, "0 contexts and 2 rows of log_probs"),
        ({"contexts": ["x"]}, "1 contexts and 2 rows of log_probs"),
        ({"contexts": ["x", "x"]}, "holds a text twice"),
        ({"tokens": TOKENS[1:]}, r"log_probs\[0\] has shape \(80,\), 79 tokens"),
        ({"log_probs": made_log_probs() - 1}, r"log_probs\[0\] sums to a probability of 0.3679"),
        ({"log_probs": made_log_probs() * np.float32(np.nan)}, "probability of nan, not to 1"),
        ({"trees": {}}, "trees is empty or holds an empty tree"),
        ({"trees": {"I am": []}}, "trees is empty or holds an empty tree"),
        (tree(parent=5), r"trees\['I am'\]\[5\]: parent=5 is not in -1 … 4"),
        (tree(step=4), r"\[5\]: step=4 does not follow its parent's 2"),
        (tree(total=0.5), r"\[5\]: total=0.5 is not finite and at most 0"),
        (
            {"trees": {"I am": [Node(1, -1, "a", -1.0, True, False)] * 2001}},
            "trees hold 2001 nodes, the limit is 2000",
        ),
    ],
)
def test_what_makes_no_explorer_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        explorer(**changes)
