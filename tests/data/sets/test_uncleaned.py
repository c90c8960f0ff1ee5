"""Sets as published: their sizes, and the copies that they hold."""

from collections import Counter

from lmbook.data.cleaning.exact import drop_copies, fingerprint
from lmbook.data.sets.tasks import load_task
from lmbook.data.sets.uncleaned import load_news, load_question_file


def test_the_news_has_its_articles_by_topic_and_its_copies():
    news = load_news()
    assert Counter(example.label for example in news) == {
        "sports": 511,
        "business": 510,
        "politics": 417,
        "tech": 401,
        "entertainment": 386,
    }
    assert len(list(drop_copies(example.text for example in news))) == 2_124
    assert news[0].label == "business" and "\n" in news[0].text


def test_the_question_file_holds_all_our_test_questions():
    theirs = {fingerprint(text) for text in load_question_file()}
    assert len(theirs) == 5_869
    task = load_task("questions")
    assert all(fingerprint(example.text) in theirs for example in task.test)
