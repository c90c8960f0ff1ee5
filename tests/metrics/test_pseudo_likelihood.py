"""Pseudo-likelihoods: each token from all the others, and never from itself."""

import math

import pytest
import torch

from lmbook.metrics.pseudo_likelihood import pseudo_log_probs

MASK, SIZE = 0, 5


def neighbours(ids):
    """Logits that favour, with weight 3 to 1, the token to the left; the masked one is unseen."""
    assert (ids == MASK).sum(1).eq(1).all()
    logits = torch.zeros(*ids.shape, SIZE)
    left = torch.cat([ids[:, :1], ids[:, :-1]], dim=1)
    return logits.scatter(2, left[:, :, None], math.log(3))


def test_scores_by_hand():
    ids = torch.tensor([4, 2, 2, 3])
    # at 1 the left neighbour is 4, not 2: 1 of 3 + 4; at 2 it is 2: 3 of 7
    scores = pseudo_log_probs(neighbours, ids, MASK, [1, 2])
    assert scores.tolist() == pytest.approx([math.log(1 / 7), math.log(3 / 7)])


def test_many_positions_are_scored_in_pieces_and_the_text_stays_as_it_was():
    ids = torch.randint(1, SIZE, (150,), generator=torch.Generator().manual_seed(0))
    before = ids.clone()
    scores = pseudo_log_probs(neighbours, ids, MASK, range(150))
    one_by_one = [pseudo_log_probs(neighbours, ids, MASK, [t]).item() for t in range(150)]
    assert scores.tolist() == pytest.approx(one_by_one)
    assert torch.equal(ids, before)
    assert pseudo_log_probs(neighbours, ids, MASK, []).shape == (0,)


def test_a_position_outside_is_refused():
    with pytest.raises(ValueError, match="position 4 is not between 0 and 3"):
        pseudo_log_probs(neighbours, torch.ones(4, dtype=torch.long), MASK, [4])
