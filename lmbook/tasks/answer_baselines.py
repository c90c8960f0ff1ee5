"""Answers without reading: from the question alone, or a whole sentence of what was retrieved.

A data set that such baselines solve does not measure reading. Source: Kaushik and Lipton (2018)
for the question alone.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from torch import Tensor

from lmbook.arguments import check_several, check_text, check_texts, check_whole
from lmbook.tasks.retrieve import Bm25Index

_END_OF_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=\S)")


class QuestionOnly:
    """The most frequent answer of the ``k`` known questions whose words are most alike.

    ``answers`` holds None where a question has no answer; no passage is ever looked at. Raises
    ``ValueError`` for no question, or other numbers of questions and of answers.
    """

    def __init__(
        self, questions: Sequence[str], answers: Sequence[str | None], k: int = 50
    ) -> None:
        check_texts("questions", questions, some=True)
        check_several("answers", answers)
        check_whole("k", k, 1)
        if len(questions) != len(answers):
            raise ValueError(f"{len(answers)} answers for {len(questions)} questions")
        self._index, self._answers, self._k = Bm25Index(questions), list(answers), k

    def answer(self, question: str) -> str | None:
        """The answer, None for "there is none"; of equally frequent ones that of the nearest."""
        check_text("question", question)
        nearest = [self._answers[hit.passage] for hit in self._index.search(question, self._k)]
        counts = Counter(nearest)  # keeps the order: the first of equals is the nearest
        return max(counts, key=counts.__getitem__) if counts else None


def split_sentences(text: str) -> list[str]:
    """``text`` cut after full stops, question and exclamation marks and semicolons."""
    check_text("text", text)
    return [part for part in _END_OF_SENTENCE.split(text.strip()) if part]


def best_sentence(question: str, passage: str, embed: Callable[[Sequence[str]], Tensor]) -> str:
    """The sentence of ``passage`` whose vector has the largest dot product with the question's.

    Raises ``ValueError`` for an empty passage.
    """
    check_text("question", question)
    sentences = split_sentences(passage)
    if not sentences:
        raise ValueError("passage is empty: it has no sentence")
    vectors = embed([question, *sentences])
    return sentences[int((vectors[1:] @ vectors[0]).argmax())]
