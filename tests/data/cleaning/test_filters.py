"""Measures by hand, rules in order, and what a sieve counts."""

import pytest

from lmbook.data.cleaning import filters
from lmbook.data.cleaning.filters import Rule, Sieve


def test_words_are_runs_of_letters():
    assert filters.words("O, that's the well-known 2nd act!") == [
        *("O", "that's", "the", "well-known", "2nd", "act")
    ]


def test_symbols_by_hand():
    assert filters.symbol_share("ab#|") == 0.5
    assert filters.symbol_share("夜の海.") == filters.symbol_share("") == 0


def test_repeated_lines_by_hand():
    assert filters.repeated_line_share("a\nb\n\n a \na") == 0.5  # two of four lines stood above
    assert filters.repeated_line_share(" \n") == 0


def test_repeated_ngrams_by_hand():
    # "to be" twice covers four of six words
    assert filters.repeated_ngram_share("to be or not To be", 2) == pytest.approx(4 / 6)
    # "a a" at places 0 and 1 covers three words
    assert filters.repeated_ngram_share("a a a b", 2) == 3 / 4
    assert filters.repeated_ngram_share("", 2) == 0


def test_the_first_broken_rule_is_counted():
    rules = [filters.length_rule(2, 5), filters.symbol_rule(0.1), filters.repetition_rule(n=2)]
    sieve = Sieve(rules)
    texts = ["to be or not", "short", "## || ## ||", "# a | b", "so so so so"]
    assert list(sieve.keep(texts)) == ["to be or not"]
    assert sieve.dropped == {"length": 2, "symbols": 1, "repetition": 1}
    assert sieve.n_kept == 1


def test_repeated_lines_alone_break_the_repetition_rule():
    rule = filters.repetition_rule(most_lines=0.3, most_words=1.0)
    assert rule.passes("a\nb\nc") and not rule.passes("a\na")


def test_language_and_score_rules_ask_what_they_are_given():
    rule = filters.language_rule(lambda texts: ["de" if "ü" in t else "en" for t in texts], "en")
    assert rule.passes("over") and not rule.passes("über")
    assert filters.score_rule("length", len, 3.0).passes("abc")
    assert not filters.score_rule("length", len, 3.0).passes("ab")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: filters.length_rule(5, 4), "most=4 is below 5"),
        (lambda: filters.symbol_rule(1.5), "most=1.5 is not between 0.0 and 1.0"),
        (lambda: filters.repetition_rule(most_words=2.0), "most_words=2.0 is not between"),
        (lambda: filters.repeated_ngram_share("a", 0), "n=0 is below 1"),
        (lambda: Sieve([Rule("a", bool), Rule("a", bool)]), "two are called 'a'"),
        (lambda: list(Sieve([]).keep("to be")), "texts='to be' is one string"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
