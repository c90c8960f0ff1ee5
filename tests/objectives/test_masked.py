"""The masked objective: which tokens are chosen, what replaces them, what is averaged."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.objectives.masked import (
    choose_positions,
    corrupt,
    encode_words,
    mask_tokens,
    masked_loss,
    word_numbers,
)

MASK, SIZE = 4, 50


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@given(st.integers(0, 1000), st.integers(8, 60), st.floats(0.05, 0.6))
def test_a_row_has_its_share_of_usable_tokens_and_no_special_one(seed, n, rate):
    ids = torch.randint(SIZE, (3, n), generator=seeded(seed))
    ids[:, 0] = 10  # one usable token at least
    chosen = choose_positions(ids, seeded(seed), special_ids=range(5), rate=rate)
    assert not chosen[ids < 5].any()
    for row in range(3):
        usable = int((ids[row] >= 5).sum())
        assert int(chosen[row].sum()) == max(1, round(rate * usable))


def test_every_usable_position_is_chosen_equally_often():
    ids = torch.full((20_000, 8), 9)
    ids[:, 0] = 0
    often = choose_positions(ids, seeded(), special_ids=[0], rate=0.3).float().mean(0)
    # two of seven tokens a row; the deviation of a mean of 20,000 such draws is 0.0032
    assert often[0] == 0
    assert_close(often[1:], torch.full((7,), 2 / 7), atol=0.015, rtol=0)


def test_whole_words_are_chosen_together_and_fit_the_share():
    words = torch.tensor([[-1, 0, 1, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, -1]]).repeat(200, 1)
    ids = torch.full(words.shape, 9)
    chosen = choose_positions(ids, seeded(), special_ids=[0], rate=0.3, words=words)
    assert not chosen[words < 0].any()
    for row in range(200):
        # 13 usable tokens: round(3.9) = 4 of them at most
        assert 1 <= chosen[row].sum() <= 4
        for word in range(10):
            assert chosen[row][words[row] == word].unique().numel() == 1
    assert all(chosen[:, column].any() for column in range(1, 14))


def test_a_first_word_that_is_longer_than_the_share_is_chosen_all_the_same():
    words = torch.zeros(1, 6, dtype=torch.long)
    chosen = choose_positions(torch.full((1, 6), 9), seeded(), special_ids=[], words=words)
    assert chosen.all()


def test_the_chosen_tokens_are_masked_replaced_and_kept_in_their_shares():
    ids = torch.full((400, 100), 30)
    chosen = torch.rand(ids.shape, generator=seeded(1)) < 0.5
    shown = corrupt(ids, chosen, seeded(), mask_id=MASK, vocab_size=SIZE)
    assert torch.equal(shown[~chosen], ids[~chosen])
    masked = (shown[chosen] == MASK).float().mean()
    kept = (shown[chosen] == 30).float().mean()
    # a random token is the mask or the token itself once in 50 times each
    assert masked.item() == pytest.approx(0.8 + 0.1 / SIZE, abs=0.01)
    assert kept.item() == pytest.approx(0.1 + 0.1 / SIZE, abs=0.01)
    assert shown[chosen].unique().numel() == SIZE


def test_all_shares_can_be_given_to_the_mask():
    ids = torch.full((2, 10), 30)
    inputs, targets = mask_tokens(
        ids,
        seeded(),
        mask_id=MASK,
        vocab_size=SIZE,
        special_ids=[0],
        rate=0.5,
        shares=(1.0, 0.0, 0.0),
    )
    assert torch.equal(inputs == MASK, targets != -100)
    assert (targets[targets != -100] == 30).all()


def test_masks_are_drawn_anew_and_equal_for_equal_generators():
    ids = torch.randint(5, SIZE, (4, 40), generator=seeded())
    options = {"mask_id": MASK, "vocab_size": SIZE, "special_ids": range(5)}
    generator = seeded(3)
    first, second = (mask_tokens(ids, generator, **options)[0] for _ in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(mask_tokens(ids, seeded(3), **options)[0], first)


def test_the_loss_counts_only_what_is_predicted():
    # log 1 and log 3: P = 1/4, 3/4; predicted: the first (target 1) alone
    logits = torch.tensor([[[0.0, math.log(3)], [9.0, -9.0]]])
    assert masked_loss(logits, torch.tensor([[1, -100]])).item() == pytest.approx(math.log(4 / 3))


def test_the_loss_is_transformers(seed=0):
    from transformers import BertConfig, BertForMaskedLM

    torch.manual_seed(seed)
    config = BertConfig(vocab_size=SIZE, hidden_size=16, num_hidden_layers=1, num_attention_heads=2)
    theirs = BertForMaskedLM(config).eval()
    ids = torch.randint(5, SIZE, (3, 12))
    inputs, targets = mask_tokens(
        ids, seeded(), mask_id=MASK, vocab_size=SIZE, special_ids=range(5)
    )
    with torch.no_grad():
        answer = theirs(inputs, labels=targets)
    assert_close(masked_loss(answer.logits, targets), answer.loss)


def test_words_of_pieces():
    assert word_numbers(["the", "player", "##s", "are", "##n", "##t"]) == [0, 1, 1, 2, 2, 2]
    assert word_numbers(["##s", "a"]) == [0, 1]
    assert word_numbers([]) == []


def test_chinese_words_are_kept_together():
    codes = {"研": 1, "究": 2, "生": 3, "命": 4}
    ids, numbers = encode_words(["研究", "生命"], lambda word: [codes[c] for c in word])
    assert ids == [1, 2, 3, 4]
    assert numbers == [0, 0, 1, 1]


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match=f"rate={rate} is not between 0 and 1"):
        choose_positions(torch.ones(1, 4, dtype=torch.long), seeded(), special_ids=[], rate=rate)


def test_shares_that_are_no_chances_are_refused():
    ids = torch.ones(1, 4, dtype=torch.long)
    for shares in [(0.8, 0.1, 0.2), (1.1, -0.1, 0.0)]:
        with pytest.raises(ValueError, match="three chances that sum to 1"):
            corrupt(ids, ids > 0, seeded(), mask_id=MASK, vocab_size=SIZE, shares=shares)
    with pytest.raises(ValueError, match="mask_id=50 is not between 0 and vocab_size=50 - 1"):
        corrupt(ids, ids > 0, seeded(), mask_id=50, vocab_size=SIZE)


def test_a_loss_over_nothing_is_refused():
    with pytest.raises(ValueError, match="no real target"):
        masked_loss(torch.zeros(1, 2, 3), torch.full((1, 2), -100))
