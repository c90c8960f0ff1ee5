"""SQuAD from the web; conftest.py plays its page."""

import json

import pytest

from lmbook.data.sets import hub_reading
from lmbook.data.sets.factbook import Passage
from lmbook.data.sets.hub_reading import load_hub_reading
from lmbook.data.sets.reading import Question, ReadingSet
from lmbook.data.sets.tasks import part_of
from lmbook.data.sources.packages import DataError

TEXT = "The Normans came from Denmark, Iceland and Norway."
TITLES = [f"Article_{i}" for i in range(30)]


def answers(*pairs):
    return [{"text": text, "answer_start": begin} for text, begin in pairs]


def article(title, *questions, text=TEXT):
    return {"title": title, "paragraphs": [{"context": text, "qas": list(questions)}]}


def content(*articles):
    return json.dumps({"version": "2.0", "data": list(articles)}).encode()


WHO = {"question": " Who came? ", "answers": answers(("The Normans", 0), ("Normans", 4))}
NONE = {"question": "Who left?", "is_impossible": True, "answers": [], "plausible_answers": []}


@pytest.fixture
def hub(hub, monkeypatch):
    monkeypatch.setattr(hub_reading, "_BASE", f"{hub.address}/dataset")
    train = content(*(article(title, WHO) for title in TITLES))
    hub.files |= {
        "/dataset/train-v1.1.json": train,
        "/dataset/dev-v1.1.json": content(article("Normans", WHO)),
        "/dataset/train-v2.0.json": train,
        "/dataset/dev-v2.0.json": content(article("Normans", WHO, NONE)),
    }
    return hub


def test_questions_point_at_spans_of_their_passages(hub):
    data = load_hub_reading("squad")
    assert isinstance(data, ReadingSet)
    assert data.test == [Question("Who came?", 30, "", False, "The Normans", 0, 11, ("Normans",))]
    assert data.passages[30] == Passage("Normans", "0", TEXT)
    for question in (*data.train, *data.validation, *data.test):
        text = data.passages[question.passage].text
        assert text[question.begin : question.end] == question.answer
    for word in ("squad", "CC BY-SA 4.0", "Rajpurkar"):
        assert word in repr(data)


def test_articles_of_the_training_file_are_drawn_for_validation(hub):
    data = load_hub_reading("squad")
    drawn = {data.passages[question.passage].country for question in data.validation}
    kept = {data.passages[question.passage].country for question in data.train}
    names = [title.replace("_", " ") for title in TITLES]
    assert drawn == {name for name in names if part_of(name) == "validation"}
    assert drawn and kept == set(names) - drawn


def test_questions_without_an_answer(hub):
    asked = load_hub_reading("squad2").test[1]
    assert (asked.answer, asked.begin, asked.end, asked.others) == (None, 0, 0, ())
    assert hub.asked == [
        "/dataset/train-v2.0.json",
        "/store/dataset/train-v2.0.json",
        "/dataset/dev-v2.0.json",
        "/store/dataset/dev-v2.0.json",
    ]


def test_a_second_call_asks_nobody_and_a_damaged_cache_is_mended(hub, home):
    first = load_hub_reading("squad")
    hub.asked.clear()
    assert load_hub_reading("squad") == first and hub.asked == []
    (path,) = home.rglob("dev-v1.1.json")
    path.write_bytes(path.read_bytes()[:-1])
    assert load_hub_reading("squad") == first
    assert hub.asked[0] == "/dataset/dev-v1.1.json"


def test_offline_the_packaged_set_is_named(hub, monkeypatch):
    monkeypatch.setenv("LMBOOK_OFFLINE", "1")
    with pytest.raises(DataError, match=r"^squad: .*LMBOOK_OFFLINE forbids.*use load_reading\(\)"):
        load_hub_reading("squad")


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (b"<html></html>", "is not a file of SQuAD: JSONDecodeError"),
        (b"[]", "is not a file of SQuAD: TypeError"),
        (content({"title": "x"}), "is not a file of SQuAD: KeyError"),
        (
            content(article("x", {"question": "?", "answers": answers(("Danes", 4))})),
            "'Danes' does not stand at 4 of its paragraph",
        ),
    ],
)
def test_a_file_that_is_not_as_expected_is_named(hub, file, message):
    hub.files["/dataset/dev-v1.1.json"] = file
    with pytest.raises(DataError, match=f"^squad: .*dev-v1.1.json.*{message}.*Update lmbook"):
        load_hub_reading("squad")


def test_an_unknown_set_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="name='triviaqa' is not a known set: squad, squad2"):
        load_hub_reading("triviaqa")
