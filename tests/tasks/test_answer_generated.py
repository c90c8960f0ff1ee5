"""Prompts with passages, and whether an answer stands in a text."""

import pytest

from lmbook.tasks.answer_generated import holds, passage_messages
from lmbook.tasks.chat_template import SMOLLM2


def test_two_examples_come_before_the_question():
    messages = passage_messages("Who rules?", ["Alba, Head. Ann", "Alba, Area. 5"])
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2 + ["user"]
    assert messages[-1]["content"].split("\n") == [
        "Alba, Head. Ann",
        "Alba, Area. 5",
        "Answer the question in a few words.",
        "Who rules?",
    ]
    assert (
        messages[0]["content"].startswith("Alba, Waterways.") and messages[1]["content"] == "Tarn"
    )


def test_the_answers_of_the_examples_stand_in_their_texts():
    messages = passage_messages("?", ["a"])
    for request, answer in zip(messages[:-1:2], messages[1::2], strict=True):
        assert holds(request["content"], answer["content"])


def test_from_memory_no_text_is_shown():
    messages = passage_messages("Who rules?", [])
    assert messages[-1]["content"] == "Answer the question in a few words.\nWho rules?"
    assert "Alba, " not in "".join(message["content"] for message in messages)


def test_a_way_out_is_named_and_shown():
    messages = passage_messages("Who rules?", ["Alba, Area. 5"], may_decline=True)
    assert len(messages) == 7
    assert messages[5]["content"] == "not stated"
    assert all("or say: not stated." in message["content"] for message in messages[::2])
    assert SMOLLM2.complete(messages)


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("The capital is Paris.", "paris", True),
        ("The capital is Parisian.", "Paris", False),
        ("about 52,000 sq km", "52,000 sq. km", True),
        ("1.5% or so", "5%", False),
        ("the United Kingdom", "UK", False),
        ("anything", "the", False),
        ("", "x", False),
    ],
)
def test_words_in_a_row_after_normalisation(text, answer, expected):
    assert holds(text, answer) is expected


def test_one_text_in_place_of_several_is_refused():
    with pytest.raises(ValueError, match="passages"):
        passage_messages("Who?", "one text")
