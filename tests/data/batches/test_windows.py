"""Batches out of one long line of ids: who follows whom, and that nothing is lost."""

from itertools import islice, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.data.batches.windows import pad_rows, stream_batches, window_batches


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_streams_by_hand():
    # 9 ids, 2 streams: (9 - 1) // 2 = 4 targets each; batches of 3 steps, then of 1
    batches = [(x.tolist(), y.tolist()) for x, y in stream_batches(torch.arange(9), 2, 3)]
    assert batches == [
        ([[0, 1, 2], [4, 5, 6]], [[1, 2, 3], [5, 6, 7]]),
        ([[3], [7]], [[4], [8]]),
    ]


sizes = {"n": st.integers(2, 80), "batch_size": st.integers(1, 5), "n_steps": st.integers(1, 9)}


@given(**sizes)
def test_row_b_of_a_batch_continues_row_b_of_the_batch_before(n, batch_size, n_steps):
    if n - 1 < batch_size:
        return
    batches = list(stream_batches(torch.arange(n), batch_size, n_steps))
    for (_, before), (after, _) in pairwise(batches):
        assert before[:, -1].tolist() == after[:, 0].tolist()
    targets = torch.cat([y for _, y in batches], dim=1).flatten().tolist()
    # in order, each once, and at most batch_size - 1 of them left out at the end
    assert targets == list(range(1, len(targets) + 1))
    assert n - 1 - len(targets) < batch_size


@given(**sizes, seed=st.integers(0, 1000))
def test_an_epoch_of_windows_holds_every_target_once_after_its_own_input(
    n, batch_size, n_steps, seed
):
    if n < n_steps + 1:
        return
    seen = []
    for x, y in window_batches(torch.arange(n), batch_size, n_steps, seeded(seed), n_epochs=1):
        assert x.shape == y.shape and x.shape[1] == n_steps and len(x) <= batch_size
        real = y != -100
        assert (x[real] + 1 == y[real]).all()
        seen += y[real].tolist()
    assert sorted(seen) == list(range(1, n))


def test_windows_are_shuffled_anew_each_epoch_and_alike_for_the_same_seed():
    def epochs(seed):
        batches = window_batches(torch.arange(101), 20, 5, seeded(seed), n_epochs=2)
        return [x[:, 0].tolist() for x, _ in batches]

    first, second = epochs(0)
    assert sorted(first) == sorted(second) == list(range(0, 100, 5))
    assert first != sorted(first) and first != second
    assert epochs(0) == [first, second] != epochs(1)


def test_the_global_generator_is_neither_used_nor_moved():
    torch.manual_seed(3)
    state = torch.random.get_rng_state()
    list(window_batches(torch.arange(50), 4, 5, seeded(), n_epochs=1))
    assert torch.equal(torch.random.get_rng_state(), state)


def test_windows_go_on_without_end_unless_told_and_streams_if_told():
    windows = window_batches(torch.arange(11), 2, 5, seeded())
    assert len(list(islice(windows, 7))) == 7
    streams = [x.tolist() for x, _ in islice(stream_batches(torch.arange(5), 2, 1, None), 4)]
    assert streams == [[[0], [2]], [[1], [3]]] * 2


def test_arrays_of_numpy_are_taken_too():
    ids = np.arange(9, dtype=np.int32)
    (x, y), *_ = stream_batches(ids, 2, 3)
    assert x.dtype == y.dtype == torch.long and x.tolist() == [[0, 1, 2], [4, 5, 6]]


def test_rows_are_padded_on_the_right():
    ids, lengths = pad_rows([[4, 5, 6], [7]], pad_id=0)
    assert ids.tolist() == [[4, 5, 6], [7, 0, 0]] and lengths.tolist() == [3, 1]


def test_a_text_that_is_too_short_is_refused_at_once():
    with pytest.raises(ValueError, match="4 ids are too few for batch_size=4 streams"):
        stream_batches(torch.arange(4), 4, 2)
    with pytest.raises(ValueError, match="5 ids are too few for a window of n_steps=5 targets"):
        window_batches(torch.arange(5), 1, 5, seeded())
    with pytest.raises(ValueError, match="0 ids are too few"):
        stream_batches(torch.arange(0), 1, 1)


@pytest.mark.parametrize("name", ["batch_size", "n_steps", "n_epochs"])
def test_a_size_of_zero_is_named(name):
    given_sizes = {"batch_size": 2, "n_steps": 2, "n_epochs": 1} | {name: 0}
    with pytest.raises(ValueError, match=f"{name}=0 is below 1"):
        stream_batches(torch.arange(9), *given_sizes.values())
    with pytest.raises(ValueError, match=f"{name}=0 is below 1"):
        window_batches(
            torch.arange(9), given_sizes["batch_size"], given_sizes["n_steps"], seeded(),
            given_sizes["n_epochs"],
        )  # fmt: skip


def test_an_empty_batch_an_empty_row_and_a_row_that_is_too_long_are_refused():
    with pytest.raises(ValueError, match="the batch is empty"):
        pad_rows([], 0)
    with pytest.raises(ValueError, match="row 1 is empty"):
        pad_rows([[3], []], 0)
    with pytest.raises(ValueError, match="row 1 has 3 ids; max_length=2"):
        pad_rows([[3], [4, 5, 6]], 0, max_length=2)
