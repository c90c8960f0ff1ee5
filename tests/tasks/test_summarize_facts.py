"""Names and numbers of summaries, and the mixture of copying and generating."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from lmbook.tasks.summarize_facts import (
    copy_or_generate,
    names_and_numbers,
    supported_share,
    unsupported,
)

TEXT = "In March, Angela Merkel's party won 1,200 seats in Berlin. The White House sent 3.5 tons."


def test_names_are_runs_of_capitals_and_numbers_stand_alone():
    assert names_and_numbers(TEXT) == [
        "March",
        "Angela Merkel",
        "1,200",
        "Berlin",
        "White House",
        "3.5",
    ]


def test_the_first_word_of_a_sentence_is_no_name_by_itself():
    assert names_and_numbers("Nobody came. Then it rained.") == []
    assert names_and_numbers("Theresa May spoke.") == ["Theresa May"]


def test_a_comma_ends_a_name():
    assert names_and_numbers("He saw Paris, London and Rome.") == ["Paris", "London", "Rome"]


def test_what_the_text_does_not_hold_is_unsupported():
    summary = "Merkel won 1200 seats in Munich, the White House said, and Ber left."
    assert unsupported("She won 1200 seats in Munich.", TEXT) == ["Munich"]
    assert unsupported(summary, TEXT) == ["Munich", "Ber"]  # "Merkel" begins the sentence
    assert supported_share("She saw Munich and Berlin.", TEXT) == pytest.approx(1 / 2)
    assert supported_share("nothing here", TEXT) is None


@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 1_000))
def test_copying_and_generating_is_the_sum_of_its_definition(n_rows, n_new, seed):
    torch.manual_seed(seed)
    vocab, n_source = 5, 4
    generated = torch.randn(n_rows, vocab).softmax(-1)
    attention = torch.randn(n_rows, n_source).softmax(-1)
    source_ids = torch.randint(vocab + n_new, (n_rows, n_source))
    p = torch.rand(n_rows)
    wanted = torch.zeros(n_rows, vocab + n_new)
    for row in range(n_rows):
        for word in range(vocab + n_new):
            looked = attention[row][source_ids[row] == word].sum()
            written = generated[row, word] if word < vocab else 0.0
            wanted[row, word] = p[row] * written + (1 - p[row]) * looked
    found = copy_or_generate(generated, attention, source_ids, p, n_new)
    assert_close(found, wanted)
    assert_close(found.sum(-1), torch.ones(n_rows))


def test_a_word_outside_the_extended_vocabulary_is_refused():
    one = torch.ones(1, 1)
    with pytest.raises(ValueError, match="source_ids holds an id outside the 1 words"):
        copy_or_generate(one, one, torch.tensor([[1]]), torch.ones(1))
    with pytest.raises(ValueError, match="n_new=-1 is below 0"):
        copy_or_generate(one, one, torch.tensor([[0]]), torch.ones(1), -1)
