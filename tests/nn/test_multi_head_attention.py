"""Scaled and multi-head attention against torch's, explicit against fused."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from lmbook.nn.attention import (
    MultiHeadAttention,
    explicit_attention,
    fused_attention,
    record_attention,
)
from lmbook.nn.kv_cache import KVCache
from lmbook.nn.masks import causal_mask, padding_mask
from lmbook.nn.positions import Rotary, alibi_bias

CLOSE = {"atol": 1e-5, "rtol": 1e-5}


def draw(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_scaled_attention_by_hand():
    # d_head = 4, so scores are halved: 2·log 3 / 2 = log 3 and 0, weights 3/4 and 1/4
    query = torch.tensor([[2 * math.log(3), 0.0, 0.0, 0.0]])
    key = torch.eye(2, 4)
    value = torch.tensor([[4.0, 0.0, 0.0, 0.0], [8.0, 0.0, 0.0, 0.0]])
    for attend in (explicit_attention, fused_attention):
        context = attend(query[None, None], key[None, None], value[None, None])
        assert_close(context[0, 0, 0, 0], torch.tensor(5.0))


@pytest.mark.parametrize(
    ("n_queries", "causal", "masked", "biased"),
    [(n, *flags) for n in (1, 3, 5) for flags in product([False, True], repeat=3)],
)
def test_fused_equals_explicit_in_outputs_and_gradients(n_queries, causal, masked, biased):
    results = []
    for attend in (explicit_attention, fused_attention):
        query = draw(2, 4, n_queries, 8).requires_grad_()
        key, value = (draw(2, 4, 5, 8, seed=i).requires_grad_() for i in (1, 2))
        mask = padding_mask(torch.tensor([5, 4]))[:, None, None] if masked else None
        bias = alibi_bias(4, n_queries, 5) if biased else None
        context = attend(query, key, value, mask=mask, causal=causal, bias=bias)
        (context * draw(*context.shape, seed=3)).sum().backward()
        results.append((context.detach(), query.grad, key.grad, value.grad))
    assert_close(*results, **CLOSE)


@pytest.mark.parametrize("attend", [explicit_attention, fused_attention])
@pytest.mark.parametrize("biased", [False, True])
def test_a_query_that_may_look_nowhere_gets_a_zero_context(attend, biased):
    mask = causal_mask(4)
    mask[2] = False
    query = draw(1, 2, 4, 8).requires_grad_()
    bias = alibi_bias(2, 4) if biased else None
    context = attend(
        query, draw(1, 2, 4, 8, seed=1), draw(1, 2, 4, 8, seed=2), mask=mask, bias=bias
    )
    assert not context[:, :, 2].any()
    context.sum().backward()
    assert query.grad.isfinite().all()
    assert not query.grad[:, :, 2].any()


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 6), st.booleans(), st.integers(0, 1000))
def test_multi_head_attention_is_that_of_torch(n_heads, n_tokens, causal, seed):
    torch.manual_seed(seed)
    ours = MultiHeadAttention(4 * n_heads, n_heads)
    theirs = nn.MultiheadAttention(4 * n_heads, n_heads, batch_first=True)
    with torch.no_grad():
        parts = (ours.query, ours.key, ours.value)
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.load_state_dict(ours.output.state_dict())
    x, memory = draw(2, n_tokens, 4 * n_heads), draw(2, 5, 4 * n_heads, seed=1)
    blocked = ~causal_mask(n_tokens) if causal else None
    with record_attention(ours) as weights:
        found = ours(x, causal=causal), ours(x, keys_values=ours.keys_values(memory))
    expected = theirs(x, x, x, attn_mask=blocked, average_attn_weights=False)
    across = theirs(x, memory, memory, average_attn_weights=False)
    assert_close(found, (expected[0], across[0]), **CLOSE)
    assert_close(weights, [expected[1], across[1]], **CLOSE)


def test_attention_without_positions_forgets_the_order():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(8, 2), draw(1, 6, 8)
    order = torch.tensor([4, 2, 0, 5, 1, 3])
    assert_close(attention(x[:, order]), attention(x)[:, order], **CLOSE)


def test_a_future_token_changes_no_past_output():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(8, 2), draw(2, 5, 8)
    changed = x.clone()
    changed[:, 3:] += 1
    assert_close(attention(x, causal=True)[:, :3], attention(changed, causal=True)[:, :3])


def test_grouped_heads_are_full_heads_whose_keys_repeat():
    torch.manual_seed(0)
    grouped, full = MultiHeadAttention(12, 6, n_kv_heads=2), MultiHeadAttention(12, 6)
    assert grouped.key.weight.shape == (4, 12)
    with torch.no_grad():
        for name in ("query", "output"):
            getattr(full, name).load_state_dict(getattr(grouped, name).state_dict())
        for name in ("key", "value"):
            for part in ("weight", "bias"):
                few = getattr(getattr(grouped, name), part).unflatten(0, (2, 2))
                every = few.repeat_interleave(3, dim=0).flatten(0, 1)
                getattr(getattr(full, name), part).copy_(every)
    x = draw(2, 5, 12)
    assert_close(grouped(x, causal=True), full(x, causal=True), **CLOSE)


@pytest.mark.parametrize("n_kv_heads", [1, 2, 4])
def test_token_by_token_with_a_cache_equals_all_at_once(n_kv_heads):
    torch.manual_seed(0)
    attention, rotary = MultiHeadAttention(16, 4, n_kv_heads=n_kv_heads), Rotary(4)
    x = draw(2, 7, 16)
    cache = KVCache(1, 2, n_kv_heads, 7, 4).layers[0]
    with torch.no_grad():
        whole = attention(x, causal=True, rotate=rotary.at(torch.arange(7)))
        pieces = [
            attention(x[:, a:b], causal=True, cache=cache, rotate=rotary.at(torch.arange(a, b)))
            for a, b in ((0, 3), (3, 4), (4, 7))
        ]
    assert_close(torch.cat(pieces, dim=1), whole, **CLOSE)


def test_dropout_acts_on_weights_in_training_only():
    torch.manual_seed(0)
    attention, x = MultiHeadAttention(8, 2, dropout=0.5), draw(1, 4, 8)
    assert not torch.equal(attention(x), attention(x))
    attention.eval()
    assert torch.equal(attention(x), attention(x))


def test_recording_leaves_the_model_as_it_was():
    attention, x = MultiHeadAttention(8, 2), draw(1, 4, 8)
    with pytest.raises(RuntimeError), record_attention(attention):
        raise RuntimeError
    assert attention.attend is fused_attention
    with record_attention(attention) as weights:
        attention(x, causal=True)
    assert_close(weights[0].sum(-1), torch.ones(1, 2, 4))
    assert not weights[0].triu(1).any()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((10, 3), "d_model=10 is not a multiple of n_heads=3"),
        ((0, 1), "d_model=0 is below 1"),
        ((8, 0), "n_heads=0 is below 1"),
    ],
)
def test_heads_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        MultiHeadAttention(*arguments)
    with pytest.raises(ValueError, match="n_heads=4 is not a multiple of n_kv_heads=3"):
        MultiHeadAttention(8, 4, n_kv_heads=3)
