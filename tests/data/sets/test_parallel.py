import pytest

from lmbook.data.sets.parallel import load_parallel, plain
from lmbook.data.sources.packages import DataError


@pytest.fixture(scope="module")
def spanish():
    return load_parallel("spanish", max_words=6)


def test_the_sizes_that_published_results_rest_on_have_not_changed(spanish):
    assert [len(part) for part in (spanish.train, spanish.validation, spanish.test)] == SIZES


SIZES = [57391, 8448, 17137]


def test_no_sentence_of_either_language_is_in_two_parts(spanish):
    parts = (spanish.train, spanish.validation, spanish.test)
    for side in (0, 1):
        one, two, three = ({plain(pair[side]) for pair in part} for part in parts)
        assert not (one & two or one & three or two & three)


def test_a_sentence_with_two_translations_is_two_pairs_of_one_part(spanish):
    found = [b for a, b in spanish.train if a == "What a beautiful garden!"]
    assert len(found) == len(set(found))
    assert all(len(a.split()) <= 6 for a, _ in spanish.test)


def test_pairs_are_sentences_with_single_spaces_and_no_pair_twice(spanish):
    pairs = [*spanish.train, *spanish.validation, *spanish.test]
    assert len(pairs) == len(set(pairs))
    assert all(text and text == " ".join(text.split()) for pair in pairs for text in pair)


def test_the_set_says_where_it_comes_from(spanish):
    assert "licence: CC BY 2.0 FR" in repr(spanish) and "Tatoeba" in repr(spanish)


def test_case_and_punctuation_do_not_make_another_sentence():
    assert plain("¿Quién  es?") == plain("quién es") == "quién es"


def test_another_language_and_no_words_are_refused(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="language='french' is not one of spanish, ukrainian"):
        load_parallel("french")
    with pytest.raises(ValueError, match="max_words=0 is below 1"):
        load_parallel("spanish", max_words=0)
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match="LMBOOK_OFFLINE forbids fetching"):
        load_parallel("ukrainian")
