"""What noise does to a text, by hand and by its properties, and that spans restore it."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.objectives import denoising
from lmbook.objectives.denoising import (
    corrupt_spans,
    delete_each,
    infill,
    mask_each,
    permute_sentences,
    restore_spans,
    rotate,
)

SENTINELS = range(1000, 1101)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_the_example_of_the_documentation(monkeypatch):
    monkeypatch.setattr(denoising, "_lengths", lambda *_: ([1, 2], [1, 1]))
    found = corrupt_spans([1, 2, 3, 4, 5], seeded(), sentinel_ids=[97, 98, 99])
    assert found.inputs == [1, 97, 3, 98]
    assert found.targets == [97, 2, 98, 4, 5, 99]


rows = st.lists(st.integers(0, 999), min_size=2, max_size=120)


@given(rows, st.floats(0.05, 0.95), st.floats(1.0, 8.0), st.integers(0, 99))
def test_spans_restore_the_text_and_nothing_stands_twice(ids, rate, mean_length, seed):
    found = corrupt_spans(
        ids, seeded(seed), sentinel_ids=SENTINELS, rate=rate, mean_length=mean_length
    )
    assert restore_spans(*found, SENTINELS) == ids
    gaps = [token for token in found.inputs if token >= 1000]
    assert gaps == list(SENTINELS)[: len(gaps)]
    assert [t for t in found.targets if t >= 1000] == list(SENTINELS)[: len(gaps) + 1]
    n_cut = len(found.targets) - len(gaps) - 1
    assert n_cut == min(max(round(rate * len(ids)), 1), len(ids) - 1)
    assert len(found.inputs) == len(ids) - n_cut + len(gaps)
    assert found.inputs[0] < 1000 and len(gaps) >= 1


def test_t5s_numbers_15_percent_in_spans_of_three():
    found = corrupt_spans(list(range(500)), seeded(), sentinel_ids=SENTINELS)
    gaps = [token for token in found.inputs if token >= 1000]
    assert len(gaps) == 25  # 75 tokens, 3 each
    assert len(found.inputs) == 450 and len(found.targets) == 101


def test_all_ways_to_cut_a_length_are_equally_likely():
    # 4 = 1+3 = 2+2 = 3+1
    draw, counts = seeded(), {}
    for _ in range(3000):
        parts = tuple(denoising._split(4, 2, draw))
        counts[parts] = counts.get(parts, 0) + 1
    assert set(counts) == {(1, 3), (2, 2), (3, 1)}
    assert all(abs(n - 1000) < 130 for n in counts.values())  # five standard deviations


def test_other_draws_cut_elsewhere_and_the_same_seed_the_same():
    ids = list(range(60))
    found = [corrupt_spans(ids, seeded(s), sentinel_ids=SENTINELS) for s in (0, 0, 1)]
    assert found[0] == found[1] != found[2]


def test_masks_keep_the_length_and_deletions_the_order():
    ids = list(range(1, 2001))
    masked = mask_each(ids, seeded(), mask_id=0, rate=0.3)
    assert all(a in (0, b) for a, b in zip(masked, ids, strict=True))
    assert 500 < masked.count(0) < 700
    kept = delete_each(ids, seeded(), rate=0.3)
    assert kept == [token for token in masked if token]  # the same draws
    assert mask_each(ids, seeded(), mask_id=0, rate=0.0) == ids
    assert delete_each(ids, seeded(), rate=1.0) == []


@given(rows, st.integers(0, 99))
def test_infilling_hides_how_much_is_missing(ids, seed):
    shown = infill(ids, seeded(seed), mask_id=1000)
    cut = corrupt_spans(ids, seeded(seed), sentinel_ids=SENTINELS, rate=0.3)
    assert shown == [min(token, 1000) for token in cut.inputs]


def test_sentences_change_places_and_stay_whole():
    sentences = [[1, 2], [3], [4, 5, 6]]
    orders = {tuple(permute_sentences(sentences, seeded(s))) for s in range(60)}
    assert len(orders) == 6
    assert (4, 5, 6, 1, 2, 3) in orders


def test_a_rotation_keeps_neighbours():
    found = {tuple(rotate([1, 2, 3], seeded(s))) for s in range(30)}
    assert found == {(1, 2, 3), (2, 3, 1), (3, 1, 2)}


@pytest.mark.parametrize(
    ("ids", "more", "message"),
    [
        ([1], {}, "ids holds 1 tokens"),
        ([1, 2], {"rate": 1.0}, "rate=1.0 is not between 0 and 1"),
        ([1, 2], {"mean_length": 0.5}, "mean_length=0.5 is below 1"),
        ([1, 1000], {}, r"ids\[1\]=1000 is a sentinel"),
        ([1, 2], {"sentinel_ids": [5, 5]}, r"sentinel_ids=\[5, 5\] holds an id twice"),
        (list(range(90)), {"sentinel_ids": [100]}, "sentinel_ids holds 1 ids; 5 spans need 6"),
    ],
)
def test_what_cannot_be_cut_is_refused(ids, more, message):
    with pytest.raises(ValueError, match=message):
        corrupt_spans(ids, seeded(), **{"sentinel_ids": SENTINELS, **more})


def test_other_noise_names_what_is_wrong():
    with pytest.raises(ValueError, match=r"inputs\[1\]=9 is a sentinel without a span"):
        restore_spans([1, 9], [8, 2, 10], [8, 9, 10])
    with pytest.raises(ValueError, match="rate=1.5"):
        delete_each([1], seeded(), rate=1.5)
    with pytest.raises(ValueError, match="sentences is empty"):
        permute_sentences([], seeded())
    with pytest.raises(ValueError, match="ids is empty"):
        rotate([], seeded())
