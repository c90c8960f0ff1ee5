"""Counts of words and lists of slips."""

import pytest

from lmbook.data.sets.words import load_chinese_word_counts, load_misspellings, load_word_counts
from lmbook.data.sources.packages import DataError


@pytest.fixture(scope="module")
def word_counts():
    return load_word_counts()


def test_word_counts_are_in_order_of_frequency_and_hold_pairs(word_counts):
    assert word_counts.unigrams["the"] == 23_135_851_162
    # "of the" stands twice in the file, once for each spelling in upper and lower case
    assert word_counts.bigrams["of", "the"] == 2_766_332_391 + 5_873_543


def test_a_misspelling_has_one_correction_in_letters():
    pairs = load_misspellings()
    assert len(pairs) > 50_000
    assert {(p.typed, p.intended) for p in pairs} >= {("recieve", "receive"), ("teh", "the")}
    assert all((p.typed + p.intended).isascii() and p.typed.isalpha() for p in pairs)
    assert all(p.typed != p.intended for p in pairs)


def test_the_chinese_dictionary_has_words_of_several_characters_with_counts():
    counts = load_chinese_word_counts()
    assert len(counts) > 300_000
    assert counts["的"] > counts["研究"] > counts["研究生"] > 0
    assert min(counts.values()) >= 0


def test_offline_without_a_copy_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match="LMBOOK_OFFLINE forbids"):
        load_word_counts()
