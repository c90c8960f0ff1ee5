"""Pairs for sequence-to-sequence models: their fixed parts, and what was left out."""

import re

import pytest

from lmbook.data.sets.pronunciations import load_interface_strings, load_pronunciations
from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import DataError


@pytest.fixture(scope="module")
def words():
    return load_pronunciations()


@pytest.fixture(scope="module")
def strings():
    return load_interface_strings()


def test_a_word_has_its_first_pronunciation_and_all_that_are_accepted(words):
    spoken = dict([*words.train, *words.validation, *words.test])
    assert spoken["write"] == ("R", "AY", "T")
    assert spoken["tomato"] == ("T", "AH", "M", "EY", "T", "OW")
    assert words.accepted["tomato"][1] == ("T", "AH", "M", "AA", "T", "OW")
    assert all(words.accepted[word][0] == phonemes for word, phonemes in spoken.items())
    assert spoken.keys() == words.accepted.keys()


def test_comments_of_the_dictionary_are_no_phonemes(words):
    assert len(words.phonemes) == 39
    assert words.accepted["aalborg"][0] == ("AO", "L", "B", "AO", "R", "G")  # "# place, danish"


def test_stress_is_kept_only_if_asked_for(words):
    stressed = load_pronunciations(stress=True)
    # 24 consonants, and 15 vowels with three degrees of stress each
    assert len(stressed.phonemes) == 24 + 15 * 3
    assert dict(stressed.train)["abacus"] == ("AE1", "B", "AH0", "K", "AH0", "S")
    for a, b in zip(words.train, stressed.train, strict=True):
        assert a == (b[0], tuple(re.sub(r"\d", "", phoneme) for phoneme in b[1]))


def test_words_consist_of_letters_and_stand_in_one_part(words):
    parts = [words.train, words.validation, words.test]
    assert all(re.fullmatch("[a-z]+", word) for part in parts for word, _ in part)
    assert sum(map(len, parts)) == len(words.accepted)
    for part, name in zip(parts, ("train", "validation", "test"), strict=True):
        assert {part_of(word) for word, _ in part} == {name}


def test_the_sizes_that_published_results_rest_on_have_not_changed(words, strings):
    sizes = [
        [len(part) for part in (data.train, data.validation, data.test)]
        for data in (words, strings)
    ]
    assert sizes == [[81_880, 11_940, 23_673], [2098, 308, 637]]
    assert "81,880" in repr(words) and "2,098" in repr(strings)


def test_messages_are_english_and_chinese_each_once(strings):
    pairs = [*strings.train, *strings.validation, *strings.test]
    assert ("Keyboard Shortcuts", "键盘快捷键") in pairs
    assert len({english for english, _ in pairs}) == len(pairs)
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for _, chinese in pairs)
    assert all(text == " ".join(text.split()) and text for pair in pairs for text in pair)
    assert not any("\x04" in english for english, _ in pairs)


def test_messages_that_differ_in_case_only_are_in_one_part(strings):
    parts = [strings.train, strings.validation, strings.test]
    folded = [{english.casefold() for english, _ in part} for part in parts]
    assert not folded[0] & folded[1] and not folded[0] & folded[2] and not folded[1] & folded[2]


@pytest.mark.parametrize("load", [load_pronunciations, load_interface_strings])
def test_offline_without_a_copy_says_what_to_do(load, tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match="LMBOOK_OFFLINE forbids"):
        load()
