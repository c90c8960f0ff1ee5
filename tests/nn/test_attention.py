"""Attention against a plain loop and against torch's scaled_dot_product_attention."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import scaled_dot_product_attention
from torch.testing import assert_close

from lmbook.nn.attention import AdditiveAttention, dot_product_attention, masked_softmax


def random_inputs(*batch, n_queries=3, n_keys=5, d=4, d_v=6, seed=0):
    draw = torch.Generator().manual_seed(seed)
    shapes = ((n_queries, d), (n_keys, d), (n_keys, d_v))
    return [torch.randn(*batch, *shape, generator=draw, requires_grad=True) for shape in shapes]


def by_loop(score, query, key, value, mask):
    """One query at a time, one key at a time, no matrix products; for [query d] inputs."""
    contexts, rows = [], []
    for q in range(len(query)):
        seen = [k for k in range(len(key)) if mask[q, k]]
        powers = {k: math.exp(score(query[q], key[k])) for k in seen}
        row = [powers.get(k, 0.0) / sum(powers.values()) if seen else 0.0 for k in range(len(key))]
        rows.append(row)
        contexts.append(sum(weight * value[k] for k, weight in enumerate(row)))
    return torch.stack(contexts), torch.tensor(rows)


def test_by_hand():
    # scores log 3 and 0: weights 3/4 and 1/4; context 0.75·4 + 0.25·8 = 5
    query, key = torch.tensor([[math.log(3), 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    context, weights = dot_product_attention(query, key, torch.tensor([[4.0], [8.0]]))
    assert_close(weights, torch.tensor([[0.75, 0.25]]))
    assert_close(context, torch.tensor([[5.0]]))


@given(st.integers(0, 10_000), st.integers(1, 6))
def test_dot_product_attention_is_the_plain_loop(seed, n_keys):
    query, key, value = (x.detach() for x in random_inputs(n_keys=n_keys, seed=seed))
    mask = torch.rand(3, n_keys, generator=torch.Generator().manual_seed(seed)) < 0.6
    found = dot_product_attention(query, key, value, mask, scale=0.5)
    expected = by_loop(lambda q, k: 0.5 * float(q @ k), query, key, value, mask)
    assert_close(found, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("scale", [None, 1.0, 0.5, 1 / math.sqrt(4)])
@pytest.mark.parametrize("batch", [(), (2,), (2, 3)])
def test_outputs_and_gradients_are_those_of_torch(scale, batch):
    inputs = random_inputs(*batch)
    mask = torch.ones(3, 5, dtype=torch.bool).tril(1)
    ours, weights = dot_product_attention(*inputs, mask, scale)
    theirs = scaled_dot_product_attention(
        *inputs, attn_mask=mask, scale=1.0 if scale is None else scale
    )
    assert_close(ours, theirs, atol=1e-5, rtol=1e-5)
    assert_close(weights.sum(-1), torch.ones(*batch, 3))
    factors = torch.randn(ours.shape, generator=torch.Generator().manual_seed(1))
    for mine, their in zip(
        torch.autograd.grad((ours * factors).sum(), inputs),
        torch.autograd.grad((theirs * factors).sum(), inputs),
        strict=True,
    ):
        assert_close(mine, their, atol=1e-5, rtol=1e-5)


def test_additive_attention_is_the_plain_loop():
    torch.manual_seed(0)
    attention = AdditiveAttention(d_query=4, d_key=7, d_attention=5).requires_grad_(False)
    query, key, value = torch.randn(3, 4), torch.randn(5, 7), torch.randn(5, 2)
    mask = torch.tensor([[1, 1, 1, 1, 1], [1, 0, 0, 1, 1], [0, 0, 0, 0, 0]]).bool()
    w_query, w_key = attention.project_query.weight, attention.project_key.weight

    def score(q, k):
        return float(attention.score.weight[0] @ (w_query @ q + w_key @ k).tanh())

    expected = by_loop(score, query, key, value, mask)
    assert_close(attention(query, key, value, mask), expected, atol=1e-5, rtol=1e-5)
    batched = attention(*(x.expand(2, *x.shape) for x in (query, key, value)), mask)
    assert_close(batched[0][1], expected[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("additive", [False, True])
def test_a_query_that_may_look_nowhere_gets_zeros_and_no_nan(additive):
    attend = AdditiveAttention(4, 4, 3) if additive else dot_product_attention
    inputs = random_inputs(2)
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    mask[1, 2] = False
    with torch.autograd.set_detect_anomaly(True):
        context, weights = attend(*inputs, mask)
        context.square().sum().backward()
    assert not weights[1, 2].any()
    assert not context[1, 2].any()
    assert all(x.grad.isfinite().all() for x in inputs)
    assert not inputs[0].grad[1, 2].any()
    assert_close(context[0], attend(*inputs)[0][0])


def test_masked_positions_have_no_influence_whatever_they_hold():
    query, key, value = (x.detach() for x in random_inputs(2))
    mask = torch.tensor([[[True, True, False, True, False]]]).expand(2, 1, 5)
    before = dot_product_attention(query, key, value, mask)
    key[:, [2, 4]], value[:, [2, 4]] = 1e4, -1e4
    assert_close(dot_product_attention(query, key, value, mask), before)


def test_the_order_of_the_keys_does_not_matter():
    query, key, value = random_inputs()
    order = torch.tensor([3, 0, 4, 2, 1])
    context, weights = dot_product_attention(query, key, value)
    shuffled_context, shuffled_weights = dot_product_attention(query, key[order], value[order])
    assert_close(shuffled_context, context)
    assert_close(shuffled_weights, weights[:, order])


def test_large_scores_do_not_overflow():
    weights = masked_softmax(torch.tensor([[1e30, 0.0, 1e30]]))
    assert_close(weights, torch.tensor([[0.5, 0.0, 0.5]]))


def test_sizes_that_do_not_fit_are_refused():
    query, key, value = random_inputs(2)
    with pytest.raises(ValueError, match="key has width 3, query has d=4"):
        dot_product_attention(query, key[..., :3], value)
    with pytest.raises(ValueError, match="value has 4 positions, key has 5"):
        dot_product_attention(query, key, value[:, :4])
    wrong = torch.ones(2, 3, 4, dtype=torch.bool)
    with pytest.raises(ValueError, match=r"mask of shape \(2, 3, 4\) does not broadcast to"):
        dot_product_attention(query, key, value, wrong)
    for sizes, message in (((5, 4, 3), "query has width 4, not 5"), ((4, 5, 3), "key has width 4")):
        with pytest.raises(ValueError, match=message):
            AdditiveAttention(*sizes)(query, key, value)
    with pytest.raises(ValueError, match="d_attention=0 is less than 1"):
        AdditiveAttention(4, 4, 0)
