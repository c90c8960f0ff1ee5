"""Permutation language modelling: orders, what they let see, what is predicted."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.objectives.permutation import draw_order, permutation_batch, permutation_masks

SEEDS = st.integers(0, 2**32 - 1)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_masks_by_hand():
    # position 2 comes first, then 0, then 3, then 1
    content, query = permutation_masks(torch.tensor([2, 0, 3, 1]))
    assert query.int().tolist() == [[0, 0, 1, 0], [1, 0, 1, 1], [0, 0, 0, 0], [1, 0, 1, 0]]
    assert torch.equal(content, query | torch.eye(4, dtype=torch.bool))


def test_the_order_of_the_text_gives_causal_masks():
    content, query = permutation_masks(torch.arange(5))
    everything = torch.ones(5, 5, dtype=torch.bool)
    assert torch.equal(content, everything.tril()) and torch.equal(query, everything.tril(-1))


@given(SEEDS, st.integers(0, 9), st.data())
def test_an_order_holds_every_position_once_the_first_in_front(seed, n, data):
    n_first = data.draw(st.integers(0, n))
    order = draw_order(n, seeded(seed), n_first).tolist()
    assert sorted(order) == list(range(n)) and order[:n_first] == list(range(n_first))


def test_every_order_is_equally_likely():
    generator = seeded()
    seen = Counter(tuple(draw_order(5, generator, 2).tolist()) for _ in range(6000))
    assert len(seen) == 6  # 3! orders of the last three
    # 1000 expected with a deviation of √(6000 · 1/6 · 5/6) = 29
    assert all(abs(count - 1000) < 4.5 * 29 for count in seen.values())


@given(SEEDS, st.integers(1, 4), st.integers(2, 8), st.data())
def test_a_batch_is_what_its_rows_orders_say(seed, n_rows, n_tokens, data):
    n_first = data.draw(st.integers(0, n_tokens - 1))
    n_predicted = data.draw(st.integers(1, n_tokens - n_first))
    ids = torch.randint(50, (n_rows, n_tokens), generator=seeded(seed))
    batch = permutation_batch(ids, seeded(seed), n_predicted=n_predicted, n_first=n_first)
    assert torch.equal(batch.inputs, ids)
    for row in range(n_rows):
        # the context in any order, then the predicted positions in theirs
        positions = batch.positions[row]
        known = torch.tensor([i for i in range(n_tokens) if i not in positions], dtype=torch.long)
        content, query = permutation_masks(torch.cat([known, positions]))
        assert torch.equal(batch.query_mask[row], query[positions])
        assert torch.equal(batch.content_mask[row, positions], content[positions])
        # the context sees all of the context and nothing else
        seen = torch.zeros(n_tokens, dtype=torch.bool).index_fill(0, known, True)
        assert (batch.content_mask[row, known] == seen).all()
        assert torch.equal(batch.targets[row], ids[row, positions])
        assert known[:n_first].tolist() == list(range(n_first))


def test_rows_have_orders_of_their_own_and_batches_too():
    ids, generator = torch.zeros(8, 12, dtype=torch.long), seeded()
    first = permutation_batch(ids, generator, n_predicted=11)
    second = permutation_batch(ids, generator, n_predicted=11)
    orders = {tuple(row) for batch in (first, second) for row in batch.positions.tolist()}
    assert len(orders) == 16


def test_every_position_is_predicted_equally_often():
    batch = permutation_batch(torch.zeros(4000, 6, dtype=torch.long), seeded(), n_predicted=2)
    counts = batch.positions.flatten().bincount(minlength=6)
    assert counts[0] == 0  # the start
    # 1600 expected with a deviation of √(4000 · 2/5 · 3/5) = 31
    assert ((counts[1:] - 1600).abs() < 4.5 * 31).all()


def test_no_predicted_token_is_seen_by_what_its_query_sees():
    """Over as many layers as one likes: the closure of the masks does not lead to the target."""
    ids = torch.zeros(5, 9, dtype=torch.long)
    batch = permutation_batch(ids, seeded(4), n_predicted=6)
    reach = batch.content_mask.float()
    for _ in range(9):
        reach = ((reach @ batch.content_mask.float()) > 0).float()
    known = (batch.query_mask.float() @ reach) > 0
    assert not known.gather(2, batch.positions[..., None]).any()
    assert torch.equal(known, batch.query_mask)  # transitive: deeper layers know no more


def test_one_seed_gives_one_batch_and_leaves_torch_s_own_generator():
    ids = torch.arange(14).view(2, 7)
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first, second = (permutation_batch(ids, seeded(5), n_predicted=3) for _ in range(2))
    assert torch.equal(first.positions, second.positions)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_predicted": 0}, "n_predicted=0 is not from 1 to 5 tokens less n_first=1"),
        ({"n_predicted": 5}, "n_predicted=5 is not from 1 to 5 tokens less n_first=1"),
        ({"n_predicted": 1, "n_first": 5}, "n_predicted=1 is not from 1 to 5 tokens less n_fir"),
        ({"n_predicted": 1, "n_first": 6}, "n_first=6 is not from 0 to 5, the number of posit"),
        ({"n_predicted": 1, "n_first": -1}, "n_first=-1 is not from 0 to 5"),
    ],
)
def test_numbers_that_do_not_fit_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        permutation_batch(torch.zeros(2, 5, dtype=torch.long), seeded(), **options)


def test_orders_that_are_none_are_named():
    with pytest.raises(ValueError, match="n_first=4 is not from 0 to 3"):
        draw_order(3, seeded(), 4)
    for wrong in ([0, 0, 2], [1, 2, 3]):
        with pytest.raises(ValueError, match=r"does not hold each of 0 … 2 once"):
            permutation_masks(torch.tensor(wrong))
