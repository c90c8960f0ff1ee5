"""The positions explorer: the page computes what the package computes."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from lmbook.nn.positions import (
    Rotary,
    alibi_slopes,
    relative_buckets,
    rotate_pairs,
    sinusoidal_positions,
)
from lmbook.viz.explorers import positions
from lmbook.viz.explorers.positions import SCHEMES, PositionsExplorer

SCRIPT = Path(positions.__file__).parent / "positions.js"
STATE = {"scheme": "sinusoid", "pair": None, "base": 10_000, "head": 0, "degrees": 0}
STATE |= {"width": 8, "nHeads": 8, "maxDistance": 20}


def values(run_js, n: int, **changes) -> object:
    state = json.dumps({**STATE, **changes})
    return run_js(f"Array.from({{ length: {n} }}, (_, distance) => valueAt(distance, {state}))")


def test_one_pair_is_the_cosine_of_its_angle(run_js):
    # pair 1 of 4 with base 10,000: frequency 10,000^(-2/8) = 0.1
    assert values(run_js, 3, pair=1) == pytest.approx([1, math.cos(0.1), math.cos(0.2)])


@pytest.mark.parametrize("base", [100, 10_000])
def test_all_pairs_are_the_dot_product_of_the_packages_sinusoids(run_js, base):
    table = sinusoidal_positions(20, 8, base=float(base))
    assert values(run_js, 20, base=base) == pytest.approx((table @ table[0] / 4).tolist(), abs=1e-6)


@pytest.mark.parametrize("degrees", [0, 60])
def test_rotary_is_the_dot_product_of_the_packages_turned_vectors(run_js, degrees):
    angle = math.radians(degrees)
    key = torch.tensor([1.0, 0.0]).repeat(4).expand(1, 20, 8)
    query = torch.tensor([math.cos(angle), -math.sin(angle)]).repeat(4).expand(1, 20, 8)
    turn = Rotary(8, turn=rotate_pairs).at(torch.arange(20))
    ours = (turn(query)[0] @ turn(key)[0, 0]) / 4
    assert values(run_js, 20, scheme="rotary", degrees=degrees) == pytest.approx(
        ours.tolist(), abs=1e-6
    )


@pytest.mark.parametrize("n_heads", [1, 8, 12])
def test_the_slopes_are_the_packages(run_js, n_heads):
    assert run_js(f"slopes({n_heads})") == pytest.approx(alibi_slopes(n_heads).tolist(), rel=1e-6)


def test_alibi_falls_in_a_straight_line(run_js):
    assert values(run_js, 4, scheme="alibi", head=1) == pytest.approx([0, -0.25, -0.5, -0.75])


def test_the_buckets_are_the_packages(run_js):
    ours = relative_buckets(1, 200, bidirectional=False)[0].flip(0)
    assert run_js("Array.from({ length: 200 }, (_, d) => bucket(d))") == ours.tolist()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_line_stays_inside_the_plot(run_js, scheme):
    points = run_js(f"linePoints({json.dumps({**STATE, 'scheme': scheme})})")
    corners = np.array([[float(c) for c in point.split(",")] for point in points.split(" ")])
    assert corners.shape == (21, 2)
    assert corners.min() >= 0 and corners[:, 0].max() == 600 and corners[:, 1].max() <= 180


def test_a_sentence_says_what_is_seen(run_js):
    said = [
        run_js(f"describe(4, {json.dumps({**STATE, **changes})})")
        for changes in ({"pair": 0}, {"scheme": "alibi"}, {"scheme": "t5"})
    ]
    assert said[0] == (
        "At distance 4, pair 1 gives −0.654 of at most 1. It comes round every 6 tokens."
    )
    assert said[1] == (
        "At distance 4, head 1 adds −2 to the score: its weight shrinks by a factor of 0.14."
    )
    assert said[2] == "At distance 4, the learned bias is that of bucket 4."


def test_the_repr_is_short():
    assert repr(PositionsExplorer("alibi")) == "PositionsExplorer('alibi', d_head=32, n_heads=8)"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scheme": "learned"}, "scheme='learned' is none of sinusoid, rotary, alibi, t5"),
        ({"d_head": 7}, "d_head=7 is odd"),
        ({"d_head": 0}, "d_head=0 is not between 2 and 256"),
        ({"n_heads": 65}, "n_heads=65 is not between 1 and 64"),
        ({"max_distance": 4}, "max_distance=4 is not between 8 and 2048"),
    ],
)
def test_what_makes_no_explorer_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        PositionsExplorer(**arguments)
