"""Patching: whole patches bring the clean run back; paths agree with runs that freeze the rest."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.interpret.capture import capture, context_of, edit, head_outputs
from lmbook.interpret.patching import (
    Patched,
    logit_difference,
    patch_heads,
    patch_paths,
    patch_stream,
)
from tests.interpret.nets import decoders, ids_of

KINDS = ("gpt", "llama")
MEASURE = logit_difference(torch.tensor([5, 6]), torch.tensor([11, 12]))


def pair():
    clean = ids_of()
    corrupt = clean.clone()
    corrupt[:, 2] = (corrupt[:, 2] + 1) % 20
    return clean, corrupt


def test_the_difference_is_that_of_the_last_position_in_the_mean():
    logits = torch.zeros(2, 3, 4)
    logits[0, -1, 1], logits[1, -1, 2], logits[1, -1, 0], logits[:, 0] = 3.0, 5.0, 1.0, 9.0
    measure = logit_difference(torch.tensor([1, 2]), torch.tensor([0, 0]))
    assert measure(logits) == pytest.approx((3 + (5 - 1)) / 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_changed_token_decides_below_and_the_last_one_above(kind):
    found = patch_stream(decoders()[kind], *pair(), MEASURE)
    assert found.values.shape == (4, 7)
    recovered = found.recovered
    assert_close(recovered[0, 2], torch.tensor(1.0), atol=1e-4, rtol=0)  # the only difference
    assert_close(recovered[:, :2], torch.zeros(4, 2), atol=1e-4, rtol=0)  # before it
    assert_close(recovered[0, 3:], torch.zeros(4), atol=1e-4, rtol=0)  # not changed yet
    assert_close(recovered[-1], torch.eye(7)[-1], atol=1e-4, rtol=0)  # read at the end only


def test_a_head_is_patched_alone():
    model, (clean, corrupt) = decoders()["gpt"], pair()
    found = patch_heads(model, clean, corrupt, MEASURE)
    with torch.no_grad(), capture(model, [context_of(1)]) as kept:
        model(clean)
    new = kept[context_of(1)]

    def put(old):
        return torch.cat([old[..., :8], new[..., 8:12], old[..., 12:]], dim=-1)

    with torch.no_grad(), edit(model, {context_of(1): put}):
        assert found.values[1, 2].item() == pytest.approx(MEASURE(model(corrupt)[0]), abs=1e-5)


def frozen_run(model, clean, corrupt, sender, receiver, side):
    """The same path by brute force: every other part of the corrupt run is held by a hook."""
    layer, head = sender
    depth, at = receiver
    n_blocks = len(model.blocks)
    places = [f"blocks.{i}.feedforward" for i in range(n_blocks)]
    places += [f"blocks.{i}.attention" for i in range(n_blocks)]
    with torch.no_grad(), capture(model, places) as kept:
        model(corrupt)
    held = dict(kept)
    change = (head_outputs(model, clean) - head_outputs(model, corrupt))[layer, head]
    held[f"blocks.{layer}.attention"] = held[f"blocks.{layer}.attention"] + change
    place = f"blocks.{depth}.attention.{side}"
    edits = {name: (lambda _, new=new: new) for name, new in held.items()}
    with torch.no_grad(), edit(model, edits), capture(model, [place]) as moved:
        model(corrupt)
    shared = 1 if side == "query" else model.blocks[0].attention.n_heads
    shared = shared if side == "query" else shared // model.blocks[0].attention.n_kv_heads
    first = at // shared * 4

    def put(old):
        old = old.clone()
        old[..., first : first + 4] = moved[place][..., first : first + 4]
        return old

    with torch.no_grad(), edit(model, {place: put}):
        return MEASURE(model(corrupt)[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", ["query", "key", "value"])
def test_a_path_is_what_freezing_everything_else_finds(kind, side):
    model, (clean, corrupt) = decoders()[kind], pair()
    found = patch_paths(model, clean, corrupt, MEASURE, [(2, 3)], side)
    for sender in ((0, 0), (0, 3), (1, 1)):
        wanted = frozen_run(model, clean, corrupt, sender, (2, 3), side)
        assert found.values[sender].item() == pytest.approx(wanted, abs=1e-4)
    assert_close(found.values[2], torch.full((4,), found.corrupt))  # not below the receiver


def test_nothing_to_recover_is_an_error():
    same = Patched(values=torch.zeros(1, 1), clean=2.0, corrupt=2.0)
    with pytest.raises(ValueError, match="clean=2.0 is the measure of the corrupt run too"):
        same.recovered  # noqa: B018


def test_what_cannot_be_patched_is_refused():
    model, (clean, corrupt) = decoders()["gpt"], pair()
    with pytest.raises(ValueError, match="side='score' is none of query, key, value"):
        patch_paths(model, clean, corrupt, MEASURE, [(1, 0)], "score")
    with pytest.raises(ValueError, match="receivers is empty"):
        patch_paths(model, clean, corrupt, MEASURE, [], "key")
    with pytest.raises(ValueError, match=r"receivers holds \(3, 0\), the model has 3 layers of 4"):
        patch_paths(model, clean, corrupt, MEASURE, [(3, 0)], "key")
    with pytest.raises(ValueError, match="target_ids has 2 ids for 1 rows"):
        patch_heads(model, clean[:1], corrupt[:1], MEASURE)
