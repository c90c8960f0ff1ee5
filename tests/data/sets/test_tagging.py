"""Tagged sets: their fixed parts, what a sentence holds, and what was joined or left out."""

from functools import cache

import pytest

from lmbook.data.sets.tagging import TaggedSet, load_tagged
from lmbook.metrics.span_reading import spans

NAMES = ("portuguese-pos", "chinese-names", "chinese-words")
SIZES = {
    "portuguese-pos": [5891, 807, 1682],
    "chinese-names": [31463, 4468, 9087],
    "chinese-words": [31463, 4468, 9087],
}


@cache
def loaded(name: str) -> TaggedSet:
    return load_tagged(name)


@pytest.fixture(scope="module", params=NAMES)
def tagged(request) -> TaggedSet:
    return loaded(request.param)


def parts(tagged):
    return [tagged.train, tagged.validation, tagged.test]


def test_every_word_has_a_tag_and_every_tag_is_listed(tagged):
    for part in parts(tagged):
        assert all(len(s.words) == len(s.tags) > 0 and all(s.words) for s in part)
    found = {tag for part in parts(tagged) for s in part for tag in s.tags}
    assert found == set(tagged.tags) and list(tagged.tags) == sorted(tagged.tags)


def test_no_sentence_stands_twice(tagged):
    sentences = [s.words for part in parts(tagged) for s in part]
    assert len(sentences) == len(set(sentences))


def test_the_sizes_that_published_results_rest_on_have_not_changed(tagged):
    assert [len(part) for part in parts(tagged)] == SIZES[tagged.name]


def test_contractions_are_read_as_their_words():
    # "no" is em + o, "da" is de + a
    sentence = next(s for s in loaded("portuguese-pos").train if s.words[:2] == ("Antes", "de"))
    assert sentence.tags[:2] == ("ADV", "ADP")
    assert not any(word.lower() == "no" for s in loaded("portuguese-pos").test for word in s.words)


def test_a_family_name_and_a_given_name_are_one_span():
    people = {
        "".join(s.words[span.begin : span.end])
        for s in loaded("chinese-names").train
        for span in spans([s.tags], "IOB2")[0]
        if span.label == "PER"
    }
    assert {"江泽民", "李鹏"} <= people


def test_every_character_belongs_to_one_word_of_its_sentence():
    for sentence in loaded("chinese-words").test[:500]:
        covered = spans([sentence.tags], "IOBES")[0]
        assert sum(span.end - span.begin for span in covered) == len(sentence.words) <= 100


def test_both_chinese_sets_hold_the_same_sentences_in_the_same_parts():
    names, words = loaded("chinese-names"), loaded("chinese-words")
    assert [s.words for s in names.test] == [s.words for s in words.test]


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="name='conll' is not a known set: chinese-names"):
        load_tagged("conll")


def test_a_set_says_what_it_is():
    text = repr(loaded("portuguese-pos"))
    assert "16 tags" in text and "CC BY 4.0" in text and "Duran et al. (2023)" in text
