"""The factorisation explorer: the page shows the masks that models are trained with."""

import json
from pathlib import Path

import pytest
import torch

from lmbook.objectives.permutation import draw_order, permutation_batch, permutation_masks
from lmbook.viz.explorers import factorisation
from lmbook.viz.explorers.factorisation import FactorisationExplorer

SCRIPT = Path(factorisation.__file__).parent / "factorisation.js"
TOKENS = ["the", "cat", "sat", "down"]


def orders(n: int) -> list[torch.Tensor]:
    return [draw_order(n, torch.Generator().manual_seed(seed)) for seed in range(5)]


def test_the_masks_of_a_hand_made_order(run_js):
    # first the position 2, then 0, then 1: position 1 sees both others
    found = run_js("masks([2, 0, 1], 3)")
    assert found["content"] == [[True, False, True], [True, True, True], [False, False, True]]
    assert found["query"] == [[False, False, True], [True, False, True], [False, False, False]]


@pytest.mark.parametrize("n", [2, 5, 10])
def test_where_all_are_predicted_the_masks_are_the_package_s(run_js, n):
    drawn = orders(n)
    found = run_js(f"{[order.tolist() for order in drawn]}.map((order) => masks(order, {n}))")
    for order, both in zip(drawn, found, strict=True):
        content, query = permutation_masks(order)
        assert both == {"content": content.tolist(), "query": query.tolist()}


@pytest.mark.parametrize("n_predicted", [1, 3, 6])
def test_where_the_last_ones_are_predicted_the_masks_are_those_of_the_training(run_js, n_predicted):
    ids = torch.arange(6)[None]
    for seed, order in enumerate(orders(6)):
        batch = permutation_batch(
            ids, torch.Generator().manual_seed(seed), n_predicted=n_predicted, n_first=0
        )
        assert batch.positions[0].tolist() == order[-n_predicted:].tolist()
        found = run_js(f"masks({order.tolist()}, {n_predicted})")
        assert found["content"] == batch.content_mask[0].tolist()
        rows = dict(zip(batch.positions[0].tolist(), batch.query_mask[0].tolist(), strict=True))
        assert found["query"] == [rows.get(position, [False] * 6) for position in range(6)]


def test_orders_from_both_ends(run_js):
    assert run_js("[leftToRight(3), rightToLeft(3)]") == [[0, 1, 2], [2, 1, 0]]


def test_a_shuffled_order_holds_each_position_once_and_every_order_comes(run_js):
    # two numbers decide an order of three: 3 · 2 ways, one for each of the six
    numbers = [0.1, 0.4, 0.9]
    code = (
        f"{numbers}.flatMap((a) => [0.1, 0.6].map((b) => {{"
        " const drawn = [a, b]; return shuffled(3, () => drawn.shift()); }))"
    )
    found = run_js(code)
    assert sorted(found) == [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]


def test_a_token_moves_by_one_place_in_the_order_and_stops_at_its_ends(run_js):
    code = "[[2, -1], [2, 1], [0, -1], [1, 1]].map(([at, step]) => moved([0, 2, 1], at, step))"
    assert run_js(code) == [[2, 0, 1], [0, 1, 2], [0, 2, 1], [0, 2, 1]]


def test_ranks_are_the_inverse_of_an_order(run_js):
    for order in orders(7):
        assert run_js(f"ranks({order.tolist()})") == order.argsort().tolist()


def test_ordinals(run_js):
    assert run_js("[1, 2, 3, 4, 10, 11, 12, 13, 21].map(ordinal)") == [
        "1st", "2nd", "3rd", "4th", "10th", "11th", "12th", "13th", "21st",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n_predicted", "at", "stream", "sentence"),
    [
        (
            4, 1, "query",
            "The query vector of “cat” (at 1) sees “the” (at 0) and “down” (at 3). "
            "Its token comes 3rd in the order.",
        ),
        (
            4, 1, "content",
            "The content vector of “cat” (at 1) sees “the” (at 0), “cat” (at 1) and “down” (at 3). "
            "Its token comes 3rd in the order.",
        ),
        (
            4, 3, "query",
            "The query vector of “down” (at 3) sees no token. Its token comes 1st in the order.",
        ),
        (
            2, 3, "query",
            "Its token comes 1st in the order and is not predicted: “down” (at 3) has no query "
            "vector.",
        ),
        (
            2, 3, "content",
            "The content vector of “down” (at 3) sees “the” (at 0) and “down” (at 3). "
            "Its token comes 1st in the order.",
        ),
    ],
)  # fmt: skip
def test_the_sentence_says_who_is_seen(run_js, n_predicted, at, stream, sentence):
    arguments = f"{json.dumps(TOKENS)}, [3, 0, 1, 2], {n_predicted}, {at}, '{stream}'"
    assert run_js(f"describe({arguments})") == sentence


def test_the_repr_is_short():
    assert repr(FactorisationExplorer(TOKENS)) == "FactorisationExplorer('the cat sat down')"


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (["a"], "tokens holds 1, not between 2 and 10"),
        (["a"] * 11, "tokens holds 11, not between 2 and 10"),
        (["a", "", "b"], r"tokens\[1\] is empty"),
    ],
)
def test_what_makes_no_explorer_is_refused(tokens, message):
    with pytest.raises(ValueError, match=message):
        FactorisationExplorer(tokens)
