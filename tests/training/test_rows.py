"""Batches of whole texts: every target once, behind its own beginning."""

from collections import Counter

import pytest
import torch

from lmbook.training.rows import passage_batches, row_batches

ROWS = [[10 * i + j for j in range(1 + i % 7)] for i in range(1, 60)]
START = 1000


def batches(n_tokens=24, max_length=100, seed=0, rows=ROWS):
    return list(row_batches(rows, n_tokens, max_length, START, torch.Generator().manual_seed(seed)))


def pieces(found):
    """The real targets of each row with the inputs before them."""
    for inputs, targets in found:
        for x, y in zip(inputs.tolist(), targets.tolist(), strict=True):
            n = sum(token != -100 for token in y)
            assert y[n:] == [-100] * (len(y) - n)
            yield x[:n], y[:n]


def test_every_row_comes_once_and_begins_with_the_start_id():
    found = list(pieces(batches()))
    assert sorted(y for _, y in found) == sorted(ROWS)
    assert all(x == [START, *y[:-1]] for x, y in found)


def test_a_long_row_goes_on_behind_the_token_before():
    found = sorted(pieces(batches(rows=[[5, 6, 7, 8, 9]], max_length=2)))
    assert found == [([6, 7], [7, 8]), ([8], [9]), ([START, 5], [5, 6])]


def test_a_batch_holds_about_the_tokens_asked_for():
    sizes = [int((targets != -100).sum()) for _, targets in batches()]
    assert max(sizes) <= 24
    assert sum(sizes) / len(sizes) > 0.8 * 24


def test_a_row_larger_than_a_batch_is_a_batch_of_its_own():
    assert [len(y) for _, y in pieces(batches(n_tokens=3, rows=[[1] * 9, [2] * 9]))] == [9, 9]


def test_rows_of_like_length_share_a_batch():
    found = batches()
    n_real = sum(int((targets != -100).sum()) for _, targets in found)
    assert n_real > 0.85 * sum(targets.numel() for _, targets in found)


def test_the_generator_decides_the_order_and_nothing_else():
    assert [x.tolist() for x, _ in batches()] == [x.tolist() for x, _ in batches()]
    other = batches(seed=1)
    assert [x.tolist() for x, _ in batches()] != [x.tolist() for x, _ in other]
    assert Counter(map(str, pieces(batches()))) == Counter(map(str, pieces(other)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_tokens": 0}, "n_tokens=0 is below 1"),
        ({"max_length": 0}, "max_length=0 is below 1"),
        ({"rows": []}, "rows is empty"),
        ({"rows": [[1], []]}, "a row of rows is empty"),
    ],
)
def test_a_wrong_argument_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        batches(**arguments)


def passages(length=4, batch_size=3, documents=(((1, 2), (3,), (4, 5, 6)), ((7, 8, 9, 10, 11),))):
    generator = torch.Generator().manual_seed(0)
    return list(passage_batches(documents, batch_size, length, START, generator))


def test_a_passage_begins_at_a_speech_and_runs_on_in_its_play():
    seen = Counter()
    for inputs, targets in passages(
        documents=(((1, 2), (3,), (4, 5, 6)), ((7, 8, 9, 10, 11),)) * 40
    ):
        assert inputs[:, 0].tolist() == [START] * 3
        assert inputs[:, 1:].tolist() == targets[:, :-1].tolist()
        seen.update(map(tuple, targets.tolist()))
    # 4, 5, 6 is too near to its play's end for a row of 4
    assert set(seen) == {(1, 2, 3, 4), (3, 4, 5, 6), (7, 8, 9, 10)}


def test_one_pass_has_about_as_many_targets_as_the_plays():
    n_targets = sum(targets.numel() for _, targets in passages(length=2, batch_size=2))
    assert n_targets == 8  # of 11


def test_passages_longer_than_every_play_are_refused():
    with pytest.raises(ValueError, match="documents: none has length=7 tokens"):
        passages(length=7)
    with pytest.raises(ValueError, match="batch_size=0 is below 1"):
        passages(batch_size=0)
