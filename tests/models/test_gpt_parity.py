"""Our GPT is transformers' GPT-2: logits, hidden states, gradients, padding, cache."""

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lmbook.models.gpt import GPT
from lmbook.models.hf.weights import from_hf, to_hf_state_dict


@pytest.fixture
def twins(parity, padded):
    config = GPT2Config(
        vocab_size=64, n_positions=32, n_embd=24, n_layer=3, n_head=4, n_inner=40,
        bos_token_id=0, eos_token_id=0,
    )  # fmt: skip
    theirs = parity.randomize(GPT2LMHeadModel(config))
    norm = theirs.transformer.ln_f
    parity.spread(lambda: theirs(input_ids=padded[0]).logits, norm.weight, norm.bias)
    ours = from_hf(theirs)
    assert isinstance(ours, GPT) and not ours.training
    return ours, theirs


def their_positions(mask):
    """As ``generate`` counts them."""
    return (mask.long().cumsum(-1) - 1).masked_fill(~mask, 1)


def test_the_sizes_are_read(twins):
    config = twins[0].config
    assert (config.vocab_size, config.n_positions, config.d_model) == (64, 32, 24)
    assert (config.n_layers, config.n_heads, config.d_ff, config.start_id) == (3, 4, 40, 0)
    assert (config.activation, config.dropout, config.layer_norm_eps) == ("gelu_tanh", 0.1, 1e-5)


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
