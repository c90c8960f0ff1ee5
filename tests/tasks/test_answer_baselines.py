"""Baselines that answer without reading."""

import pytest
import torch

from lmbook.tasks.answer_baselines import QuestionOnly, best_sentence, split_sentences

QUESTIONS = [
    "voting age in X",
    "voting age in Y",
    "voting age in Z",
    "capital of X",
    "capital of Y",
]
ANSWERS = ["18", "21", "18", "Xville", None]


def test_the_most_frequent_answer_to_similar_questions_is_given():
    assert QuestionOnly(QUESTIONS, ANSWERS, k=3).answer("voting age in W") == "18"


def test_of_equally_frequent_answers_the_nearest_questions_counts():
    assert QuestionOnly(QUESTIONS, ANSWERS, k=2).answer("capital of Y") is None
    assert QuestionOnly(QUESTIONS, ANSWERS, k=2).answer("capital of X") == "Xville"


def test_a_question_without_a_known_word_has_no_answer():
    assert QuestionOnly(QUESTIONS, ANSWERS).answer("who?") is None


def test_sentences_end_at_stops_and_semicolons():
    parts = ["Oslo, Capital.", "name: Oslo;", "time: UTC+1."]
    assert split_sentences(" ".join(parts)) == parts
    assert split_sentences("3.5 km") == ["3.5 km"]


def test_the_nearest_sentence_is_chosen():
    places = {"q": [1.0, 0.0], "a.": [0.0, 1.0], "b.": [0.8, 0.6]}
    found = best_sentence("q", "a. b.", lambda texts: torch.tensor([places[t] for t in texts]))
    assert found == "b."


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="questions is empty"):
        QuestionOnly([], [])
    with pytest.raises(ValueError, match="1 answers for 2 questions"):
        QuestionOnly(["a", "b"], ["c"])
    with pytest.raises(ValueError, match="passage is empty"):
        best_sentence("a", " ", lambda texts: torch.ones(len(texts), 2))
