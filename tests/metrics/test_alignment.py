import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.metrics import alignment_error_rate as peer

from lmbook.metrics.alignment import alignment_error_rate

links = st.frozensets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1)


def test_two_of_three_links_agree():
    # A has 3 links, S has 2, both in A: 1 − 2·2 / (3 + 2)
    guess, sure = [{(0, 0), (1, 1), (2, 0)}], [{(0, 0), (1, 1)}]
    assert alignment_error_rate(guess, sure) == pytest.approx(1 / 5)


def test_a_possible_link_costs_nothing():
    guess, sure = [{(0, 0), (1, 1)}], [{(0, 0)}]
    assert alignment_error_rate(guess, sure, [{(0, 0), (1, 1)}]) == 0


@given(links, links, links)
def test_the_rate_is_that_of_nltk(guess, sure, more):
    possible = sure | more
    assert alignment_error_rate([guess], [sure], [possible]) == pytest.approx(
        peer(sure, guess, possible)
    )


def test_sentences_are_counted_together():
    guess, sure = [{(0, 0)}, {(0, 0), (1, 0)}], [{(0, 0)}, {(0, 1)}]
    assert alignment_error_rate(guess, sure) == pytest.approx(1 - 2 / 5)


def test_unlike_numbers_and_nothing_to_compare_are_refused():
    with pytest.raises(ValueError, match="sure has 2 sentences, guesses 1"):
        alignment_error_rate([{(0, 0)}], [{(0, 0)}, set()])
    with pytest.raises(ValueError, match="guesses and sure hold no link"):
        alignment_error_rate([set()], [set()])
