"""Positions: by hand, their properties, and equal to transformers'."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.nn.positions import (
    RelativeBias,
    Rotary,
    alibi_bias,
    alibi_slopes,
    relative_buckets,
    rotate_halves,
    rotate_pairs,
    sinusoidal_positions,
)


def test_sinusoids_by_hand():
    # base 100 and width 4: angles t and t/10
    table = sinusoidal_positions(3, 4, base=100.0)
    angles = [math.sin(2), math.cos(2), math.sin(0.2), math.cos(0.2)]
    assert_close(table[2], torch.tensor(angles))
    halves = sinusoidal_positions(3, 4, layout="halves", base=100.0)
    assert_close(halves, table[:, [0, 2, 1, 3]])


def test_a_shift_turns_every_pair_of_a_sinusoid_by_the_same_angle():
    table = sinusoidal_positions(40, 8).unflatten(1, (4, 2))
    angles = 5 / 10_000 ** (torch.arange(4) / 4)
    turned = torch.stack(
        [
            table[..., 0] * angles.cos() + table[..., 1] * angles.sin(),
            table[..., 1] * angles.cos() - table[..., 0] * angles.sin(),
        ],
        dim=-1,
    )
    assert_close(turned[:-5], table[5:], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("turn", [rotate_pairs, rotate_halves])
@settings(max_examples=20)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 100))
def test_a_rotated_product_depends_on_the_distance_alone(turn, t, s, shift):
    rotary = Rotary(8, turn=turn)
    draw = torch.Generator().manual_seed(0)
    query, key = torch.randn(2, 1, 1, 8, generator=draw)

    def product(t, s):
        turned = rotary.at(torch.tensor([t]))(query), rotary.at(torch.tensor([s]))(key)
        return (turned[0] * turned[1]).sum()

    assert_close(product(t, s), product(t + shift, s + shift), atol=2e-3, rtol=1e-3)
    assert_close(rotary.at(torch.tensor([t]))(query).norm(), query.norm())


def test_the_two_layouts_differ_by_an_order_of_the_dimensions():
    positions, x = torch.arange(6), torch.randn(2, 3, 6, 8)
    order = torch.tensor([0, 2, 4, 6, 1, 3, 5, 7])
    pairs = Rotary(8, turn=rotate_pairs).at(positions)(x)
    halves = Rotary(8, turn=rotate_halves).at(positions)(x[..., order])
    assert_close(halves, pairs[..., order])
    assert not torch.allclose(Rotary(8).at(positions)(x), pairs)


def test_rotary_positions_may_differ_by_row():
    x = torch.randn(2, 3, 4, 8)
    positions = torch.tensor([[0, 1, 2, 3], [0, 0, 0, 1]])
    found = Rotary(8).at(positions)(x)
    assert_close(found[1], Rotary(8).at(positions[1])(x[1]))


def test_alibi_slopes_are_the_papers():
    assert_close(alibi_slopes(8), 2.0 ** -torch.arange(1.0, 9))
    assert_close(alibi_slopes(4), torch.tensor([2**-2, 2**-4, 2**-6, 2**-8]))
    # six heads: those of four, then every other one of eight
    expected = [2**-2, 2**-4, 2**-6, 2**-8, 2**-1, 2**-3]
    assert_close(alibi_slopes(6), torch.tensor(expected))


def test_alibi_penalises_distance_and_knows_a_cache():
    bias = alibi_bias(2, 3)
    assert_close(bias[0, 2], -torch.tensor([2.0, 1, 0]) * 2**-4)
    assert_close(alibi_bias(2, 1, 3)[:, 0], bias[:, 2])


def test_buckets_by_hand():
    # one direction, 4 buckets up to distance 8: 0 and 1 exact, then 2 + log(d/2)/log(4)·2
    found = relative_buckets(9, n_buckets=4, max_distance=8, bidirectional=False)[8]
    assert found.tolist() == [3, 3, 3, 3, 3, 2, 2, 1, 0]
    assert relative_buckets(1, 2, n_buckets=8, max_distance=9).tolist() == [[1, 0]]


@pytest.mark.parametrize("bidirectional", [False, True])
def test_buckets_are_those_of_t5(bidirectional):
    from transformers.models.t5.modeling_t5 import T5Attention

    distance = torch.arange(300) - torch.arange(300)[:, None]  # key minus query
    theirs = T5Attention._relative_position_bucket(distance, bidirectional, 32, 128)
    assert torch.equal(relative_buckets(300, bidirectional=bidirectional), theirs)


@pytest.mark.parametrize("turn", [rotate_pairs, rotate_halves])
def test_rotations_are_those_of_transformers(turn):
    from transformers.models.gptj import modeling_gptj
    from transformers.models.llama import modeling_llama

    x = torch.randn(1, 2, 5, 8)
    angles = torch.arange(5.0)[:, None] / 10_000 ** (torch.arange(0, 8, 2) / 8)
    if turn is rotate_halves:
        table = torch.cat([angles, angles], -1)[None]
        theirs, _ = modeling_llama.apply_rotary_pos_emb(x, x, table.cos(), table.sin())
    else:
        turned = modeling_gptj.apply_rotary_pos_emb(
            x.transpose(1, 2), angles.sin()[None], angles.cos()[None]
        )
        theirs = turned.transpose(1, 2)
    assert_close(Rotary(8, turn=turn).at(torch.arange(5))(x), theirs, atol=1e-6, rtol=1e-6)


def test_a_relative_bias_looks_its_buckets_up():
    bias = RelativeBias(n_heads=2, n_buckets=4, max_distance=8, bidirectional=False)
    with torch.no_grad():
        bias.weight.copy_(torch.arange(8.0).view(4, 2))
    assert bias(3)[1].tolist() == [[1, 1, 1], [3, 1, 1], [5, 3, 1]]
    assert_close(bias(1, 3), bias(3)[:, 2:])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sinusoidal_positions(4, 5), "d_model=5 is not an even number"),
        (lambda: sinusoidal_positions(4, 6, layout="stripes"), "layout='stripes' is neither"),
        (lambda: Rotary(3), "d_head=3 is not an even number"),
        (lambda: alibi_slopes(0), "n_heads=0 is below 1"),
        (lambda: RelativeBias(2, n_buckets=2), "n_buckets=2 is not from 4"),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
