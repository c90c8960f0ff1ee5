"""Losses by comparison, by hand and against other formulas, and what they do to a space."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.testing import assert_close

from lmbook.multimodal.contrastive import clip_loss
from lmbook.objectives.contrastive import (
    alignment,
    anisotropy,
    info_nce,
    simcse_loss,
    uniformity,
)


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def test_two_pairs_by_hand():
    # cosines [[1, 0], [0, 1]] over 1/2: each row e² against 1
    vectors = torch.tensor([[3.0, 0.0], [0.0, 0.5]])
    assert_close(info_nce(vectors, vectors, 0.5).item(), math.log(1 + math.exp(-2)))


def test_equal_vectors_leave_the_logarithm_of_the_number_of_keys():
    assert_close(info_nce(torch.ones(3, 2), torch.ones(5, 2)).item(), math.log(5))


def multiple_negatives_ranking(anchors, positives, negatives, scale):
    """sentence-transformers 5: cosines times a scale, cross-entropy against the diagonal."""
    candidates = torch.cat([positives, negatives])
    scores = torch.stack(
        [torch.stack([F.cosine_similarity(a, c, dim=0) for c in candidates]) for a in anchors]
    )
    return F.cross_entropy(scores * scale, torch.arange(len(anchors)))


@pytest.mark.parametrize("n_more", [0, 3])
def test_the_loss_and_its_gradient_equal_those_of_sentence_transformers(n_more):
    ours, theirs = draw(4, 6).requires_grad_(), draw(4, 6).requires_grad_()
    positives, negatives = draw(4, 6, seed=1), draw(n_more, 6, seed=2)
    found = info_nce(ours, torch.cat([positives, negatives]), 0.05)
    wanted = multiple_negatives_ranking(theirs, positives, negatives, 20.0)
    assert_close(found, wanted, atol=1e-9, rtol=0)
    found.backward()
    wanted.backward()
    assert_close(ours.grad, theirs.grad, atol=1e-9, rtol=0)


def test_the_symmetric_loss_is_that_of_clip():
    images, texts = draw(5, 4), draw(5, 4, seed=1)
    logits = F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T / 0.07
    assert_close(info_nce(images, texts, 0.07, symmetric=True), clip_loss(logits))
    swapped = info_nce(texts, images, 0.07, symmetric=True)
    assert_close(info_nce(images, texts, 0.07, symmetric=True), swapped)
    assert info_nce(images, texts, 0.07) != info_nce(texts, images, 0.07)


def test_lengths_of_vectors_do_not_count_and_large_ones_do_not_overflow():
    queries, keys = draw(4, 3).float(), draw(4, 3, seed=1).float()
    assert_close(info_nce(1e6 * queries, keys, 1e-3), info_nce(queries, 1e-6 * keys, 1e-3))


def test_dropout_alone_makes_the_pairs_of_simcse():
    torch.manual_seed(0)
    texts, net = torch.eye(6), nn.Sequential(nn.Linear(6, 32), nn.Dropout(0.1))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    losses = []
    for _ in range(60):
        loss = simcse_loss(lambda: net(texts))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
    with pytest.raises(ValueError, match="same vectors twice"):
        simcse_loss(lambda: net.eval()(texts))


def test_alignment_by_hand_and_uniformity_by_its_definition():
    # a right angle: squared distance 2; the same direction: 0
    first = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert_close(alignment(first, torch.tensor([[0.0, 7.0], [0.0, 1.0]])), 1.0)
    vectors = draw(7, 4)
    wanted = torch.pdist(F.normalize(vectors, dim=1)).pow(2).mul(-2).exp().mean().log()
    assert_close(uniformity(vectors), wanted.item())


def test_a_cone_is_anisotropic_and_a_cross_is_not():
    cross = torch.tensor([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    # two of six pairs are opposite, the others at right angles
    assert_close(anisotropy(cross), -1 / 3)
    assert_close(anisotropy(torch.ones(3, 2)), 1.0)
    assert uniformity(cross) < uniformity(cross + 2) < 0


@pytest.mark.parametrize(
    ("queries", "keys", "more", "message"),
    [
        (torch.ones(3, 2), torch.ones(2, 2), {}, r"keys has shape \(2, 2\), and queries \(3, 2\)"),
        (torch.ones(0, 2), torch.ones(0, 2), {}, "each query needs a key"),
        (torch.ones(2, 2), torch.ones(2, 2), {"temperature": 0.0}, "temperature=0.0"),
        (torch.ones(2, 2), torch.ones(3, 2), {"symmetric": True}, "3 keys for 2 queries"),
    ],
)
def test_what_is_no_batch_of_pairs_is_refused(queries, keys, more, message):
    with pytest.raises(ValueError, match=message):
        info_nce(queries, keys, **more)


def test_vectors_without_a_direction_are_refused():
    with pytest.raises(ValueError, match="vectors has 1 row"):
        anisotropy(torch.ones(1, 2))
    with pytest.raises(ValueError, match="vectors: needs a vector with a direction"):
        uniformity(torch.zeros(2, 2))
    with pytest.raises(ValueError, match="second: needs a vector with a direction"):
        alignment(torch.ones(2, 2), torch.zeros(2, 2))
