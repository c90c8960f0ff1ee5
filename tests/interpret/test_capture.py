"""Capture: what is kept is what a walk from block to block finds; an edit reaches all after it."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.interpret.capture import (
    attention_weights,
    capture,
    edit,
    head_outputs,
    residual_stream,
)
from tests.interpret.nets import decoders, ids_of

KINDS = ("gpt", "llama")


@pytest.mark.parametrize("kind", KINDS)
def test_the_stream_is_that_of_a_walk_from_block_to_block(kind):
    model, ids = decoders()[kind], ids_of()
    stream = residual_stream(model, ids)
    x = model.embedding(ids)
    places = torch.arange(ids.shape[1])
    if kind == "gpt":
        x = x + model.positions(places)
    rotate = None if kind == "gpt" else model.rotary.at(places[None])
    assert_close(stream[0], x)
    for depth, block in enumerate(model.blocks, 1):
        x = block(x, rotate=rotate)
        assert_close(stream[depth], x)
    assert_close(model.logits(model.norm(stream[-1])), model(ids)[0])


@pytest.mark.parametrize("kind", KINDS)
def test_heads_feedforward_and_biases_make_up_a_blocks_change(kind):
    model, ids = decoders()[kind], ids_of()
    stream, heads = residual_stream(model, ids), head_outputs(model, ids)
    with torch.no_grad(), capture(model, [f"blocks.{i}.feedforward" for i in range(3)]) as kept:
        model(ids)
    for i, block in enumerate(model.blocks):
        bias = 0 if block.attention.output.bias is None else block.attention.output.bias
        change = heads[i].sum(0) + bias + kept[f"blocks.{i}.feedforward"]
        assert_close(stream[i] + change, stream[i + 1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_causal_and_sum_to_one(kind):
    weights = attention_weights(decoders()[kind], ids_of())
    assert weights.shape == (3, 2, 4, 7, 7)
    assert_close(weights.sum(-1), torch.ones(3, 2, 4, 7))
    assert not weights.triu(1).any()


def test_an_edit_reaches_what_comes_later_and_goes_away():
    model, ids = decoders()["gpt"], ids_of()
    before = model(ids)[0]
    with edit(model, {"blocks.1": torch.zeros_like}), capture(model, ["blocks.2:input"]) as kept:
        changed = model(ids)[0]
    assert not kept["blocks.2:input"].any()
    assert not torch.allclose(changed, before)
    assert_close(model(ids)[0], before)


def test_an_edit_of_an_input_leaves_the_modules_other_inputs():
    model, ids = decoders()["llama"], ids_of()
    with edit(model, {"blocks.1:input": lambda x: x}):
        same = model(ids)[0]
    assert_close(same, model(ids)[0])


def test_an_error_within_leaves_no_hook():
    model = decoders()["gpt"]
    with pytest.raises(RuntimeError, match="stop"), edit(model, {"blocks.0": torch.zeros_like}):
        raise RuntimeError("stop")
    assert not model.blocks[0]._forward_hooks


def test_gradients_pass_through_what_is_kept():
    model, ids = decoders()["llama"], ids_of()
    with capture(model, ["blocks.0"]) as kept:
        logits = model(ids)[0]
    (slope,) = torch.autograd.grad(logits[0, -1, 3], kept["blocks.0"])
    assert slope[0].any()
    assert not slope[1].any()


def test_dropout_is_off_and_the_mode_is_restored():
    model, ids = decoders()["gpt"], ids_of()
    model.train()
    model.dropout.p = 0.5
    assert_close(residual_stream(model, ids), residual_stream(model, ids))
    assert model.training


def test_a_place_that_is_not_there_is_named_before_any_hook_is_set():
    model = decoders()["gpt"]
    with pytest.raises(ValueError, match=r"place 'blocks.7' is not in GPT"):
        edit(model, {"blocks.0": torch.zeros_like, "blocks.7": torch.zeros_like}).__enter__()
    assert not model.blocks[0]._forward_hooks
    with pytest.raises(ValueError, match="no module ''"):
        capture(model, [":input"]).__enter__()


def test_ids_outside_the_vocabulary_are_refused():
    with pytest.raises(ValueError, match="token id 20 is outside vocab_size=20"):
        attention_weights(decoders()["gpt"], torch.tensor([[20]]))
