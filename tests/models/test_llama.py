"""Our Llama is transformers' Llama, with every way of grouping heads, tied and untied."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close
from transformers import LlamaConfig as TheirConfig
from transformers import LlamaForCausalLM

from lmbook.language_model import LanguageModel
from lmbook.models.hf.weights import from_hf, to_hf_state_dict
from lmbook.models.llama import Llama, LlamaConfig
from lmbook.objectives.causal import causal_loss

KINDS = {
    "every head its keys": (4, False),
    "groups of two": (2, False),
    "one group, tied": (1, True),
}


@pytest.fixture(params=KINDS)
def twins(request, parity, padded):
    n_kv_heads, tied = KINDS[request.param]
    config = TheirConfig(
        vocab_size=64, max_position_embeddings=32, hidden_size=24, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=n_kv_heads, intermediate_size=40,
        tie_word_embeddings=tied, rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )  # fmt: skip
    theirs = parity.randomize(LlamaForCausalLM(config))
    parity.spread(lambda: theirs(input_ids=padded[0]).logits, theirs.model.norm.weight)
    ours = from_hf(theirs)
    assert isinstance(ours, Llama) and not ours.training
    assert (ours.config.n_kv_heads, ours.config.tied) == (n_kv_heads, tied)
    return ours, theirs


def their_positions(mask):
    """As ``generate`` counts them."""
    return (mask.long().cumsum(-1) - 1).masked_fill(~mask, 1)


def test_the_sizes_are_read(twins):
    config = twins[0].config
    assert (config.vocab_size, config.n_positions, config.d_model, config.d_ff) == (64, 32, 24, 40)
    assert (config.n_layers, config.n_heads, config.rms_norm_eps) == (3, 4, 1e-6)
    assert (config.rotary_base, config.start_id, config.dropout) == (500.0, 1, 0.0)


def test_logits_and_hidden_states_agree(twins, parity, padded):
    ours, theirs = twins
    ids, _, _ = padded
    output = theirs(input_ids=ids, output_hidden_states=True)
    parity.check("logits", ours(ids)[0], output.logits)
    streams = parity.streams(ours.blocks, lambda: ours(ids))
    for mine, its in zip(streams[:-1], output.hidden_states[:-1], strict=True):
        parity.check("hidden states", mine, its)
    parity.check("last hidden state", ours.hidden(ids), output.hidden_states[-1])


@pytest.mark.parametrize("side", ["right", "left"])
def test_padded_rows_and_all_gradients_agree(twins, parity, padded, cross_entropy, side):
    ours, theirs = twins
    ids, right, left = padded
    mask = right if side == "right" else left
    logits, _ = ours(ids, mask=mask)
    output = theirs(
        input_ids=ids, attention_mask=mask.long(), position_ids=their_positions(mask)
    ).logits
    parity.check(f"logits, padded {side}", logits[mask], output[mask])
    cross_entropy(logits, mask).backward()
    cross_entropy(output, mask).backward()
    parity.check_gradients(ours, theirs, to_hf_state_dict)


def test_a_left_padded_prompt_and_one_token_more_agree(twins, parity, padded):
    ours, theirs = twins
    ids, _, mask = padded
    cache = ours.new_cache(3, 12)
    with torch.no_grad():
        ours(ids[:, :-1], cache, mask[:, :-1])
        logits, _ = ours(ids[:, -1:], cache, mask)
        places = their_positions(mask)
        first = theirs(
            input_ids=ids[:, :-1],
            attention_mask=mask[:, :-1].long(),
            position_ids=places[:, :-1],
            use_cache=True,
        )
        second = theirs(
            input_ids=ids[:, -1:],
            attention_mask=mask.long(),
            position_ids=places[:, -1:],
            past_key_values=first.past_key_values,
        )
    parity.check("logits, cached", logits, second.logits)


def test_weights_go_in_both_directions(twins, parity):
    parity.check_both_directions(twins[1], from_hf, to_hf_state_dict)


SMALL = {"vocab_size": 11, "n_positions": 12, "d_model": 8, "n_layers": 2, "d_ff": 12}


def small(**fields) -> Llama:
    torch.manual_seed(0)
    sizes = SMALL | {"n_heads": 4, "n_kv_heads": 2} | fields
    model = Llama(LlamaConfig(**sizes)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(20.0)
    return model


def test_the_number_of_weights_is_what_arithmetic_says():
    # embedding and output 2·11·8; a block: q and o 2·64, k and v 2·8·4, three matrices 3·8·12,
    # two norms 2·8; the last norm 8
    block = 2 * 64 + 2 * 32 + 3 * 96 + 16
    assert small().n_parameters == 2 * 88 + 2 * block + 8
    assert small(tied=True).n_parameters == 88 + 2 * block + 8


def test_the_published_sizes_are_the_defaults():
    config = LlamaConfig()
    per_layer = 4 * config.d_model**2 + 3 * config.d_model * config.d_ff + 2 * config.d_model
    rest = 2 * config.vocab_size * config.d_model + config.d_model
    assert config.n_layers * per_layer + rest == 6_738_415_616  # "7B"


@given(changed=st.integers(1, 9), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_a_token_cannot_change_logits_before_it(changed, seed):
    model = small()
    ids = torch.randint(11, (2, 10), generator=torch.Generator().manual_seed(seed))
    other = ids.clone()
    other[:, changed] = (ids[:, changed] + 1) % 11
    assert torch.equal(model(ids)[0][:, :changed], model(other)[0][:, :changed])
    assert not torch.equal(model(ids)[0][:, changed], model(other)[0][:, changed])


def test_only_distances_matter():
    # three tokens of padding move all positions by three; attention to padding is masked
    model = small()
    ids = torch.randint(11, (1, 8))
    mask = torch.ones(1, 8, dtype=torch.bool)
    turned = model.rotary.at(torch.arange(3, 11))
    kept = model.rotary.at
    try:
        model.rotary.at = lambda positions: turned
        assert_close(model(ids)[0], _logits_with(model, kept, ids, mask), atol=1e-4, rtol=1e-5)
    finally:
        model.rotary.at = kept


def _logits_with(model, at, ids, mask):
    moved, model.rotary.at = model.rotary.at, at
    logits, _ = model(ids, mask=mask)
    model.rotary.at = moved
    return logits


@pytest.mark.parametrize("first", [1, 4, 9])
def test_the_cache_changes_no_logit(first):
    model, ids = small(), torch.randint(11, (2, 10))
    cache = model.new_cache(2)
    assert cache.capacity == 12 and cache.layers[0].keys.shape == (2, 2, 12, 2)
    with torch.no_grad():
        parts = [model(ids[:, :first], cache)[0], model(ids[:, first:], cache)[0]]
        assert_close(torch.cat(parts, dim=1), model(ids)[0], atol=1e-5, rtol=1e-5)


def test_it_is_a_language_model_whose_probabilities_sum_to_one():
    model = small()
    assert isinstance(model, LanguageModel)
    total = model.next_log_probs(torch.tensor([3, 5])).exp().sum()
    assert_close(total, torch.tensor(1.0))


def test_one_batch_can_be_learned_by_heart():
    torch.manual_seed(0)
    model = Llama(LlamaConfig(**SMALL, n_heads=4, n_kv_heads=2, dropout=0.0))
    ids = torch.tensor([[2, 3, 3, 2] * 2, [4, 5, 6, 4] * 2])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(120):
        optimizer.zero_grad()
        loss = causal_loss(model(ids[:, :-1])[0], ids[:, 1:])
        loss.backward()
        optimizer.step()
    assert loss < 0.05


def test_dropout_acts_in_training_only():
    model, ids = small(dropout=0.5), torch.randint(11, (2, 6))
    assert torch.equal(model(ids)[0], model(ids)[0])
    model.train()
    assert not torch.equal(model(ids)[0], model(ids)[0])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"n_heads": 3}, "d_model=8 is not a multiple of n_heads=3"),
        ({"n_kv_heads": 3}, "n_heads=4 is not a multiple of n_kv_heads=3"),
        ({"n_kv_heads": 0}, "n_kv_heads=0 is below 1"),
        ({"n_heads": 8, "n_kv_heads": 8}, "d_head=1 is not an even number"),
        ({"vocab_size": 0}, "vocab_size=0 is below 1"),
        ({"n_layers": 0}, "n_layers=0 is below 1"),
        ({"rotary_base": 1.0}, "rotary_base=1.0 is not above 1"),
        ({"dropout": 1.0}, "dropout=1.0 is not at least 0 and below 1"),
        ({"start_id": 11}, "start_id=11 is not below vocab_size=11"),
    ],
)
def test_sizes_that_do_not_fit_are_named(fields, message):
    with pytest.raises(ValueError, match=message):
        small(**fields)


def test_inputs_that_do_not_fit_are_named():
    model = small()
    with pytest.raises(ValueError, match="13 tokens exceed n_positions=12"):
        model(torch.zeros(1, 13, dtype=torch.long))
    with pytest.raises(ValueError, match=r"ids holds 11, outside 0 … vocab_size-1=10"):
        model(torch.tensor([[3, 11]]))
    mask = torch.tensor([[True, True], [False, False]])
    with pytest.raises(ValueError, match="row 1 of mask is False everywhere"):
        model(torch.zeros(2, 2, dtype=torch.long), mask=mask)
    with pytest.raises(ValueError, match=r"mask has shape \(2, 2\), not \(batch, key\) = \(2, 3\)"):
        model(torch.zeros(2, 3, dtype=torch.long), mask=mask)
