"""Questions and passages as rows."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmbook.tasks.windows import Window, cut_windows, special, stack_windows
from lmbook.tokenizers.wordpiece import WordPieceTokenizer

LETTERS = "abcdefghij"
TOKENIZER = WordPieceTokenizer([*LETTERS, "?"])
CLS, SEP = TOKENIZER.special_ids["[CLS]"], TOKENIZER.eos_id
PASSAGE = " ".join(LETTERS * 4)  # 40 tokens, each a letter and a space


def test_a_short_passage_is_one_row():
    (window,) = cut_windows(TOKENIZER, "a?", "c d", length=16, overlap=2)
    assert window.ids == [CLS, *TOKENIZER.encode("a ?"), SEP, *TOKENIZER.encode("c d"), SEP]
    assert window.first == 4
    assert window.offsets == [(0, 1), (2, 3)]


def test_rows_of_a_long_passage_overlap_and_cover_it():
    # 16 - 2 - 3 = 11 tokens of the passage a row; the next begins 11 - 4 = 7 further on
    windows = cut_windows(TOKENIZER, "a?", PASSAGE, length=16, overlap=4)
    assert [window.offsets[0][0] // 2 for window in windows] == [0, 7, 14, 21, 28, 35]
    assert all(len(window.ids) <= 16 for window in windows)
    assert {offset for window in windows for offset in window.offsets} == {
        (2 * i, 2 * i + 1) for i in range(40)
    }


@given(st.integers(0, 39), st.integers(1, 4), st.integers(4, 9))
def test_an_answer_no_longer_than_the_overlap_stands_whole_in_a_row(first, n_tokens, overlap):
    begin, end = 2 * first, min(2 * (first + n_tokens) - 1, len(PASSAGE))
    windows = cut_windows(TOKENIZER, "a?", PASSAGE, length=16, overlap=overlap)
    targets = [(w, w.target(begin, end)) for w in windows]
    spans = [
        (w.offsets[i - w.first][0], w.offsets[j - w.first][1]) for w, (i, j) in targets if j > 0
    ]
    assert spans and set(spans) == {(begin, end)}


def test_a_span_that_is_cut_or_absent_is_the_first_token():
    window = Window([CLS, 5, SEP, 6, 7, SEP], 3, [(0, 3), (4, 7)])
    assert window.target(4, 7) == (4, 4)
    assert window.target(4, 12) == (0, 0)
    assert window.target(20, 22) == (0, 0)
    assert window.target(0, 0) == (0, 0)


def test_a_batch_says_what_is_real_what_is_passage_and_where_an_answer_may_stand():
    short = Window([CLS, 5, SEP, 6, SEP], 3, [(0, 1)])
    long = Window([CLS, 5, SEP, 6, 7, 8, SEP], 3, [(0, 1), (2, 3), (4, 5)])
    ids, mask, types, allowed = stack_windows([short, long], pad_id=0)
    assert ids[0].tolist() == [CLS, 5, SEP, 6, SEP, 0, 0]
    assert mask.sum(1).tolist() == [5, 7]
    assert types.tolist() == [[0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1]]
    # [CLS] and the passage without its [SEP]
    wanted = [[1, 0, 0, 1, 0, 0, 0], [1, 0, 0, 1, 1, 1, 0]]
    assert torch.equal(allowed, torch.tensor(wanted, dtype=torch.bool))


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="passage has no token: it is empty"):
        cut_windows(TOKENIZER, "a?", " ")
    with pytest.raises(ValueError, match="question has no token: it is empty"):
        cut_windows(TOKENIZER, "", "a")
    with pytest.raises(ValueError, match="overlap=11 is not below the 11 tokens"):
        cut_windows(TOKENIZER, "a?", PASSAGE, length=16, overlap=11)
    with pytest.raises(ValueError, match="length=15 is below 16"):
        cut_windows(TOKENIZER, "a?", "b", length=15)
    with pytest.raises(ValueError, match=r"tokenizer has no '\[X\]'"):
        special(TOKENIZER, "[X]")
