"""Batches hold every text once, with its own target, and little padding."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tasks.text_batches import map_rows, padded, shuffled_by_length, text_batches


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def test_padding_stands_to_the_right():
    ids, mask = padded([[5, 6, 7], [8]], pad_id=1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert mask.tolist() == [[True, True, True], [True, False, False]]


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=40),
    batch_size=st.integers(1, 7),
    seed=st.integers(0, 100),
)
def test_every_text_comes_once_with_its_target(lengths, batch_size, seed):
    rows = [[number + 1] * length for number, length in enumerate(lengths)]
    batches = list(text_batches(rows, torch.arange(len(rows)), 0, batch_size, drawn(seed)))
    assert len(batches) == -(-len(rows) // batch_size)
    seen = []
    for ids, mask, targets in batches:
        assert len(ids) == len(mask) == len(targets) <= batch_size
        assert torch.equal(mask, ids != 0)
        for row, target in zip(ids, targets.tolist(), strict=True):
            assert row[row != 0].tolist() == rows[target]
            seen.append(target)
    assert sorted(seen) == list(range(len(rows)))


def test_what_is_computed_of_rows_comes_in_their_order():
    rows, widths = [[7, 7, 7], [5], [2, 3], [4]], []

    def sums(ids, mask):
        widths.append(ids.shape[1])
        return (ids * mask).sum(1, keepdim=True)

    found = map_rows(sums, rows, 9, 2, torch.device("cpu"))
    assert found.tolist() == [[21], [5], [5], [4]]
    assert widths == [1, 3]  # the short ones together
    with pytest.raises(ValueError, match="rows is empty"):
        map_rows(sums, [], 9, 2, torch.device("cpu"))
    with pytest.raises(ValueError, match="batch_size=0 is below 1"):
        map_rows(sums, rows, 9, 0, torch.device("cpu"))


def test_rows_are_sorted_only_within_what_is_pooled():
    lengths = [4, 1, 3, 2, 6, 5]
    whole = list(shuffled_by_length(lengths, 2, drawn(), n_pooled=3))
    assert sorted(sorted(lengths[i] for i in batch) for batch in whole) == [[1, 2], [3, 4], [5, 6]]
    alone = list(shuffled_by_length(lengths, 2, drawn(), n_pooled=1))
    drawn_order = torch.randperm(6, generator=drawn()).split(2)
    assert [set(batch) for batch in alone] == [set(batch.tolist()) for batch in drawn_order]


def test_texts_of_like_length_share_a_batch():
    lengths = torch.randint(1, 30, (320,), generator=drawn()).tolist()
    batches = text_batches([[1] * n for n in lengths], torch.zeros(320).long(), 0, 10, drawn())
    n_places = sum(ids.numel() for ids, _, _ in batches)
    # 32 batches of 10 are sorted together: nearly no padding, against 45 % unsorted
    assert sum(lengths) <= n_places < 1.1 * sum(lengths)


def test_the_order_is_drawn_anew_and_repeats_with_the_seed():
    rows, targets = [[1, 2]] * 50, torch.arange(50)

    def order(generator):
        return torch.cat([t for _, _, t in text_batches(rows, targets, 0, 8, generator)]).tolist()

    generator = drawn()
    first = order(generator)
    assert first != order(generator)
    assert first == order(drawn())


@pytest.mark.parametrize(
    ("rows", "n_targets", "batch_size", "message"),
    [
        ([[1]], 1, 0, "batch_size=0 is below 1"),
        ([], 0, 4, "rows is empty"),
        ([[1], [2]], 1, 4, "1 targets for 2 rows"),
    ],
)
def test_what_makes_no_batch_is_named(rows, n_targets, batch_size, message):
    with pytest.raises(ValueError, match=message):
        text_batches(rows, torch.zeros(n_targets).long(), 0, batch_size, drawn())
