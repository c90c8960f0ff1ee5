import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from lmbook.multimodal.contrastive import TwoTowers, clip_loss, recall_of_pairs
from lmbook.multimodal.convolution import ConvEncoder
from lmbook.multimodal.pair_training import moved, train_towers


def test_the_loss_of_two_pairs_by_hand():
    # rows: ln(1 + e^-2) = 0.126928 and ln(1 + e^-1) = 0.313262; columns: the same pairs of
    # differences, 3 − 0 and 2 − 1 … ln(1 + e^-3) = 0.048587, ln 2 = 0.693147
    logits = torch.tensor([[3.0, 1.0], [0.0, 1.0]])
    rows, columns = (0.126928 + 0.313262) / 2, (0.048587 + 0.693147) / 2
    assert_close(clip_loss(logits), torch.tensor((rows + columns) / 2), atol=1e-5, rtol=0)


def test_a_constant_matrix_costs_the_logarithm_of_the_batch():
    assert_close(clip_loss(torch.zeros(8, 8)), torch.tensor(math.log(8)))


def test_the_loss_is_the_same_for_a_transposed_matrix_and_for_pairs_in_another_order():
    torch.manual_seed(0)
    logits, order = torch.randn(6, 6), torch.randperm(6)
    assert_close(clip_loss(logits), clip_loss(logits.T))
    assert_close(clip_loss(logits), clip_loss(logits[order][:, order]))


def test_recall_counts_ties_as_misses():
    similarity = torch.tensor([[0.9, 0.1, 0.2], [0.8, 0.5, 0.1], [0.3, 0.3, 0.3]])
    assert recall_of_pairs(similarity, 1).tolist() == [1, 0, 0]
    assert recall_of_pairs(similarity, 2).tolist() == [1, 1, 0]
    assert recall_of_pairs(similarity, 3).tolist() == [1, 1, 1]


def towers():
    torch.manual_seed(0)
    return TwoTowers(ConvEncoder((8, 16)), nn.Identity(), 16, 4, 6)


def test_vectors_have_length_one_and_the_scale_begins_at_one_over_the_temperature():
    model = towers().eval()
    images, texts = torch.rand(3, 3, 8, 8), torch.randn(3, 4)
    vectors = model.embed_images(images)
    assert_close(vectors.norm(dim=1), torch.ones(3))
    assert_close(model.scale, torch.tensor(1 / 0.07))
    cosines = vectors @ model.embed_texts(texts).T
    assert_close(model(images, texts), cosines / 0.07)


def test_the_scale_does_not_pass_a_hundred():
    model = towers()
    nn.init.constant_(model.log_scale, 9.0)
    assert_close(model.scale, torch.tensor(100.0))


def test_training_brings_pairs_together_and_the_same_seed_gives_the_same_losses():
    draw = torch.Generator().manual_seed(1)
    images = torch.rand(12, 3, 1, 1, generator=draw).expand(-1, -1, 8, 8)  # a colour each
    texts = torch.randn(12, 4, generator=draw)
    runs = []
    for _ in range(2):
        model = towers()
        draw = torch.Generator().manual_seed(2)
        runs.append(train_towers(model, images, texts, 150, 12, draw, lr=0.01))
    assert runs[0] == runs[1]
    assert runs[0][-1] < 0.5 < 2 < runs[0][0]
    assert not model.training
    assert recall_of_pairs(model(images, texts), 1).mean() > 0.9


def test_moved_pictures_keep_their_pixels_and_repeat_the_border():
    images = torch.arange(16.0).view(1, 1, 4, 4).expand(50, 1, 4, 4)
    shifted = moved(images, 1, torch.Generator().manual_seed(0))
    assert shifted.shape == images.shape
    assert torch.equal(moved(images, 0), images)
    seen = {tuple(row.flatten().tolist()) for row in shifted}
    assert len(seen) == 9  # three shifts an axis
    down = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15]
    assert tuple(map(float, down)) in seen


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"logits has shape \(2, 3\): pairs need a square"):
        clip_loss(torch.zeros(2, 3))
    with pytest.raises(ValueError, match=r"similarity has shape \(0, 0\)"):
        recall_of_pairs(torch.zeros(0, 0), 1)
    with pytest.raises(ValueError, match="k=0 is below 1"):
        recall_of_pairs(torch.zeros(2, 2), 0)
    with pytest.raises(ValueError, match="temperature=0.0 is not above 0"):
        TwoTowers(nn.Identity(), nn.Identity(), 2, 2, 2, temperature=0.0)
    with pytest.raises(ValueError, match="d_shared=0 is below 1"):
        TwoTowers(nn.Identity(), nn.Identity(), 2, 2, 0)
    draw = torch.Generator()
    with pytest.raises(ValueError, match="images: 3 of them for 2 texts"):
        train_towers(towers(), torch.rand(3, 3, 8, 8), torch.ones(2, 4), 1, 2, draw)
    with pytest.raises(ValueError, match="batch_size=4 exceeds the 3 pairs"):
        train_towers(towers(), torch.rand(3, 3, 8, 8), torch.ones(3, 4), 1, 4, draw)
