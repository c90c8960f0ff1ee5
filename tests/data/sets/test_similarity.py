"""Pairs of three kinds: what their scores rest on, and that parts share no sentence."""

import pytest

from lmbook.data.sets.parallel import plain, read_pairs
from lmbook.data.sets.similarity import load_similarity


@pytest.fixture(scope="module")
def pairs():
    return load_similarity()


def overlap(pair):
    first, second = (set(plain(text).split()) for text in pair[:2])
    return len(first & second) / len(first | second)


def test_the_sizes_that_published_results_rest_on_have_not_changed(pairs):
    assert [len(part) for part in (pairs.validation, pairs.test, pairs.sentences)] == SIZES
    assert "licence: CC BY 2.0 FR" in repr(pairs) and "Tatoeba" in repr(pairs)


SIZES = [1857, 4260, 161118]


def test_no_sentence_is_in_two_parts_or_twice_in_one(pairs):
    parts = [
        {plain(text) for pair in part for text in pair[:2]}
        for part in (pairs.validation, pairs.test)
    ]
    alone = {plain(text) for text in pairs.sentences}
    assert len(alone) == len(pairs.sentences)
    assert not (parts[0] & parts[1] or alone & (parts[0] | parts[1]))
    assert len(parts[1]) == 4 * len(pairs.test) // 3


def test_sentences_that_look_alike_share_as_many_words_as_paraphrases_do(pairs):
    test = pairs.test
    assert [pair.score for pair in test] == [2, 1, 0] * (len(test) // 3)
    for same, alike, random in zip(test[::3], test[1::3], test[2::3], strict=True):
        assert same.first == alike.first == random.first
        assert overlap(same) < 0.5 and overlap(same) <= overlap(alike)


def test_paraphrases_and_they_alone_have_a_translation_in_common(pairs):
    translations = {}
    for language in ("spanish", "ukrainian"):
        for english, other in read_pairs(language):
            translations.setdefault(plain(english), set()).add((language, plain(other)))
    for first, second, score in pairs.test:
        common = translations[plain(first)] & translations[plain(second)]
        assert bool(common) == (score == 2), (first, second)
