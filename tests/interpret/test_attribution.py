"""Attribution: parts that sum to the logit, and integrated gradients equal to captum's."""

import pytest
import torch
from captum.attr import IntegratedGradients
from torch.testing import assert_close

from lmbook.interpret.attribution import (
    completeness_error,
    integrated_gradients,
    logit_parts,
    score_of_vectors,
)
from lmbook.interpret.capture import residual_stream
from lmbook.interpret.induction import without_heads
from tests.interpret.nets import decoders, ids_of

KINDS = ("gpt", "llama")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other_id", [None, 11])
def test_the_parts_sum_to_the_logit(kind, other_id):
    model, ids = decoders()[kind], ids_of()[0]
    logits = model(ids[None])[0][0, -1]
    wanted = logits[5] - (0 if other_id is None else logits[11])
    assert_close(logit_parts(model, ids, 5, other_id).total, wanted, atol=2e-5, rtol=1e-5)


def test_a_silent_head_adds_nothing():
    model, ids = decoders()["llama"], ids_of()[0]
    with without_heads(model, [(1, 2)]):
        parts = logit_parts(model, ids, 5)
    assert parts.heads[1, 2] == 0
    assert (parts.heads != 0).sum() == 11


def test_the_gpts_embedding_part_is_its_first_stream_read_by_hand():
    model, ids = decoders()["gpt"], ids_of()[:1]
    stream = residual_stream(model, ids)[:, 0, -1]
    length = (stream[-1].var(correction=0) + 1e-5).sqrt()
    read = (stream[0] - stream[0].mean()) / length * model.norm.weight
    assert_close(logit_parts(model, ids[0], 5).embedding, read @ model.embedding.weight[5])


def curved(x):
    """Of [row 3]: a function whose gradients change along the way."""
    return (x[:, 0] * x[:, 1]).tanh() + x[:, 2] ** 3


def test_a_product_is_shared_equally_by_hand():
    # along (t, 2t) the gradient of x y is (2t, t), its mean (1, 1/2); times (1, 2): 1 each
    found = integrated_gradients(
        lambda x: x[:, 0] * x[:, 1], torch.tensor([1.0, 2.0]), torch.zeros(2)
    )
    assert_close(found, torch.tensor([1.0, 1.0]))


@pytest.mark.parametrize("n_steps", [1, 7, 50])
def test_captum_finds_the_same(n_steps):
    x, baseline = torch.tensor([0.7, -1.3, 0.4]), torch.tensor([0.1, 0.2, -0.5])
    ours = integrated_gradients(curved, x, baseline, n_steps)
    theirs = IntegratedGradients(curved).attribute(x[None], baseline[None], n_steps=n_steps)[0]
    assert_close(ours, theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_captum_finds_the_same_through_a_decoder(kind):
    model, ids = decoders()[kind], ids_of()[0]
    score = score_of_vectors(model, ids, 5, 11)
    vectors = residual_stream(model, ids[None])[0, 0]
    baseline = vectors.mean(0).expand_as(vectors)
    ours = integrated_gradients(score, vectors, baseline, 30)
    theirs = IntegratedGradients(score).attribute(vectors[None], baseline[None], n_steps=30)[0]
    assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_a_score_of_the_models_own_vectors_is_its_logit():
    model, ids = decoders()["llama"], ids_of()[0]
    vectors = residual_stream(model, ids[None])[0]
    assert_close(score_of_vectors(model, ids, 5)(vectors), model(ids[None])[0][:, -1, 5])


def test_enough_steps_make_it_complete_and_one_does_not():
    x, baseline = torch.tensor([0.7, -1.3, 0.4]), torch.zeros(3)
    errors = [
        completeness_error(curved, x, baseline, integrated_gradients(curved, x, baseline, n))
        for n in (1, 30)
    ]
    assert abs(errors[0]) > 1e-3
    assert abs(errors[1]) < 1e-6


def test_what_cannot_be_attributed_is_refused():
    model, ids = decoders()["gpt"], ids_of()[0]
    with pytest.raises(ValueError, match="ids is empty"):
        logit_parts(model, ids[:0], 5)
    with pytest.raises(ValueError, match="target_id: token id 20"):
        logit_parts(model, ids, 20)
    with pytest.raises(ValueError, match="n_steps=0 is below 1"):
        integrated_gradients(curved, torch.zeros(3), torch.zeros(3), 0)
