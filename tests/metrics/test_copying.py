"""The loss of a passage that comes twice."""

import math

import pytest
import torch

from lmbook.metrics.copying import repeated_nats


class Copier:
    """Even odds over 8 tokens, and 3/4 for what followed the newest token when it came before."""

    vocab_size = 8

    def next_log_probs(self, prefix_ids):
        probs = torch.full((8,), 1 / 8)
        before = [t for t in range(len(prefix_ids) - 1) if prefix_ids[t] == prefix_ids[-1]]
        if before:
            probs = torch.full((8,), (1 - 0.75) / 7)
            probs[prefix_ids[before[-1] + 1]] = 0.75
        return probs.log()

    def log_probs(self, ids):
        return torch.stack(
            [
                torch.stack([self.next_log_probs(row[:t])[row[t]] for t in range(len(row))])
                for row in ids
            ]
        )


def test_a_copier_is_found_out():
    first, second = repeated_nats(Copier(), torch.tensor([[1, 2, 3, 4], [5, 6, 7, 0]]))
    assert first == pytest.approx(math.log(8))
    assert second == pytest.approx(-math.log(0.75))


def test_one_token_is_no_passage():
    with pytest.raises(ValueError, match="passages have 1 tokens"):
        repeated_nats(Copier(), torch.tensor([[1]]))
