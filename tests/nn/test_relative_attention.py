"""Attention by distance: against the sums written out, query by query and key by key."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.nn.positions import sinusoidal_positions
from lmbook.nn.relative_attention import (
    RelativeAttention,
    distance_vectors,
    gather_rows,
    shift_rows,
)

D, HEADS, QUERIES, KEYS = 8, 2, 4, 6  # so two keys are of a memory


def test_distances_count_down_and_below_zero():
    # width 2: sine and cosine of the distance itself
    distances = [3.0, 2.0, 1.0, 0.0, -1.0]
    wanted = [[math.sin(n), math.cos(n)] for n in distances]
    assert_close(distance_vectors(2, 3, 2), torch.tensor(wanted))


def test_vectors_of_distances_are_those_of_positions():
    rows = distance_vectors(1, 9, 12)[:9].flip(0)  # 1 … 9
    assert_close(rows, sinusoidal_positions(10, 12, "halves")[1:])


@given(st.integers(1, 6), st.integers(0, 5))
def test_shifting_finds_the_row_of_every_distance(n_queries, n_memory):
    n_keys = n_queries + n_memory
    distances = torch.arange(n_keys, -n_queries, -1).float().expand(2, n_queries, -1)
    wanted = torch.arange(n_memory, n_keys)[:, None] - torch.arange(n_keys)
    shifted = shift_rows(distances.contiguous(), n_keys)
    assert torch.equal(shifted, wanted.float().expand(2, -1, -1))


def test_a_shift_is_a_view():
    scores = torch.randn(2, 3, QUERIES, QUERIES + KEYS)
    assert shift_rows(scores, KEYS).untyped_storage().data_ptr() == scores.data_ptr()


def test_gathering_at_the_tokens_own_positions_is_shifting():
    scores = torch.randn(3, HEADS, QUERIES, QUERIES + KEYS)
    positions = torch.arange(QUERIES).expand(3, -1)
    assert torch.equal(gather_rows(scores, positions, KEYS), shift_rows(scores, KEYS))


def test_gathering_finds_the_row_of_every_distance_up_to_one_behind_the_end():
    distances = torch.arange(KEYS, -QUERIES, -1).float().expand(2, HEADS, 3, -1)
    positions = torch.tensor([[0, 4, 2], [3, 1, 1]])
    gathered = gather_rows(distances, positions, KEYS)
    wanted = (positions + KEYS - QUERIES)[..., None] - torch.arange(KEYS)
    assert torch.equal(gathered, wanted[:, None].float().expand(-1, HEADS, -1, -1))


@pytest.fixture
def layer():
    torch.manual_seed(0)
    layer = RelativeAttention(D, HEADS).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn_like(parameter) / 2)
    return layer


def given_tensors():
    generator = torch.Generator().manual_seed(1)
    source = torch.randn(2, KEYS, D, generator=generator, dtype=torch.float64)
    x = torch.randn(2, 3, D, generator=generator, dtype=torch.float64)
    mask = torch.rand(2, 3, KEYS, generator=generator) < 0.7
    differs = torch.rand(2, 3, KEYS, generator=generator) < 0.5
    return source, x, mask, differs, torch.tensor([[0, 4, 2], [3, 1, 1]])


def by_hand(layer, source, x, mask, differs, positions):
    """The published formula for each query, a head and a key at a time."""
    distances = distance_vectors(QUERIES, KEYS, D).double()
    out = torch.zeros_like(x)
    d_head = D // HEADS
    for row in range(len(x)):
        for i in range(x.shape[1]):
            contexts = []
            for head in range(HEADS):
                part = slice(head * d_head, (head + 1) * d_head)
                q = (x[row, i] @ layer.query.weight.T)[part]
                terms, values = [], []
                for j in range(KEYS):
                    if not mask[row, i, j]:
                        continue
                    distance = int(positions[row, i]) + KEYS - QUERIES - j
                    k = (layer.key.weight @ source[row, j])[part]
                    r = (layer.distance.weight @ distances[KEYS - distance])[part]
                    s = layer.segments[int(differs[row, i, j]), head]
                    score = (q + layer.content_bias[head]) @ k
                    score = score + (q + layer.distance_bias[head]) @ r
                    score = score + (q + layer.segment_bias[head]) @ s
                    terms.append(score / math.sqrt(d_head))
                    values.append((layer.value.weight @ source[row, j])[part])
                if terms:
                    contexts.append(torch.stack(terms).softmax(0) @ torch.stack(values))
                else:
                    contexts.append(torch.zeros(d_head, dtype=x.dtype))
            out[row, i] = layer.output.weight @ torch.cat(contexts)
    return out


def test_the_score_written_out(layer):
    source, x, mask, differs, positions = given_tensors()
    mask[1, 2] = False  # one query sees nothing
    keys = layer.keys(source, distance_vectors(QUERIES, KEYS, D).double())
    found = layer(x, keys, mask, positions, differs)
    assert_close(found, by_hand(layer, source, x, mask, differs, positions))
    assert (found[1, 2] == 0).all()


def test_tokens_are_queries_at_their_own_positions(layer):
    source, _, _, _, _ = given_tensors()
    keys = layer.keys(source, distance_vectors(QUERIES, KEYS, D).double())
    x, positions = source[:, -QUERIES:], torch.arange(QUERIES).expand(2, -1)
    assert_close(layer(x, keys), layer(x, keys, positions=positions))


def test_gradients_are_those_of_the_formula(layer):
    source, x, mask, differs, positions = given_tensors()
    distances = distance_vectors(QUERIES, KEYS, D).double()
    layer(x, layer.keys(source, distances), mask, positions, differs).square().sum().backward()
    found = {name: p.grad.clone() for name, p in layer.named_parameters()}
    layer.zero_grad()
    by_hand(layer, source, x, mask, differs, positions).square().sum().backward()
    for name, parameter in layer.named_parameters():
        assert_close(found[name], parameter.grad)


def test_the_shift_passes_the_check_of_gradients():
    scores = torch.randn(2, 3, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: shift_rows(x, 5), scores)


def test_moving_queries_and_keys_alike_changes_nothing(layer):
    """Two more keys in front that nobody sees."""
    source, _, _, _, _ = given_tensors()
    x = source[:, -QUERIES:]
    before = layer(x, layer.keys(source, distance_vectors(QUERIES, KEYS, D).double()))
    longer = torch.cat([torch.randn(2, 2, D).double(), source], dim=1)
    mask = torch.ones(1, QUERIES, KEYS + 2, dtype=torch.bool)
    mask[..., :2] = False
    keys = layer.keys(longer, distance_vectors(QUERIES, KEYS + 2, D).double())
    assert_close(layer(x, keys, mask), before)


def test_one_segment_for_all_keys_changes_no_weight(layer):
    source, x, mask, _, positions = given_tensors()
    keys = layer.keys(source, distance_vectors(QUERIES, KEYS, D).double())
    same = torch.zeros(2, 3, KEYS, dtype=torch.bool)
    plain = layer(x, keys, mask, positions)
    assert_close(layer(x, keys, mask, positions, same), plain)
    assert_close(layer(x, keys, mask, positions, ~same), plain)


def test_dropout_acts_on_weights_in_training_alone():
    torch.manual_seed(0)
    layer = RelativeAttention(D, HEADS, dropout=0.5)
    x = torch.randn(2, QUERIES, D)
    keys = layer.keys(x, distance_vectors(QUERIES, QUERIES, D))
    assert not torch.equal(layer(x, keys), layer(x, keys))
    layer.eval()
    assert torch.equal(layer(x, keys), layer(x, keys))


def test_sizes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="d_model=7 is odd"):
        distance_vectors(2, 2, 7)
    with pytest.raises(ValueError, match="9 rows are not n_queries=4 \\+ n_keys=6"):
        shift_rows(torch.zeros(QUERIES, 9), KEYS)
    with pytest.raises(ValueError, match="d_model=8 is not a multiple of n_heads=3"):
        RelativeAttention(8, 3)
