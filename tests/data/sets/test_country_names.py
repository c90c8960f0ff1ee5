"""Names marked by a list: the longest one wins, and the test part has names of its own."""

import pytest

from lmbook.data.sets.country_names import load_country_names, mark_names
from lmbook.metrics.span_reading import spans

NAMES = {("Samoa",): "LOC", ("American", "Samoa"): "LOC", ("American",): "MISC"}


def names_in(sentences):
    rows = spans([s.tags for s in sentences], "IOB2")
    return {
        s.words[span.begin : span.end]
        for s, found in zip(sentences, rows, strict=True)
        for span in found
    }


def test_the_longest_name_wins():
    words = ["an", "American", "in", "American", "Samoa"]
    tags, found = mark_names(words, NAMES)
    assert tags == ("O", "B-MISC", "O", "B-LOC", "I-LOC")
    assert found == ["American", "American Samoa"]


def test_one_string_is_refused():
    with pytest.raises(ValueError, match="words='Samoa' is one string"):
        mark_names("Samoa", NAMES)


def test_names_of_the_test_part_stand_in_no_other_part():
    data = load_country_names()
    assert [len(part) for part in (data.train, data.validation, data.test)] == [2734, 544, 983]
    seen = names_in(data.train) | names_in(data.validation)
    unseen = names_in(data.test) - seen
    assert ("China",) in unseen and ("France",) in seen
    for sentence in data.test:
        found = names_in([sentence])
        assert not found or found & unseen
    assert data.tags == ("B-LOC", "B-MISC", "I-LOC", "I-MISC", "O")
