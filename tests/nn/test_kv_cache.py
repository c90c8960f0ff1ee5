"""The key–value cache: what it holds, forgets, reorders and refuses."""

import pytest
import torch
from torch.testing import assert_close

from lmbook.nn.kv_cache import KVCache


def filled(n_tokens=3):
    cache = KVCache(n_layers=2, batch_size=2, n_kv_heads=1, capacity=4, d_head=1)
    rows = torch.tensor([[0.0, 1, 2, 3], [10, 11, 12, 13]])[:, None, :n_tokens, None]
    for layer in cache.layers:
        layer.append(rows, -rows)
    return cache, rows


def test_what_is_appended_comes_back_with_what_was_there():
    cache, rows = filled(2)
    keys, values = cache.layers[0].append(rows[:, :, :1] + 5, rows[:, :, :1] - 5)
    assert keys[:, 0, :, 0].tolist() == [[0, 1, 5], [10, 11, 15]]
    assert values[:, 0, :, 0].tolist() == [[0, -1, -5], [-10, -11, 5]]
    assert cache.layers[0].length == 3


def test_bytes_are_counted():
    # 2 (keys, values) · 2 layers · 2 rows · 1 head · 4 tokens · 1 number · 4 bytes
    assert filled()[0].n_bytes == 128
    assert KVCache(2, 2, 1, 4, 1, dtype=torch.bfloat16).n_bytes == 64


def test_truncated_tokens_are_written_over():
    cache, rows = filled()
    cache.truncate(1)
    assert cache.length == 1
    keys, _ = cache.layers[1].append(rows[:, :, 2:], rows[:, :, 2:])
    assert keys[:, 0, :, 0].tolist() == [[0, 2], [10, 12]]


@pytest.mark.parametrize("rows", [[1, 0], [1, 1], [0], [1, 0, 1]])
def test_rows_repeat_vanish_and_grow(rows):
    cache, before = filled()
    cache.reorder(torch.tensor(rows))
    assert (cache.length, cache.capacity) == (3, 4)
    new = torch.full((len(rows), 1, 1, 1), 7.0)
    for layer in cache.layers:
        keys, values = layer.append(new, new)
        assert_close(keys[:, :, :3], before[rows])
        assert_close(values[:, :, :3], -before[rows])
        assert keys.shape == (len(rows), 1, 4, 1)


def test_what_does_not_fit_is_refused():
    cache, rows = filled()
    with pytest.raises(ValueError, match="5 tokens exceed the cache's capacity=4"):
        cache.layers[0].append(rows[:, :, :2], rows[:, :, :2])
    with pytest.raises(ValueError, match="length=4 is not between 0 and the cache's 3"):
        cache.truncate(4)
    with pytest.raises(ValueError, match="capacity=0 is below 1"):
        KVCache(1, 1, 1, 0, 1)
